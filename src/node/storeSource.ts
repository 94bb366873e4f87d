import { DisposableStore, toDisposable, type Disposable } from '../core/disposables';
import type { DocumentPart } from '../core/documents';
import { messageOf } from '../core/errors';
import { visible } from '../core/format';
import type { Logger } from '../core/log';
import type { EngineId } from '../core/run/engineId';
import type { EventRecord } from '../core/run/eventRecord';
import type { Run, RunDetails } from '../core/run/run';
import { asRunKey, keyText, type RunKey } from '../core/run/runKey';
import type { Sliced } from '../core/sliced';
import type { DocumentName } from '../core/source/documentName';
import type { RunChange, RunListener, RunReading, RunSource } from '../core/source/runSource';
import { ChangeBatches } from './changeBatches';
import { ReadQueue } from './readQueue';
import { RunWatches } from './runWatches';
import { inSlices } from './slices';

/** Everything is looked at this often, for what no watch told, in milliseconds. */
const sweepEvery = 30_000;
/** So many runs are compared and read at once, so that the newest ones are there first. */
const pageSize = 50;
/** A file that may be half written is read again after so long, in milliseconds. */
const readAgain = 250;
/** So many runs that are under way are watched. */
const watchedRuns = 20;

/** Reads the runs of a store, each named by the text of its key. Synchronously, in slices. */
export interface StoreReader {
  readonly engine: EngineId;
  readonly eventTypes: readonly string[];

  /** The runs that are there, the newest first, as far as that is told without reading them. */
  list(): Sliced<readonly string[]>;

  /** A text that changes when the run does. Cheap: it is asked of all runs again and again. */
  stamp(run: string): Sliced<string>;

  /**
   * Reads a run.
   * @param whole with everything, for somebody who looks into it, else what its row needs
   * @returns `isSettling`: a file may have been half written, so it is to be read again; `undefined`: it is gone
   */
  read(run: string, whole: boolean): Sliced<(RunReading & { readonly isSettling: boolean }) | undefined>;

  document(run: string, name: DocumentName): Sliced<DocumentPart>;
  events(run: string, from: number, to: number): Sliced<readonly EventRecord[]>;

  /** Calls back when runs come or go. */
  watchStore(onChange: () => void): Disposable;
  /** Calls back when something is written in a run. */
  watchRun(run: string, onChange: () => void): Disposable;
}

interface Known {
  stamp: string;
  run: Run | undefined;
  whole: boolean;
  attended: number;
}

/** The runs of a store that another program writes. */
export class StoreSource implements RunSource {
  readonly engine: EngineId;
  readonly eventTypes: readonly string[];
  readonly #runs = new Map<string, Known>();
  readonly #queue: ReadQueue<string, true>;
  readonly #batches = new ChangeBatches<string, RunChange>((batch) => this.#listener?.(batch, this.#loaded));
  readonly #watches: RunWatches<string>;
  readonly #again = new Map<string, NodeJS.Timeout>();
  #listener: RunListener | undefined;
  #loaded = false;
  #disposed = false;

  /** @param liveFor a run without an end is watched for so long after its last event, in milliseconds */
  constructor(
    private readonly reader: StoreReader,
    logger: Logger,
    private readonly liveFor = 24 * 3_600_000,
  ) {
    this.engine = reader.engine;
    this.eventTypes = reader.eventTypes;
    this.#queue = new ReadQueue({
      read: (run) => this.#read(run),
      merge: () => true,
      failed: (run, error) => logger.error(`${visible(run)} could not be read: ${messageOf(error)}`),
    });
    this.#watches = new RunWatches(watchedRuns, (run) => reader.watchRun(run, () => this.#touch(run)));
  }

  watch(listener: RunListener): Disposable {
    this.#listener = listener;
    const disposables = new DisposableStore();
    for (const part of [this.#queue, this.#batches, this.#watches]) disposables.add(part);
    disposables.add(this.reader.watchStore(() => void this.check()));
    const timer = setInterval(() => void this.check(), sweepEvery);
    timer.unref();
    void this.#load();
    return toDisposable(() => {
      this.#disposed = true;
      this.#listener = undefined;
      clearInterval(timer);
      for (const again of this.#again.values()) clearTimeout(again);
      disposables.dispose();
      this.#runs.clear();
    });
  }

  async check(): Promise<void> {
    const runs = await inSlices(this.reader.list());
    if (this.#disposed) return;
    const there = new Set(runs);
    for (const run of this.#runs.keys()) if (!there.has(run)) this.#forget(run);
    for (let at = 0; at < runs.length && !this.#disposed; at += pageSize) {
      await inSlices(this.#compare(runs.slice(at, at + pageSize)));
      await this.#queue.read();
    }
  }

  async refresh(): Promise<void> {
    for (const run of this.#runs.keys()) this.#queue.add(run, true);
    await this.check();
  }

  attend(key: RunKey): Disposable {
    const run = keyText(key);
    const known = this.#runs.get(run);
    if (!known) return toDisposable(() => {});
    known.whole = true;
    known.attended += 1;
    this.#rewatch(run, known);
    this.#touch(run);
    return toDisposable(() => {
      known.attended -= 1;
      if (this.#runs.get(run) === known) this.#rewatch(run, known);
    });
  }

  async reread(key: RunKey): Promise<Run | undefined> {
    const run = keyText(key);
    const known = this.#runs.get(run);
    if (!known) return undefined;
    known.whole = true;
    await this.#queue.reading;
    this.#queue.add(run, true);
    await this.#queue.read();
    if (this.#batches.size > 0) this.#batches.flush();
    return this.#runs.get(run)?.run;
  }

  async readDetails(key: RunKey): Promise<RunDetails | undefined> {
    const known = this.#runs.get(keyText(key));
    if (known?.run && known.run.depth !== 'whole') await this.reread(key);
    return (await this.readThrough(key))?.details;
  }

  async readThrough(key: RunKey): Promise<RunReading | undefined> {
    const run = keyText(key);
    if (!this.#runs.has(run)) return undefined;
    const reading = await inSlices(this.reader.read(run, true));
    return reading && { run: reading.run, details: reading.details };
  }

  async readTitles(key: RunKey, signal: AbortSignal): Promise<readonly string[]> {
    const reading = signal.aborted ? undefined : await this.readThrough(key);
    return [...new Set([...(reading?.details.tasks.values() ?? [])].flatMap(({ title }) => title ?? []))];
  }

  async document(key: RunKey, name: DocumentName): Promise<DocumentPart> {
    const run = keyText(key);
    return this.#runs.has(run)
      ? inSlices(this.reader.document(run, name))
      : { file: 'The run', problem: 'was deleted', missing: true };
  }

  async events(key: RunKey, from: number, to: number): Promise<readonly EventRecord[]> {
    const run = keyText(key);
    return this.#runs.has(run) ? inSlices(this.reader.events(run, Math.max(0, from), Math.max(0, to))) : [];
  }

  async #load(): Promise<void> {
    await this.check();
    if (this.#disposed) return;
    this.#loaded = true;
    this.#batches.flush();
  }

  *#compare(runs: readonly string[]): Sliced<void> {
    for (const run of runs) {
      yield;
      const stamp = yield* this.reader.stamp(run);
      const known = this.#runs.get(run);
      if (known?.stamp === stamp) continue;
      if (known) known.stamp = stamp;
      else this.#runs.set(run, { stamp, run: undefined, whole: false, attended: 0 });
      this.#queue.add(run, true);
    }
  }

  #touch(run: string): void {
    this.#queue.add(run, true);
    void this.#queue.read();
  }

  *#read(run: string): Sliced<void> {
    const known = this.#runs.get(run);
    if (!known) return;
    const reading = yield* this.reader.read(run, known.whole);
    if (this.#disposed || this.#runs.get(run) !== known) return;
    if (!reading) {
      this.#forget(run);
      return;
    }
    if (reading.isSettling) this.#readAgain(run);
    // What is half written now is whole in a moment: until then the last good state stays.
    if (reading.isSettling && known.run) return;
    known.run = reading.run;
    this.#rewatch(run, known);
    this.#batches.add(run, { type: 'read', run: reading.run });
  }

  #readAgain(run: string): void {
    clearTimeout(this.#again.get(run));
    const timer = setTimeout(() => {
      this.#again.delete(run);
      this.#touch(run);
    }, readAgain);
    timer.unref();
    this.#again.set(run, timer);
  }

  #rewatch(run: string, { run: reading, attended }: Known): void {
    const isLive = reading && !reading.story.end && Date.now() - reading.updatedAt < this.liveFor;
    const need = attended > 0 ? 'always' : isLive ? reading.updatedAt : undefined;
    // What came between reading and watching has told nobody.
    if (this.#watches.update(run, need)) this.#touch(run);
  }

  #forget(run: string): void {
    const known = this.#runs.get(run);
    this.#watches.end(run);
    this.#runs.delete(run);
    this.#queue.delete(run);
    clearTimeout(this.#again.get(run));
    this.#again.delete(run);
    if (known?.run) this.#batches.add(run, { type: 'gone', key: asRunKey(run) });
  }
}
