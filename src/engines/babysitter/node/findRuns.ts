import { readdirSync, statSync, type Dirent } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { isInside } from '../../../core/paths';
import { sequenceNumber } from '../core/eventName';
import type { Sliced } from '../../../core/sliced';
import { sorting } from '../../../core/sorting';
import { eachEntryIn } from '../../../node/eachEntryIn';
import { noProjects } from '../../../node/projectFolders';
import { codeOf, realPath } from '../../../node/safeFile';
import { isSliceOver } from '../../../node/slices';

/** How many folders below a workspace folder a project may lie. */
const projectDepth = 5;

/** Every `.a5c/runs` of a workspace folder and of the projects nested in it. Links are not followed. */
export function* findRunsDirectories(root: string, depth = projectDepth): Sliced<readonly string[]> {
  const found: string[] = [];
  let level = [root];
  for (let d = 0; d <= depth && level.length > 0; d += 1) {
    const next: string[] = [];
    for (const folder of level) {
      const entries = entriesOf(folder);
      // A run folder holds thousands of folders, and no projects.
      if (d > 0 && entries.some(({ name }) => name === 'run.json')) continue;
      for (const entry of entries.filter((entry) => entry.isDirectory())) {
        const path = join(folder, entry.name);
        if (entry.name === '.a5c') {
          if (foldersIn(path).some(({ name }) => name === 'runs')) found.push(join(path, 'runs'));
        } else if (!noProjects.has(entry.name)) {
          next.push(path);
        }
      }
      yield;
    }
    level = next;
  }
  return found;
}

/**
 * The runs directories that a person means by a folder: itself if it is one (named `.a5c/runs`, or holding runs and no
 * `.a5c`), else those of the projects in it.
 */
export function* resolveRunsDirectories(dir: string): Sliced<readonly string[]> {
  const named = basename(dir) === 'runs' && basename(dirname(dir)) === '.a5c';
  if (named) return [dir];
  const folders = foldersIn(dir);
  const isProject = folders.some(({ name }) => name === '.a5c');
  const holdsRuns = !isProject && folders.some(({ name }) => isSurelyRun(join(dir, name)));
  const found = yield* findRunsDirectories(dir);
  return holdsRuns ? [dir, ...found] : found;
}

/** Whether a folder is a run: it holds run.json or `journal/`, or cannot be opened. */
export function looksLikeRun(path: string): boolean {
  try {
    return readdirSync(path).some((name) => name === 'run.json' || name === 'journal');
  } catch (error) {
    const code = codeOf(error);
    return code !== 'ENOENT' && code !== 'ENOTDIR';
  }
}

/** Whether a folder anywhere is a run for certain: a project may well have a source folder called "journal". */
function isSurelyRun(path: string): boolean {
  const entries = entriesOf(path);
  return (
    entries.some(({ name }) => name === 'run.json') ||
    (entries.some((entry) => entry.name === 'journal' && entry.isDirectory()) &&
      entriesOf(join(path, 'journal')).some(({ name }) => sequenceNumber(name) !== undefined))
  );
}

/**
 * The folders of a runs directory that may be runs, newest id first; reading tells whether they are. A link to a run beside it
 * ("latest") is left out, so that no run shows twice. Where a link to another folder leads is not looked at here: reading
 * refuses one that leads out.
 */
export function* listRuns(runsDir: string): Sliced<readonly string[]> {
  return yield* newestFirst(runsDir, yield* namesOfRuns(runsDir));
}

/** The names of {@link listRuns}, in any order. */
export function* namesOfRuns(runsDir: string): Sliced<readonly string[]> {
  const real = realPath(runsDir);
  const names: string[] = [];
  for (const entry of eachEntryIn(runsDir)) {
    if (
      entry.isDirectory() ||
      (entry.isSymbolicLink() && isRunElsewhere(`${runsDir}${sep}${entry.name}`, real))
    ) {
      names.push(entry.name);
    }
    if (isSliceOver()) yield;
  }
  return names;
}

/** ULIDs sort by time, so the newest run is read first. @returns absolute paths */
export function* newestFirst(runsDir: string, names: readonly string[]): Sliced<readonly string[]> {
  const paths: string[] = [];
  for (const name of yield* sorting(names, (a, b) => (a < b ? 1 : a > b ? -1 : 0))) {
    paths.push(`${runsDir}${sep}${name}`);
    if (isSliceOver()) yield;
  }
  return paths;
}

/** Some of the newest, without sorting all; in any order. */
export function newestOf(names: readonly string[], count: number): readonly string[] {
  let newest: string[] = [];
  let least = '';
  for (const name of names) {
    if (name <= least) continue;
    newest.push(name);
    if (newest.length < 2 * count) continue;
    newest = newest.toSorted().slice(-count);
    least = newest[0] ?? '';
  }
  return newest.toSorted().slice(-count);
}

/** Whether a link may stand for a run that is not listed anyway. */
function isRunElsewhere(path: string, runsDir: string | undefined): boolean {
  const target = realPath(path);
  if (target !== undefined && (target === runsDir || dirname(target) === runsDir)) return false;
  return (runsDir !== undefined && (target === undefined || isInside(runsDir, target))) || isFolder(path);
}

function foldersIn(dir: string): readonly Dirent[] {
  return entriesOf(dir).filter((entry) => entry.isDirectory());
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    const code = codeOf(error);
    return code !== 'ENOENT' && code !== 'ENOTDIR';
  }
}

/** Nothing, where a folder is missing or closed: a workspace may hold folders that belong to others. */
function entriesOf(dir: string): readonly Dirent[] {
  try {
    return readdirSync(dir, { withFileTypes: true });
  } catch {
    return [];
  }
}
