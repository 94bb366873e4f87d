import { accessSync, constants, lstatSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute } from 'node:path';
import { decodeTime, isValid } from 'ulid';
import { messageOf } from '../../../core/errors';
import { isInside, isNetworkPath } from '../../../core/paths';
import { babysitterRun, erredEffect, type BabysitterRun } from '../core/babysitterRun';
import type { EventRecord } from '../../../core/run/eventRecord';
import { emptyFold, type RunFold } from '../core/foldRun';
import { intern } from '../../../core/run/intern';
import type { JournalEntry } from '../core/journal';
import { behindByteOrderMark, hasByteOrderMark, isSegment, parseJson } from '../../../core/run/lenient';
import { namesNoProcess, parseMetadata, type RunMetadata } from '../core/metadata';
import { outcomeIn, type Outcome } from '../../../core/run/outcome';
import type { Problem } from '../../../core/run/problem';
import type { RunDetails } from '../../../core/run/run';
import type { RunEnd } from '../../../core/run/story';
import type { Sliced } from '../../../core/sliced';
import { changedEntry, missingEntry } from './entryProblems';
import { listNames, openJournal, readEach, readEvent, readRecord } from './journalFolder';
import { JournalReader, type JournalReading, type KeptJournal, type Look } from './journalReader';
import { projectOf } from './projectOf';
import { readLock } from './readLock';
import {
  codeOf,
  exists,
  fileLimits,
  readTextIn,
  readTextInside,
  realPath,
  whyNotRead,
} from '../../../node/safeFile';
import { readTask, readTaskTitles, TaskReader } from './taskReader';

/** Thousands of runs with nothing wrong share it. */
const noProblems: readonly Problem[] = [];

/** Reads one run folder, and later only what is new in it. Never throws: what is wrong becomes a problem of the run. */
export class RunDirectory {
  readonly #journal = new JournalReader();
  readonly #tasks = new TaskReader();
  /** Whether the folder it lies in may be trusted to lie inside the root. */
  readonly #parentInside: boolean;
  /** Its inputs.json, which never changes, was found to be as it should be. */
  #inputsRead = false;
  /** As run.json had it at the last reading. */
  #metadata: RunMetadata | undefined;

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
    return this.#journal.reading;
  }

  /** The journal folder's modification time just before it was last read; 0 when there was none. */
  get journalAt(): number {
    return this.#journal.readAt;
  }

  /** Goes on from where an earlier session had read to. */
  goOn({ story, eventCount }: BabysitterRun, journal: KeptJournal): void {
    this.#journal.goOnFromKept(story, eventCount, journal);
  }

  /** Begins what another thread can do of a {@link read} that comes soon. */
  prepare(): void {
    this.#journal.prepare(this.dir);
  }

  /** The same folder for one reading, of which this one will know nothing. */
  aside(): RunDirectory {
    const aside = new RunDirectory(this.dir, this.root, this.parent);
    aside.#journal.goOn(this.#journal.reading);
    return aside;
  }

  /**
   * Reads the run as it is now.
   * @returns `undefined`: there is no such folder, or it is no run
   */
  *read(look: Look = { whole: true }): Sliced<BabysitterRun | undefined> {
    try {
      return yield* this.#read(look);
    } catch (error) {
      // What is wrong is a problem of the run. Should something upset the reading even so, the others must not notice.
      return this.unreadable(error);
    }
  }

  /** The run as one of which nothing is known but that looking into it failed. */
  unreadable(error: unknown): BabysitterRun {
    return this.#closedRun(`could not be read: ${messageOf(error)}`);
  }

  *#read(look: Look): Sliced<BabysitterRun | undefined> {
    const opened = this.#open();
    if (opened === undefined || 'problem' in opened) return opened && this.#closedRun(opened.problem);
    const { real } = opened;
    const problems: Problem[] = [];
    const metadata = readMetadata(real, problems);
    this.#metadata = metadata;
    if (!metadata) {
      const closed = whyClosed(real);
      if (closed !== undefined) return this.#closedRun(closed);
      // Without run.json the journal alone may still tell the run; without both it is none.
      if (!exists(`${real}/run.json`) && !exists(`${real}/journal`)) return undefined;
    }
    const lock = exists(`${real}/run.lock`) ? readLock(real, problems) : undefined;
    // The first event may be needed for the date.
    const mayDigest = !look.whole && !this.#journal.reading && metadata?.createdAt !== undefined;
    const writing = lock?.alive ?? false;
    const { reading, depth, anew } = yield* this.#journal.read(real, look, problems, writing, mayDigest);
    if (anew) this.#tasks.forgetAll();
    const { fold } = reading;
    // A stop hook that ran in another folder writes its events there, under the id of a run that lies elsewhere.
    if (!metadata && fold.hooks > 0 && fold.hooks === reading.count && !exists(`${real}/run.json`))
      return undefined;
    // Where nothing was done yet nothing is damaged: an iterate begins the run, if there is a process.
    const isEmpty = reading.count === 0 && problems.length > 0 && !hasTasks(real);
    if (isEmpty) for (const [i, problem] of problems.entries()) problems[i] = harmless(problem, metadata);
    for (const some of [reading.listProblems, reading.eventProblems, fold.problems])
      for (const problem of some) problems.push(problem);
    const pendingTasks = yield* this.#tasks.readPending(real, fold, problems);
    const erred = erredEffect(fold);
    problems.push(...missingEntry(real, metadata?.entry));
    if (depth !== 'reading' && mayGoOn(fold)) {
      if (metadata && !metadata.entry && hasBegun(fold)) {
        problems.push({ file: 'run.json', what: namesNoProcess, stops: 'iterate' });
      }
      problems.push(...this.#inputsProblem(real));
    }
    const createdAt = metadata?.createdAt ?? fold.firstAt ?? ulidTime(this.dir) ?? opened.modifiedAt;
    return babysitterRun({
      dir: this.dir,
      runId: basename(this.dir),
      projectDir:
        metadata?.cwd !== undefined && isAbsolute(metadata.cwd) && !isNetworkPath(metadata.cwd)
          ? intern(metadata.cwd)
          : intern(projectOf(this.dir)),
      metadata,
      story: fold,
      depth,
      eventCount: reading.count,
      lock,
      createdAt,
      updatedAt: fold.lastAt ?? createdAt,
      pendingTasks,
      erredTask: erred && readTask(real, erred.effectId, erred.kind).task,
      problems: problems.length === 0 ? noProblems : problems,
    });
  }

  /** Engines read what a run was given before they do anything else, and may do without. */
  #inputsProblem(real: string): readonly Problem[] {
    if (this.#inputsRead) return noProblems;
    const problem = whyNotInputs(real);
    this.#inputsRead = problem === undefined;
    return problem === undefined ? noProblems : [{ file: inputsFile, what: problem, stops: 'iterate' }];
  }

  /** Reads the files of every task. `undefined`: the folder is gone. */
  *readDetails(metricKeys: readonly string[]): Sliced<RunDetails | undefined> {
    const opened = this.#open();
    if (opened === undefined || 'problem' in opened) return undefined;
    const { real } = opened;
    const effects = this.#journal.reading?.fold.effects.values() ?? [];
    const files = yield* this.#tasks.readAll(real, effects, metricKeys);
    const { fold } = this.#journal.reading ?? {};
    const warnings = changedEntry(real, this.#metadata, fold);
    return { ...files, warnings, ...readOutput(real, fold?.end) };
  }

  /**
   * Reads what the tasks are called, keeping nothing.
   * @param signal ends the reading; what was found by then is given
   */
  *readTitles(signal: AbortSignal): Sliced<readonly string[]> {
    const opened = this.#open();
    return opened === undefined || 'problem' in opened ? [] : yield* readTaskTitles(opened.real, signal);
  }

  /** What the process says of its work, by the run's end as it is known; `undefined`: nothing that can be read for a row. */
  readOutcome(end: RunEnd | undefined): Outcome | undefined {
    const opened = this.#open();
    return opened && 'real' in opened ? outcomeIn(readOutput(opened.real, end, longestForRow)) : undefined;
  }

  /** Forgets the task files, when nobody looks into the run any more. */
  forgetDetails(): void {
    this.#tasks.forgetAll();
  }

  /** The journal's event files in order. */
  *listEvents(): Sliced<readonly string[]> {
    const opened = this.#open();
    if (opened === undefined || 'problem' in opened) return [];
    const { names } = openJournal(opened.real, []);
    return (yield* listNames(names, true)).files;
  }

  /** Reads events by their files; `undefined` for one that cannot be used. Empty: the folder is gone. */
  *readEvents(files: readonly string[]): Sliced<readonly (JournalEntry | undefined)[]> {
    const opened = this.#open();
    if (opened === undefined || 'problem' in opened) return [];
    return yield* readEach(opened.real, files, (journal, file) =>
      isSegment(file) ? readEvent(journal, file, false).entry : undefined,
    );
  }

  /** Reads events by their files for the list of events. Empty: the folder is gone. */
  *readRecords(files: readonly string[]): Sliced<readonly EventRecord[]> {
    const opened = this.#open();
    if (opened === undefined || 'problem' in opened) return [];
    return yield* readEach(opened.real, files, readRecord);
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

  #closedRun(what: string): BabysitterRun {
    const createdAt = ulidTime(this.dir) ?? modifiedAt(this.dir);
    return babysitterRun({
      dir: this.dir,
      runId: basename(this.dir),
      projectDir: projectOf(this.dir),
      metadata: undefined,
      story: emptyFold,
      depth: 'whole',
      eventCount: 0,
      lock: undefined,
      createdAt,
      updatedAt: createdAt,
      pendingTasks: new Map(),
      problems: [{ file: '.', what }],
    });
  }
}

function readMetadata(real: string, found: Problem[]): RunMetadata | undefined {
  const file = 'run.json';
  const read = readTextIn(real, `${real}/${file}`, fileLimits.metadata);
  if ('problem' in read) {
    found.push({ file, what: read.problem, stops: 'iterate' });
    return undefined;
  }
  const unmarked = behindByteOrderMark(read.text);
  if (unmarked !== undefined) found.push({ file, what: hasByteOrderMark, stops: 'iterate' });
  const { metadata, problems } = parseMetadata(unmarked ?? read.text);
  for (const what of problems) found.push(metadata ? { file, what } : { file, what, stops: 'iterate' });
  if (metadata?.refused !== undefined) found.push({ file, what: metadata.refused, stops: 'iterate' });
  return metadata;
}

/** What is wrong with a run's own files, where it has neither events nor tasks that an iterate could harm. */
function harmless(problem: Problem, metadata: RunMetadata | undefined): Problem {
  const { file, what } = problem;
  // What has a process would be iterated, and engines fail on its run.json all the same.
  return (file === 'run.json' && !metadata) || file === 'journal' ? { file, what } : problem;
}

/** Whether an engine may still be asked to do something with it. */
function mayGoOn({ end }: RunFold): boolean {
  return !end || (end.outcome === 'failed' && !end.sealed);
}

/** Whether an iterate made something of it. */
function hasBegun({ end, effects }: RunFold): boolean {
  return end !== undefined || effects.size > 0;
}

const inputsFile = 'inputs.json';

/** What engines stumble over in what a run was given; `undefined`: nothing, or it is too long to be looked at for a row. */
export function whyNotInputs(real: string): string | undefined {
  const read = readTextIn(real, `${real}/${inputsFile}`, longestForRow);
  const json = 'text' in read ? parseJson(read.text) : undefined;
  return json && 'problem' in json ? json.problem : undefined;
}

function hasTasks(real: string): boolean {
  try {
    return readdirSync(`${real}/tasks`).length > 0;
  } catch (error) {
    return codeOf(error) !== 'ENOENT';
  }
}

/** Of what a process was given or returned, for the sake of its row, in bytes. */
const longestForRow = 256 * 1024;

/** What the process returned, where it ended by itself. */
function readOutput(
  real: string,
  end: RunEnd | undefined,
  limit: number = fileLimits.task,
): { output?: unknown } {
  if (end?.outcome !== 'completed' || end.sealed) return {};
  const read = readTextInside(real, 'state/output.json', limit);
  const json = 'text' in read ? parseJson(read.text) : undefined;
  return json && 'value' in json ? { output: json.value } : {};
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
