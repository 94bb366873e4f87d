import { createHash, type Hash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, fstatSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { EffectMap } from '../core/run/effectMap';
import type { Effect } from '../core/run/effect';
import { emptyFold, type RunFold } from '../core/run/foldRun';
import { intern } from '../core/run/intern';
import type { RunMetadata } from '../core/run/metadata';
import type { Run } from '../core/run/run';
import type { RunsPlace } from '../core/source/runSource';
import type { Sliced } from '../core/sliced';
import type { JournalReading, KeptJournal } from './journalReader';

/** What a session read of a run, to be kept for the next one. */
export interface KnownRun {
  readonly run: Run;
  /** `undefined`: only the journal's end was read. */
  readonly journal: JournalReading | undefined;
  /** The journal folder's modification time when it was read; as long as it is the same, nothing came. */
  readonly journalAt: number;
}

/** What the index gives of a run. */
export interface KeptRun {
  /** Without the files of its pending tasks, which the index does not keep. */
  readonly run: Run;
  /** How to read on; `undefined`: only the journal's end was read. */
  readonly journal: KeptJournal | undefined;
  readonly journalAt: number;
}

const noTasks: Run['pendingTasks'] = new Map();
const noProblems: Run['problems'] = [];

/** Runs that would make the index large are read anew instead. */
const mostEffects = 100_000;
const mostCosts = 5000;
/** In bytes; a larger index is not read, but made anew. */
const mostBytes = 128 * 1024 * 1024;
const chunkBytes = 128 * 1024;
/** A folder's modification time may be this coarse, in milliseconds: what came just before the reading may not show in it. */
const coarseTime = 2000;

/**
 * What was read of runs, in a file: one line of JSON per run, newest first, after the run's folder; of a run under way
 * lines with its effects follow. Lines are parsed when they are asked for, effects even later ({@link EffectMap.kept}), so
 * that loading thousands takes no longer than looking at their journals.
 */
export class DigestIndex {
  readonly #lines = new Map<string, string>();
  readonly #effects = new Map<string, string[]>();

  /**
   * @param file absolute path
   * @param version of the program: what another one wrote is not used
   */
  constructor(
    private readonly file: string,
    private readonly version: string,
  ) {}

  /** Reads the file. A missing one, a damaged one or one of another version gives an empty index. */
  *load(): Sliced<void> {
    this.clear();
    let file: number;
    try {
      file = openSync(this.file, 'r');
    } catch {
      return;
    }
    try {
      if (fstatSync(file).size <= mostBytes) yield* this.#read(file);
    } catch {
      this.clear();
    } finally {
      closeSync(file);
    }
  }

  *#read(file: number): Sliced<void> {
    const hash = sha256();
    let chunk = Buffer.allocUnsafe(chunkBytes);
    let dir: string | undefined;
    /** Of a line that ends in the next chunk. */
    let rest = 0;
    for (;;) {
      const size = readSync(file, chunk, rest, chunk.length - rest, null);
      if (size === 0) break;
      const end = rest + size;
      let at = 0;
      for (let next = chunk.indexOf(lineEnd); next !== -1 && next < end; next = chunk.indexOf(lineEnd, at)) {
        const tab = chunk.indexOf(tabulator, at);
        if (dir === undefined) {
          if (chunk.toString('utf8', at, next) !== this.version) return;
          dir = '';
        } else if (tab === -1 || tab > next) {
          // The last line.
          hash.update(chunk.subarray(0, at));
          if (chunk.toString('latin1', at, next) !== hash.digest('hex')) this.clear();
          return;
        } else if (tab === at) {
          const text = chunk.toString('utf8', tab + 1, next);
          const before = this.#effects.get(dir);
          if (before) before.push(text);
          else this.#effects.set(dir, [text]);
        } else {
          dir = chunk.toString('utf8', at, tab);
          this.#lines.set(dir, chunk.toString('utf8', tab + 1, next));
        }
        at = next + 1;
      }
      hash.update(chunk.subarray(0, at));
      rest = end - at;
      const larger = rest > chunk.length / 2 ? Buffer.allocUnsafe(chunk.length * 2) : chunk;
      chunk.copy(larger, 0, at, end);
      chunk = larger;
      yield;
    }
    // Cut off before the last line.
    this.clear();
  }

  /** Forgets what was loaded; the file stays. */
  clear(): void {
    this.#lines.clear();
    this.#effects.clear();
  }

  /** What the last session knew of a run; `undefined`: nothing that can be used. */
  get(dir: string): KeptRun | undefined {
    const text = this.#lines.get(dir);
    // Nobody but this version of this file has written it, which its hash has shown.
    return text === undefined
      ? undefined
      : revive(dir, JSON.parse(text) as Line, this.#effects.get(dir) ?? []);
  }

  /** Writes the file anew, to another name first. @throws when it cannot be written */
  *save(known: Iterable<KnownRun>, now: number): Sliced<void> {
    mkdirSync(dirname(this.file), { recursive: true });
    const temporary = `${this.file}.${process.pid}.tmp`;
    const file = openSync(temporary, 'w', 0o600);
    try {
      const hash = sha256();
      const put = (text: string): void => {
        hash.update(text);
        writeSync(file, text);
      };
      let block = `${this.version}\n`;
      for (const entry of known) {
        if (!isWorthKeeping(entry, now)) continue;
        block += `${entry.run.dir}\t${JSON.stringify(toLine(entry))}\n`;
        for (const text of goesOn(entry) ? entry.run.fold.effects.texts() : []) {
          put(`${block}\t${text}\n`);
          block = '';
          yield;
        }
        if (block.length > 64 * 1024) {
          put(block);
          block = '';
        }
        yield;
      }
      put(block);
      writeSync(file, `${hash.digest('hex')}\n`);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    } finally {
      closeSync(file);
    }
    renameSync(temporary, this.file);
  }
}

function sha256(): Hash {
  return createHash('sha256');
}

const [tabulator, lineEnd] = [9, 10];

/** A run as one line: what is not told by its folder, nor the same in every run that is kept. */
interface Line {
  readonly journalAt: number;
  readonly metadata: RunMetadata | undefined;
  readonly projectDir: string;
  readonly eventFiles: number;
  /** Where it is another time than the metadata's. */
  readonly createdAt?: number | undefined;
  /** Where it is another time than the fold's last. */
  readonly updatedAt?: number | undefined;
  /** What is otherwise than in an empty fold. */
  readonly fold: Partial<RunFold>;
  /** The first event says the same as the metadata, which the fold then leaves out. */
  readonly told?: true;
  readonly journal?: KeptJournal;
  /** How many effects there are, and those that are pending. */
  readonly effects?: number;
  readonly pending?: readonly Effect[];
}

function isWorthKeeping({ run, journal, journalAt }: KnownRun, now: number): boolean {
  const { fold, lock, reading } = run;
  return (
    !reading &&
    !lock &&
    now - journalAt > coarseTime &&
    journalAt > 0 &&
    (fold.end !== undefined ||
      (journal !== undefined && fold.effects.size <= mostEffects && fold.costs.length <= mostCosts)) &&
    // A line begins with the folder.
    !/[\t\n]/.test(run.dir) &&
    // What is wrong may have been mended meanwhile, outside the journal.
    run.problems.length === 0
  );
}

/** Of a finished run the next session needs neither effects nor costs, until somebody looks into it. */
function goesOn({ run, journal }: KnownRun): boolean {
  return run.fold.end === undefined && journal !== undefined;
}

function toLine(known: KnownRun): Line {
  // Tasks are read again: what they ask for may be long, and nobody's business outside the run.
  const { metadata, projectDir, eventFiles, fold } = known.run;
  const createdAt = known.run.createdAt === metadata?.createdAt ? undefined : known.run.createdAt;
  const updatedAt = known.run.updatedAt === fold.lastAt ? undefined : known.run.updatedAt;
  const { journalAt, journal } = known;
  const line = { journalAt, metadata, projectDir, eventFiles, createdAt, updatedAt };
  const { effects, pending, ...rest } = fold;
  const scalars = effects.size === 0 ? { ...rest, counts: emptyFold.counts } : rest;
  if (!journal || !goesOn(known)) {
    const { counts, costs } = emptyFold;
    return { ...line, fold: unusual({ ...scalars, counts, costs }) };
  }
  const { names, last, verified } = journal;
  const told = metadata !== undefined && isDeepStrictEqual(firstOf(fold), firstOf(metadata));
  const kept = {
    ...line,
    fold: unusual(told ? { ...scalars, ...firstOf(emptyFold) } : scalars),
    ...(told ? { told } : {}),
    journal: { names, last, verified },
  };
  return effects.size === 0 ? kept : { ...kept, effects: effects.size, pending: [...pending.values()] };
}

/** What the first event tells as the metadata does. */
function firstOf({
  processId,
  entry,
  prompt,
}: Pick<RunFold, 'processId' | 'entry' | 'prompt'>): Pick<RunFold, 'processId' | 'entry' | 'prompt'> {
  return { processId, entry, prompt };
}

/** The shorter a line, the faster it is read. */
function unusual(fold: Omit<RunFold, 'effects' | 'pending'>): Partial<RunFold> {
  const entries = Object.entries(fold).filter(([key, value]) => {
    const usual = emptyFold[key as keyof RunFold];
    return value !== usual && !(Array.isArray(value) && value.length === 0);
  });
  // JSON knows no sets.
  return Object.fromEntries(entries.map(([key, value]) => [key, value instanceof Set ? [...value] : value]));
}

function revive(dir: string, line: Line, texts: readonly string[]): KeptRun {
  const { journalAt, eventFiles, journal, effects = 0, pending = [] } = line;
  const metadata = line.metadata && sharing(line.metadata);
  // JSON knows no sets.
  const skipped = line.fold.skipped ? new Set(line.fold.skipped) : emptyFold.skipped;
  const first = line.told && metadata ? firstOf(metadata) : undefined;
  const fold: RunFold = { ...emptyFold, ...line.fold, ...first, skipped };
  const createdAt = line.createdAt ?? metadata?.createdAt ?? 0;
  const run: Run = {
    dir,
    runId: basename(dir),
    projectDir: intern(line.projectDir),
    metadata,
    fold: effects === 0 ? fold : withEffects(fold, EffectMap.kept(texts, effects), pending),
    folded: journal !== undefined,
    reading: false,
    eventFiles,
    lock: undefined,
    createdAt,
    updatedAt: line.updatedAt ?? fold.lastAt ?? createdAt,
    pendingTasks: noTasks,
    problems: noProblems,
  };
  return { journalAt, run, journal };
}

function withEffects(fold: RunFold, effects: EffectMap, pending: readonly Effect[]): RunFold {
  if (pending.length === 0) return { ...fold, effects };
  return { ...fold, effects, pending: new Map(pending.map((effect) => [effect.effectId, effect])) };
}

/** The same, with one text for what is equal in thousands of runs. */
function sharing(metadata: RunMetadata): RunMetadata {
  const { processId, entry, request } = metadata;
  return {
    ...metadata,
    processId: processId && intern(processId),
    entry: entry && { importPath: intern(entry.importPath), exportName: intern(entry.exportName) },
    request: request && intern(request),
  };
}

/** The index of one place among others in a folder. */
export function indexOfPlace(folder: string, place: RunsPlace, version: string): DigestIndex {
  const name = createHash('sha256').update(`${place.holds} ${place.dir}`).digest('hex').slice(0, 32);
  return new DigestIndex(join(folder, `${name}.jsonl`), version);
}
