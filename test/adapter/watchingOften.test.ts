import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import * as findRuns from '../../src/engines/babysitter/node/findRuns';
import { journal } from '../support/journalBuilder';
import { projectFolder, writeRun } from '../support/runFolder';
import { watched } from '../support/watched';
import { asRunKey } from '../../src/core/run/runKey';

vi.mock('../../src/engines/babysitter/node/findRuns', async (original) => {
  const real = await original<typeof findRuns>();
  return { ...real, namesOfRuns: vi.fn(real.namesOfRuns) };
});

// Each listing looks at every run, so one for each of ten thousand deletions would never end.
it('a runs directory in which much happens is listed a few times, and lastly after all of it', async () => {
  const { dir, runs } = projectFolder();
  const source = await watched({ dir, holds: 'project' });
  const before = vi.mocked(findRuns.namesOfRuns).mock.calls.length;
  for (let i = 0; i < 500; i += 1) mkdirSync(join(runs, `folder-${i}`));
  const last = writeRun(runs, 'last', { journal: journal().created() });
  await source.until('the last one is there', () => source.runs.has(asRunKey(last)));
  expect(vi.mocked(findRuns.namesOfRuns).mock.calls.length - before).toBeLessThan(20);
});
