import type { FileText } from '../../../node/safeFile';
import type { Problem } from '../../../core/run/problem';
import type { ThemisEvent } from '../core/events';
import type { RunParts } from '../core/cases';
import type { TimelineEntry } from '../core/result';
import type { RunRow } from '../core/row';

/** What was read of a run for its row. */
export interface RowReading {
  /** `undefined`: neither projections nor events nor the snapshot can be read. */
  readonly row: RunRow | undefined;
  /** The modification time of its file, in milliseconds since 1970. */
  readonly fileAt: number;
  readonly problems: readonly Problem[];
  /** A file that is being written was found: it is to be read again soon, and what was read before is still right. */
  readonly beingWritten: boolean;
}

/** A run into which somebody looks. */
export interface WholeReading extends RowReading {
  readonly parts: RunParts | undefined;
  /** Its events as far as everybody needs them. */
  readonly timeline: readonly TimelineEntry[];
  /** Its events as they were written; empty: they cannot be read. */
  readonly events: readonly ThemisEvent[];
}

/** What of a reading is for the row alone; of a run under way everybody wants to know what is done, too. */
export function rowReading(reading: WholeReading): RowReading | WholeReading {
  const { row, fileAt, problems, beingWritten } = reading;
  return row?.outcome.status === 'running' ? reading : { row, fileAt, problems, beingWritten };
}

/** A text that is kept of a run as it is. */
export type TextName = 'snapshot' | 'run_result' | 'benchmark_result' | 'timeline_view' | 'execution_state';

/** Reads runs of one store, synchronously; whatever is opened is closed again. */
export interface StoreReader {
  /**
   * The ids of its runs, in the order in which they were made where that is known.
   * @param newest only so many of the newest ones; left out: all
   * @throws Error when the store cannot be read at all
   */
  list(newest?: number): readonly string[];
  /** Changes when a run changes; `undefined`: it is gone. Cheap. */
  stamp(runId: string): string | undefined;
  /** `undefined`: the run is gone. */
  readRow(runId: string): RowReading | WholeReading | undefined;
  readWhole(runId: string): WholeReading | undefined;
  text(runId: string, name: TextName): FileText;
}

/** The same for whoever must not be blocked, many runs at once. */
export interface AsyncReader {
  list(newest?: number): Promise<readonly string[]>;
  /** Those that are gone are left out. */
  stamps(runIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  rows(runIds: readonly string[]): Promise<ReadonlyMap<string, RowReading | WholeReading>>;
  whole(runId: string): Promise<WholeReading | undefined>;
  text(runId: string, name: TextName): Promise<FileText>;
}

/** Why a store cannot be read for now: whatever was read before still stands. */
export class StoreBusyError extends Error {}
