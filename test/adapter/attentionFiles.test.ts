import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildSync } from 'esbuild';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Claim } from '../../src/core/attention/sharedAttention';
import type { Logger } from '../../src/core/log';
import { babysitterKey } from '../../src/engines/babysitter/core/babysitterRun';
import { AttentionFiles } from '../../src/node/attentionFiles';
import { FakeClock } from '../support/fakeClock';
import { temporaryFolder } from '../support/runFolder';
import { asRunKey } from '../../src/core/run/runKey';

const day = 24 * 3_600_000;
const now = Date.now();

/** One window on the shared folder. */
function openWindow(folder: string, clock = new FakeClock(now)) {
  const log: string[] = [];
  const say = (text: string): unknown => log.push(text);
  const logger: Logger = { info: say, warn: say, error: say };
  const files = new AttentionFiles(folder, clock, logger);
  onTestFinished(() => files.dispose());
  return { files, log, clock };
}

/** Waits until the other window has seen a change. */
async function seen({ files }: { files: AttentionFiles }, isSo: () => boolean): Promise<void> {
  if (isSo()) return;
  await new Promise<void>((resolve) => {
    const listening = files.onDidChange(() => {
      if (!isSo()) return;
      listening.dispose();
      resolve();
    });
  });
}

const question = (detail: string, dir = '/runs/a'): Claim => ({ kind: 'question', about: dir, detail });
const filesIn = (...path: string[]): readonly string[] => readdirSync(join(...path));

describe('a claim', () => {
  it('is won by one window, and stays won', () => {
    const folder = temporaryFolder();
    const [a, b] = [openWindow(folder), openWindow(folder)];
    expect(a.files.claim(question('e1'))).toBe(true);
    expect(b.files.claim(question('e1'))).toBe(false);
    expect(a.files.claim(question('e1'))).toBe(false);
    expect(b.files.claim(question('e2'))).toBe(true);
    expect(b.files.claim({ ...question('e1'), kind: 'reminder' })).toBe(true);
    expect(b.files.claim(question('e1', '/runs/b'))).toBe(true);
    expect(openWindow(folder).files.claim(question('e1'))).toBe(false);
  });

  it('is won once by processes that race for it', { timeout: 60_000 }, async () => {
    const folder = temporaryFolder();
    const script = join(temporaryFolder(), 'window.cjs');
    buildSync({
      stdin: {
        contents: `
          import { AttentionFiles } from './src/node/attentionFiles';
          import { systemClock } from './src/core/clock';
          import { silentLogger } from './src/core/log';
          const files = new AttentionFiles(process.argv[2], systemClock, silentLogger);
          process.once('message', () => {
            const won = [];
            for (let n = 0; n < 300; n += 1) {
              if (files.claim({ kind: 'question', about: '/runs/a', detail: 'e' + n })) won.push(n);
            }
            process.send(won, () => process.exit());
          });
          process.send('ready');
        `,
        resolveDir: process.cwd(),
        loader: 'ts',
      },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      outfile: script,
    });
    const windows = [1, 2, 3].map(() => fork(script, [folder]));
    onTestFinished(() => void windows.map((window) => window.kill()));
    await Promise.all(windows.map((window) => once(window, 'message')));
    const results = windows.map((window) => once(window, 'message'));
    for (const window of windows) window.send('go');
    const won = (await Promise.all(results)).map(([list]) => list as number[]);
    expect(won.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, n) => n));
  });

  it('that cannot be remembered is told rather twice than never', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'attention'), 'a file in the way');
    const { files, log } = openWindow(join(folder, 'attention'));
    expect(files.claim(question('e1'))).toBe(true);
    expect(log.join('\n')).toMatch(/nothing is shared with other windows[^]*cannot be remembered/);
  });
});

describe('a snooze and a look', () => {
  it('are seen by another window, within two seconds, and after a restart', async () => {
    const folder = temporaryFolder();
    const [a, b] = [openWindow(folder), openWindow(folder)];
    const snooze = { until: now + day, at: now };
    const from = Date.now();
    a.files.setSnooze(asRunKey('/runs/a'), 'e1', snooze);
    a.files.setSeenTrouble(asRunKey('/runs/b'), 77);
    expect(a.files.snooze(asRunKey('/runs/a'), 'e1')).toMatchObject(snooze);
    await seen(b, () => b.files.snooze(asRunKey('/runs/a'), 'e1')?.until === now + day);
    await seen(b, () => b.files.seenTrouble(asRunKey('/runs/b')) === 77);
    expect(Date.now() - from).toBeLessThan(2000);
    expect(b.files.snooze(asRunKey('/runs/a'), 'e2')).toBe(undefined);
    expect(b.files.snooze(asRunKey('/runs/a'))).toBe(undefined);
    expect(openWindow(folder).files.snooze(asRunKey('/runs/a'), 'e1')).toMatchObject(snooze);

    b.files.setSnooze(asRunKey('/runs/a'), 'e1', undefined);
    await seen(a, () => a.files.snooze(asRunKey('/runs/a'), 'e1') === undefined);
    expect(openWindow(folder).files.snooze(asRunKey('/runs/a'), 'e1')).toBe(undefined);
  });

  it('of a run is another than that of a question in it', () => {
    const { files } = openWindow(temporaryFolder());
    files.setSnooze(asRunKey('/runs/a'), undefined, { until: 5, at: 1 });
    expect(files.snooze(asRunKey('/runs/a'))?.until).toBe(5);
    expect(files.snooze(asRunKey('/runs/a'), 'e1')).toBe(undefined);
  });

  it('leave no temporary files', () => {
    const folder = temporaryFolder();
    const { files } = openWindow(folder);
    for (let n = 1; n <= 3; n += 1) files.setSnooze(asRunKey('/runs/a'), 'e1', { until: n, at: 0 });
    expect(filesIn(folder, 'snoozes')).toHaveLength(1);
  });

  it('that are damaged are passed over with a line in the log', () => {
    const folder = temporaryFolder();
    openWindow(folder).files.setSnooze(asRunKey('/runs/a'), 'e1', { until: now + day, at: now });
    const [name = ''] = filesIn(folder, 'snoozes');
    const good = readFileSync(join(folder, 'snoozes', name), 'utf8');
    for (const [bad, said] of [
      ['{"dir":', /JSON/],
      ['{}', /not of the expected form/],
      ['null', /not of the expected form/],
      [JSON.stringify({ ...JSON.parse(good), until: 'soon' }), /not of the expected form/],
      ['x'.repeat(70_000), /is too large|KiB|limit|large/i],
    ] as const) {
      writeFileSync(join(folder, 'snoozes', name), bad);
      const { files, log } = openWindow(folder);
      expect(files.snooze(asRunKey('/runs/a'), 'e1')).toBe(undefined);
      expect(log).toEqual([expect.stringMatching(said)]);
    }
    rmSync(join(folder, 'snoozes', name));
    mkdirSync(join(folder, 'snoozes', name));
    expect(openWindow(folder).files.snooze(asRunKey('/runs/a'), 'e1')).toBe(undefined);
  });
});

/** As it lies on the disk of everybody who used an earlier version. */
describe('the form of what is kept', () => {
  const fileOf = (...parts: readonly string[]): string =>
    `${createHash('sha256').update(JSON.stringify(parts)).digest('hex')}.json`;
  const kept = {
    [join('snoozes', fileOf('snooze', '/runs/a', 'e1'))]: {
      dir: '/runs/a',
      effectId: 'e1',
      until: now + day,
      at: now,
    },
    [join('snoozes', fileOf('snooze', '/runs/a', ''))]: { dir: '/runs/a', until: now + 2 * day, at: now },
    [join('failures', fileOf('failure', '/runs/a'))]: { dir: '/runs/a', failedAt: 7 },
    [join('claims', fileOf('question', '/runs/a', 'e1'))]: { kind: 'question', dir: '/runs/a' },
  };

  it('is read', () => {
    const folder = temporaryFolder();
    for (const [file, json] of Object.entries(kept)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), JSON.stringify(json));
    }
    const { files } = openWindow(folder);
    const key = babysitterKey('/runs/a');
    expect(files.snooze(key, 'e1')?.until).toBe(now + day);
    expect(files.snooze(key)?.until).toBe(now + 2 * day);
    expect(files.seenTrouble(key)).toBe(7);
    expect(files.claim(question('e1'))).toBe(false);
    expect(files.claim(question('e2'))).toBe(true);
  });

  it('is written', () => {
    const folder = temporaryFolder();
    const { files } = openWindow(folder);
    const key = babysitterKey('/runs/a');
    files.setSnooze(key, 'e1', { until: now + day, at: now });
    files.setSnooze(key, undefined, { until: now + 2 * day, at: now });
    files.setSeenTrouble(key, 7);
    files.claim(question('e1'));
    const written = Object.keys(kept).map((file) => [
      file,
      JSON.parse(readFileSync(join(folder, file), 'utf8')) as unknown,
    ]);
    expect(Object.fromEntries(written)).toEqual(kept);
  });
});

describe('what is over', () => {
  it('is tidied away: old claims, and what belongs to runs that are gone', () => {
    const folder = temporaryFolder();
    const run = temporaryFolder();
    const { files, clock } = openWindow(folder);
    const old = new Date(now - 31 * day);
    files.claim(question('old', run));
    const [oldName = ''] = filesIn(folder, 'claims');
    files.claim(question('old but asked for', run));
    files.claim(question('young', run));
    files.claim(question('gone', join(run, 'gone')));
    for (const name of filesIn(folder, 'claims')) {
      if (!readFileSync(join(folder, 'claims', name), 'utf8').includes('gone')) {
        utimesSync(join(folder, 'claims', name), old, old);
      }
    }
    expect(files.claim(question('old but asked for', run))).toBe(false);
    expect(files.claim(question('young', run))).toBe(false);
    files.setSnooze(asRunKey(run), 'kept', { until: now + day, at: now });
    files.setSnooze(asRunKey(run), 'over', { until: now - 31 * day, at: 0 });
    files.setSnooze(asRunKey(join(run, 'gone')), 'e1', { until: now + day, at: now });
    files.setSeenTrouble(asRunKey(run), 1);
    files.setSeenTrouble(asRunKey(join(run, 'gone')), 1);

    clock.advance(60_000);

    expect(filesIn(folder, 'claims')).toHaveLength(2);
    expect(filesIn(folder, 'claims')).not.toContain(oldName);
    expect(filesIn(folder, 'snoozes')).toHaveLength(1);
    expect(filesIn(folder, 'failures')).toHaveLength(1);
    expect(files.snooze(asRunKey(run), 'kept')).toBeDefined();
    expect(files.seenTrouble(asRunKey(run))).toBe(1);
  });

  it('is never what belongs to a run that lies in no folder of its own', () => {
    const { files, clock } = openWindow(temporaryFolder());
    const key = asRunKey('sessions 4711');
    files.setSnooze(key, 'e1', { until: now + day, at: now });
    files.setSeenTrouble(key, 1);
    files.claim(question('e1', 'sessions 4711'));
    clock.advance(60_000);
    expect(files.snooze(key, 'e1')).toBeDefined();
    expect(files.seenTrouble(key)).toBe(1);
    expect(files.claim(question('e1', 'sessions 4711'))).toBe(false);
  });
});
