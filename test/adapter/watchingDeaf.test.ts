import { rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { silentLogger } from '../../src/core/log';
import type * as watching from '../../src/node/watchFolder';
import { journal } from '../support/journalBuilder';
import { projectFolder, writeRun } from '../support/runFolder';
import { liveJournal, watched, writeNewEvents } from '../support/watched';
import { asRunKey } from '../../src/core/run/runKey';

// A network file system: watching it succeeds, and tells nothing of what other machines do there.
vi.mock('../../src/node/watchFolder', async (original) => ({
  ...(await original<typeof watching>()),
  watchFolder: () => ({ dispose() {} }),
}));

it('where the system tells of no changes, runs are looked at every 2 s, and the log says so once', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const said: string[] = [];
  const logger = { ...silentLogger, info: (text: string) => void said.push(text) };
  const { dir: project, runs } = projectFolder();
  const story = liveJournal().created().requested('a');
  const dir = writeRun(runs, 'live', { journal: story });
  const source = await watched({ dir: project, holds: 'project' }, logger);
  const pass = async (): Promise<void> => void (await vi.advanceTimersByTimeAsync(2000));
  await pass();
  expect(said).toEqual([]);

  writeNewEvents(dir, story.resolved('a'));
  utimesSync(join(dir, 'journal'), new Date(), new Date(Date.now() - 1500));
  await pass();
  await source.events(dir, 3);
  const later = writeRun(runs, 'later', { journal: journal().created() });
  await pass();
  await source.until('the new run is there', () => source.runs.has(asRunKey(later)));
  rmSync(dir, { recursive: true });
  await pass();
  await source.until('the deleted run is gone', () => !source.runs.has(asRunKey(dir)));
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/without the system telling .* every 2 s/);
});
