import { watch as chokidarWatch } from 'chokidar';
import { join, sep } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { DisposableStore, toDisposable, type Disposable } from '../core/disposables';
import { HumanError, messageOf } from '../core/errors';
import { visible } from '../core/format';
import type { Logger } from '../core/log';
import { oneAtATime } from '../core/oneAtATime';
import { isInside } from '../core/paths';
import type { Run, RunDetails } from '../core/run/run';
import type { RunChange, RunListener, RunReading, RunsPlace, RunSource } from '../core/source/runSource';
import type { JournalEntry } from '../core/run/journal';
import { temporaryName } from '../core/run/journalListing';
import type { Sliced } from '../core/sliced';
import type { DigestIndex, KeptRun, KnownRun } from './digestIndex';
import { findRunsDirectories, listRuns } from './findRuns';
import { RunDirectory } from './runDirectory';
import { exists, readTextInside, realPath } from './safeFile';
import { inSlices, isSliceOver } from './slices';
import { modifiedAt, watchFolder } from './watchFolder';

/** So many runs, a screenful, are handed over at once when a window opens. */
const firstRows = 50;
/** Milliseconds. Changes are handed over together; 50 runs changing at once are two or three batches. */
const batchEvery = 50;
/** So many changes are handed over without waiting for more: whoever takes them must not be busy for long. */
const mostTogether = 400;
/** Runs without a watch are checked by one `stat` each this often, and locks are checked again, in milliseconds. */
const sweepEvery = 30_000;
/** What is watched is looked at this often all the same: not every file system tells of changes. */
const pollEvery = 2000;
const lockCheckEvery = 5000;
/** Looking for new nested projects takes at most this share of the time, and at least so long, in milliseconds. */
const searchEvery = 5000;
const searchShare = 100;
/** A runs directory that changed is looked at again after so long, in milliseconds. */
const secondLook = 500;
/** So many of the latest unfinished runs are watched; each takes two system watches. */
const watchedRuns = 50;
/** A run without an event for so long is not watched but swept, in milliseconds. */
const liveFor = 24 * 3_600_000;
/** A temporary file in a journal becomes an event at once, or else it was left behind, in milliseconds. */
const writesTake = 1000;
/** What was read is kept for the next session so long after a change, in milliseconds. */
const saveAfter = 60_000;

/** What is to be read of a run: new files of its journal, or whatever a listing of it brings. */
type Dirt = Set<string> | 'anything';

interface Known {
  /** Made when the run is read: a row that the index gives needs none. */
  directory: RunDirectory | undefined;
  readonly parent: Parent;
  /** What the index gave, until the run is read on from there. */
  kept: KeptRun | undefined;
  run: Run | undefined;
  /** Somebody looked into the run or acts on it: a row alone does not need every event of a finished run. */
  whole: boolean;
  /** Whether the place takes it in. */
  accepted: boolean;
  /** Watches of the run folder and its journal, while the run is live or attended to. */
  watches: Disposable | undefined;
  attended: number;
  /** The journal's modification time at the last reading. */
  journalAt: number;
  /** The journal's modification time as the index has it. */
  keptAt: number | undefined;
  /** Events were taken up without listing the journal since it was last listed. */
  appended: boolean;
  /** Lists the journal, should a temporary file stay in it. */
  again: NodeJS.Timeout | undefined;
}

/** What runs beside each other share: the folder that links must not leave, and the one they lie in; real paths. */
interface Parent {
  readonly root: string;
  readonly real: string | undefined;
}

/** A runs directory under watch. */
interface RunsDir extends Disposable {
  /** Its modification time when it was last listed. */
  readonly listedAt: () => number;
  /** Compares it with what is known of it. */
  list(): Promise<void>;
}

/** Runs in folders on this machine. */
export class FsRunSource implements RunSource {
  readonly #known = new Map<string, Known>();
  readonly #runsDirs = new Map<string, RunsDir>();
  readonly #disposables = new DisposableStore();
  readonly #dirty = new Map<string, Dirt>();
  readonly #watched = new Set<string>();
  readonly #batch = new Map<string, RunChange>();
  #listener: RunListener | undefined;
  #reading: Promise<void> | undefined;
  #searchTimer: NodeJS.Timeout | undefined;
  #flushTimer: NodeJS.Timeout | undefined;
  #saveTimer: NodeJS.Timeout | undefined;
  /** Waits for the place's own runs directory, while there is none. */
  #structure: Disposable | undefined;
  #disposed = false;
  #delivered = false;
  /** What was there at first is read. */
  #loaded = false;
  /** Changes came of which the system told nothing, and that was said. */
  #saidLate = false;
  readonly #index: DigestIndex | undefined;
  /** Looks for runs directories, and begins and ends their watches. */
  readonly #search = oneAtATime(() => this.#searchOnce());

  /** @param index where what was read is kept for the next session; `undefined`: nowhere */
  constructor(
    private readonly place: RunsPlace,
    private readonly logger: Logger,
    index?: DigestIndex,
  ) {
    this.#index = index;
  }

  /** The real path, looked up anew: the place may come into being later than its source. */
  get #root(): string {
    return realPath(this.place.dir) ?? this.place.dir;
  }

  watch(listener: RunListener): Disposable {
    this.#listener = listener;
    void this.#load();
    this.#every(lockCheckEvery, () => this.#checkLocks());
    this.#every(sweepEvery, () => void this.check());
    this.#every(pollEvery, () => this.#poll());
    this.#searchAgainLater(searchEvery);
    return toDisposable(() => {
      this.#disposed = true;
      this.#listener = undefined;
      clearTimeout(this.#searchTimer);
      clearTimeout(this.#flushTimer);
      clearTimeout(this.#saveTimer);
      this.#structure?.dispose();
      for (const [dir, known] of this.#known) this.#unwatch(dir, known);
      for (const runsDir of this.#runsDirs.values()) runsDir.dispose();
      this.#known.clear();
      this.#runsDirs.clear();
      this.#disposables.dispose();
    });
  }

  async check(): Promise<void> {
    await this.#search();
    for (const runsDir of this.#runsDirs.values()) await runsDir.list();
    await inSlices(this.#touchChanged());
    await this.#readDirty();
  }

  async refresh(): Promise<void> {
    await this.#search();
    for (const runsDir of this.#runsDirs.values()) await runsDir.list();
    for (const dir of this.#known.keys()) this.#dirty.set(dir, 'anything');
    await this.#readDirty();
  }

  attend(dir: string): Disposable {
    const known = this.#known.get(dir);
    if (!known) return toDisposable(() => {});
    known.whole = true;
    known.attended += 1;
    this.#rewatch(dir, known);
    this.#touch(dir);
    return toDisposable(() => {
      known.attended -= 1;
      if (known.attended === 0) known.directory?.forgetDetails();
      if (this.#known.get(dir) === known) this.#rewatch(dir, known);
    });
  }

  async reread(dir: string): Promise<Run | undefined> {
    const known = this.#known.get(dir);
    if (!known) return undefined;
    known.whole = true;
    // A reading under way may have begun before whatever made the caller ask.
    await this.#reading;
    this.#dirty.set(dir, 'anything');
    await this.#readDirty();
    if (this.#batch.size > 0) this.#flush();
    return this.#known.get(dir)?.run;
  }

  async readDetails(dir: string, metricKeys: readonly string[]): Promise<RunDetails | undefined> {
    const known = this.#known.get(dir);
    if (known?.run?.folded === false) await this.reread(dir);
    return known && inSlices(directoryOf(dir, known).readDetails(metricKeys));
  }

  async readThrough(dir: string, metricKeys: readonly string[]): Promise<RunReading | undefined> {
    const known = this.#known.get(dir);
    const aside = known && directoryOf(dir, known).aside();
    const run = aside && (await inSlices(aside.read({ whole: true, unchecked: true })));
    const details = run && (await inSlices(aside.readDetails(metricKeys)));
    return details && { run, details };
  }

  async readTitles(dir: string, signal: AbortSignal): Promise<readonly string[]> {
    const known = this.#known.get(dir);
    return known ? inSlices(directoryOf(dir, known).readTitles(signal)) : [];
  }

  async readText(dir: string, path: string): Promise<string> {
    const real = this.#known.has(dir) ? realPath(dir) : undefined;
    if (real === undefined || !isInside(this.#root, real)) {
      throw new HumanError(`The run folder ${dir} is not there any more.`);
    }
    const read = readTextInside(real, path, textLimit);
    if ('problem' in read) throw new HumanError(`${path} ${read.problem}.`);
    return read.text;
  }

  async listEvents(dir: string): Promise<readonly string[]> {
    const known = this.#known.get(dir);
    return known ? inSlices(directoryOf(dir, known).listEvents()) : [];
  }

  async readEvents(dir: string, files: readonly string[]): Promise<readonly (JournalEntry | undefined)[]> {
    const known = this.#known.get(dir);
    return known ? inSlices(directoryOf(dir, known).readEvents(files)) : [];
  }

  /** The place's own runs directory. */
  get #ownRunsDir(): string {
    return this.place.holds === 'project' ? join(this.place.dir, '.a5c', 'runs') : this.place.dir;
  }

  /** As long as the place's own runs directory is missing, waits for it to come. Nested ones are searched for. */
  #watchStructure(): void {
    if (this.#runsDirs.has(this.#ownRunsDir)) {
      this.#structure?.dispose();
      this.#structure = undefined;
    } else {
      this.#structure ??= this.#waitForRunsDir();
    }
  }

  #waitForRunsDir(): Disposable {
    const { dir, holds } = this.place;
    const structure = holds === 'project' ? [dir, join(dir, '.a5c'), this.#ownRunsDir] : [dir];
    const watcher = chokidarWatch(dir, {
      ignored: (path) => !structure.includes(path),
      ignoreInitial: true,
      followSymlinks: false,
      persistent: false,
    });
    watcher.on('addDir', () => void this.#search());
    watcher.on('ready', () => {
      // What came after the first search and before chokidar looked makes no event.
      if (modifiedAt(this.#ownRunsDir) > 0) void this.#search();
    });
    watcher.on('error', (error) => this.logger.warn(`Watching ${dir}: ${String(error)}`));
    return toDisposable(() => void watcher.close());
  }

  async #load(): Promise<void> {
    if (this.#index) await inSlices(this.#index.load());
    await this.#search();
    await this.#readDirty();
    this.#loaded = true;
    this.#flush();
    this.#index?.clear();
    await this.#save();
  }

  async #searchOnce(): Promise<void> {
    const { dir, holds } = this.place;
    const found = holds === 'runs' ? [dir] : await inSlices(findRunsDirectories(dir));
    if (this.#disposed) return;
    const existing = new Set(found.filter((path) => modifiedAt(path) > 0));
    for (const [path, runsDir] of this.#runsDirs) {
      if (existing.has(path)) continue;
      runsDir.dispose();
      this.#runsDirs.delete(path);
      for (const run of this.#known.keys()) if (isInside(path, run)) this.#forget(run);
    }
    for (const path of existing) {
      if (this.#runsDirs.has(path)) continue;
      const runsDir = this.#watchRunsDir(path);
      this.#runsDirs.set(path, runsDir);
      await runsDir.list();
      if (this.#disposed) return;
    }
    this.#watchStructure();
  }

  #watchRunsDir(path: string): RunsDir {
    let again: NodeJS.Timeout | undefined;
    // A hundred runs deleted together are a hundred events, and each listing looks at every run.
    let listedAt = 0;
    const list = oneAtATime(() => {
      listedAt = modifiedAt(path);
      return this.#list(path);
    });
    const watcher = watchFolder(path, this.logger, () => {
      if (modifiedAt(path) === 0) {
        void this.#search();
        return;
      }
      void list();
      // The engine makes a run's folder first and run.json a moment later, which only the folder itself would tell.
      clearTimeout(again);
      again = setTimeout(() => void list(), secondLook);
    });
    return {
      list,
      listedAt: () => listedAt,
      dispose() {
        clearTimeout(again);
        watcher.dispose();
      },
    };
  }

  #searchAgainLater(after: number): void {
    this.#searchTimer = setTimeout(async () => {
      const start = performance.now();
      await this.#search();
      if (this.#disposed) return;
      this.#searchAgainLater(Math.max(searchEvery, (performance.now() - start) * searchShare));
    }, after);
    this.#searchTimer.unref();
  }

  /** Compares a runs directory with what is known of it: new runs are read, missing ones forgotten. */
  async #list(runsDir: string): Promise<void> {
    const runs = await inSlices(listRuns(runsDir));
    if (this.#disposed || !this.#runsDirs.has(runsDir)) return;
    await inSlices(this.#compare(runsDir, runs));
  }

  *#compare(runsDir: string, runs: readonly string[]): Sliced<void> {
    const there = new Set(runs);
    for (const dir of this.#known.keys()) {
      if (dir.startsWith(`${runsDir}${sep}`) && !there.has(dir)) this.#forget(dir);
    }
    const parent: Parent = { root: this.#root, real: realPath(runsDir) };
    for (const dir of runs) {
      if (isSliceOver()) yield;
      if (this.#disposed) return;
      if (this.#known.has(dir)) continue;
      this.#known.set(dir, {
        directory: undefined,
        parent,
        kept: undefined,
        run: undefined,
        whole: false,
        accepted: true,
        watches: undefined,
        attended: 0,
        journalAt: 0,
        keptAt: undefined,
        appended: false,
        again: undefined,
      });
      this.#touch(dir);
    }
  }

  /** @param added new files of the journal, perhaps none; `undefined`: anything may have happened to it */
  #touch(dir: string, added?: readonly string[]): void {
    const before = this.#dirty.get(dir);
    if (added === undefined || before === 'anything') this.#dirty.set(dir, 'anything');
    else this.#dirty.set(dir, new Set([...(before ?? []), ...added]));
    void this.#readDirty();
  }

  /** Reads what changed, one run after the other; what is touched meanwhile is read by the same loop. */
  #readDirty(): Promise<void> {
    this.#reading ??= this.#readAll();
    return this.#reading;
  }

  async #readAll(): Promise<void> {
    await nextTurn();
    await inSlices(this.#readEach());
  }

  *#readEach(): Sliced<void> {
    try {
      for (const [dir, dirt] of this.#dirty) {
        this.#dirty.delete(dir);
        if (isSliceOver()) yield;
        try {
          yield* this.#read(dir, dirt);
        } catch (error) {
          // Reading makes a problem of what is wrong. Should a run upset it even so, the others must not notice.
          this.logger.error(`${visible(dir)} could not be read: ${messageOf(error)}`);
        }
        if (this.#disposed) return;
      }
    } finally {
      // In the same turn as the end of the loop, so that nothing touched is forgotten in between.
      this.#reading = undefined;
    }
  }

  *#read(dir: string, dirt: Dirt): Sliced<void> {
    const known = this.#known.get(dir);
    if (!known) return;
    const first = known.run === undefined;
    const kept = first ? this.#revive(dir, known) : undefined;
    const asKept = first && known.keptAt !== undefined;
    const added = asKept ? [] : dirt === 'anything' ? undefined : [...dirt];
    const run = kept ?? (yield* directoryOf(dir, known).read({ whole: known.whole, added, glimpse: first }));
    if (this.#disposed || this.#known.get(dir) !== known) return;
    const journalAt = kept ? (known.keptAt ?? 0) : directoryOf(dir, known).journalAt;
    known.journalAt = journalAt;
    known.appended = added !== undefined && (known.appended || added.length > 0);
    if (!run) {
      // It may be in the making: createRun writes the folder first. Its parts will be listed again.
      this.#forget(dir);
      return;
    }
    const wasThere = known.run !== undefined && known.accepted;
    known.run = run;
    known.accepted = this.place.accepts?.(run) !== false;
    // The rows of all runs come before the events of one.
    if (run.reading) this.#dirty.set(dir, 'anything');
    else this.#rewatch(dir, known);
    if (known.accepted) this.#deliver({ type: 'read', run });
    else if (wasThere) this.#deliver({ type: 'gone', dir });
    if (known.keptAt !== journalAt) this.#saveLater();
  }

  /** Takes over what an earlier session read, if the run is still as it was. */
  #revive(dir: string, known: Known): Run | undefined {
    const kept = this.#index?.get(dir);
    if (!kept || kept.journalAt !== modifiedAt(`${dir}/journal`)) return undefined;
    const { run, journal } = kept;
    // A finished run is not looked at for a lock, then or later, until somebody wants to do something with it.
    if (!run.fold.end && exists(`${dir}/run.lock`)) return undefined;
    known.keptAt = kept.journalAt;
    if (journal) known.kept = kept;
    // A run with effects under way has more than its journal; it is read on, from there.
    return run.fold.end || run.fold.effects.size === 0 ? run : undefined;
  }

  #saveLater(): void {
    if (!this.#index || this.#saveTimer) return;
    this.#saveTimer = setTimeout(() => void this.#save(), saveAfter);
    this.#saveTimer.unref();
  }

  /** Keeps what was read for the next session, if anything is new. */
  async #save(): Promise<void> {
    if (!this.#index || !this.#saveTimer) return;
    clearTimeout(this.#saveTimer);
    this.#saveTimer = undefined;
    try {
      await inSlices(this.#index.save(this.#keepable(), Date.now()));
    } catch (error) {
      this.logger.warn(`What was read cannot be kept for the next start: ${messageOf(error)}`);
    }
  }

  *#keepable(): Generator<KnownRun> {
    for (const [dir, known] of this.#known) {
      const { run, journalAt } = known;
      const { journal } = known.kept ? directoryOf(dir, known) : (known.directory ?? {});
      known.keptAt = journalAt;
      if (run) yield { run, journal, journalAt };
    }
  }

  #forget(dir: string): void {
    const known = this.#known.get(dir);
    if (!known) return;
    this.#unwatch(dir, known);
    this.#known.delete(dir);
    this.#dirty.delete(dir);
    if (known.run && known.accepted) this.#deliver({ type: 'gone', dir });
  }

  /** Begins or ends the watches of a run, as it is live or not. */
  #rewatch(dir: string, known: Known): void {
    const wanted =
      known.attended > 0 || (known.accepted && isLive(known.run) && this.#hasWatchFor(known.run));
    if (wanted === (known.watches !== undefined)) return;
    if (!wanted) {
      this.#unwatch(dir, known);
      return;
    }
    known.watches = this.#watchRun(dir, known);
    this.#watched.add(dir);
    // What came between reading and watching has made no event.
    if (modifiedAt(`${dir}/journal`) !== known.journalAt) this.#touch(dir);
  }

  #unwatch(dir: string, known: Known): void {
    clearTimeout(known.again);
    known.watches?.dispose();
    known.watches = undefined;
    this.#watched.delete(dir);
  }

  #watchRun(dir: string, known: Known): Disposable {
    const watches = new DisposableStore();
    const watchJournal = (): Disposable =>
      watches.add(
        watchFolder(`${dir}/journal`, this.logger, (name) => {
          clearTimeout(known.again);
          if (name === undefined || !temporaryName.test(name))
            this.#touch(dir, name === undefined ? name : [name]);
          else known.again = setTimeout(() => this.#touch(dir), writesTake);
        }),
      );
    let journalWatch = watchJournal();
    watches.add(
      watchFolder(dir, this.logger, (name) => {
        if (name === 'journal') {
          // Repair replaces the whole folder; the old watch would stay with the folder that was moved away.
          watches.delete(journalWatch);
          journalWatch = watchJournal();
        }
        // The lock and run.json are read in any case.
        this.#touch(dir, name === undefined || name === 'journal' ? undefined : []);
      }),
    );
    return watches;
  }

  /** Whether a live run gets one of the limited watches; it may take that of a run that is longer without an event. */
  #hasWatchFor(run: Run): boolean {
    if (this.#watched.has(run.dir) || this.#watched.size < watchedRuns) return true;
    const stalest = [...this.#watched]
      .flatMap((dir) => this.#known.get(dir) ?? [])
      .filter(({ attended }) => attended === 0)
      .toSorted((a, b) => (a.run?.updatedAt ?? 0) - (b.run?.updatedAt ?? 0))[0];
    if (!stalest?.run || stalest.run.updatedAt >= run.updatedAt) return false;
    this.#unwatch(stalest.run.dir, stalest);
    return true;
  }

  /** One `stat` of each watched folder: on network file systems changes may arrive without a word. */
  #poll(): void {
    // While there is much to read, whatever changed may be in the queue.
    const idle = this.#reading === undefined;
    let late = false;
    const isLate = (at: number, known: number): boolean => {
      // A change that has just come may be on its way to us.
      late ||= at !== known && Date.now() - at > pollEvery / 2;
      return at !== known;
    };
    for (const [path, runsDir] of this.#runsDirs) {
      if (isLate(modifiedAt(path), runsDir.listedAt())) void runsDir.list();
    }
    for (const dir of this.#watched) {
      const known = this.#known.get(dir);
      if (known && !this.#dirty.has(dir) && isLate(modifiedAt(`${dir}/journal`), known.journalAt))
        this.#touch(dir);
    }
    if (!late || !idle || this.#saidLate) return;
    this.#saidLate = true;
    const seconds = pollEvery / 1000;
    this.logger.info(
      `${this.#root}: changes come without the system telling (a network file system?); runs under way are looked at every ${seconds} s.`,
    );
  }

  #checkLocks(): void {
    for (const [dir, { run }] of this.#known) if (run?.lock) this.#touch(dir, []);
  }

  /** Finished and old runs are not watched: one `stat` of the journal tells whether anything came. */
  *#touchChanged(): Sliced<void> {
    for (const [dir, known] of this.#known) {
      if (known.appended || modifiedAt(`${dir}/journal`) !== known.journalAt) {
        this.#dirty.set(dir, 'anything');
      }
      yield;
    }
  }

  #deliver(change: RunChange): void {
    this.#batch.set(change.type === 'read' ? change.run.dir : change.dir, change);
    if (this.#batch.size >= (this.#delivered ? mostTogether : firstRows)) this.#flush();
    else this.#flushTimer ??= setTimeout(() => this.#flush(), batchEvery);
  }

  #flush(): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    const batch = [...this.#batch.values()];
    this.#batch.clear();
    this.#delivered = true;
    this.#listener?.(batch, this.#loaded);
  }

  #every(milliseconds: number, action: () => void): void {
    const timer = setInterval(action, milliseconds);
    timer.unref();
    this.#disposables.add(toDisposable(() => clearInterval(timer)));
  }
}

function directoryOf(dir: string, known: Known): RunDirectory {
  const { parent, kept } = known;
  const directory = (known.directory ??= new RunDirectory(dir, parent.root, parent.real));
  if (kept?.journal) directory.goOn(kept.run, kept.journal);
  known.kept = undefined;
  return directory;
}

/** Whether events are to be expected soon: it is unfinished and something happened lately. */
function isLive(run: Run | undefined): run is Run {
  return (
    run !== undefined && !run.fold.end && (run.lock !== undefined || Date.now() - run.updatedAt < liveFor)
  );
}

/** Texts shown in the editor may be this large, in bytes. */
const textLimit = 16 * 1024 * 1024;
