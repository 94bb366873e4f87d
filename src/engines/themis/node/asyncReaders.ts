import { isSliceOver, inSlices } from '../../../node/slices';
import type { Sliced } from '../../../core/sliced';
import type { JsonlStore } from './jsonlStore';
import type { AsyncReader, RowReading, WholeReading } from './reading';
import type { SqliteStore } from './sqliteStore';

/** Reads a store of files in slices: nothing else waits for longer than one run takes. */
export function slicedReader(store: JsonlStore): AsyncReader {
  function* each<T>(
    runIds: readonly string[],
    read: (runId: string) => Sliced<T | undefined>,
  ): Sliced<ReadonlyMap<string, T>> {
    const found = new Map<string, T>();
    for (const runId of runIds) {
      if (isSliceOver()) yield;
      const one = yield* read(runId);
      if (one !== undefined) found.set(runId, one);
    }
    return found;
  }
  return {
    list: (newest) => inSlices(store.listing(newest)),
    stamps: (runIds) => inSlices(each(runIds, (runId) => store.stamping(runId))),
    rows: (runIds) => inSlices(each<RowReading | WholeReading>(runIds, (runId) => store.readingRow(runId))),
    whole: (runId) => inSlices(store.readingWhole(runId)),
    text: async (runId, name) => store.text(runId, name),
  };
}

/** Reads a SQLite file in the thread that calls. */
export function directReader(store: SqliteStore): AsyncReader {
  return {
    list: async (newest) => store.list(newest),
    stamps: async (runIds) => store.stamps(runIds),
    rows: async (runIds) => store.rows(runIds),
    whole: async (runId) => store.readWhole(runId),
    text: async (runId, name) => store.text(runId, name),
  };
}
