import { execFileSync } from 'node:child_process';
import { renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type * as fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { FolderFiles, readBytes, readTextInside } from '../../src/node/safeFile';
import { journal } from '../support/journalBuilder';
import { projectFolder, temporaryFolder, write, writeRun } from '../support/runFolder';
import { watched } from '../support/watched';

/** What somebody does just before and just after a file is opened. */
const swaps = vi.hoisted(() => ({ before: (): void => {}, after: (): void => {}, hasProc: true }));
vi.mock('node:fs', async (original) => {
  const actual = await original<typeof fs>();
  return {
    ...actual,
    readlinkSync(path: string): string {
      if (!swaps.hasProc) throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
      return actual.readlinkSync(path);
    },
    openSync(...args: Parameters<typeof actual.openSync>): number {
      if (!swaps.hasProc && String(args[0]).startsWith('/proc/'))
        throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
      swaps.before();
      try {
        return actual.openSync(...args);
      } finally {
        swaps.after();
      }
    },
  };
});
const quiet = { before: (): void => {}, after: (): void => {}, hasProc: true };
afterEach(() => void Object.assign(swaps, quiet));

const isWindows = process.platform === 'win32';
const leadsOut = { problem: 'leads out of the run folder; it is not read' };

/** A task in a run, and a folder outside that has a file of the same name. */
function task() {
  const [root, outside] = [temporaryFolder(), temporaryFolder()];
  write(root, 'tasks/e/task.json', '{}\n');
  write(outside, 'task.json', 'secret\n');
  const [folder, aside] = [join(root, 'tasks/e'), join(root, 'aside')];
  const swap = (): void => {
    renameSync(folder, aside);
    symlinkSync(outside, folder);
  };
  const back = (): void => {
    rmSync(folder);
    renameSync(aside, folder);
  };
  return { swap, back, read: () => readTextInside(root, 'tasks/e/task.json', 1000) };
}

it.skipIf(isWindows)('a link in place of a folder on the way leads nowhere', () => {
  const { read, swap } = task();
  expect(read()).toEqual({ text: '{}\n' });
  swaps.before = swap;
  expect(read()).toMatchObject(leadsOut);
});

it.skipIf(process.platform !== 'linux')('nor does one that is gone again when the file is open', () => {
  const { read, swap, back } = task();
  Object.assign(swaps, { before: swap, after: back });
  expect(read()).toMatchObject(leadsOut);
  Object.assign(swaps, quiet);
  expect(read()).toEqual({ text: '{}\n' });
});

it.skipIf(process.platform !== 'linux')('a folder of which many files are read stays the one it was', () => {
  for (const swappedAt of [0, 1, 2, 3, 4]) {
    const [root, outside] = [temporaryFolder(), temporaryFolder()];
    for (const name of ['0', '1', '2', '3', '4']) {
      write(root, `journal/${name}`, 'ours\n');
      write(outside, name, 'secret\n');
    }
    const files = new FolderFiles(root, join(root, 'journal'));
    const texts = [0, 1, 2, 3, 4].map((i) => {
      if (i === swappedAt) {
        renameSync(join(root, 'journal'), join(root, 'aside'));
        symlinkSync(outside, join(root, 'journal'));
      }
      return files.read(String(i), 1000);
    });
    files.dispose();
    // Once it is held open, it is read on; before, what lies elsewhere now is not.
    expect(texts).toEqual(
      texts.map((_, i) =>
        i < swappedAt || swappedAt > 2 ? { text: 'ours\n' } : expect.objectContaining(leadsOut),
      ),
    );
  }
});

it('a folder of which many files are read is read where the system tells no places', () => {
  swaps.hasProc = false;
  const root = temporaryFolder();
  const names = ['0', '1', '2', '3', '4'];
  for (const name of names) write(root, `journal/${name}`, 'ours\n');
  const files = new FolderFiles(root, join(root, 'journal'));
  expect(names.map((name) => files.read(name, 1000))).toEqual(names.map(() => ({ text: 'ours\n' })));
  files.dispose();
});

it.skipIf(isWindows)(
  'a pipe, a link or a larger file in place of the file itself is what is looked at',
  () => {
    const secret = write(temporaryFolder(), 'secret', 'secret\n');
    const strangers: readonly ((path: string) => void)[] = [
      (path) => execFileSync('mkfifo', [path]),
      (path) => symlinkSync(secret, path),
      (path) => symlinkSync('/dev/zero', path),
      (path) => writeFileSync(path, 'x'.repeat(2000)),
    ];
    for (const put of strangers) {
      for (const read of [
        (dir: string) => readTextInside(dir, 'x', 1000),
        (dir: string) => readBytes(join(dir, 'x'), 1000),
      ]) {
        const root = temporaryFolder();
        const path = write(root, 'x', '{}\n');
        swaps.before = () => {
          swaps.before = quiet.before;
          rmSync(path);
          put(path);
        };
        expect(read(root)).toHaveProperty('problem');
      }
    }
  },
);

it.skipIf(isWindows)(
  'a run whose journal is exchanged while it is read stays a row, and tells of no other',
  async () => {
    const { dir, runs } = projectFolder();
    const outside = writeRun(temporaryFolder(), 'secret', { journal: journal().created().done('secret') });
    const run = writeRun(runs, 'r', { journal: journal().created().done('a') });
    let swapped = false;
    swaps.before = () => {
      if (swapped) return;
      swapped = true;
      renameSync(join(run, 'journal'), join(run, 'journal.aside'));
      symlinkSync(join(outside, 'journal'), join(run, 'journal'));
    };
    const window = await watched({ dir, holds: 'project' });
    expect(swapped).toBe(true);
    const [row] = window.runs.values();
    expect(row?.runId).toBe('r');
    expect(JSON.stringify([...(row?.story.effects.values() ?? [])])).not.toContain('secret');
  },
);
