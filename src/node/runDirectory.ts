import { accessSync, constants, lstatSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { decodeTime, isValid } from 'ulid';
import { digestRun } from '../core/run/digest';
import { emptyFold, foldRun, type RunFold } from '../core/run/foldRun';
import {
  listJournal,
  parseEvent,
  type EventName,
  type JournalEntry,
  type ParsedEvent,
} from '../core/run/journal';
import { parseJson } from '../core/run/lenient';
import { parseLock, type RunLock } from '../core/run/lock';
import { parseMetadata, type RunMetadata } from '../core/run/metadata';
import type { Problem } from '../core/run/problem';
import type { Run, RunDetails } from '../core/run/run';
import { parseResult, parseTask, type TaskDefinition, type TaskResult } from '../core/run/task';
import { codeOf, fileLimits, isInside, readTextIn, readTextInside, realPath, whyNotRead } from './safeFile';
import type { Sliced } from './slices';

/** Reads one run folder, and later only what is new in it. Never throws: what is wrong becomes a problem of the run. */
export class RunDirectory {
  #names: readonly EventName[] = [];
  #fold: RunFold = emptyFold;
  #eventProblems: readonly Problem[] = [];
  /** Events that gave nothing, and how their files looked then: somebody may be mending or still copying them. */
  #unusable: ReadonlyMap<string, string> = new Map();
  readonly #tasks = new Map<string, { task: TaskDefinition | undefined; problems: readonly Problem[] }>();

  /**
   * @param dir absolute path of the run folder
   * @param root the folder that links must not leave: the run's runs directory or workspace; a real path
   */
  constructor(
    readonly dir: string,
    private readonly root: string,
  ) {}

  /**
   * Reads the run as it is now.
   * @param whole read every event; otherwise, of a finished run, only the last ones, until it is read whole once
   * @returns `undefined`: there is no such folder, or it is no run
   */
  *read(whole = true): Sliced<Run | undefined> {
    const opened = this.#open();
    if (opened === undefined || 'problem' in opened) return opened && this.#closedRun(opened.problem);
    const { real } = opened;
    const problems: Problem[] = [];
    const note =
      (file: string) =>
      (what: string, more: Partial<Problem> = {}): unknown =>
        problems.push({ file, what, ...more });

    const metadata = readMetadata(real, note('run.json'));
    const journal = join(real, 'journal');
    // Without run.json the journal alone may still tell the run; without both it is none.
    if (!metadata && !exists(join(real, 'run.json')) && !exists(journal)) return undefined;
    const lock = exists(join(real, 'run.lock')) ? readLock(real, note('run.lock')) : undefined;
    const files = readJournalFolder(real, journal, note('journal'));
    const listing = listJournal(files, lock?.alive ?? false);
    for (const { file, ...problem } of listing.problems) {
      problems.push({ file: file === '' ? 'journal' : `journal/${file}`, ...problem });
    }
    // The first event may be needed for the date.
    const shallow = !whole && this.#fold === emptyFold && metadata?.createdAt !== undefined;
    const digest = shallow ? digestRun(eventsBackwards(real, journal, listing.names)) : undefined;
    if (!digest) yield* this.#foldNew(listing.names, journal, real);
    const fold = digest ?? this.#fold;
    problems.push(...this.#eventProblems, ...fold.problems);

    const pendingTasks = new Map<string, TaskDefinition>();
    for (const { effectId, kind, status } of fold.effects.values()) {
      if (status !== 'pending') {
        this.#tasks.delete(effectId);
        continue;
      }
      const { task, problems: found } = this.#pendingTask(real, effectId, kind);
      if (task) pendingTasks.set(effectId, task);
      problems.push(...found);
      yield;
    }
    const createdAt = metadata?.createdAt ?? fold.firstAt ?? ulidTime(this.dir) ?? opened.modifiedAt;
    return {
      dir: this.dir,
      runId: basename(this.dir),
      projectDir:
        metadata?.cwd !== undefined && isAbsolute(metadata.cwd) ? metadata.cwd : projectOf(this.dir),
      metadata,
      fold,
      folded: !digest,
      eventFiles: listing.names.length,
      lock,
      createdAt,
      updatedAt: fold.lastAt ?? createdAt,
      pendingTasks,
      problems: [...problems, ...missingEntry(real, metadata)],
    };
  }

  /** Reads the files of every task. `undefined`: the folder is gone. */
  *readDetails(metricKeys: readonly string[]): Sliced<RunDetails | undefined> {
    const opened = this.#open();
    if (opened === undefined || 'problem' in opened) return undefined;
    const tasks = new Map<string, TaskDefinition>();
    const results = new Map<string, TaskResult>();
    const problems: Problem[] = [];
    for (const { effectId, kind, status } of this.#fold.effects.values()) {
      const read = readTask(opened.real, effectId, kind);
      if (read.task) tasks.set(effectId, read.task);
      // Problems of pending tasks are on the run already; the others stop nothing, their results are replayed.
      if (status !== 'pending') problems.push(...read.problems.map(({ file, what }) => ({ file, what })));
      if (status === 'ok' || status === 'error') {
        const found = readResult(opened.real, effectId, metricKeys);
        if (found.result) results.set(effectId, found.result);
        problems.push(...found.problems);
      }
      yield;
    }
    return { tasks, results, problems };
  }

  /** The journal's event files in order. */
  listEvents(): readonly string[] {
    const opened = this.#open();
    if (opened === undefined || 'problem' in opened) return [];
    const files = readJournalFolder(opened.real, join(opened.real, 'journal'), () => {});
    return listJournal(files, true).names.map(({ file }) => file);
  }

  #open(): { readonly real: string; readonly modifiedAt: number } | { readonly problem: string } | undefined {
    try {
      const stat = statSync(this.dir);
      if (!stat.isDirectory()) return undefined;
      const real = realPath(this.dir);
      if (real === undefined) return undefined;
      if (!isInside(this.root, real))
        return { problem: 'is a link out of the folder it lies in; it is not followed' };
      accessSync(real, constants.R_OK | constants.X_OK);
      return { real, modifiedAt: stat.mtimeMs };
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      return { problem: whyNotRead(error) };
    }
  }

  #closedRun(what: string): Run {
    const createdAt = ulidTime(this.dir) ?? modifiedAt(this.dir);
    return {
      dir: this.dir,
      runId: basename(this.dir),
      projectDir: projectOf(this.dir),
      metadata: undefined,
      fold: emptyFold,
      folded: true,
      eventFiles: 0,
      lock: undefined,
      createdAt,
      updatedAt: createdAt,
      pendingTasks: new Map(),
      problems: [{ file: '.', what }],
    };
  }

  /**
   * Events never change, so only new names are read. If a known one disappeared, or one that could not be used looks
   * different now, the run is read anew.
   */
  *#foldNew(names: readonly EventName[], journal: string, real: string): Sliced<void> {
    const known = this.#names;
    const grown =
      known.length <= names.length &&
      known.every(({ file }, i) => names[i]?.file === file) &&
      [...this.#unusable].every(([file, look]) => lookOf(join(journal, file)) === look);
    let fold = grown ? this.#fold : emptyFold;
    const problems = grown ? [...this.#eventProblems] : [];
    const unusable = new Map(grown ? this.#unusable : []);
    const entries: JournalEntry[] = [];
    for (const name of grown ? names.slice(known.length) : names) {
      const path = join(journal, name.file);
      let event = readEvent(real, path, name);
      if (!event.entry) {
        // Read again after the look, so that no change falls between the two.
        unusable.set(name.file, lookOf(path));
        event = readEvent(real, path, name);
      }
      if (event.entry) {
        entries.push(event.entry);
        unusable.delete(name.file);
      }
      problems.push(...event.problems.map((problem) => ({ file: `journal/${name.file}`, ...problem })));
      yield;
    }
    fold = foldRun(entries, fold);
    this.#names = names;
    this.#fold = fold;
    this.#eventProblems = problems;
    this.#unusable = unusable;
  }

  /** task.json never changes once it is written, so a pending task is read once; a failed reading is tried again. */
  #pendingTask(real: string, effectId: string, kind: string): ReturnType<typeof readTask> {
    const known = this.#tasks.get(effectId);
    if (known?.task) return known;
    const read = readTask(real, effectId, kind);
    this.#tasks.set(effectId, read);
    return read;
  }
}

/** The events from the last one backwards, read as they are asked for; `undefined` for one that cannot be used. */
function* eventsBackwards(
  real: string,
  journal: string,
  names: readonly EventName[],
): Generator<JournalEntry | undefined> {
  for (const name of names.toReversed()) {
    const { entry, problems } = readEvent(real, join(journal, name.file), name);
    // What is wrong with an event is told by a fold.
    yield problems.length === 0 ? entry : undefined;
  }
}

type Note = (what: string, more?: Partial<Problem>) => unknown;

function readMetadata(real: string, note: Note): RunMetadata | undefined {
  const read = readTextIn(real, join(real, 'run.json'), fileLimits.metadata);
  if ('problem' in read) {
    note(read.problem);
    return undefined;
  }
  const { metadata, problems } = parseMetadata(read.text);
  problems.forEach((what) => note(what));
  return metadata;
}

function readLock(real: string, note: Note): RunLock | undefined {
  const attempt = (): ReturnType<typeof parseLock> | undefined => {
    const read = readTextIn(real, join(real, 'run.lock'), fileLimits.lock);
    if ('problem' in read) return read.missing ? undefined : { lock: undefined, problems: [read.problem] };
    return parseLock(read.text, isAlive);
  };
  // The engine creates the file and then writes it: a reader in between sees it empty. So look twice.
  const first = attempt();
  const result = first && first.lock === undefined ? attempt() : first;
  // Newer engines clear the lock of a dead process away by themselves; none gets past one that names no process.
  const stops = result?.lock ? {} : ({ stops: 'any' } as const);
  result?.problems.forEach((what) => note(what, { mendable: true, ...stops }));
  return result?.lock;
}

function readJournalFolder(run: string, journal: string, note: Note): readonly string[] {
  const real = realPath(journal);
  if (real !== undefined && !isInside(run, real)) {
    note('leads out of the run folder; it is not read');
    return [];
  }
  try {
    const files = readdirSync(journal);
    if (files.length === 0) note('is empty', { stops: 'iterate' });
    return files;
  } catch (error) {
    note(codeOf(error) === 'ENOTDIR' ? 'is no folder' : whyNotRead(error), { stops: 'iterate' });
    return [];
  }
}

function readEvent(real: string, path: string, name: EventName): ParsedEvent {
  const read = readTextIn(real, path, fileLimits.event);
  return 'problem' in read
    ? { entry: undefined, problems: [{ what: read.problem }] }
    : parseEvent(name, read.text);
}

/** How a file looks from outside; empty when that cannot be told. */
function lookOf(path: string): string {
  try {
    const { ino, size, mtimeMs, ctimeMs } = lstatSync(path);
    return [ino, size, mtimeMs, ctimeMs].join(' ');
  } catch {
    return '';
  }
}

function readTask(
  real: string,
  effectId: string,
  kind: string,
): { readonly task: TaskDefinition | undefined; readonly problems: readonly Problem[] } {
  const file = `tasks/${effectId}/task.json`;
  const read = readTextInside(real, file, fileLimits.task);
  if ('problem' in read)
    return { task: undefined, problems: [{ file, what: read.problem, stops: 'iterate' }] };
  const { task, problems } = parseTask(read.text, kind, readInputFile(real, effectId, kind));
  const stops = task ? {} : ({ stops: 'iterate' } as const);
  return { task, problems: problems.map((what) => ({ file, what, ...stops })) };
}

/** Agents may write a breakpoint's texts beside it. The file is theirs, so a broken one counts as none. */
function readInputFile(real: string, effectId: string, kind: string): unknown {
  if (kind !== 'breakpoint') return undefined;
  const read = readTextInside(real, `tasks/${effectId}/input.json`, fileLimits.task);
  if ('problem' in read) return undefined;
  const json = parseJson(read.text);
  return 'value' in json ? json.value : undefined;
}

function readResult(
  real: string,
  effectId: string,
  metricKeys: readonly string[],
): { readonly result: TaskResult | undefined; readonly problems: readonly Problem[] } {
  const file = `tasks/${effectId}/result.json`;
  const read = readTextInside(real, file, fileLimits.task);
  if ('problem' in read) return { result: undefined, problems: [{ file, what: read.problem }] };
  const { result, problems } = parseResult(read.text, metricKeys);
  return { result, problems: problems.map((what) => ({ file, what })) };
}

/**
 * The process file that run.json names does not exist. Looked for only in the run's own project, since run.json is
 * untrusted, and there whatever folder the person named, so that a run tells the same everywhere.
 */
function missingEntry(real: string, metadata: RunMetadata | undefined): readonly Problem[] {
  if (!metadata?.entry) return [];
  const { importPath } = metadata.entry;
  const path = resolve(real, importPath);
  if (importPath.includes('\0') || !isInside(projectOf(real), path)) return [];
  try {
    statSync(path);
    return [];
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') return [];
    return [{ file: 'run.json', what: `names the process file ${importPath}, which does not exist` }];
  }
}

/** The folder around `.a5c/runs`, else the folder around the run's. */
function projectOf(dir: string): string {
  const runs = dirname(dir);
  return basename(runs) === 'runs' && basename(dirname(runs)) === '.a5c'
    ? dirname(dirname(runs))
    : dirname(runs);
}

/** Whether there is an entry of that name, be it a broken link. */
function exists(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

/** When a folder that cannot be opened, or the link that stands for it, was last changed. */
function modifiedAt(dir: string): number {
  try {
    return lstatSync(dir).mtimeMs;
  } catch {
    return 0;
  }
}

function ulidTime(dir: string): number | undefined {
  const id = basename(dir);
  // Only 48 of the first ten characters' 50 bits are time: beyond "7ZZ…" is no ULID, and decoding would throw.
  return isValid(id) && id < '8' ? decodeTime(id) : undefined;
}

/** Whether a process exists. EPERM means that it does and belongs to somebody else. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
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
