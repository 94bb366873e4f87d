export interface Count {
  readonly passed: number;
  readonly failed: number;
  /** A line for each test that failed: its file, its name, and what went wrong. */
  readonly failures?: readonly string[];
}

/** Nothing was tested, for a reason that lies in the machine; a sentence. */
export interface Skipped {
  readonly skipped: string;
}

export interface Stage {
  readonly name: string;
  /** Installs what the stage needs; rejects with a `Failure` where the machine cannot have it. */
  prepare?(): Promise<void>;
  run(): Promise<Count | Skipped>;
  /** When this one fails, nothing after it is worth running. */
  readonly isGate?: boolean;
}

export interface RunOptions {
  /** Where nobody looks, a stage that does not run is a failure: it would go unnoticed for ever. */
  readonly demandsAll: boolean;
  /** Takes what is printed, line by line; the last line is "N passed, N failed". */
  say(line: string): void;
}

/** Runs each stage that the machine can run, and tells of each what came of it. No test at all is a failure too. */
export function runStages(stages: readonly Stage[], options: RunOptions): Promise<Count>;
