import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { silentLogger } from '../../src/core/log';
import { KeptOrder } from '../../src/core/order/keptOrder';
import { asRunKey } from '../../src/core/run/runKey';
import { OrderInFolder } from '../../src/node/orderFile';
import { recordName } from '../../src/node/recordFiles';
import { FakeClock } from '../support/fakeClock';
import { temporaryFolder } from '../support/runFolder';

/** The file of a workspace. */
const file = recordName('order', 'here');
const a = asRunKey('/runs/a');
const pinned = { what: 'pinned', of: '/runs/a', value: true } as const;

/** One window on the workspace's storage. */
function openWindow(folder: string, workspace = 'here') {
  const told: string[] = [];
  const kept = new OrderInFolder(folder, workspace, silentLogger, (sentence) => told.push(sentence));
  const order = new KeptOrder(kept, new FakeClock(1000));
  onTestFinished(() => {
    order.dispose();
    kept.dispose();
  });
  return { order, told };
}

/** Waits until a window has seen a change. */
async function seen({ order }: { order: KeptOrder }, isSo: () => boolean): Promise<void> {
  if (isSo()) return;
  await new Promise<void>((resolve) => {
    const listening = order.onDidChange(() => {
      if (!isSo()) return;
      listening.dispose();
      resolve();
    });
  });
}

it('is kept for the next window, and seen by one that is open', async () => {
  const folder = join(temporaryFolder(), 'not', 'there', 'yet');
  const [one, two] = [openWindow(folder), openWindow(folder)];
  one.order.change([pinned]);
  await seen(two, () => two.order.marks(a)?.pinned === true);
  two.order.change([{ what: 'name', of: '/runs/a', value: 'Mine' }]);
  await seen(one, () => one.order.marks(a)?.name === 'Mine');
  expect(openWindow(folder).order.marks(a)).toMatchObject({ pinned: true, name: 'Mine' });
  expect(openWindow(folder, 'elsewhere').order.marks(a)).toBeUndefined();
  expect(readdirSync(folder)).toEqual([file]);
});

it('that is damaged is put aside and told of, and what can be read of it is kept', () => {
  const folder = temporaryFolder();
  const good = { ...pinned, at: 7 };
  for (const [text, isPinned] of [
    ['{"format":1,"entr', false],
    [JSON.stringify({ format: 1, entries: [{ what: 'pinned' }, good] }), true],
  ] as const) {
    writeFileSync(join(folder, file), text);
    const { order, told } = openWindow(folder);
    expect(order.marks(a)?.pinned ?? false).toBe(isPinned);
    expect(told).toEqual([expect.stringMatching(/^What you pinned.*put aside as .*\.json\.damaged-/)]);
    const aside = readdirSync(folder).filter((name) => name.includes('.damaged-'));
    expect(aside.map((name) => readFileSync(join(folder, name), 'utf8'))).toContain(text);
    order.change([{ ...pinned, of: '/runs/b' }]);
    expect(openWindow(folder).told).toEqual([]);
  }
});

it('that cannot be written is told of once, and holds in this window', () => {
  const folder = join(temporaryFolder(), 'order');
  writeFileSync(folder, 'a file where the folder is to be');
  const { order, told } = openWindow(folder);
  order.change([pinned]);
  order.change([{ ...pinned, of: '/runs/b' }]);
  expect(order.marks(a)?.pinned).toBe(true);
  expect(told).toEqual([expect.stringContaining('only until this window closes')]);
});

it('that is a folder upsets nobody', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, file));
  const { order, told } = openWindow(folder);
  order.change([pinned]);
  expect([order.marks(a)?.pinned, told.length]).toEqual([true, 1]);
});
