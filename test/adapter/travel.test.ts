import type { BabysitterRun } from '../../src/engines/babysitter/core/babysitterRun';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { metricKeys } from '../../src/core/run/metrics';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import { classify } from '../../src/engines/babysitter/core/judge';
import type { Run } from '../../src/core/run/run';
import { atOnce } from '../../src/core/sliced';
import { asOf } from '../../src/engines/babysitter/core/asOf';
import { RunHistory } from '../../src/engines/babysitter/core/runHistory';
import { RunDirectory } from '../../src/engines/babysitter/node/runDirectory';
import { inSlices } from '../../src/node/slices';
import { allFixtures } from '../support/fixtures';
import { temporaryFolder } from '../support/runFolder';

const options = { activityWindow: defaultActivityWindow };
const runs = allFixtures
  .flatMap(({ runs: dir }) => readdirSync(dir).map((id) => join(dir, id)))
  .filter((dir) => readdirSync(dir).includes('journal'));

it.each(runs)('as of each event, %s is what reading a journal that ends there gives', async (fixture) => {
  const dir = join(temporaryFolder(), 'runs', basename(fixture));
  cpSync(fixture, dir, { recursive: true });
  const directory = new RunDirectory(dir, dir);
  const whole = atOnce(directory.read()) ?? expect.fail('it is no run');
  const details = atOnce(directory.readDetails(metricKeys)) ?? expect.fail('it has no details');
  const files = atOnce(directory.listEvents());
  const history = new RunHistory(async (some) => inSlices(directory.readEvents(some)), inSlices, {
    ...{ piece: 4, folds: 2, pieces: 2, atOnce: 3 },
  });
  history.list(files);
  const then: { file: string; run: Run; at: number }[] = [];
  for (const [place, file] of files.entries()) {
    const fold = await history.foldAt(place + 1, new AbortController().signal);
    const moment = { event: place + 1, file, fold: fold ?? expect.fail('it was not read') };
    const past = atOnce(asOf({ run: whole, details }, moment));
    then.push({ file, run: past.run, at: past.at });
  }

  for (const { file, run, at } of then.toReversed()) {
    const read = atOnce(new RunDirectory(dir, dir).read()) ?? expect.fail('it is no run');
    expect(run.story).toEqual(read.story);
    expect(run.pendingTasks).toEqual(read.pendingTasks);
    const { eventCount, createdAt, updatedAt } = read;
    expect(run).toMatchObject({ eventCount, createdAt, updatedAt });
    const unlocked: BabysitterRun = { ...read, lock: undefined };
    const { state, reason } = classify(unlocked, at, options);
    expect(classify(run, at, options)).toMatchObject({ state, reason });
    rmSync(join(dir, 'journal', file));
  }
});

it('reads no file but events of the journal', async () => {
  const [fixture = ''] = runs;
  const read = atOnce(new RunDirectory(fixture, fixture).readEvents(['../run.json', 'none.json', '..']));
  expect(read).toEqual([undefined, undefined, undefined]);
});
