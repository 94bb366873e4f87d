import type { CostRecord } from './cost';
import type { Effect } from './effect';
import type { EffectMap } from './effectMap';
import type { Problem } from './problem';
import type { RecordedError } from './recordedError';
import type { Stretch } from './stretch';

/** How a run ended. */
export interface RunEnd {
  readonly outcome: 'completed' | 'failed' | 'halted';
  /** The engine's own word for it: RUN_FAILED. */
  readonly type: string;
  /** Milliseconds since 1970; `undefined` when the event does not say. */
  readonly at: number | undefined;
  /**
   * When it was last told with something new: in other words, or after another answer. Milliseconds since 1970;
   * `undefined`: with its end.
   */
  readonly toldAt: number | undefined;
  readonly error: RecordedError | undefined;
  /** The id of the task whose error ended it, as nothing caught it; `undefined`: none did. */
  readonly failedTask: string | undefined;
  /** Why it was halted, or the reason a person gave for sealing it. */
  readonly reason: string | undefined;
  /** A person closed it, which is final: it cannot be resumed. */
  readonly sealed: boolean;
}

/** What happened in a run, as far as every engine can tell it. Never changed: what happens later makes a new one. */
export interface Story {
  /** What the process asked for, in order of the requests. */
  readonly effects: EffectMap;
  /** Those neither resolved nor cancelled, in order of their requests. */
  readonly pending: ReadonlyMap<string, Effect>;
  /** How many effects have each status. */
  readonly counts: Readonly<Record<Effect['status'], number>>;
  /** `undefined`: not finished, or reopened by a later request. */
  readonly end: RunEnd | undefined;
  /** Milliseconds since 1970 of the first and the last event that say when they were recorded. */
  readonly firstAt: number | undefined;
  readonly lastAt: number | undefined;
  /** Names of the breakpoints that were skipped, as the run asks nobody. */
  readonly skipped: ReadonlySet<string>;
  /** What was spent, record by record; the same spending may be told twice. */
  readonly costs: readonly CostRecord[];
  /**
   * When nobody was at work, in order, as guessed from its events: after an agent stopped, and where hours went by without an
   * event. Left out: the engine gives nothing to guess it from.
   */
  readonly idle?: readonly Stretch[];
  /** What is wrong with its events. */
  readonly problems: readonly Problem[];
}
