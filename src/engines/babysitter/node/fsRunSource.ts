import { sep } from 'node:path';
import { DisposableStore, toDisposable, type Disposable } from '../../../core/disposables';
import type { DocumentPart } from '../../../core/documents';
import { messageOf } from '../../../core/errors';
import { visible } from '../../../core/format';
import type { Logger } from '../../../core/log';
import { isInside } from '../../../core/paths';
import { babysitter, babysitterKey, folderOf, type BabysitterRun } from '../core/babysitterRun';
import { tellsTheSame } from '../core/digest';
import { outcomeGist, takingGist } from '../../../core/run/gist';
import type { Run, RunDetails, RunGist } from '../../../core/run/run';
import type { EventRecord } from '../../../core/run/eventRecord';
import type { RunKey } from '../../../core/run/runKey';
import { eventTypes } from '../core/eventTypes';
import { eachOf, type Sliced } from '../../../core/sliced';
import type { DocumentName } from '../../../core/source/documentName';
import type {
  PastReading,
  RunChange,
  RunListener,
  RunReading,
  RunsPlace,
  RunSource,
} from '../../../core/source/runSource';
import { ChangeBatches } from '../../../node/changeBatches';
import { ChangePoll, type Polled } from '../../../node/changePoll';
import type { DigestIndex } from './digestIndex';
import { IndexKeeper } from './indexKeeper';
import type { KnownRun } from './indexLine';
import { JournalNames } from './journalNames';
import { PastReadings } from './pastReadings';
import { ReadQueue } from '../../../node/readQueue';
import { fileOfDocument, goneDocument, readDocument } from './runDocuments';
import { RunsDirectories } from './runsDirectories';
import { RunWatches } from '../../../node/runWatches';
import { realPath } from '../../../node/safeFile';
import { inSlices, isSliceOver } from '../../../node/slices';
import { mergeDirt, piecesTake, toDirt, TrackedRun, type RunDirt, type RunParent } from './trackedRun';
import { modifiedAt } from '../../../node/watchFolder';
import { watchRunFolder } from './watchRunFolder';

/** Runs without a watch are checked by one `stat` each this often, and locks are checked again, in milliseconds. */
const sweepEvery = 30_000;
const lockCheckEvery = 5000;
/** What is watched is looked at this often all the same, in milliseconds: not every file system tells of changes. */
const pollEvery = 2000;
/** So many of the latest unfinished runs are watched; each takes two system watches. */
const watchedRuns = 50;

/** Runs in folders on this machine. */
export class FsRunSource implements RunSource {
  readonly engine = babysitter;
  readonly eventTypes = eventTypes;
  /** By run folder. */
  readonly #runs = new Map<string, TrackedRun>();
  readonly #directories: RunsDirectories;
  readonly #queue: ReadQueue<string, RunDirt>;
  readonly #batches = new ChangeBatches<string, RunChange>((batch) => this.#listener?.(batch, this.#loaded));
  readonly #watches: RunWatches<string>;
  readonly #poll: ChangePoll;
  readonly #names = new JournalNames();
  readonly #past = new PastReadings(this.#names);
  readonly #index: DigestIndex | undefined;
  readonly #keeper: IndexKeeper | undefined;
  /** Those without a watch that may be in the making. */
  readonly #unfinished = new Set<string>();
  #looksAgain: NodeJS.Timeout | undefined;
  #listener: RunListener | undefined;
  #disposed = false;
  #isIndexLoaded = false;
  /** What was there at first is read. */
  #loaded = false;

  /** @param index where what was read is kept for the next session; `undefined`: nowhere */
  constructor(
    private readonly place: RunsPlace,
    logger: Logger,
    index?: DigestIndex,
  ) {
    this.#index = index;
    this.#keeper = index && new IndexKeeper(index, logger, () => this.#keepable());
    this.#directories = new RunsDirectories(place, logger, {
      newest: async (runs, runsDir) => {
        await inSlices(this.#add(runsDir, runs));
        await this.#queue.read();
      },
      listed: (runsDir, runs) => this.#compare(runsDir, runs),
      gone: (runsDir) => {
        for (const dir of this.#runs.keys()) if (isInside(runsDir, dir)) this.#forget(dir);
      },
    });
    this.#queue = new ReadQueue({
      prepare: (dir) => this.#runs.get(dir)?.prepare(this.#index),
      read: (dir, dirt) => this.#read(dir, dirt),
      merge: mergeDirt,
      // Reading makes a problem of what is wrong. Should a run upset it even so, the others must not notice.
      failed: (dir, error) => logger.error(`${visible(dir)} could not be read: ${messageOf(error)}`),
    });
    this.#watches = new RunWatches(watchedRuns, (dir) =>
      watchRunFolder(dir, logger, (added) => this.#touch(dir, added)),
    );
    const seconds = pollEvery / 1000;
    this.#poll = new ChangePoll(pollEvery, () =>
      logger.info(
        `${this.#root}: changes come without the system telling (a network file system?); runs under way are looked at every ${seconds} s.`,
      ),
    );
  }

  /** The real path, looked up anew: the place may come into being later than its source. */
  get #root(): string {
    return realPath(this.place.dir) ?? this.place.dir;
  }

  watch(listener: RunListener): Disposable {
    this.#listener = listener;
    void this.#load();
    const disposables = new DisposableStore();
    const parts = [this.#directories, this.#queue, this.#batches, this.#watches, this.#keeper];
    for (const part of parts) if (part) disposables.add(part);
    disposables.add(every(lockCheckEvery, () => this.#checkLocks()));
    disposables.add(every(sweepEvery, () => void this.check()));
    disposables.add(
      every(pollEvery, () => this.#poll.look(this.#polled(), this.#queue.reading === undefined)),
    );
    this.#directories.searchRegularly();
    return toDisposable(() => {
      this.#disposed = true;
      clearTimeout(this.#looksAgain);
      this.#listener = undefined;
      disposables.dispose();
      this.#runs.clear();
    });
  }

  async check(): Promise<void> {
    await this.#directories.listAll();
    await inSlices(this.#addOutdated());
    await this.#queue.read();
  }

  async refresh(): Promise<void> {
    await this.#directories.listAll();
    for (const dir of this.#runs.keys()) this.#queue.add(dir, 'anything');
    await this.#queue.read();
  }

  attend(key: RunKey): Disposable {
    const dir = folderOf(key);
    const tracked = this.#runs.get(dir);
    if (!tracked) return toDisposable(() => {});
    tracked.whole = true;
    tracked.attended += 1;
    this.#rewatch(tracked);
    this.#touch(dir);
    return toDisposable(() => {
      tracked.attended -= 1;
      if (tracked.attended === 0) tracked.forgetDetails();
      if (this.#runs.get(dir) === tracked) this.#rewatch(tracked);
    });
  }

  async reread(key: RunKey): Promise<Run | undefined> {
    const dir = folderOf(key);
    const tracked = this.#runs.get(dir);
    if (!tracked) return undefined;
    tracked.whole = true;
    // A reading under way may have begun before whatever made the caller ask.
    await this.#queue.reading;
    this.#queue.add(dir, 'anything');
    await this.#queue.read();
    if (this.#batches.size > 0) this.#batches.flush();
    return this.#runs.get(dir)?.run;
  }

  async readDetails(key: RunKey, metricKeys: readonly string[]): Promise<RunDetails | undefined> {
    const tracked = this.#runs.get(folderOf(key));
    if (tracked?.run?.depth === 'end') await this.reread(key);
    const run = tracked?.run;
    const details = tracked && (await inSlices(tracked.directory.readDetails(metricKeys)));
    const gist = run && details && (await inSlices(takingGist(run, details)));
    if (gist && tracked.run === run) {
      this.#learn(tracked, gist);
      // Whoever asked takes the run of the store for the one that was read.
      if (this.#batches.size > 0) this.#batches.flush();
    }
    return details;
  }

  async readThrough(key: RunKey, metricKeys: readonly string[]): Promise<RunReading | undefined> {
    const aside = this.#runs.get(folderOf(key))?.directory.aside();
    const run = aside && (await inSlices(aside.read({ whole: true, unchecked: true })));
    const details = run && (await inSlices(aside.readDetails(metricKeys)));
    return details && { run, details };
  }

  async readTitles(key: RunKey, signal: AbortSignal): Promise<readonly string[]> {
    const tracked = this.#runs.get(folderOf(key));
    return tracked ? inSlices(tracked.directory.readTitles(signal)) : [];
  }

  async readOutcome(key: RunKey): Promise<void> {
    const tracked = this.#runs.get(folderOf(key));
    if (tracked?.run?.story.end?.outcome === 'failed') await this.#lookThrough(key, tracked, tracked.run);
    else if (tracked)
      this.#learn(tracked, outcomeGist(tracked.directory.readOutcome(tracked.run?.story.end)));
  }

  /** Reads all of a failed run of which only the end was read, and keeps it only where that tells something else. */
  async #lookThrough(key: RunKey, tracked: TrackedRun, run: BabysitterRun): Promise<void> {
    if (run.depth !== 'end') return;
    const whole = await inSlices(tracked.directory.aside().read({ whole: true, unchecked: true }));
    if (!whole || tracked.run !== run) return;
    if (tellsTheSame(run, whole)) this.#learn(tracked, { sound: true });
    else await this.reread(key);
  }

  async document(key: RunKey, name: DocumentName): Promise<DocumentPart> {
    const tracked = this.#runs.get(folderOf(key));
    const isEvent = typeof name === 'object' && 'event' in name;
    const eventFiles = tracked && isEvent ? await inSlices(this.#names.of(tracked)) : [];
    const file = fileOfDocument(name, eventFiles);
    if (file === undefined) return { file: 'The event', problem: 'is not there any more', missing: true };
    return tracked ? readDocument(folderOf(key), this.#root, file) : goneDocument(file);
  }

  async events(key: RunKey, from: number, to: number): Promise<readonly EventRecord[]> {
    const tracked = this.#runs.get(folderOf(key));
    if (!tracked) return [];
    const files = await inSlices(this.#names.of(tracked));
    return inSlices(tracked.directory.readRecords(files.slice(Math.max(0, from), Math.max(0, to))));
  }

  async asOf(
    key: RunKey,
    count: number,
    details: RunDetails,
    signal: AbortSignal,
  ): Promise<PastReading | undefined> {
    const tracked = this.#runs.get(folderOf(key));
    return tracked && this.#past.read(tracked, count, details, signal);
  }

  async #load(): Promise<void> {
    await this.#directories.search();
    await this.#queue.read();
    this.#loaded = true;
    this.#batches.flush();
    this.#index?.clear();
    await this.#keeper?.save();
  }

  /** Compares a runs directory with what is known of it: new runs are read, missing ones forgotten. */
  *#compare(runsDir: string, runs: readonly string[]): Sliced<void> {
    yield* this.#loadIndex();
    const there = new Set<string>();
    yield* eachOf(runs, (dir) => there.add(dir));
    yield* eachOf(this.#runs.keys(), (dir) => {
      if (dir.startsWith(`${runsDir}${sep}`) && !there.has(dir)) this.#forget(dir);
    });
    yield* this.#add(runsDir, runs);
  }

  /** Not before the newest of very many runs: it takes as long as they are many. */
  *#loadIndex(): Sliced<void> {
    if (this.#isIndexLoaded) return;
    this.#isIndexLoaded = true;
    const index = this.#index;
    if (!index) return;
    yield* index.load();
    for (const tracked of this.#runs.values()) {
      tracked.lookUp(index);
      if (tracked.isNewToIndex) this.#keeper?.saveLater();
    }
  }

  *#add(runsDir: string, runs: readonly string[]): Sliced<void> {
    const parent: RunParent = { root: this.#root, real: realPath(runsDir) };
    for (const dir of runs) {
      if (isSliceOver()) yield;
      if (this.#disposed) return;
      if (this.#runs.has(dir)) continue;
      this.#runs.set(dir, new TrackedRun(dir, parent));
      this.#touch(dir);
    }
  }

  /** @param added new files of the journal, perhaps none; `undefined`: anything may have happened to it */
  #touch(dir: string, added?: readonly string[]): void {
    this.#queue.add(dir, toDirt(added));
    void this.#queue.read();
  }

  *#read(dir: string, dirt: RunDirt): Sliced<void> {
    const tracked = this.#runs.get(dir);
    if (!tracked) return;
    const wasThere = tracked.run !== undefined && tracked.accepted;
    const run = yield* tracked.read(dirt, this.#index);
    if (this.#disposed || this.#runs.get(dir) !== tracked) return;
    if (!run) {
      // It may be in the making: createRun writes the folder first. Its parts will be listed again.
      this.#forget(dir);
      return;
    }
    tracked.accepted = this.place.accepts?.(run) !== false;
    // The rows of all runs come before the events of one.
    if (run.depth === 'reading') this.#queue.add(dir, 'anything');
    else this.#rewatch(tracked);
    if (!this.#watches.has(dir) && tracked.isInTheMaking) this.#lookAgain(dir);
    if (tracked.accepted) this.#batches.add(dir, { type: 'read', run });
    else if (wasThere) this.#batches.add(dir, { type: 'gone', key: babysitterKey(dir) });
    if (this.#isIndexLoaded && tracked.isNewToIndex) this.#keeper?.saveLater();
  }

  /** Reads a run once more that nobody watches. */
  #lookAgain(dir: string): void {
    this.#unfinished.add(dir);
    this.#looksAgain ??= setTimeout(() => {
      this.#looksAgain = undefined;
      for (const each of this.#unfinished) if (this.#runs.has(each)) this.#queue.add(each, 'anything');
      this.#unfinished.clear();
      void this.#queue.read();
    }, piecesTake).unref();
  }

  /** What was seen in the files of a run is told, and kept for the next session. */
  #learn(tracked: TrackedRun, gist: RunGist): void {
    // It may be deleted by now: told as read, it would stay in the lists for ever.
    const run = this.#runs.get(tracked.dir) === tracked ? tracked.learn(gist) : undefined;
    if (!run) return;
    if (tracked.accepted) this.#batches.add(tracked.dir, { type: 'read', run });
    this.#keeper?.saveLater();
  }

  *#keepable(): Generator<KnownRun> {
    for (const tracked of this.#runs.values()) {
      const known = tracked.keep();
      if (known) yield known;
    }
    // Else what the next start finds would be a part of what was kept before.
    if (this.#disposed) throw new Error('the window was closed meanwhile');
  }

  #forget(dir: string): void {
    const tracked = this.#runs.get(dir);
    if (!tracked) return;
    this.#watches.end(dir);
    this.#runs.delete(dir);
    this.#queue.delete(dir);
    if (tracked.run && tracked.accepted) this.#batches.add(dir, { type: 'gone', key: babysitterKey(dir) });
  }

  /** Begins or ends the watches of a run, as it is live or not. */
  #rewatch(tracked: TrackedRun): void {
    const { dir, watchNeed, journalAt } = tracked;
    const hasBegun = this.#watches.update(dir, watchNeed);
    // What came between reading and watching has made no event.
    if (hasBegun && modifiedAt(`${dir}/journal`) !== journalAt) this.#touch(dir);
  }

  /** What is watched and not to be read anyway. */
  *#polled(): Generator<Polled, void> {
    yield* this.#directories.polled();
    for (const dir of this.#watches.keys) {
      const tracked = this.#runs.get(dir);
      if (!tracked || this.#queue.has(dir)) continue;
      yield {
        modifiedAt: modifiedAt(`${dir}/journal`),
        readAt: tracked.journalAt,
        read: () => this.#touch(dir),
      };
    }
  }

  #checkLocks(): void {
    for (const [dir, { run }] of this.#runs) if (run?.lock) this.#touch(dir, []);
  }

  /** Finished and old runs are not watched: one `stat` of the journal tells whether anything came. */
  *#addOutdated(): Sliced<void> {
    for (const [dir, tracked] of this.#runs) {
      if (tracked.isOutdated) this.#queue.add(dir, 'anything');
      yield;
    }
  }
}

function every(milliseconds: number, action: () => void): Disposable {
  const timer = setInterval(action, milliseconds);
  timer.unref();
  return toDisposable(() => clearInterval(timer));
}
