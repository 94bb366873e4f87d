import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const fixtures = fileURLToPath(new URL('../fixtures/themis', import.meta.url));

/** A workspace in which Themis worked: configs, a store of files, a queue and batches. */
export const themisWorkspace = join(fixtures, 'workspace');
/** A SQLite file that Themis wrote, with a few of the same runs. */
export const themisSqlite = join(fixtures, 'sqlite/themis.sqlite3');

/** A database that is written to, as far as tests need it. */
export interface WrittenDatabase {
  exec(sql: string): void;
  prepare(sql: string): { run(...values: readonly (string | number | null)[]): unknown };
  close(): void;
}

interface SqliteModule {
  readonly DatabaseSync: new (path: string) => WrittenDatabase;
}

const lookUp: ((id: string) => unknown) | undefined = process.getBuiltinModule;
const sqlite = lookUp?.('node:sqlite') as SqliteModule | undefined;

/** Whether this Node has SQLite; tests of SQLite stores are skipped where it has none. */
export const hasSqlite = sqlite !== undefined;

/** The tables as Themis makes them. */
const schema = `
  CREATE TABLE IF NOT EXISTS run_snapshots (run_id TEXT PRIMARY KEY, snapshot_json TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS run_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT NULL, event_type TEXT NOT NULL, event_json TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS run_blobs (blob_ref TEXT PRIMARY KEY, media_type TEXT NOT NULL, payload BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS run_projections (
    run_id TEXT NOT NULL, projection_name TEXT NOT NULL, projection_json TEXT NOT NULL,
    PRIMARY KEY (run_id, projection_name));
  CREATE TABLE IF NOT EXISTS stage_cache (
    stage_name TEXT NOT NULL, cache_key TEXT NOT NULL, payload_json TEXT NOT NULL, PRIMARY KEY (stage_name, cache_key));`;

/** Opens a SQLite store to write to it as Themis does. Its tables are made where they are missing. */
export function openThemisDatabase(path: string): WrittenDatabase {
  if (!sqlite) throw new Error('This Node has no SQLite.');
  mkdirSync(dirname(path), { recursive: true });
  const database = new sqlite.DatabaseSync(path);
  database.exec(schema);
  return database;
}

/** Writes a run of the store of files into a database, each part as a row of its own. */
export function copyIntoDatabase(database: WrittenDatabase, runDir: string, runId: string): void {
  const text = (path: string): string => readFileSync(join(runDir, path), 'utf8');
  database.prepare('INSERT OR REPLACE INTO run_snapshots VALUES (?, ?)').run(runId, text('snapshot.json'));
  for (const name of readdirSync(join(runDir, 'projections'))) {
    database
      .prepare('INSERT OR REPLACE INTO run_projections VALUES (?, ?, ?)')
      .run(runId, name.replace('.json', ''), text(`projections/${name}`));
  }
  if (!existsSync(join(runDir, 'events.jsonl'))) return;
  const insert = database.prepare('INSERT INTO run_events (run_id, event_type, event_json) VALUES (?, ?, ?)');
  for (const line of text('events.jsonl').split('\n').filter(Boolean)) {
    insert.run(runId, (JSON.parse(line) as { event_type: string }).event_type, line);
  }
}

/** The whole fixture as a workspace of its own whose store is a SQLite file. */
export function sqliteWorkspace(dir: string): string {
  cpSync(themisWorkspace, dir, { recursive: true, filter: (path) => !path.includes('/runs/jsonl') });
  const runs = join(themisWorkspace, 'runs/jsonl/runs');
  const database = openThemisDatabase(join(dir, 'runs/themis.sqlite3'));
  database.exec('BEGIN');
  for (const runId of readdirSync(runs)) copyIntoDatabase(database, join(runs, runId), runId);
  database.exec('COMMIT');
  database.close();
  return dir;
}
