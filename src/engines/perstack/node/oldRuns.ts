import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Logger } from '../../../core/log';
import type { Sliced } from '../../../core/sliced';
import type { RunReading } from '../../../core/source/runSource';
import type { StoreReader } from '../../../node/storeSource';
import { modifiedAt, watchFolder } from '../../../node/watchFolder';
import { perstack, type PerstackRun } from '../core/perstackRun';
import { readJob } from '../core/readJob';

/** So many folders are looked into to see who made them. */
const looked = 20;
const why = 'Made by Perstack 0.0.45 or older, not readable';

/** Whether a folder is `perstack/runs` as Perstack up to 0.0.45 filled it, before there were jobs. */
export function isOldRuns(folder: string): boolean {
  if (basename(folder) !== 'runs' || basename(dirname(folder)) !== 'perstack') return false;
  return namesIn(folder)
    .slice(0, looked)
    .some((run) => namesIn(join(folder, run)).some((name) => /^checkpoint-\d+-\d+-.+\.json$/.test(name)));
}

/** One row that says that there are runs, and why they are not shown. */
export function* readOldRuns(
  folder: string,
): Sliced<RunReading & { readonly run: PerstackRun; readonly isSettling: boolean }> {
  const place = { folder, jobId: basename(folder), jobs: folder, project: dirname(dirname(folder)) };
  const listing = { events: [], checkpoints: [], hasJobJson: false, modifiedAt: modifiedAt(folder) };
  const nothing = { body: () => ({ problem: 'is missing' }) };
  const { run, details } = yield* readJob(place, listing, nothing, false);
  return {
    run: {
      ...run,
      depth: 'whole',
      row: { label: 'perstack/runs', notes: [] },
      job: { ...run.job, trouble: why },
    },
    ...{ details, isSettling: false },
  };
}

/** Follows such a folder, which may be removed. */
export function oldRunsReader(folder: string, logger: Logger): StoreReader {
  return {
    ...{ engine: perstack, eventTypes: [] },
    *list() {
      yield;
      return isOldRuns(folder) ? [folder] : [];
    },
    stamp: (run) => String(modifiedAt(run)),
    read: readOldRuns,
    *document() {
      yield;
      return { file: 'The runs', problem: 'cannot be read', missing: true };
    },
    *events() {
      yield;
      return [];
    },
    watchStore: (onChange) => watchFolder(folder, logger, onChange),
    watchRun: () => ({ dispose: () => {} }),
  };
}

/** Nothing, where a folder is missing or closed. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
