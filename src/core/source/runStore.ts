import type { Clock } from '../clock';
import { DisposableStore, toDisposable, type Disposable } from '../disposables';
import { Emitter } from '../event';
import type { EngineId } from '../run/engineId';
import { compareRuns, type Run, type RunDetails } from '../run/run';
import { engineOf, type Engines, type RunEngine } from '../engine/runEngine';
import type { JudgeOptions, Judgement } from '../run/judgement';
import type { RunKey } from '../run/runKey';
import type { RunMarks } from '../order/runMarks';
import { RunCopies, type TellCopies } from './runCopies';
import type { RunChange, RunReading, RunSource } from './runSource';

/** A run and what it is doing now. */
export interface StoredRun {
  readonly run: Run;
  readonly state: Judgement;
  /** Whose run it is. */
  readonly engine: RunEngine;
  /** Folders that hold an older or equal state of it; left out: none is known. */
  readonly copies?: readonly string[];
  /** Another run of the same id went on differently, so that its folder tells them apart. */
  readonly apart?: boolean;
  /** What the person keeps of it; left out: nothing. */
  readonly marks?: RunMarks;
}

/** What changed together. */
export interface StoreChange {
  /** Runs that are new, changed or gone. */
  readonly keys: ReadonlySet<RunKey>;
  /** Runs came or went, so that lists of runs change, not only rows. */
  readonly membership: boolean;
}

/** All runs of all sources, each with its state. The one place that tells everybody what changed. */
export class RunStore implements Disposable {
  /** By the watch that fills them: two sources may be of the same place, with different runs accepted. */
  readonly #sources = new Map<Disposable, { source: RunSource; runs: Map<RunKey, Run>; loaded: boolean }>();
  readonly #expected = new Set<Disposable>();
  readonly #runs = new Map<RunKey, StoredRun>();
  readonly #copies: RunCopies | undefined;
  /** When time alone changes the state of a run: only few of thousands wait for time. */
  readonly #changesAt = new Map<RunKey, number>();
  /** Runs in {@link #sorted} that are not what they were. */
  readonly #stale = new Set<RunKey>();
  readonly #engines: Map<EngineId, RunEngine>;
  readonly #changed = new Emitter<StoreChange>();
  readonly #disposables = new DisposableStore();
  #sorted: readonly StoredRun[] = [];
  #timer: Disposable | undefined;
  #options: JudgeOptions;

  /** Fires after each batch of changes, and when time alone changed a state. */
  readonly onDidChange = this.#changed.event;

  /**
   * @param engines those that are known from the start
   * @param tellCopies which runs are copies of others and told below them; `undefined`: none is
   * @param marksOf what the person keeps of a run; whoever changes that calls {@link judgeAnew}
   */
  constructor(
    private readonly clock: Clock,
    engines: Engines,
    options: JudgeOptions,
    tellCopies?: TellCopies,
    private readonly marksOf: (key: RunKey) => RunMarks | undefined = () => undefined,
  ) {
    this.#engines = new Map(engines);
    this.#options = options;
    this.#copies = tellCopies && new RunCopies(tellCopies);
    this.#disposables.add(this.#changed);
  }

  /**
   * Takes in a source until the result is disposed; its runs leave with it.
   * @param engine whose runs they are; left out: of one known from the start
   */
  add(source: RunSource, engine?: RunEngine): Disposable {
    if (engine) this.#engines.set(engine.id, engine);
    const entry = { source, runs: new Map<RunKey, Run>(), loaded: false };
    let watch: Disposable = toDisposable(() => {});
    const ended = toDisposable(() => {
      watch.dispose();
      this.#sources.delete(ended);
      this.#take(
        entry.runs,
        [...entry.runs.keys()].map((key): RunChange => ({ type: 'gone', key })),
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

  /** Sources are still being looked for, so that not all is {@link loaded} until the result is disposed. */
  expectMore(): Disposable {
    const expected = toDisposable(() => {
      this.#expected.delete(expected);
      this.#changed.fire({ keys: new Set(), membership: false });
    });
    this.#expected.add(expected);
    return expected;
  }

  /** Every source has been looked for, and has delivered what was there at first. */
  get loaded(): boolean {
    return this.#expected.size === 0 && [...this.#sources.values()].every(({ loaded }) => loaded);
  }

  /** Newest first, without copies. */
  get all(): readonly StoredRun[] {
    if (this.#stale.size > 0) {
      const fresh = [...this.#stale].flatMap((key) => this.get(key) ?? []);
      const kept = this.#sorted.filter(({ run }) => !this.#stale.has(run.key));
      this.#sorted = merge(kept, fresh.toSorted(compareStored));
      this.#stale.clear();
    }
    return this.#sorted;
  }

  /** `undefined`: it is not there, or it is a copy of another run. */
  get(key: RunKey): StoredRun | undefined {
    return this.#copies?.of(key)?.isCopy ? undefined : this.#runs.get(key);
  }

  /** Judges all runs anew, after a setting changed. */
  reclassify(options: JudgeOptions): void {
    this.#options = { ...this.#options, ...options };
    this.#judge(new Set(this.#runs.keys()));
  }

  /**
   * Keeps that an action of the person's own on a run ended, and judges the run anew.
   * @param failed it was an iterate that brought nothing but an error
   */
  acted(key: RunKey, failed = false): void {
    const run = this.#newest(key);
    const { known } = this.#options;
    if (!run || !known) return;
    known.remember(run, failed);
    this.#judge(new Set([key]));
  }

  /** Judges runs anew, after something changed that is known of them besides their files. */
  judgeAnew(keys: ReadonlySet<RunKey>): void {
    this.#judge(new Set([...keys].filter((key) => this.#runs.has(key))));
  }

  /** See {@link RunSource.check}. */
  async check(): Promise<void> {
    await Promise.all([...this.#sources.values()].map(({ source }) => source.check()));
  }

  async refresh(): Promise<void> {
    await Promise.all([...this.#sources.values()].map(({ source }) => source.refresh()));
  }

  /** The source that has a run; `undefined` when the run is gone. */
  sourceOf(key: RunKey): RunSource | undefined {
    for (const { source, runs } of this.#sources.values()) if (runs.has(key)) return source;
    return undefined;
  }

  /** Reads one run now; `undefined`: it is not there any more. */
  async reread(key: RunKey): Promise<StoredRun | undefined> {
    const run = await this.sourceOf(key)?.reread(key);
    return run && this.get(key);
  }

  /** See {@link RunSource.attend}. */
  attend(key: RunKey): Disposable {
    return this.sourceOf(key)?.attend(key) ?? toDisposable(() => {});
  }

  /** See {@link RunSource.readDetails}. */
  async readDetails(key: RunKey, metricKeys: readonly string[]): Promise<RunDetails | undefined> {
    return this.sourceOf(key)?.readDetails(key, metricKeys);
  }

  /** See {@link RunSource.readThrough}. */
  async readThrough(key: RunKey, metricKeys: readonly string[]): Promise<RunReading | undefined> {
    return this.sourceOf(key)?.readThrough(key, metricKeys);
  }

  /** See {@link RunSource.readTitles}. */
  async readTitles(key: RunKey, signal: AbortSignal): Promise<readonly string[]> {
    return (await this.sourceOf(key)?.readTitles(key, signal)) ?? [];
  }

  /** See {@link RunSource.readOutcome}. */
  async readOutcome(key: RunKey): Promise<void> {
    await this.sourceOf(key)?.readOutcome?.(key);
  }

  dispose(): void {
    // Nobody is told that the runs leave: everybody else leaves, too.
    this.#disposables.dispose();
    for (const source of [...this.#sources.keys()]) source.dispose();
    this.#timer?.dispose();
  }

  #take(runs: Map<RunKey, Run>, batch: readonly RunChange[]): void {
    const touched = new Set<RunKey>();
    for (const change of batch) {
      if (change.type === 'read') {
        runs.set(change.run.key, change.run);
        touched.add(change.run.key);
      } else if (runs.delete(change.key)) {
        touched.add(change.key);
      }
    }
    this.#judge(touched);
    // Even an empty batch tells something: the source has been looked at.
    if (touched.size === 0) this.#changed.fire({ keys: touched, membership: false });
  }

  #judge(keys: ReadonlySet<RunKey>): void {
    const now = this.clock.now();
    let membership = false;
    for (const key of keys) {
      const before = this.#runs.get(key);
      const run = this.#newest(key);
      this.#copies?.follow(before?.run, run);
      this.#stale.add(key);
      this.#changesAt.delete(key);
      if (run) {
        const engine = engineOf(this.#engines, run);
        const state = engine.judge(run, now, this.#options);
        this.#runs.set(key, { run, state, engine, ...this.#known(key) });
        if (state.changesAt !== undefined) this.#changesAt.set(key, state.changesAt);
        membership ||= !before || before.run.createdAt !== run.createdAt;
      } else {
        this.#runs.delete(key);
        this.#copies?.forget(key);
        membership = true;
      }
    }
    const touched = this.#settleCopies(keys);
    this.#wait(now);
    if (touched.size > 0) this.#changed.fire({ keys: touched, membership: membership || touched !== keys });
  }

  /** @returns these runs, and those of which something else is told now because of them */
  #settleCopies(keys: ReadonlySet<RunKey>): ReadonlySet<RunKey> {
    const differ = this.#copies?.settle((key) => this.#runs.get(key)?.run);
    if (!differ || differ.size === 0) return keys;
    for (const key of differ) {
      const stored = this.#runs.get(key);
      this.#stale.add(key);
      if (!stored) continue;
      const { run, state, engine } = stored;
      this.#runs.set(key, { run, state, engine, ...this.#known(key) });
    }
    return new Set([...keys, ...differ]);
  }

  /** What is known of a run besides its files. */
  #known(key: RunKey): Pick<StoredRun, 'copies' | 'apart' | 'marks'> {
    const told = this.#copies?.of(key);
    const marks = this.marksOf(key);
    return { ...(told ? { copies: told.copies, apart: told.apart } : {}), ...(marks ? { marks } : {}) };
  }

  /** Two sources may see the same run (nested workspace folders, a setting that repeats one). */
  #newest(key: RunKey): Run | undefined {
    for (const { runs } of this.#sources.values()) {
      const run = runs.get(key);
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
    this.#judge(new Set([...this.#changesAt].filter(([, at]) => at <= now).map(([key]) => key)));
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
