import { basename, dirname, join, resolve } from 'node:path';
import { statSync } from 'node:fs';
import { watch as chokidarWatch } from 'chokidar';
import { toDisposable, type Disposable } from '../../../core/disposables';
import { messageOf } from '../../../core/errors';
import type { Logger } from '../../../core/log';
import { isInside } from '../../../core/paths';
import type { Sliced } from '../../../core/sliced';
import type { RunReading } from '../../../core/source/runSource';
import { realPath } from '../../../node/safeFile';
import type { StoreKind } from '../../../node/stores';
import { StoreSource, type StoreReader } from '../../../node/storeSource';
import { modifiedAt, watchFolder } from '../../../node/watchFolder';
import { eventTypes } from '../core/jobEvents';
import type { JobListing } from '../core/jobFiles';
import { perstackEngine, young } from '../core/perstackEngine';
import { perstack } from '../core/perstackRun';
import { readJob } from '../core/readJob';
import { jobDocument, jobRecords } from './jobDocuments';
import { isOldRuns, oldRunsReader, readNothing, readOldRuns } from './oldRuns';
import { JobFolder, jobsIn, listJob, placeOfJob, stampOfJob } from './jobFolder';

/** The jobs of Perstack: `perstack/jobs` of the folder that it ran in. */
export const perstackStores: StoreKind = {
  engine: perstackEngine,

  *storesIn(folder, entries) {
    yield;
    const jobs = join(folder, 'perstack', 'jobs');
    const isThere = entries.some((entry) => entry.name === 'perstack' && entry.isDirectory());
    if (!isThere) return [];
    if (isFolder(jobs)) return [jobs];
    const old = join(folder, 'perstack', 'runs');
    const isOwn = isInside(realPath(folder) ?? folder, realPath(old) ?? '');
    return isOwn && isOldRuns(old) ? [old] : [];
  },

  named(path) {
    const full = resolve(path);
    if (isJobs(full) || isOldRuns(full)) return { store: full };
    if (basename(full) === 'perstack' && isFolder(join(full, 'jobs'))) return { store: join(full, 'jobs') };
    return isJobs(dirname(full)) && isFolder(full) ? { store: dirname(full), run: full } : undefined;
  },

  *read(store, run) {
    if (isOldRuns(store)) return [yield* readOldRuns(store)];
    const readings: RunReading[] = [];
    for (const id of yield* jobsIn(store)) {
      const folder = join(store, id);
      const reading = run === undefined || run === folder ? yield* readFolder(folder, true) : undefined;
      if (reading) readings.push(reading);
    }
    return readings;
  },

  open: (store, logger) =>
    new StoreSource(isOldRuns(store) ? oldRunsReader(store, logger) : new JobsReader(store, logger), logger),
};

function* readFolder(
  folder: string,
  whole: boolean,
): Sliced<(RunReading & { isSettling: boolean }) | undefined> {
  const place = placeOfJob(folder);
  try {
    const listing = yield* listJob(place);
    if (!listing) return undefined;
    const files = new JobFolder(folder);
    const reading = yield* readJob(place, listing, files, whole || isShortAndLive(listing));
    return { ...reading, isSettling: files.isSettling };
  } catch (error) {
    // Whatever is in one job, it and the others have rows.
    return yield* readNothing(place, `It cannot be read: ${messageOf(error)}`);
  }
}

/** Of a short job at work the row tells what it has done; a long one is not read again at each of its events. */
function isShortAndLive({ events }: JobListing): boolean {
  return events.length <= 60 && Date.now() - (events.at(-1)?.at ?? 0) < young;
}

class JobsReader implements StoreReader {
  readonly engine = perstack;
  readonly eventTypes = eventTypes;

  constructor(
    private readonly jobs: string,
    private readonly logger: Logger,
  ) {}

  *list(): Sliced<readonly string[]> {
    const found: { readonly folder: string; readonly at: number }[] = [];
    for (const id of yield* jobsIn(this.jobs)) {
      const folder = join(this.jobs, id);
      found.push({ folder, at: modifiedAt(folder) });
      yield;
    }
    return found.toSorted((a, b) => b.at - a.at).map(({ folder }) => folder);
  }

  stamp = stampOfJob;

  read(folder: string, whole: boolean): Sliced<(RunReading & { isSettling: boolean }) | undefined> {
    return readFolder(folder, whole);
  }

  document = jobDocument;
  events = jobRecords;

  watchStore(onChange: () => void): Disposable {
    return watchFolder(this.jobs, this.logger, onChange);
  }

  /** A job's own folders only: three levels. */
  watchRun(folder: string, onChange: () => void): Disposable {
    const watcher = chokidarWatch(folder, {
      ...{ depth: 2, ignoreInitial: true, followSymlinks: false, persistent: false },
      ignored: (path) => basename(path) === 'run-setting.json',
    });
    watcher.on('all', onChange);
    // What came before it was ready makes no event.
    watcher.on('ready', onChange);
    watcher.on('error', (error) => this.logger.warn(`Watching ${folder}: ${String(error)}`));
    return toDisposable(() => void watcher.close());
  }
}

function isJobs(path: string): boolean {
  return basename(path) === 'jobs' && basename(dirname(path)) === 'perstack' && isFolder(path);
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
