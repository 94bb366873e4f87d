import { basename } from 'node:path';
import { defaultActivityWindow } from '../core/run/judgement';
import { defaultMetricChoice, wantedMetricKeys } from '../core/run/metrics';
import { compareRuns, type RunDetails } from '../core/run/run';
import { atOnce } from '../core/sliced';
import { babysitterEngine } from '../engines/babysitter/core/babysitterEngine';
import { listRuns, resolveRunsDirectories } from '../engines/babysitter/node/findRuns';
import { RunDirectory } from '../engines/babysitter/node/runDirectory';
import { realPath } from '../node/safeFile';
import { storeRunsIn, type ReadRun } from './storeRuns';

// Runs read once, for programs without a window.

/** What stands in place of a person's settings. */
export const defaultOptions = {
  activityWindow: defaultActivityWindow,
  metric: defaultMetricChoice,
};

export const noDetails: RunDetails = { tasks: new Map(), results: new Map(), problems: [], warnings: [] };

/**
 * Every run of a workspace, runs directory or store, newest first, copies too.
 * @param name only runs of this id; left out: all
 */
export function runsIn(dir: string, name?: string): readonly ReadRun[] {
  const root = realPath(dir) ?? dir;
  return atOnce(resolveRunsDirectories(dir))
    .flatMap((runsDir) => atOnce(listRuns(runsDir)))
    .filter((path) => name === undefined || basename(path) === name)
    .flatMap((path) => readRun(path, root) ?? [])
    .concat(storeRunsIn(dir).filter(({ run }) => name === undefined || run.runId === name))
    .toSorted((a, b) => compareRuns(a.run, b.run));
}

/** @param root what the run may not lead out of @returns `undefined`: the folder is no run */
export function readRun(dir: string, root: string): ReadRun | undefined {
  const directory = new RunDirectory(dir, root);
  const run = atOnce(directory.read());
  const details = atOnce(directory.readDetails(wantedMetricKeys(defaultOptions.metric)));
  return run && { run, engine: babysitterEngine, details: details ?? noDetails };
}
