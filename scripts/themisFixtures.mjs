// Writes test/fixtures/themis from stores that Themis itself wrote: `node scripts/themisFixtures.mjs <folder>`, with a Node
// that has SQLite. What no test reads is left out: blobs, caches, traces, and the execution states of runs without a selector.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Failure, root, runMain } from './lib/run.mjs';

const target = join(root, 'test/fixtures/themis');
const usedProjections = ['run_result', 'benchmark_result', 'timeline_view'];
/** The runs of the SQLite file, by the first characters of their ids: it is there to be a real one, and small. */
const sqliteRuns = ['fd2b6567', '2de6df8b', 'ff3a32fd', 'fb562684', '7d8cb0cb', '6cb70004'];

/**
 * @param {string} from
 * @param {string} to
 */
function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
  const { atime, mtime } = statSync(from);
  utimesSync(to, atime, mtime);
}

/** @param {string} dir */
const filesBelow = (dir) =>
  readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1));

/** @param {string} from */
function copyJsonl(from) {
  for (const file of filesBelow(from)) {
    const runFile = /^runs\/jsonl\/runs\/[0-9a-f]{64}\/(?:projections\/)?(\w+)\.jsonl?$/.exec(file);
    const isQueue = /^runs\/(?:queue|batch)\//.test(file);
    const isConfig = /^[^/]+\.yaml$/.test(file);
    const name = runFile?.[1] ?? '';
    const isUsed =
      ['snapshot', 'events', ...usedProjections].includes(name) &&
      !file.endsWith('projections/snapshot.json');
    const isSelection =
      name === 'execution_state' && readFileSync(join(from, file), 'utf8').includes('selector has');
    if (isQueue || isConfig || isUsed || isSelection) copy(join(from, file), join(target, 'workspace', file));
  }
}

/** @param {string} from */
function copySqlite(from) {
  const file = join(target, 'sqlite', basename(from));
  copy(from, file);
  const database = new DatabaseSync(file);
  const others = sqliteRuns.map((id) => `run_id NOT LIKE '${id}%'`).join(' AND ');
  const names = usedProjections.map((name) => `'${name}'`).join(', ');
  database.exec(`
    DELETE FROM run_blobs; DELETE FROM stage_cache;
    DELETE FROM run_snapshots WHERE ${others}; DELETE FROM run_events WHERE ${others};
    DELETE FROM run_projections WHERE ${others};
    DELETE FROM run_projections WHERE projection_name NOT IN (${names})
      AND NOT (projection_name = 'execution_state' AND run_id LIKE 'ff3a32fd%');
    VACUUM;`);
  database.close();
}

await runMain(async () => {
  const from = process.argv[2];
  if (from === undefined)
    throw new Failure('It needs the folder that holds "jsonl" and "sqlite", stores of Themis.');
  rmSync(join(target, 'workspace'), { recursive: true, force: true });
  rmSync(join(target, 'sqlite'), { recursive: true, force: true });
  copyJsonl(join(from, 'jsonl'));
  copySqlite(join(from, 'sqlite/runs/themis.sqlite3'));
});
