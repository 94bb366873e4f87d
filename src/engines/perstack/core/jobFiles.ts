import type { Sliced } from '../../../core/sliced';
import type { JobEvent } from './jobEvents';

/** What a job's folder holds, by name. */
export interface JobListing {
  /** In the order in which they happened. */
  readonly events: readonly JobEvent[];
  /** The ids of checkpoints, as their files are called. */
  readonly checkpoints: readonly string[];
  readonly hasJobJson: boolean;
  /** The latest modification in the folder, in milliseconds since 1970. */
  readonly modifiedAt: number;
}

/** A JSON object that was read, or why there is none, in words that follow the file's name. */
export type JobBody = { readonly json: Readonly<Record<string, unknown>> } | { readonly problem: string };

/** Reads files of a job by their paths inside it. The same file is read once. */
export interface JobReader {
  body(file: string): JobBody;
}

/** Reads a file, and gives other work its turn. */
export function* bodyOf(reader: JobReader, file: string): Sliced<JobBody> {
  yield;
  return reader.body(file);
}
