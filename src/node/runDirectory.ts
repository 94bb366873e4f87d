import { accessSync, constants, lstatSync, opendirSync, readdirSync, statSync, type Dir } from 'node:fs';
import { basename, dirname, isAbsolute, resolve } from 'node:path';
import { decodeTime, isValid } from 'ulid';
import { isInside } from '../core/paths';
import { digestRun } from '../core/run/digest';
import { emptyFold, Folding, type RunFold } from '../core/run/foldRun';
import {
  isInOrder,
  listJournal,
  nameProblem,
  parseEvent,
  sequenceNumber,
  type JournalEntry,
  type JournalListing,
  type ParsedEvent,
} from '../core/run/journal';
import { intern } from '../core/run/intern';
import { isSegment, parseJson } from '../core/run/lenient';
import { parseLock, type RunLock } from '../core/run/lock';
import { parseMetadata, type Entrypoint, type RunMetadata } from '../core/run/metadata';
import type { Problem } from '../core/run/problem';
import type { Run, RunDetails } from '../core/run/run';
import { parseResult, parseTask, type TaskDefinition, type TaskResult } from '../core/run/task';
import type { Sliced } from '../core/sliced';
import { checksumProblem } from './checksum';
import type { KeptJournal } from './digestIndex';
import { codeOf, fileLimits, readTextIn, readTextInside, realPath, whyNotRead } from './safeFile';
import { isSliceOver } from './slices';

/** How much of a run is to be read. */
export interface Look {
  /** Every event, with its checksum; otherwise, of a finished run, only the last ones, until it is read whole once. */
  readonly whole: boolean;
  /** Checksums are left alone though everything is read. */
  readonly unchecked?: boolean;
  /** Nothing of the journal changed but that these files came; `undefined`: that is not known, so it is listed. */
  readonly added?: readonly string[] | undefined;
  /** Where many events are to be read, leave them for another call, and give a run that is marked as `reading`. */
  readonly glimpse?: boolean;
}

/** Thousands of runs without pending effects share it. */
const nothingRead = new Map<string, never>();

/** Thousands of runs with nothing wrong share it. */
const noProblems: readonly Problem[] = [];

/** So many events are read at once even for a glimpse. */
const fewEvents = 500;

/** What was read of a journal. Events never change, so the next reading goes on from here. */
export interface JournalReading {
  /** Event files. */
  readonly count: number;
  /** A hash of their names, in order: whether they are still the same. */
  readonly names: number;
  /** The last of them. */
  readonly last: string | undefined;
  readonly fold: RunFold;
  /** Whether every event's checksum was looked at. */
  readonly verified: boolean;
  /** Of the names, and of the events themselves. */
  readonly listProblems: readonly Problem[];
  readonly eventProblems: readonly Problem[];
  /** There are temporary files: a write is going on or broke off, and only a listing tells. */
  readonly temporary: boolean;
  /** Events that gave nothing, and how their files looked then: somebody may be mending or still copying them. */
  readonly unusable: ReadonlyMap<string, string>;
}

/** A journal of which nothing was read yet. */
const unread: JournalReading = {
  count: 0,
  names: 0,
  last: undefined,
  fold: emptyFold,
  verified: false,
  listProblems: [],
  eventProblems: [],
  temporary: false,
  unusable: new Map(),
};

type TaskReading = ReturnType<typeof readTask>;

/** The files of one settled effect, and what was looked for in them. */
interface DetailReading {
  readonly status: string;
  readonly keys: string;
  readonly task: TaskReading;
  readonly result: ReturnType<typeof readResult> | undefined;
}

/** Reads one run folder, and later only what is new in it. Never throws: what is wrong becomes a problem of the run. */
export class RunDirectory {
  /** `undefined`: nothing, or only the end, was read. */
  #journal: JournalReading | undefined;
  #journalAt = 0;
  /** Whether the folder it lies in may be trusted to lie inside the root. */
  readonly #parentInside: boolean;
  #entry: Entrypoint | undefined;
  #pendingTasks: ReadonlyMap<string, TaskReading> = nothingRead;
  /** Files of tasks as somebody looked into the run; they never change once an effect is resolved. */
  #details: Map<string, DetailReading> | undefined;

  /**
   * @param dir absolute path of the run folder
   * @param root the folder that links must not leave: the run's runs directory or workspace; a real path
   * @param parent the real path of the folder it lies in, for whoever has many runs; looked up where it is not given
   */
  constructor(
    readonly dir: string,
    private readonly root: string,
    private readonly parent: string | undefined = realPath(dirname(dir)),
  ) {
    this.#parentInside = parent !== undefined && isInside(root, parent);
  }

  /** How far the journal is read, to go on from there in another session; `undefined`: not whole. */
  get journal(): JournalReading | undefined {
    return this.#journal;
  }

  /** The journal folder's modification time just before it was last read; 0 when there was none. */
  get journalAt(): number {
    return this.#journalAt;
  }

  /** Goes on from where an earlier session had read to. */
  goOn(run: Run, journal: KeptJournal): void {
    this.#journal = { ...unread, ...journal, count: run.eventFiles, fold: run.fold };
  }

  /** The same folder for one reading, of which this one will know nothing. */
  aside(): RunDirectory {
    const aside = new RunDirectory(this.dir, this.root, this.parent);
    aside.#journal = this.#journal;
    return aside;
  }

  /**
   * Reads the run as it is now.
   * @returns `undefined`: there is no such folder, or it is no run
   */
  *read(look: Look = { whole: true }): Sliced<Run | undefined> {
    const opened = this.#open();
    if (opened === undefined || 'problem' in opened) return opened && this.#closedRun(opened.problem);
    const { real } = opened;
    const problems: Problem[] = [];
    const metadata = readMetadata(real, problems);
    this.#entry = metadata?.entry;
    const journal = `${real}/journal`;
    if (!metadata) {
      const closed = whyClosed(real);
      if (closed !== undefined) return this.#closedRun(closed);
      // Without run.json the journal alone may still tell the run; without both it is none.
      if (!exists(`${real}/run.json`) && !exists(journal)) return undefined;
    }
    const lock = exists(`${real}/run.lock`) ? readLock(real, problems) : undefined;
    // The first event may be needed for the date.
    const mayDigest = !look.whole && !this.#journal && metadata?.createdAt !== undefined;
    // Reading on looks into what was read before.
    if (this.#journal && look.added?.length !== 0) yield* this.#journal.fold.effects.load();
    const read =
      (look.added && this.#append(real, look.added)) ??
      (yield* this.#list(real, problems, lock?.alive ?? false, look, mayDigest));
    const { fold } = read;
    problems.push(...read.listProblems, ...read.eventProblems, ...fold.problems);

    const hasPending = fold.pending.size > 0;
    const pendingTasks: Map<string, TaskDefinition> = hasPending ? new Map() : nothingRead;
    const tasks: Map<string, TaskReading> = hasPending ? new Map() : nothingRead;
    for (const { effectId, kind } of fold.pending.values()) {
      // task.json never changes once it is written, so it is read once; a failed reading is tried again.
      const known = this.#pendingTasks.get(effectId);
      const reading = known?.task ? known : readTask(real, effectId, kind);
      tasks.set(effectId, reading);
      if (reading.task) pendingTasks.set(effectId, reading.task);
      problems.push(...reading.problems);
      yield;
    }
    this.#pendingTasks = tasks;
    problems.push(...missingEntry(real, metadata?.entry));
    const createdAt = metadata?.createdAt ?? fold.firstAt ?? ulidTime(this.dir) ?? opened.modifiedAt;
    return {
      dir: this.dir,
      runId: basename(this.dir),
      projectDir:
        metadata?.cwd !== undefined && isAbsolute(metadata.cwd) ? metadata.cwd : intern(projectOf(this.dir)),
      metadata,
      fold,
      folded: read === this.#journal,
      reading: 'reading' in read,
      eventFiles: read.count,
      lock,
      createdAt,
      updatedAt: fold.lastAt ?? createdAt,
      pendingTasks,
      problems: problems.length === 0 ? noProblems : problems,
    };
  }

  /** Reads the files of every task. `undefined`: the folder is gone. */
  *readDetails(metricKeys: readonly string[]): Sliced<RunDetails | undefined> {
    const opened = this.#open();
    if (opened === undefined || 'problem' in opened) return undefined;
    const { real } = opened;
    const tasks = new Map<string, TaskDefinition>();
    const results = new Map<string, TaskResult>();
    const problems: Problem[] = [];
    const keys = metricKeys.join(' ');
    const details = (this.#details ??= new Map<string, DetailReading>());
    for (const { effectId, kind, status } of this.#journal?.fold.effects.values() ?? []) {
      const known = details.get(effectId);
      const reading =
        known?.status === status && known.keys === keys
          ? known
          : {
              status,
              keys,
              task: readTask(real, effectId, kind),
              result:
                status === 'ok' || status === 'error' ? readResult(real, effectId, metricKeys) : undefined,
            };
      const { task, result } = reading;
      if (task.task) tasks.set(effectId, task.task);
      if (result?.result) results.set(effectId, result.result);
      // Problems of pending tasks are on the run already; the others stop nothing, their results are replayed.
      const found = status === 'pending' ? [] : task.problems.map(({ file, what }) => ({ file, what }));
      found.push(...(result?.problems ?? []));
      problems.push(...found);
      // A file that something is wrong with may be mended, and one of a pending effect may still come.
      if (status !== 'pending' && found.length === 0) details.set(effectId, reading);
      yield;
    }
    return { tasks, results, problems, warnings: changedEntry(real, this.#entry, this.#journal?.fold) };
  }

  /**
   * Reads what the tasks are called, keeping nothing.
   * @param signal ends the reading; what was found by then is given
   */
  *readTitles(signal: AbortSignal): Sliced<readonly string[]> {
    const opened = this.#open();
    if (opened === undefined || 'problem' in opened) return [];
    const titles = new Set<string>();
    for (const effectId of namesIn(`${opened.real}/tasks`)) {
      if (signal.aborted) break;
      const { task } = readTask(opened.real, effectId, 'breakpoint');
      for (const title of [task?.title, task?.breakpoint?.title, ...(task?.labels ?? [])]) {
        if (title !== undefined && title.trim() !== '') titles.add(title);
      }
      yield;
    }
    return [...titles];
  }

  /** Forgets the task files, when nobody looks into the run any more. */
  forgetDetails(): void {
    this.#details = undefined;
  }

  /** The journal's event files in order. */
  *listEvents(): Sliced<readonly string[]> {
    const opened = this.#open();
    if (opened === undefined || 'problem' in opened) return [];
    const { names } = openJournal(opened.real, []);
    return (yield* list(names, true)).files;
  }

  /** Reads events by their files; `undefined` for one that cannot be used. Empty: the folder is gone. */
  *readEvents(files: readonly string[]): Sliced<readonly (JournalEntry | undefined)[]> {
    const opened = this.#open();
    if (opened === undefined || 'problem' in opened) return [];
    const entries: (JournalEntry | undefined)[] = [];
    for (const file of files) {
      entries.push(isSegment(file) ? readEvent(opened.real, file, false).entry : undefined);
      yield;
    }
    return entries;
  }

  /** `undefined`: there is no such folder. A link is followed only inside the root. */
  #open(): { readonly real: string; readonly modifiedAt: number } | { readonly problem: string } | undefined {
    try {
      const stat = lstatSync(this.dir);
      // Most run folders are no links, and one look at them is enough.
      if (stat.isDirectory() && this.#parentInside) {
        return { real: `${this.parent}/${basename(this.dir)}`, modifiedAt: stat.mtimeMs };
      }
      if (!statSync(this.dir).isDirectory()) return undefined;
      const real = realPath(this.dir);
      if (real === undefined) return undefined;
      if (!isInside(this.root, real))
        return { problem: 'is a link out of the folder it lies in; it is not followed' };
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
      reading: false,
      eventFiles: 0,
      lock: undefined,
      createdAt,
      updatedAt: createdAt,
      pendingTasks: new Map(),
      problems: [{ file: '.', what }],
    };
  }

  /** Takes up new events without listing the journal; `undefined`: only a listing can tell what happened. */
  #append(real: string, added: readonly string[]): JournalReading | undefined {
    const known = this.#journal;
    if (!known || known.temporary || known.unusable.size > 0) return undefined;
    this.#journalAt = modifiedAt(`${real}/journal`);
    if (added.length === 0) return known;
    const files = added.toSorted();
    if (!files.every((file, i) => sequenceNumber(file) === known.count + i + 1)) return undefined;
    const folding = new Folding(known.fold);
    const eventProblems = [...known.eventProblems];
    let { names, last } = known;
    for (const file of files) {
      const { entry, problems } = readEvent(real, file, known.verified);
      if (!entry) return undefined;
      folding.add(entry);
      names = hashName(names, file);
      eventProblems.push(...nameProblems(file, last), ...problems);
      last = file;
    }
    this.#journal = {
      ...known,
      count: known.count + files.length,
      names,
      last,
      fold: folding.result(),
      eventProblems,
    };
    return this.#journal;
  }

  /**
   * Lists the journal and reads what is new in it. If a known name disappeared, or an event that could not be used
   * looks different now, it is read anew.
   */
  *#list(
    real: string,
    found: Problem[],
    writing: boolean,
    look: Look,
    mayDigest: boolean,
  ): Sliced<JournalReading | (JournalReading & { readonly reading: true })> {
    const { modifiedAt: journalAt, names: entries, isBig } = openJournal(real, found);
    this.#journalAt = journalAt;
    if (look.glimpse && isBig) return { ...unread, reading: true };
    const { files, odd, temporary, problems } = yield* list(entries, writing);
    const listProblems = problems.length === 0 ? noProblems : problems.map(inJournal);
    const verify = look.whole && !look.unchecked;
    const nothing = { ...unread, count: files.length, verified: verify, listProblems, temporary };
    const tail = new Tail(real, files);
    const digest = mayDigest && !odd ? digestRun(tail) : undefined;
    if (digest) return { ...nothing, fold: digest };
    const known = (yield* this.#stillHolds(real, files, verify)) ? this.#journal : undefined;
    if (look.glimpse && files.length - (known?.count ?? 0) > fewEvents) return { ...unread, reading: true };
    if (!known) this.#details = undefined;

    const folding = new Folding(known?.fold);
    const eventProblems = [...(known?.eventProblems ?? [])];
    const unusable = new Map(known?.unusable);
    let names = known?.names ?? 0;
    for (let i = known?.count ?? 0; i < files.length; i += 1) {
      const file = files[i] as string;
      let event = tail.read(i) ?? readEvent(real, file, verify);
      if (!event.entry) {
        // Read again after the look, so that no change falls between the two.
        unusable.set(file, lookOf(`${real}/journal/${file}`));
        event = readEvent(real, file, verify);
      }
      if (event.entry) {
        folding.add(event.entry);
        unusable.delete(file);
      }
      eventProblems.push(...nameProblems(file, files[i - 1]), ...event.problems);
      names = hashName(names, file);
      if (isSliceOver()) yield;
    }
    const last = files.at(-1);
    this.#journal = { ...nothing, names, last, fold: folding.result(), eventProblems, unusable };
    return this.#journal;
  }

  /** Whether what was read before is still the beginning of the journal. */
  *#stillHolds(real: string, files: readonly string[], whole: boolean): Sliced<boolean> {
    const known = this.#journal;
    if (!known || known.count > files.length || (whole && !known.verified)) return false;
    let names = 0;
    for (let i = 0; i < known.count; i += 1) {
      names = hashName(names, files[i] as string);
      if (i % 1024 === 1023) yield;
    }
    return (
      names === known.names &&
      [...known.unusable].every(([file, look]) => lookOf(`${real}/journal/${file}`) === look)
    );
  }
}

/** One more name in a hash of names (FNV-1a, 32 bits). */
function hashName(hash: number, name: string): number {
  let next = hash;
  for (let i = 0; i < name.length; i += 1) next = Math.imul(next ^ name.charCodeAt(i), 0x01_00_01_93);
  return next | 0;
}

/** The last events of a journal, without their checksums: from the last one backwards, read as they are asked for. */
class Tail implements Iterable<JournalEntry | undefined> {
  readonly #read: EventReading[] = [];

  constructor(
    private readonly real: string,
    private readonly files: readonly string[],
  ) {}

  *[Symbol.iterator](): Generator<JournalEntry | undefined, void> {
    for (let i = this.files.length - 1; i >= 0; i -= 1) {
      const event = readEvent(this.real, this.files[i] as string, false);
      this.#read.push(event);
      // What is wrong with an event is told by a fold.
      yield event.problems.length === 0 ? event.entry : undefined;
    }
  }

  /** The event at a place of the journal, if it was asked for before and is as it should be. */
  read(place: number): EventReading | undefined {
    const event = this.#read[this.files.length - 1 - place];
    return event?.problems.length === 0 ? event : undefined;
  }
}

/** {@link listJournal}, which has nothing to do for most. */
function* list(names: Iterable<string>, writing: boolean): Sliced<JournalListing> {
  if (Array.isArray(names) && isInOrder(names)) {
    return { files: names, problems: noProblems, odd: false, temporary: false };
  }
  return yield* listJournal(names, writing);
}

function inJournal({ file, ...problem }: Problem): Problem {
  return { file: file === '' ? 'journal' : `journal/${file}`, ...problem };
}

function nameProblems(file: string, before: string | undefined): readonly Problem[] {
  const problem = nameProblem(file, before);
  return problem ? [{ file: `journal/${file}`, ...problem }] : noProblems;
}

function readMetadata(real: string, found: Problem[]): RunMetadata | undefined {
  const file = 'run.json';
  const read = readTextIn(real, `${real}/${file}`, fileLimits.metadata);
  if ('problem' in read) {
    found.push({ file, what: read.problem });
    return undefined;
  }
  const { metadata, problems } = parseMetadata(read.text);
  for (const what of problems) found.push({ file, what });
  return metadata;
}

function readLock(real: string, found: Problem[]): RunLock | undefined {
  const file = 'run.lock';
  const attempt = (): ReturnType<typeof parseLock> | undefined => {
    const read = readTextIn(real, `${real}/${file}`, fileLimits.lock);
    if ('problem' in read) return read.missing ? undefined : { lock: undefined, problems: [read.problem] };
    return parseLock(read.text, isAlive);
  };
  // The engine creates the file and then writes it: a reader in between sees it empty. So look twice.
  const first = attempt();
  const result = first && first.lock === undefined ? attempt() : first;
  // Newer engines clear the lock of a dead process away by themselves; none gets past one that names no process.
  const stops = result?.lock ? {} : ({ stops: 'any' } as const);
  for (const what of result?.problems ?? []) found.push({ file, what, mendable: true, ...stops });
  return result?.lock;
}

/** The size in bytes from which on a folder is read piece by piece, which costs a small one more than reading it at once. */
const bigFolder = 256 * 1024;

/** The names in the journal's folder; of a big one, which may hold a hundred thousand, read as they are asked for. */
function openJournal(
  real: string,
  found: Problem[],
): { readonly modifiedAt: number; readonly names: Iterable<string>; readonly isBig: boolean } {
  const journal = `${real}/journal`;
  let modifiedAt = 0;
  try {
    const stat = lstatSync(journal);
    if (!stat.isDirectory()) {
      const target = realPath(journal);
      if (target !== undefined && !isInside(real, target)) {
        found.push({ file: 'journal', what: 'leads out of the run folder; it is not read' });
        return { modifiedAt: stat.mtimeMs, names: [], isBig: false };
      }
    }
    modifiedAt = stat.isSymbolicLink() ? statSync(journal).mtimeMs : stat.mtimeMs;
    if (stat.size > bigFolder) return { modifiedAt, names: namesIn(journal), isBig: true };
    const names = readdirSync(journal);
    if (names.length === 0) found.push({ file: 'journal', what: 'is empty', stops: 'iterate' });
    return { modifiedAt, names, isBig: false };
  } catch (error) {
    const what = codeOf(error) === 'ENOTDIR' ? 'is no folder' : whyNotRead(error);
    found.push({ file: 'journal', what, stops: 'iterate' });
    return { modifiedAt, names: [], isBig: false };
  }
}

/** The names in a folder, read as they are asked for. Nothing, when it is not there any more. */
function* namesIn(folder: string): Generator<string, void> {
  let handle: Dir;
  try {
    handle = opendirSync(folder, { bufferSize: 256 });
  } catch {
    return;
  }
  try {
    for (let entry = handle.readSync(); entry; entry = handle.readSync()) yield entry.name;
  } finally {
    handle.closeSync();
  }
}

type EventReading = Omit<ParsedEvent, 'problems'> & { readonly problems: readonly Problem[] };

function readEvent(real: string, name: string, verify: boolean): EventReading {
  const file = `journal/${name}`;
  const read = readTextIn(real, `${real}/${file}`, fileLimits.event);
  if ('problem' in read) return { entry: undefined, problems: [{ file, what: read.problem }] };
  const { entry, problems } = parseEvent(name, read.text);
  const altered = verify && entry ? checksumProblem(read.text) : undefined;
  const all = altered === undefined ? problems : [...problems, { what: altered }];
  return { entry, problems: all.length === 0 ? noProblems : all.map((problem) => ({ file, ...problem })) };
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
function missingEntry(real: string, entry: Entrypoint | undefined): readonly Problem[] {
  if (!entry) return noProblems;
  // Runs beside each other are mostly of one process: it is looked for once for all that are read together.
  const { importPath } = entry;
  const shared = importPath.startsWith('../') ? dirname(real) : real;
  const now = performance.now();
  if (importPath !== lastLook.importPath || shared !== lastLook.shared || now - lastLook.at > lookHolds) {
    lastLook = { shared, importPath, at: now, missing: entryChangedAt(real, entry) === 'missing' };
  }
  return lastLook.missing
    ? [{ file: 'run.json', what: `names the process file ${importPath}, which does not exist` }]
    : noProblems;
}

let lastLook = { shared: '', importPath: '', at: 0, missing: false };
/** In milliseconds. */
const lookHolds = 10;

/** The process file of a run that may go on was changed after all that the run did. */
function changedEntry(
  real: string,
  entry: Entrypoint | undefined,
  fold: RunFold | undefined,
): readonly Problem[] {
  if (!entry || fold?.lastAt === undefined || fold.effects.size === 0) return [];
  if (fold.end?.sealed || fold.end?.type === 'RUN_COMPLETED' || fold.end?.type === 'RUN_HALTED') return [];
  const at = entryChangedAt(real, entry);
  if (typeof at !== 'number' || at <= fold.lastAt) return [];
  const what = `names the process file ${entry.importPath}, which was changed after the run's last event: finished tasks may be asked again`;
  return [{ file: 'run.json', what }];
}

/** In milliseconds since 1970; `undefined`: it is not ours to look at. */
function entryChangedAt(real: string, { importPath }: Entrypoint): number | 'missing' | undefined {
  const path = resolve(real, importPath);
  if (importPath.includes('\0') || !isInside(projectOf(real), path)) return undefined;
  try {
    return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 'missing';
  } catch {
    return undefined;
  }
}

/** The folder around `.a5c/runs`, else the folder around the run's. */
export function projectOf(dir: string): string {
  const runs = dirname(dir);
  return basename(runs) === 'runs' && basename(dirname(runs)) === '.a5c'
    ? dirname(dirname(runs))
    : dirname(runs);
}

/** Why a run folder is closed to us; `undefined`: it is open. */
function whyClosed(real: string): string | undefined {
  try {
    accessSync(real, constants.R_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return whyNotRead(error);
  }
}

/** Whether there is an entry of that name, be it a broken link. */
export function exists(path: string): boolean {
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
