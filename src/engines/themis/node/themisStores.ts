import { messageOf } from '../../../core/errors';
import { keyText, asRunKey } from '../../../core/run/runKey';
import type { Sliced } from '../../../core/sliced';
import type { RunReading } from '../../../core/source/runSource';
import { emptyDetails } from '../core/story';
import { themisEngine } from '../core/themisEngine';
import {
  runIdOf,
  themisKey,
  toRun,
  unreadableStore,
  unreadableRun,
  type ThemisStore,
} from '../core/themisRun';
import { realPath } from '../../../node/safeFile';
import type { StoreKind } from '../../../node/stores';
import { modifiedAt } from '../../../node/watchFolder';
import { configsOfServers } from './configs';
import { directReader, slicedReader } from './asyncReaders';
import { storeAt, storesIn, toStore, whyNoStore } from './findStores';
import { JsonlStore } from './jsonlStore';
import { manifestRoots, mostToldRoots, projectDirOf, readManifests, toldRoots } from './manifests';
import { openReading } from './openReading';
import type { AsyncReader } from './reading';
import type { ReaderThread } from './readerThread';
import { noSqlite, sqliteOpener } from './sqliteModule';
import { SqliteStore } from './sqliteStore';
import { ThemisSource } from './themisSource';

/** A Themis store that is asked synchronously, or why it cannot be. */
function readerOf(store: ThemisStore): JsonlStore | SqliteStore | string {
  const whyNot = whyNoStore(store);
  if (whyNot !== undefined) return whyNot;
  if (store.kind === 'jsonl') return new JsonlStore(realPath(store.path) ?? store.path);
  const open = sqliteOpener();
  return open ? new SqliteStore(store.path, open) : noSqlite;
}

/**
 * The stores of Themis.
 * @param thread where SQLite files are read; `undefined`: in the thread that asks, for programs with nothing else to do
 */
export function themisStores(thread?: ReaderThread): StoreKind {
  const asyncReader = (store: ThemisStore): AsyncReader | string => {
    const reader = readerOf(store);
    if (typeof reader === 'string') return reader;
    if (!(reader instanceof SqliteStore)) return slicedReader(reader);
    return thread ? thread.reader(store.path) : directReader(reader);
  };
  return {
    engine: themisEngine,
    storesIn,
    keptElsewhere: configsOfServers,
    named(path) {
      const found = storeAt(path);
      if (!found) return undefined;
      const { store, runId } = found;
      return runId === undefined ? { store } : { store, run: keyText(themisKey(toStore(store), runId)) };
    },
    read: (path, run) => readingAll(toStore(path), run),
    open(path, logger) {
      const store = toStore(path);
      return new ThemisSource({ store, reader: () => asyncReader(store), logger });
    },
  };
}

function* readingAll(store: ThemisStore, run: string | undefined): Sliced<readonly RunReading[]> {
  const projectDir = projectDirOf(store);
  const reader = readerOf(store);
  const unreadable = (why: string): readonly RunReading[] => [
    { run: unreadableStore(store, projectDir, modifiedAt(store.path), why), details: emptyDetails },
  ];
  if (typeof reader === 'string') return unreadable(reader);
  try {
    const ids = run === undefined ? reader.list() : [runIdOf(store, asRunKey(run)) ?? ''];
    const readings: RunReading[] = [];
    let manifests = yield* readManifests(manifestRoots(store.path));
    const known = new Set<string>();
    for (const runId of ids) {
      yield;
      const reading =
        reader instanceof JsonlStore ? yield* reader.readingWhole(runId) : reader.readWhole(runId);
      if (!reading) continue;
      const told = reading.row ? toldRoots(reading.row, projectDir) : [];
      const roots = told.filter(({ path }) => !known.has(path));
      for (const { path } of roots) known.add(path);
      if (roots.length > 0 && known.size <= mostToldRoots)
        manifests = new Map([...(yield* readManifests(roots)), ...manifests]);
      const place = { store, projectDir, fileAt: reading.fileAt, manifest: manifests.get(runId) };
      readings.push(
        (yield* openReading(reading, (row, opened) => toRun(row, place, reading.problems, opened))) ?? {
          run: unreadableRun(store, runId, projectDir, reading),
          details: emptyDetails,
        },
      );
    }
    return readings;
  } catch (error) {
    return unreadable(messageOf(error));
  }
}
