import type { CopiedRun } from './replayCalls';
import type { RecordedTask } from './recordedTask';

/** What came of making a run. */
export type Made =
  | { readonly runId: string }
  /** `untouched`: nothing was made, so another way may be tried. */
  | { readonly failure: string; readonly untouched: boolean };

/** The engine, as far as one run is made and fed through it. Each sentence says why a step failed; `undefined`: it did not. */
export interface Feeder {
  create(run: CopiedRun): Promise<Made>;
  /** @param dir absolute path of the run that was made */
  iterate(dir: string): Promise<string | undefined>;
  /** @param metadata where the answer comes from; what was recorded with it is kept beside it */
  post(
    dir: string,
    effectId: string,
    recorded: RecordedTask,
    metadata: Readonly<Record<string, unknown>>,
  ): Promise<string | undefined>;
  /** Ends whatever it started. */
  close(): Promise<void>;
}

/** Feeders that use the engine's functions in one process, where that is possible. */
export interface QuickFeeders {
  /** Whether the engine that a project would use has functions to be called, as far as can be told without it. */
  fit(projectDir: string): boolean;
  /**
   * A process of its own, for one run.
   * @returns `undefined` where the functions cannot be used
   */
  open(projectDir: string, signal: AbortSignal): Promise<Feeder | undefined>;
  /** Says in the log why the functions were not used after all. */
  gaveUp(why: string): void;
}
