import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/core/clock';
import { enginesOf } from '../../src/core/engine/runEngine';
import { silentLogger } from '../../src/core/log';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import type { RunKey } from '../../src/core/run/runKey';
import { RunStore } from '../../src/core/source/runStore';
import { perstackStores } from '../../src/engines/perstack/node/perstackStores';
import { ReaderThread } from '../../src/engines/themis/node/readerThread';
import { sqliteOpener } from '../../src/engines/themis/node/sqliteModule';
import { themisStores } from '../../src/engines/themis/node/themisStores';
import type { StoreKind } from '../../src/node/stores';

/** What is told of a store by whoever made it (scripts/lib/storeTrees.mjs). */
export interface StoreTree {
  readonly name: 'perstack' | 'sqlite' | 'jsonl';
  readonly path: string;
  readonly runs: number;
}

const themis = themisStores(new ReaderThread(join(__dirname, 'themisReader.js')));

/** How each is opened, and the least that must be read to tell every run's state, as fast as plain code can. */
const kinds: Readonly<
  Record<StoreTree['name'], { readonly kind: StoreKind; readonly floor: (path: string) => void }>
> = {
  perstack: { kind: perstackStores, floor: lastEvents },
  sqlite: { kind: themis, floor: rowsOfResults },
  jsonl: { kind: themis, floor: filesOfResults },
};

/** Of each job the names of its events, and the last event. */
function lastEvents(jobs: string): void {
  for (const job of readdirSync(jobs)) {
    const runs = join(jobs, job, 'runs');
    const files = readdirSync(runs).flatMap((run) =>
      readdirSync(join(runs, run)).map((name) => join(runs, run, name)),
    );
    const last = files.reduce((a, b) => (a > b ? a : b));
    JSON.parse(readFileSync(last, 'utf8'));
  }
}

/** Of each run its result, row by row. */
function rowsOfResults(file: string): void {
  const database = sqliteOpener()?.(file);
  if (!database) throw new Error('This Node has no SQLite');
  const result = database.prepare(
    "SELECT projection_json AS text FROM run_projections WHERE run_id = ? AND projection_name = 'run_result'",
  );
  for (const { run_id } of database.prepare('SELECT run_id FROM run_snapshots').all()) {
    JSON.parse(String(result.all(String(run_id))[0]?.['text']));
  }
  database.close();
}

/** Of each run its result, file by file. */
function filesOfResults(store: string): void {
  for (const run of readdirSync(join(store, 'runs'))) {
    JSON.parse(readFileSync(join(store, 'runs', run, 'projections', 'run_result.json'), 'utf8'));
  }
}

/** @returns how long it took, in milliseconds */
export function storeFloor({ name, path }: StoreTree): number {
  const start = performance.now();
  kinds[name].floor(path);
  return performance.now() - start;
}

/** The rows of the first page. */
const page = 50;

export interface LoadedStore {
  readonly store: RunStore;
  /** Milliseconds until the newest 50 runs had rows, and all. */
  readonly firstRows: number;
  readonly allRows: number;
}

/** Opens a store as the extension does, and waits for its rows. */
export async function loadStore({ name, path, runs }: StoreTree): Promise<LoadedStore> {
  const { kind } = kinds[name];
  const start = performance.now();
  const store = new RunStore(systemClock, enginesOf(), { activityWindow: defaultActivityWindow });
  const toldAt = new Map<RunKey, number>();
  const allRows = await new Promise<number>((resolve) => {
    store.onDidChange(({ keys }) => {
      const now = performance.now() - start;
      for (const key of keys) if (store.get(key) && !toldAt.has(key)) toldAt.set(key, now);
      if (store.loaded && toldAt.size >= runs) resolve(now);
    });
    store.add(kind.open(path, silentLogger), kind.engine);
  });
  const bad = store.all.filter(({ state }) => state.state === 'unreadable' || state.state === 'reading');
  if (bad.length > 0 || store.all.length !== runs)
    throw new Error(`${bad.length} of ${store.all.length} runs are not read`);
  const firstRows = Math.max(...store.all.slice(0, page).map(({ run }) => toldAt.get(run.key) ?? NaN));
  toldAt.clear();
  return { store, firstRows, allRows };
}
