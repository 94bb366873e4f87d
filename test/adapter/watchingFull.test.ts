import { renameSync, rmSync } from 'node:fs';
import type * as fs from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { silentLogger } from '../../src/core/log';
import { eventFile, journal } from '../support/journalBuilder';
import { projectFolder, write, writeRun } from '../support/runFolder';
import { liveJournal, watched, writeNewEvents } from '../support/watched';
import { asRunKey } from '../../src/core/run/runKey';

// What Linux says when all of a person's programs together have taken as many watches as they may.
vi.mock('node:fs', async (original) => ({
  ...(await original<typeof fs>()),
  watch() {
    throw Object.assign(new Error('System limit for number of file watchers reached'), { code: 'ENOSPC' });
  },
}));

it('where the system has no watch left, everything is followed all the same, and the log says so once', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (text: string) => void warnings.push(text) };
  const { dir: project, runs } = projectFolder();
  const story = liveJournal().created().requested('a');
  const [dir, other] = ['live', 'other'].map((id) => writeRun(runs, id, { journal: story })) as [
    string,
    string,
  ];
  const source = await watched({ dir: project, holds: 'project' }, logger);
  const pass = async (): Promise<void> => void (await vi.advanceTimersByTimeAsync(2000));

  writeNewEvents(dir, story.resolved('a'));
  await pass();
  await source.events(dir, 3);
  const later = writeRun(runs, 'later', { journal: journal().created() });
  await pass();
  await source.until('the new run is there', () => source.runs.has(asRunKey(later)));
  // As repair does.
  renameSync(join(dir, 'journal'), join(dir, 'journal.bak.1'));
  write(dir, `journal/${eventFile(1)}`, Object.values(story.files)[0]);
  await pass();
  await source.events(dir, 1);
  rmSync(other, { recursive: true });
  await pass();
  await source.until('the deleted run is gone', () => !source.runs.has(asRunKey(other)));
  expect(warnings).toEqual([expect.stringMatching(/cannot be watched \(ENOSPC\).* every 2 s/)]);
});
