import type { Clock } from '../clock';
import { DisposableStore, toDisposable, type Disposable } from '../disposables';
import { Emitter } from '../event';
import { compareRuns, type Run, type RunDetails } from '../run/run';
import { engineOf, type Engines, type RunEngine } from '../engine/runEngine';
import type { JudgeOptions, Judgement } from '../run/judgement';
import type { RunChange, RunReading, RunSource } from './runSource';

/** A run and what it is doing now. */
export interface StoredRun {
  readonly run: Run;
  readonly state: Judgement;
  /** Whose run it is. */
  readonly engine: RunEngine;
}

/** What changed together. */
export interface StoreChange {
  /** Folders of runs that are new, changed or gone. */
  readonly dirs: ReadonlySet<string>;
  /** Runs came or went, so that lists of runs change, not only rows. */
  readonly membership: boolean;
}

/** All runs of all sources, each with its state. The one place that tells everybody what changed. */
export class RunStore implements Disposable {
  /** By the watch that fills them: two sources may be of the same place, with different runs accepted. */
  readonly #sources = new Map<Disposable, { source: RunSource; runs: Map<string, Run>; loaded: boolean }>();
  readonly #runs = new Map<string, StoredRun>();
  /** When time alone changes the state of a run: only few of thousands wait for time. */
  readonly #changesAt = new Map<string, number>();
  /** Runs in {@link #sorted} that are not what they were. */
  readonly #stale = new Set<string>();
  readonly #changed = new Emitter<StoreChange>();
  readonly #disposables = new DisposableStore();
  #sorted: readonly StoredRun[] = [];
  #timer: Disposable | undefined;
  #options: JudgeOptions;

  /** Fires after each batch of changes, and when time alone changed a state. */
  readonly onDidChange = this.#changed.event;

  constructor(
    private readonly clock: Clock,
    private readonly engines: Engines,
    options: JudgeOptions,
  ) {
    this.#options = options;
    this.#disposables.add(this.#changed);
  }

  /** Takes in a source until the result is disposed; its runs leave with it. */
  add(source: RunSource): Disposable {
    const entry = { source, runs: new Map<string, Run>(), loaded: false };
    let watch: Disposable = toDisposable(() => {});
    const ended = toDisposable(() => {
      watch.dispose();
      this.#sources.delete(ended);
      this.#take(
        entry.runs,
        [...entry.runs.keys()].map((dir): RunChange => ({ type: 'gone', dir })),
      );
    });
    // Known before it is watched: a source may deliver its first batch at once.
    this.#sources.set(ended, entry);
    watch = source.watch((batch, loaded) => {
      entry.loaded = loaded;
      this.#take(entry.runs, batch);
    });
    return ended;
  }

  /** Every source has delivered what was there at first. */
  get loaded(): boolean {
    return [...this.#sources.values()].every(({ loaded }) => loaded);
  }

  /** Newest first. */
  get all(): readonly StoredRun[] {
    if (this.#stale.size > 0) {
      const fresh = [...this.#stale].flatMap((dir) => this.#runs.get(dir) ?? []);
      const kept = this.#sorted.filter(({ run }) => !this.#stale.has(run.dir));
      this.#sorted = merge(kept, fresh.toSorted(compareStored));
      this.#stale.clear();
    }
    return this.#sorted;
  }

  get(dir: string): StoredRun | undefined {
    return this.#runs.get(dir);
  }

  /** Judges all runs anew, after a setting changed. */
  reclassify(options: JudgeOptions): void {
    this.#options = options;
    this.#judge(new Set(this.#runs.keys()));
  }

  /** See {@link RunSource.check}. */
  async check(): Promise<void> {
    await Promise.all([...this.#sources.values()].map(({ source }) => source.check()));
  }

  async refresh(): Promise<void> {
    await Promise.all([...this.#sources.values()].map(({ source }) => source.refresh()));
  }

  /** The source that has a run; `undefined` when the run is gone. */
  sourceOf(dir: string): RunSource | undefined {
    for (const { source, runs } of this.#sources.values()) if (runs.has(dir)) return source;
    return undefined;
  }

  /** Reads one run now; `undefined`: it is not there any more. */
  async reread(dir: string): Promise<StoredRun | undefined> {
    const run = await this.sourceOf(dir)?.reread(dir);
    return run && this.get(dir);
  }

  /** See {@link RunSource.attend}. */
  attend(dir: string): Disposable {
    return this.sourceOf(dir)?.attend(dir) ?? toDisposable(() => {});
  }

  /** See {@link RunSource.readDetails}. */
  async readDetails(dir: string, metricKeys: readonly string[]): Promise<RunDetails | undefined> {
    return this.sourceOf(dir)?.readDetails(dir, metricKeys);
  }

  /** See {@link RunSource.readThrough}. */
  async readThrough(dir: string, metricKeys: readonly string[]): Promise<RunReading | undefined> {
    return this.sourceOf(dir)?.readThrough(dir, metricKeys);
  }

  /** See {@link RunSource.readTitles}. */
  async readTitles(dir: string, signal: AbortSignal): Promise<readonly string[]> {
    return (await this.sourceOf(dir)?.readTitles(dir, signal)) ?? [];
  }

  dispose(): void {
    // Nobody is told that the runs leave: everybody else leaves, too.
    this.#disposables.dispose();
    for (const source of [...this.#sources.keys()]) source.dispose();
    this.#timer?.dispose();
  }

  #take(runs: Map<string, Run>, batch: readonly RunChange[]): void {
    const touched = new Set<string>();
    for (const change of batch) {
      if (change.type === 'read') {
        runs.set(change.run.dir, change.run);
        touched.add(change.run.dir);
      } else if (runs.delete(change.dir)) {
        touched.add(change.dir);
      }
    }
    this.#judge(touched);
    // Even an empty batch tells something: the source has been looked at.
    if (touched.size === 0) this.#changed.fire({ dirs: touched, membership: false });
  }

  #judge(dirs: ReadonlySet<string>): void {
    const now = this.clock.now();
    let membership = false;
    for (const dir of dirs) {
      const before = this.#runs.get(dir);
      const run = this.#newest(dir);
      this.#stale.add(dir);
      this.#changesAt.delete(dir);
      if (run) {
        const engine = engineOf(this.engines, run);
        const state = engine.judge(run, now, this.#options);
        this.#runs.set(dir, { run, state, engine });
        if (state.changesAt !== undefined) this.#changesAt.set(dir, state.changesAt);
        membership ||= !before || before.run.createdAt !== run.createdAt;
      } else {
        this.#runs.delete(dir);
        membership = true;
      }
    }
    this.#wait(now);
    if (dirs.size > 0) this.#changed.fire({ dirs, membership });
  }

  /** Two sources may see the same folder (nested workspace folders, a setting that repeats one). */
  #newest(dir: string): Run | undefined {
    for (const { runs } of this.#sources.values()) {
      const run = runs.get(dir);
      if (run) return run;
    }
    return undefined;
  }

  /** One timer, for the earliest moment at which time alone changes a state. */
  #wait(now: number): void {
    this.#timer?.dispose();
    let next = Number.POSITIVE_INFINITY;
    for (const at of this.#changesAt.values()) next = Math.min(next, at);
    this.#timer =
      next === Number.POSITIVE_INFINITY
        ? undefined
        : this.clock.after(Math.max(0, next - now), () => this.#due());
  }

  #due(): void {
    const now = this.clock.now();
    this.#judge(new Set([...this.#changesAt].filter(([, at]) => at <= now).map(([dir]) => dir)));
  }
}

function compareStored(a: StoredRun, b: StoredRun): number {
  return compareRuns(a.run, b.run);
}

/** Two sorted lists as one: sorting ten thousand runs anew after each event would be felt. */
function merge(a: readonly StoredRun[], b: readonly StoredRun[]): readonly StoredRun[] {
  const merged: StoredRun[] = [];
  let i = 0;
  for (const item of b) {
    for (let next = a[i]; next && compareStored(next, item) <= 0; next = a[i]) {
      merged.push(next);
      i += 1;
    }
    merged.push(item);
  }
  return merged.concat(a.slice(i));
}
