import type { Dirent } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ThemisStore } from '../core/themisRun';
import { isInside } from '../../../core/paths';
import type { Sliced } from '../../../core/sliced';
import { firstNamesIn } from '../../../node/eachEntryIn';
import { exists, isFile, realPath } from '../../../node/safeFile';
import { isRunId } from './jsonlStore';
import { readSqliteHead } from './sqliteHead';

const sqliteName = /\.(?:sqlite3|sqlite|db)$/i;
/** So many names in `runs`, and folders of runs, are looked at for the first run. */
const looked = { names: 10_000, runs: 200 };

/**
 * The stores that lie in a folder: SQLite files by what is in them, and folders whose `runs` holds runs, so that nobody
 * looks into these any more. The folder itself may be one, too.
 * @param entries what is in the folder
 */
export function* storesIn(dir: string, entries: readonly Dirent[]): Sliced<readonly string[]> {
  const found = entries.some(({ name }) => name === 'runs') && holdsRuns(dir) ? [dir] : [];
  for (const entry of entries) {
    const path = join(dir, entry.name);
    const isStore = entry.isDirectory()
      ? holdsRuns(path)
      : entry.isFile() && sqliteName.test(entry.name) && isThemis(path);
    if (isStore) found.push(path);
    yield;
  }
  return found;
}

/** What a path that a person gave means. `named`: one of its runs. `undefined`: it is nothing of Themis. */
export function storeAt(path: string): { readonly store: string; readonly runId?: string } | undefined {
  const [, file = path, runId] = /^(.+)#([0-9a-f]{64})$/.exec(path) ?? [];
  if (isFile(file)) {
    // What is named as a store and is none has a row that says so.
    if (!sqliteName.test(file) && !isThemis(file)) return undefined;
    return runId === undefined ? { store: file } : { store: file, runId };
  }
  const runs = dirname(path);
  if (isRunId(path.slice(runs.length + 1)) && exists(join(path, 'snapshot.json'))) {
    return { store: dirname(runs), runId: path.slice(runs.length + 1) };
  }
  return holdsRuns(path) ? { store: path } : undefined;
}

/** A store by its path, which may be gone, and be it one that cannot be read. */
export function toStore(path: string): ThemisStore {
  return { kind: isFile(path) || sqliteName.test(path) ? 'sqlite' : 'jsonl', path };
}

/** Why a file cannot be read as a store of Themis, whatever the host has; `undefined`: it can. */
export function whyNoStore({ kind, path }: ThemisStore): string | undefined {
  if (kind === 'jsonl') return undefined;
  const schema = readSqliteHead(path)?.schema;
  if (schema === 'themis') return undefined;
  return schema === 'old' ? 'Made by Themis 3 or older, not readable' : 'Not a store of Themis';
}

function isThemis(path: string): boolean {
  const head = readSqliteHead(path);
  return head !== undefined && head.schema !== 'other';
}

function holdsRuns(dir: string): boolean {
  const runs = join(dir, 'runs');
  if (!exists(runs) || !isInside(realPath(dir) ?? dir, realPath(runs) ?? '')) return false;
  return firstNamesIn(runs, looked.names)
    .filter(isRunId)
    .slice(0, looked.runs)
    .some((name) => exists(join(runs, name, 'snapshot.json')));
}
