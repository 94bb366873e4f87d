import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { expect, it, onTestFinished } from 'vitest';
import { asRunKey } from '../../src/core/run/runKey';
import type { RunEntry } from '../../src/core/run/runEntry';
import { DigestIndex } from '../../src/engines/babysitter/node/digestIndex';
import { AttentionFiles } from '../../src/node/attentionFiles';
import { CopiesFolder } from '../../src/node/keptCopies';
import { FakeClock } from '../support/fakeClock';
import { journal } from '../support/journalBuilder';
import { projectFolder, temporaryFolder, write, writeRun } from '../support/runFolder';
import { watched } from '../support/watched';

/** Who is nobody, and may read only what everybody may. */
const nobody = 65_534;

it.skipIf(process.platform === 'win32')('what nobody may read is a problem of its run', () => {
  const { dir, runs } = projectFolder();
  const story = journal().created().done('a');
  const denied = ['run.json', 'journal', 'tasks', 'tasks/a/task.json', ''];
  for (const [i, path] of denied.entries()) {
    const run = writeRun(runs, `denied-${i}`, { journal: story });
    chmodSync(join(run, path), 0);
    onTestFinished(() => chmodSync(join(run, path), 0o755));
  }
  const [event = ''] = readdirSync(join(writeRun(runs, 'event', { journal: story }), 'journal'));
  chmodSync(join(runs, 'event', 'journal', event), 0);
  writeRun(runs, 'open', { journal: story });
  const script = join(temporaryFolder(), 'cli.cjs');
  buildSync({
    entryPoints: ['src/cli.ts'],
    outfile: script,
    bundle: true,
    platform: 'node',
    target: 'node20',
  });
  for (const folder of [dir, join(script, '..')]) chmodSync(folder, 0o755);
  const user = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, 'list', dir, '--json'], {
    ...user,
    cwd: '/',
    env: { HOME: '/', PATH: '' },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const rows = JSON.parse(stdout) as readonly RunEntry[];
  // A folder that cannot be looked into may be anything, as far as anybody knows.
  expect(rows.map(({ runId }) => runId)).toEqual(
    expect.arrayContaining(['denied-0', 'denied-1', 'denied-2', 'denied-3', 'event', 'open']),
  );
  const states = new Map(rows.map(({ runId, state }) => [runId, state]));
  expect(states.get('open')).toBe('ready');
  expect(states.get('denied-1')).not.toBe('ready');
});

it('a window whose storage cannot be written shows everything, and says so', async () => {
  // Below a file there can be no folder, whoever asks.
  const storage = join(write(temporaryFolder(), 'file', ''), 'storage');
  const log: string[] = [];
  const say = (text: string): void => void log.push(text);
  const logger = { info: say, warn: say, error: say };
  const { dir, runs } = projectFolder();
  const run = asRunKey(writeRun(runs, 'r', { journal: journal().created().requested('q', 'breakpoint') }));
  const window = await watched(
    { dir, holds: 'project' },
    logger,
    new DigestIndex(join(storage, 'index.jsonl')),
  );
  expect(window.ids).toEqual(['r']);
  const shared = new AttentionFiles(join(storage, 'attention'), new FakeClock(Date.now()), logger);
  onTestFinished(() => shared.dispose());
  // Told twice is better than never told.
  expect(shared.claim({ kind: 'question', about: 'r', detail: 'q' })).toBe(true);
  expect(shared.snooze(run, 'q')).toBeUndefined();
  expect(() => shared.setSeenTrouble(run, 1)).not.toThrow();
  await new CopiesFolder(join(storage, 'copies'), logger).keep(run, 'q', new Map([['a', 'text']]));
  expect(log.join('\n')).toMatch(/cannot be remembered[\s\S]*could not be kept/);
});
