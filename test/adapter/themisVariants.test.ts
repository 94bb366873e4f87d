import { cpSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Run } from '../../src/core/run/run';
import { atOnce } from '../../src/core/sliced';
import { readSnapshot } from '../../src/engines/themis/core/snapshot';
import { themisEngine } from '../../src/engines/themis/core/themisEngine';
import { asThemis } from '../../src/engines/themis/core/themisRun';
import { configAt } from '../../src/engines/themis/node/configs';
import { rerunInQueue } from '../../src/engines/themis/node/queue';
import { readSqliteHead } from '../../src/engines/themis/node/sqliteHead';
import { sqliteOpener } from '../../src/engines/themis/node/sqliteModule';
import { SqliteStore } from '../../src/engines/themis/node/sqliteStore';
import { themisStores } from '../../src/engines/themis/node/themisStores';
import { findStores } from '../../src/node/stores';
import { temporaryFolder, write } from '../support/runFolder';
import {
  copyIntoDatabase,
  hasSqlite,
  openThemisDatabase,
  themisWorkspace,
  type WrittenDatabase,
} from '../support/themisStores';

// Stores as they may be found: elsewhere than usual, copied under other names, with parts that are missing.
const kind = themisStores();
const jsonl = join(themisWorkspace, 'runs/jsonl');
const runs = (store: string): readonly Run[] => atOnce(kind.read(store)).map(({ run }) => run);
const find = (id: string): Run =>
  runs(jsonl).find(({ runId }) => runId.startsWith(id)) ?? expect.fail(`There is no run ${id}.`);
const judge = (run: Run) => themisEngine.judge(run, run.updatedAt + 86_400_000, { activityWindow: 1 });
const waiting = find('7d8cb0cb').runId;
const completed = find('fd2b6567').runId;

/** A SQLite file with some of the runs of the store of files. */
function databaseOf(
  path: string,
  ids: readonly string[],
  change?: (database: WrittenDatabase) => void,
): string {
  const database = openThemisDatabase(path);
  for (const id of ids) copyIntoDatabase(database, join(jsonl, 'runs', id), id);
  change?.(database);
  database.close();
  return path;
}

it.each([['evals'], ['evals/out'], ['evals/runs']])(
  'a queue is found beside the config of a store in %s',
  (place) => {
    const folder = temporaryFolder();
    const [project, store] = [join(folder, 'evals'), join(folder, place, 'store')];
    mkdirSync(join(folder, place), { recursive: true });
    cpSync(join(jsonl, 'runs', waiting), join(store, 'runs', waiting), { recursive: true });
    cpSync(join(themisWorkspace, 'runs/queue'), join(project, 'runs/queue'), { recursive: true });
    write(project, 'eval.yaml', 'generation: {}');
    const [run] = runs(store);
    expect(run && judge(run).reason).toBe('Waiting for a worker');
  },
);

it('a worker is asked about where another run of its queue would be deleted first', () => {
  const project = temporaryFolder();
  const submit = (state: string, letter: string, policy: string): string => {
    const id = letter.repeat(64);
    const config = join(project, `${letter}.yaml`);
    write(project, `${letter}.yaml`, `runtime:\n  existing_run_policy: ${policy}\n`);
    write(
      project,
      `runs/queue/${state}/${id}.json`,
      JSON.stringify({ run_id: id, config_path: config, manifest_kind: 'queue' }),
    );
    return id;
  };
  const waits = submit('queued', 'a', 'auto');
  const deletes = submit('queued', 'b', 'rerun');
  submit('claimed', 'c', 'rerun');
  // Its config is elsewhere, and what it was handed in with says it.
  const elsewhere = 'd'.repeat(64);
  const snapshot: unknown = JSON.parse(readFileSync(join(jsonl, 'runs', completed, 'snapshot.json'), 'utf8'));
  const handedIn = JSON.stringify(snapshot).replace(
    /"existing_run_policy":"\w+"/,
    '"existing_run_policy":"rerun"',
  );
  write(project, `runs/queue/queued/${elsewhere}.json`, `{"run_id":"${elsewhere}","snapshot":${handedIn}}`);
  const run = asThemis(find(completed.slice(0, 8)));
  const path = join(project, 'runs/queue/queued', `${waits}.json`);
  const manifest = { path, state: 'queued' as const, at: 0 };
  const told = { ...manifest, configPath: undefined, snapshot: undefined, ownRunId: waits };
  expect(rerunInQueue({ ...run, manifest: told })).toEqual([deletes, elsewhere]);
  expect(rerunInQueue({ ...run, manifest: { ...told, state: 'requests' } })).toEqual([]);
});

it('a run that names another one inside is the one whose name it is kept under', () => {
  const folder = temporaryFolder();
  const id = 'ab'.repeat(32);
  cpSync(join(jsonl, 'runs', completed), join(folder, 'runs', id), { recursive: true });
  const [run] = runs(folder);
  expect(run?.runId).toBe(id);
  expect(run?.problems.map(({ file }) => file)).toEqual(['snapshot.json', 'projections/run_result.json']);
});

it.skipIf(!hasSqlite)('the same in a SQLite file', () => {
  const path = databaseOf(join(temporaryFolder(), 'a.db'), [completed], (database) => {
    for (const table of ['run_snapshots', 'run_projections', 'run_events'])
      database.prepare(`UPDATE ${table} SET run_id = ?`).run('odd id');
  });
  const [run] = runs(path);
  expect([run?.runId, run?.problems.map(({ file }) => file)]).toEqual(['odd id', ['snapshot', 'run_result']]);
});

it.skipIf(!hasSqlite)('a SQLite file whose tables fill more than its first page is a store, too', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'a.sqlite3');
  databaseOf(path, [completed], (database) => {
    database.exec('PRAGMA page_size = 512');
    database.exec('VACUUM');
  });
  expect(readFileSync(path).readUInt16BE(16)).toBe(512);
  expect(readSqliteHead(path)?.schema).toBe('themis');
  expect(atOnce(findStores(folder, [kind])).map(({ store }) => store)).toEqual([path]);
  expect(runs(path).map((run) => judge(run).state)).toEqual(['completed']);
});

it.skipIf(!hasSqlite).each([
  ['run_projections', 'completed'],
  ['run_events', 'completed'],
  ['stage_cache', 'completed'],
])('a SQLite file without %s is told by what is left', (table, state) => {
  const path = databaseOf(join(temporaryFolder(), 'a.db'), [completed], (database) =>
    database.exec(`DROP TABLE ${table}`),
  );
  const open = sqliteOpener() ?? expect.fail('There is no SQLite.');
  expect([...new SqliteStore(path, open).stamps([completed]).keys()]).toEqual([completed]);
  expect(runs(path).map((run) => judge(run).state)).toEqual([state]);
});

it('a config on another machine is not touched', () => {
  const run = asThemis(find('fd2b6567'));
  const folder = temporaryFolder();
  write(folder, 'c.yaml', 'a: 1');
  expect(configAt(join(folder, 'c.yaml'), run)).toMatchObject({ policy: 'auto' });
  expect(configAt(`/${join(folder, 'c.yaml')}`, run)).toBeUndefined();
  expect(configAt('\\\\host\\share\\c.yaml', run)).toBeUndefined();
});

it('configs that keep runs in a server are named', () => {
  const folder = temporaryFolder();
  write(folder, 'a.yaml', 'storage:\n  store: postgres\n  parameters: {url: x}\n');
  write(folder, 'b/b.toml', '[storage]\r\nstore = "mongodb"\r\n');
  write(folder, 'c.yaml', 'storage: {store: sqlite}\n# store: postgres\n');
  expect(atOnce(kind.keptElsewhere?.(folder) ?? expect.fail('Nothing is said.'))).toEqual([
    `${join(folder, 'a.yaml')} keeps its runs in postgres`,
    `${join(folder, 'b/b.toml')} keeps its runs in mongodb`,
  ]);
});

it.each(['projections', 'events.jsonl', 'snapshot.json'])(
  'a run of files without %s is told by what is left',
  (part) => {
    const folder = temporaryFolder();
    const dir = join(folder, 'runs', completed);
    cpSync(join(jsonl, 'runs', completed), dir, { recursive: true });
    renameSync(join(dir, part), join(folder, 'aside'));
    const [run] = runs(folder);
    expect(run && judge(run).state).toBe('completed');
  },
);

it('a run of very many metrics, or of many and very many cases, has some of them, and says how many it leaves out', () => {
  const of = (cases: number) => ({
    component_refs: { metrics: Array.from({ length: 500 }, (_, i) => ({ component_id: `m${i}` })) },
    datasets: [{ dataset_id: 'd', cases: Array.from({ length: cases }, (_, i) => ({ case_id: `c${i}` })) }],
  });
  const taken = [1, 2000, 40_000, 500_000].map((cases) => readSnapshot(of(cases))?.metrics.length);
  expect(taken).toEqual([200, 100, 5, 1]);
  const folder = temporaryFolder();
  write(folder, `runs/${completed}/snapshot.json`, JSON.stringify(of(3)));
  const [run] = runs(folder);
  expect(run?.problems.map(({ what }) => what)).toEqual(['has 300 metrics more than are shown']);
});
