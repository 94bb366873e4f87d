import type { Run } from '../../../core/run/run';
import { asRunKey, keyText, type RunKey } from '../../../core/run/runKey';
import type { Checkpoint, ToolCall } from './jobBodies';
import type { StopType } from './jobEvents';

/** What only Perstack tells of a job. */
export interface JobFacts {
  /** The expert that the job was given to. */
  readonly expertKey: string;
  readonly steps: number;
  /** How it stopped last, with nothing after it; `undefined`: it goes on, or was interrupted. */
  readonly stop: StopType | undefined;
  /** A word for its status that is not known, where there are no events; `undefined`: there is none. */
  readonly status: string | undefined;
  /** "writer, step 3": the last event that is no stop; `undefined`: there is none. */
  readonly last: string | undefined;
  /** Nothing but the start of its first run is recorded, or nothing at all. */
  readonly isEmpty: boolean;
  /** Why nothing of it can be read; `undefined`: something can. */
  readonly trouble: string | undefined;
  /** What it returned. */
  readonly text: string | undefined;
  readonly error: string | undefined;
  /** The experts that it waits for. */
  readonly delegateTo: readonly string[];
  readonly question: JobQuestion | undefined;
  /** Where the program goes on from by itself: the checkpoint with the highest step. `undefined`: it can read none. */
  readonly newest: Checkpoint | undefined;
  /** Where the branch that went on last stands, if that is another checkpoint. */
  readonly branch: StepCheckpoint | undefined;
  /** Whether there is a checkpoint of the coordinator to branch from. */
  readonly canBranch: boolean;
  /** Of each step, in the order of its iterations; empty: not read. */
  readonly checkpoints: readonly StepCheckpoint[];
  readonly tokens: number | undefined;
  /** Of all branches; `undefined`: not read. */
  readonly spent: number | undefined;
  /** From 0 to 1. */
  readonly contextUsage: number | undefined;
  readonly retries: { readonly count: number; readonly reason: string | undefined };
}

export interface StepCheckpoint {
  readonly step: number;
  readonly checkpoint: Checkpoint | undefined;
  /** The program can go on from it: its own file can be read. */
  readonly isKept: boolean;
}

export interface JobQuestion {
  readonly call: ToolCall;
  /** The checkpoint that asks; `undefined`: it cannot be read. */
  readonly checkpoint: Checkpoint | undefined;
  /** The program finds that checkpoint: its own file can be read. */
  readonly isKept: boolean;
  /** Which question it is of how many, from 1. */
  readonly place: number;
  readonly of: number;
}

export interface PerstackRun extends Run {
  readonly job: JobFacts;
}

export const perstack = 'perstack';

/** The key of the job that is kept in a folder. */
export function jobKey(folder: string): RunKey {
  return asRunKey(folder);
}

export function folderOfJob(key: RunKey): string {
  return keyText(key);
}

/** @throws Error for a run of another engine */
export function asPerstack(run: Run): PerstackRun {
  if (run.engine !== perstack) throw new Error(`A run of ${run.engine} is no job of Perstack.`);
  return run as PerstackRun;
}
