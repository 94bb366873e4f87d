import { basename, dirname, join } from 'node:path';
import type { Logger } from '../../../core/log';
import type { Sliced } from '../../../core/sliced';
import type { RunReading } from '../../../core/source/runSource';
import { firstNamesIn } from '../../../node/eachEntryIn';
import type { StoreReader } from '../../../node/storeSource';
import { modifiedAt, watchFolder } from '../../../node/watchFolder';
import { perstack, type PerstackRun } from '../core/perstackRun';
import { readJob, type JobPlace } from '../core/readJob';

/** So many folders, and files of each, are looked at to see who made them. */
const looked = { folders: 20, files: 500 };
const why = 'Made by Perstack 0.0.45 or older, not readable';

/** Whether a folder is `perstack/runs` as Perstack up to 0.0.45 filled it, before there were jobs. */
export function isOldRuns(folder: string): boolean {
  if (basename(folder) !== 'runs' || basename(dirname(folder)) !== 'perstack') return false;
  return firstNamesIn(folder, looked.folders).some((run) =>
    firstNamesIn(join(folder, run), looked.files).some((name) => /^checkpoint-\d+-\d+-.+\.json$/.test(name)),
  );
}

type Reading = RunReading & { readonly run: PerstackRun; readonly isSettling: boolean };

/** One row that says that there are runs, and why they are not shown. */
export function* readOldRuns(folder: string): Sliced<Reading> {
  const place = { folder, jobId: basename(folder), jobs: folder, project: dirname(dirname(folder)) };
  const reading = yield* readNothing(place, why);
  return { ...reading, run: { ...reading.run, row: { label: 'perstack/runs', notes: [] } } };
}

/** A row that says why nothing of it is shown. */
export function* readNothing(place: JobPlace, trouble: string): Sliced<Reading> {
  const { folder } = place;
  const listing = { events: [], checkpoints: [], hasJobJson: false, modifiedAt: modifiedAt(folder) };
  const nothing = { body: () => ({ problem: 'is missing' }) };
  const { run, details } = yield* readJob(place, listing, nothing, false);
  return {
    run: {
      ...run,
      depth: 'whole',
      job: { ...run.job, trouble },
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
    *stamp(run) {
      yield;
      return String(modifiedAt(run));
    },
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
