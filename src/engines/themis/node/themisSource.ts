import { basename, dirname, join } from 'node:path';
import { DisposableStore, toDisposable, type Disposable } from '../../../core/disposables';
import type { DocumentPart } from '../../../core/documents';
import { messageOf } from '../../../core/errors';
import { visible } from '../../../core/format';
import type { Logger } from '../../../core/log';
import { oneAtATime } from '../../../core/oneAtATime';
import type { EventRecord } from '../../../core/run/eventRecord';
import type { Problem } from '../../../core/run/problem';
import type { Run, RunDetails } from '../../../core/run/run';
import type { RunKey } from '../../../core/run/runKey';
import type { DocumentName } from '../../../core/source/documentName';
import type {
  PastReading,
  RunChange,
  RunListener,
  RunReading,
  RunSource,
} from '../../../core/source/runSource';
import { casesOf } from '../core/cases';
import { eventTypes, toRecord } from '../core/events';
import { foldEvents } from '../core/foldEvents';
import { emptyDetails } from '../core/story';
import type { Manifest } from '../core/manifest';
import { shareTexts, toRow } from '../core/row';
import {
  runIdOf,
  storeKey,
  themis,
  toRun,
  unreadableRun,
  unreadableStore,
  type ThemisRun,
  type ThemisStore,
} from '../core/themisRun';
import { ChangeBatches } from '../../../node/changeBatches';
import { modifiedAt, watchFolder } from '../../../node/watchFolder';
import { inSlices } from '../../../node/slices';
import { RunWatches } from '../../../node/runWatches';
import { readDocument } from './documents';
import {
  manifestDirs,
  manifestRoots,
  mostToldRoots,
  projectDirOf,
  readManifests,
  toldRoots,
  type ManifestRoot,
} from './manifests';
import { openReading } from './openReading';
import { StoreBusyError, type AsyncReader, type RowReading, type WholeReading } from './reading';

/** So many runs are read at once. */
const pageSize = 50;
/** Each event of Themis is several writes: what changed is looked at together, after so many milliseconds. */
const settleFor = 250;
/** Everything is looked at this often, and what is watched, for network file systems, in milliseconds. */
const sweepEvery = 30_000;
const pollEvery = 2000;
/** So many unfinished runs of a folder are watched; each takes two system watches. */
const watchedRuns = 50;

const noProblems: readonly Problem[] = [];

/** A run of the store, as it was last read. */
interface Tracked {
  /** What it was like when it was read; `undefined`: it is to be read again. */
  stamp: string | undefined;
  run: ThemisRun | undefined;
  /** Somebody looked into it: all of it is read, not only its row. */
  whole: boolean;
  attended: number;
}

export interface ThemisSourceOptions {
  readonly store: ThemisStore;
  /** Asked at each look, as a store may become readable: what reads it, or why it cannot be read here. */
  readonly reader: () => AsyncReader | string;
  readonly logger: Logger;
}

/** Runs of one store of Themis. */
export class ThemisSource implements RunSource {
  readonly engine = themis;
  readonly eventTypes = eventTypes;
  readonly #store: ThemisStore;
  readonly #projectDir: string;
  readonly #runs = new Map<string, Tracked>();
  readonly #batches = new ChangeBatches<RunKey, RunChange>((batch) => this.#listener?.(batch, this.#loaded));
  readonly #watches: RunWatches<string>;
  readonly #watching = new DisposableStore();
  readonly #manifestWatches = new Map<string, Disposable>();
  #manifests: ReadonlyMap<string, Manifest> = new Map();
  #listener: RunListener | undefined;
  #loaded = false;
  #settling: NodeJS.Timeout | undefined;
  /** Every run is to be looked at, and not only what may have changed. */
  #lookAtAll = true;
  /** What the file was like when every run of it was looked at. */
  #sweptAt = '';
  #wasRead = false;
  /** Why the store cannot be read, which its own row says. */
  #trouble: string | undefined;
  /** The run that was read whole last: its events are asked for piece by piece. */
  #last:
    | { readonly runId: string; readonly stamp: string | undefined; readonly reading: WholeReading }
    | undefined;

  /** Reads what may have changed. Never rejects. */
  readonly #look = oneAtATime(async () => {
    try {
      await this.#lookOnce();
    } catch (error) {
      this.#told(error);
    }
  });

  constructor(private readonly options: ThemisSourceOptions) {
    const { path, kind } = options.store;
    this.#store = { path, kind };
    this.#projectDir = projectDirOf(this.#store);
    this.#watches = new RunWatches(watchedRuns, (runId) => this.#watchRun(runId));
  }

  watch(listener: RunListener): Disposable {
    this.#listener = listener;
    const { path, kind } = this.#store;
    const { logger } = this.options;
    const disposables = this.#watching;
    for (const part of [this.#batches, this.#watches]) disposables.add(part);
    if (kind === 'sqlite') {
      const names = new Set([basename(path), `${basename(path)}-wal`]);
      disposables.add(
        watchFolder(
          dirname(path),
          logger,
          (name) => (name === undefined || names.has(name)) && this.#settle(),
        ),
      );
    } else {
      disposables.add(watchFolder(join(path, 'runs'), logger, () => this.#settle(true)));
    }
    disposables.add(every(pollEvery, () => this.#poll()));
    disposables.add(every(sweepEvery, () => void this.check()));
    void this.#load();
    return toDisposable(() => {
      this.#listener = undefined;
      clearTimeout(this.#settling);
      for (const watch of this.#manifestWatches.values()) watch.dispose();
      disposables.dispose();
      this.#runs.clear();
      this.#last = undefined;
    });
  }

  async check(): Promise<void> {
    this.#lookAtAll ||= this.#store.kind === 'jsonl' || this.#fileStamp !== this.#sweptAt;
    await this.#look();
  }

  async refresh(): Promise<void> {
    for (const tracked of this.#runs.values()) tracked.stamp = undefined;
    this.#lookAtAll = true;
    await this.#look();
  }

  attend(key: RunKey): Disposable {
    const tracked = this.#tracked(key);
    if (!tracked) return toDisposable(() => {});
    tracked.attended += 1;
    tracked.whole = true;
    tracked.stamp = undefined;
    this.#rewatch(tracked);
    void this.#look();
    return toDisposable(() => {
      tracked.attended -= 1;
      this.#rewatch(tracked);
    });
  }

  async reread(key: RunKey): Promise<Run | undefined> {
    const tracked = this.#tracked(key);
    if (!tracked) return this.#storeRow(key);
    tracked.whole = true;
    tracked.stamp = undefined;
    await this.#look();
    if (this.#batches.size > 0) this.#batches.flush();
    return this.#tracked(key)?.run;
  }

  async readDetails(key: RunKey): Promise<RunDetails | undefined> {
    if (this.#tracked(key)?.run?.depth === 'end') await this.reread(key);
    return (await this.readThrough(key))?.details;
  }

  async readThrough(key: RunKey): Promise<RunReading | undefined> {
    const runId = runIdOf(this.#store, key);
    const reading = await this.#whole(runId);
    if (runId === undefined || !reading) {
      const run = this.#storeRow(key);
      return run && { run, details: emptyDetails };
    }
    return (
      (await inSlices(
        openReading(reading, (row, opened) =>
          toRun(row, this.#placeOf(runId, reading), reading.problems, opened),
        ),
      )) ?? {
        run: unreadableRun(this.#store, runId, this.#projectDir, reading),
        details: emptyDetails,
      }
    );
  }

  async readTitles(key: RunKey, signal: AbortSignal): Promise<readonly string[]> {
    const reading = signal.aborted ? undefined : await this.#whole(runIdOf(this.#store, key));
    const cases = reading?.parts ? casesOf(reading.parts) : [];
    return [...new Set(cases.map(({ caseId }) => caseId))];
  }

  async document(key: RunKey, name: DocumentName): Promise<DocumentPart> {
    const runId = runIdOf(this.#store, key);
    const reader = this.options.reader();
    if (runId === undefined || typeof reader === 'string' || !this.#runs.has(runId)) {
      return { file: 'The run', problem: 'was deleted', missing: true };
    }
    return readDocument(runId, name, {
      reader,
      whole: () => this.#whole(runId),
      details: async () => (await this.readThrough(key))?.details,
    });
  }

  async events(key: RunKey, from: number, to: number): Promise<readonly EventRecord[]> {
    const tracked = this.#tracked(key);
    const reading = tracked && (await this.#whole(runIdOf(this.#store, key)));
    if (!tracked || !reading) return [];
    const { timeline, events } = reading;
    const all = events.length === timeline.length ? events : timeline;
    const first = Math.max(0, from);
    return all.slice(first, Math.max(0, to)).map((entry, i) => toRecord(entry, first + i));
  }

  async asOf(
    key: RunKey,
    count: number,
    _details: RunDetails,
    signal: AbortSignal,
  ): Promise<PastReading | undefined> {
    const runId = runIdOf(this.#store, key);
    const reading = await this.#whole(runId);
    const events = reading?.events.slice(0, count) ?? [];
    if (runId === undefined || !reading?.parts || events.length === 0 || signal.aborted) return undefined;
    const parts = foldEvents(events, reading.parts.snapshot);
    const row = toRow(runId, parts, events, undefined);
    const past = await inSlices(
      openReading({ ...reading, row, parts, events, timeline: events }, (told, opened) =>
        toRun(told, this.#placeOf(runId, reading), reading.problems, opened),
      ),
    );
    return past && { ...past, event: events.length, at: past.run.updatedAt };
  }

  async #load(): Promise<void> {
    await this.#look();
    this.#loaded = true;
    this.#batches.flush();
  }

  /** @param membership runs may have come or gone */
  #settle(membership = false): void {
    this.#lookAtAll ||= membership && this.#store.kind === 'jsonl';
    this.#settling ??= setTimeout(() => {
      this.#settling = undefined;
      void this.#look();
    }, settleFor);
  }

  async #lookOnce(): Promise<void> {
    const reader = this.options.reader();
    if (typeof reader === 'string') throw new Error(reader);
    const swept = this.#fileStamp;
    const all = this.#lookAtAll;
    this.#lookAtAll = false;
    // Of a large file the list of all takes long. A thread that reads it starts while manifests are looked for.
    const isFirst = this.#runs.size === 0;
    const [listed, manifests] = await Promise.all([
      reader.list(isFirst ? pageSize : undefined),
      inSlices(readManifests(this.#manifestRoots())),
    ]);
    this.#manifests = manifests;
    if (isFirst) await this.#readPage(reader, listed.toReversed());
    const ids = isFirst ? await reader.list() : listed;
    this.#wasRead = true;
    const there = new Set(ids);
    for (const runId of this.#runs.keys()) if (!there.has(runId)) this.#forget(runId);
    const wanted = ids.toReversed().filter((runId) => all || this.#mayChange(runId));
    for (let at = 0; at < wanted.length && this.#listener; at += pageSize) {
      await this.#readPage(reader, wanted.slice(at, at + pageSize));
    }
    if (all) this.#sweptAt = swept;
    this.#tellTrouble(undefined);
  }

  /** New runs, those under way, and those at which somebody looks. */
  #mayChange(runId: string): boolean {
    const tracked = this.#runs.get(runId);
    if (!tracked?.run || tracked.stamp === undefined || tracked.attended > 0) return true;
    return !tracked.run.story.end || tracked.run.manifest !== this.#manifests.get(runId);
  }

  async #readPage(reader: AsyncReader, runIds: readonly string[]): Promise<void> {
    const stamps = await reader.stamps(runIds);
    const changed = runIds.filter((runId) => {
      const { stamp, run } = this.#runs.get(runId) ?? {};
      return (
        stamp === undefined ||
        stamp !== stamps.get(runId) ||
        run?.manifest?.path !== this.#manifests.get(runId)?.path
      );
    });
    const rows = await reader.rows(changed.filter((runId) => !this.#runs.get(runId)?.whole));
    for (const runId of changed) {
      if (!this.#listener) return;
      const tracked = this.#runs.get(runId) ?? {
        stamp: undefined,
        run: undefined,
        whole: false,
        attended: 0,
      };
      const reading = tracked.whole ? await reader.whole(runId) : rows.get(runId);
      if (reading) await this.#take(runId, tracked, stamps.get(runId), reading);
      else this.#forget(runId);
    }
  }

  async #take(
    runId: string,
    tracked: Tracked,
    stamp: string | undefined,
    reading: RowReading | WholeReading,
  ): Promise<void> {
    this.#runs.set(runId, tracked);
    if (reading.beingWritten) this.#settle();
    // The last good reading stays while a file is being written.
    if (reading.beingWritten && tracked.run) {
      tracked.stamp = undefined;
      return;
    }
    tracked.stamp = reading.beingWritten ? undefined : stamp;
    if (tracked.whole && 'parts' in reading) this.#last = { runId, stamp: tracked.stamp, reading };
    const place = this.#placeOf(runId, reading);
    const problems = reading.beingWritten || reading.problems.length === 0 ? noProblems : reading.problems;
    const opened =
      'parts' in reading && reading.row
        ? (await inSlices(openReading(reading, (row, parts) => toRun(row, place, problems, parts))))?.run
        : undefined;
    if (!this.#listener) return;
    tracked.run =
      opened ??
      (reading.row
        ? toRun(shareTexts(reading.row, runId), place, problems)
        : unreadableRun(this.#store, runId, this.#projectDir, reading));
    this.#rewatch(tracked, runId);
    this.#batches.add(tracked.run.key, { type: 'read', run: tracked.run });
  }

  #placeOf(runId: string, { fileAt }: Pick<RowReading, 'fileAt'>) {
    const manifest = this.#manifests.get(runId);
    return { store: this.#store, projectDir: this.#projectDir, fileAt, manifest };
  }

  #tracked(key: RunKey): Tracked | undefined {
    const runId = runIdOf(this.#store, key);
    return runId === undefined ? undefined : this.#runs.get(runId);
  }

  #forget(runId: string): void {
    const key = this.#runs.get(runId)?.run?.key;
    this.#runs.delete(runId);
    this.#watches.end(runId);
    if (key) this.#batches.add(key, { type: 'gone', key });
  }

  async #whole(runId: string | undefined): Promise<WholeReading | undefined> {
    const tracked = runId === undefined ? undefined : this.#runs.get(runId);
    if (runId === undefined || !tracked) return undefined;
    const { stamp } = tracked;
    if (this.#last?.runId === runId && stamp !== undefined && this.#last.stamp === stamp)
      return this.#last.reading;
    try {
      const reader = this.options.reader();
      const reading = typeof reader === 'string' ? undefined : await reader.whole(runId);
      if (reading) this.#last = { runId, stamp, reading };
      return reading;
    } catch (error) {
      this.options.logger.warn(`${visible(this.#store.path)}: ${messageOf(error)}`);
      return this.#last?.runId === runId ? this.#last.reading : undefined;
    }
  }

  /** What was read before stands while somebody writes; a store that cannot be read has a row that says why. */
  #told(error: unknown): void {
    this.#lookAtAll = true;
    const isBusy = error instanceof StoreBusyError;
    if (isBusy) this.#settle();
    // What is busy was readable, or will be: its row is there only as long as nothing of it was read.
    if (this.#runs.size === 0 && !(isBusy && this.#wasRead)) this.#tellTrouble(messageOf(error));
    else this.options.logger.info(`${visible(this.#store.path)}: ${messageOf(error)}`);
  }

  /** The row that stands for a store which cannot be read; `undefined`: the key is another one, or it can be. */
  #storeRow(key: RunKey): ThemisRun | undefined {
    if (this.#trouble === undefined || key !== storeKey(this.#store)) return undefined;
    return unreadableStore(this.#store, this.#projectDir, modifiedAt(this.#store.path), this.#trouble);
  }

  #tellTrouble(trouble: string | undefined): void {
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    const key = storeKey(this.#store);
    if (trouble === undefined) this.#batches.add(key, { type: 'gone', key });
    else {
      const run = this.#storeRow(key);
      if (run) this.#batches.add(key, { type: 'read', run });
    }
  }

  /** Where manifests are looked for, each of which is watched. */
  #manifestRoots(): readonly ManifestRoot[] {
    const told = [...this.#runs.values()].flatMap(({ run }) =>
      run?.told ? toldRoots(run.told, this.#projectDir) : [],
    );
    const own = new Map(told.map((root) => [root.path, root]));
    // Each of them is watched: very many would take all watches that the system has.
    const named = [...own.values()].slice(0, mostToldRoots);
    const roots = new Map([...manifestRoots(this.#store.path), ...named].map((root) => [root.path, root]));
    for (const dir of [...roots.values()].flatMap(manifestDirs)) {
      if (this.#manifestWatches.has(dir) || !this.#listener) continue;
      this.#manifestWatches.set(
        dir,
        watchFolder(dir, this.options.logger, () => this.#settle()),
      );
    }
    return [...roots.values()];
  }

  /** Watches a run that is under way, or at which somebody looks. A SQLite file is watched as a whole. */
  #rewatch({ run, attended }: Tracked, runId = run?.runId): void {
    if (this.#store.kind === 'sqlite' || runId === undefined || !this.#listener) return;
    const need = attended > 0 ? 'always' : run?.story.end ? undefined : run?.updatedAt;
    this.#watches.update(runId, need);
  }

  #watchRun(runId: string): Disposable {
    const dir = join(this.#store.path, 'runs', runId);
    const watches = new DisposableStore();
    for (const path of [dir, join(dir, 'projections')]) {
      watches.add(watchFolder(path, this.options.logger, () => this.#settle()));
    }
    return watches;
  }

  /** The file's own changes, of which a network file system may tell nobody. */
  #poll(): void {
    if (
      this.#store.kind === 'sqlite' ? this.#fileStamp !== this.#sweptAt : [...this.#watches.keys].length > 0
    ) {
      this.#settle();
    }
  }

  get #fileStamp(): string {
    const { path } = this.#store;
    return `${modifiedAt(path)} ${modifiedAt(`${path}-wal`)}`;
  }
}

function every(milliseconds: number, action: () => void): Disposable {
  const timer = setInterval(action, milliseconds);
  timer.unref();
  return toDisposable(() => clearInterval(timer));
}
