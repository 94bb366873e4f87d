import type { Schema } from '../../../core/jsonSchema';

/** A process file and what can be told of it without running it. */
export interface ProcessChoice {
  /** Absolute. */
  readonly path: string;
  readonly processId: string;
  readonly exports: readonly string[];
  readonly inputs: Schema | undefined;
}

/** Tells of each process file below a folder as it is found. */
export type FindProcesses = (
  root: string,
  signal: AbortSignal,
  found: (file: ProcessChoice) => void,
) => Promise<void>;
