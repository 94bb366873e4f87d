import { createHash, type Hash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, fstatSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { EffectMap } from '../core/run/effectMap';
import { emptyFold, type Effect, type RunFold } from '../core/run/foldRun';
import type { Run } from '../core/run/run';
import type { RunsPlace } from '../core/source/runSource';
import type { Sliced } from '../core/sliced';
import type { JournalReading } from './runDirectory';

/** What a session read of a run, for the next session to go on from. */
export interface KnownRun {
  /** Without the files of its pending tasks, which the index does not keep. */
  readonly run: Run;
  /** `undefined`: only the journal's end was read. */
  readonly journal: JournalReading | undefined;
  /** The journal folder's modification time when it was read; as long as it is the same, nothing came. */
  readonly journalAt: number;
}

const noTasks: Run['pendingTasks'] = new Map();

/** Runs that would make the index large are read anew instead. */
const mostEffects = 5000;
/** In bytes; a larger index is not read, but made anew. */
const mostBytes = 128 * 1024 * 1024;
const chunkBytes = 128 * 1024;
/** A folder's modification time may be this coarse, in milliseconds: what came just before the reading may not show in it. */
const coarseTime = 2000;

/**
 * What was read of runs, in a file: one line of JSON per run, newest first, after the run's folder. Lines are parsed when
 * they are asked for, so that loading thousands takes no longer than looking at their journals.
 */
export class DigestIndex {
  readonly #lines = new Map<string, string>();

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
    this.#lines.clear();
    let file: number;
    try {
      file = openSync(this.file, 'r');
    } catch {
      return;
    }
    try {
      if (fstatSync(file).size <= mostBytes) yield* this.#read(file);
    } catch {
      this.#lines.clear();
    } finally {
      closeSync(file);
    }
  }

  *#read(file: number): Sliced<void> {
    const hash = sha256();
    const decoder = new StringDecoder('utf8');
    const chunk = Buffer.allocUnsafe(chunkBytes);
    let first = true;
    let rest = '';
    for (let size = readSync(file, chunk); size > 0; size = readSync(file, chunk)) {
      rest += decoder.write(chunk.subarray(0, size));
      let at = 0;
      for (let end = rest.indexOf('\n'); end !== -1; end = rest.indexOf('\n', at)) {
        const line = rest.slice(at, end);
        const tab = line.indexOf('\t');
        if (first && line !== this.version) return;
        if (!first && tab === -1) {
          // The last line.
          if (line !== hash.update(rest.slice(0, at)).digest('hex')) this.#lines.clear();
          return;
        }
        if (!first) this.#lines.set(line.slice(0, tab), line.slice(tab + 1));
        first = false;
        at = end + 1;
      }
      hash.update(rest.slice(0, at));
      rest = rest.slice(at);
      yield;
    }
    // Cut off before the last line.
    this.#lines.clear();
  }

  /** Forgets what was loaded; the file stays. */
  clear(): void {
    this.#lines.clear();
  }

  /** What the last session knew of a run; `undefined`: nothing that can be used. */
  get(dir: string): KnownRun | undefined {
    const text = this.#lines.get(dir);
    // Nobody but this version of this file has written it, which its hash has shown.
    return text === undefined ? undefined : revive(JSON.parse(text) as Line);
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

type Line = Omit<KnownRun, 'run' | 'journal'> & {
  readonly run: Omit<Run, 'fold' | 'pendingTasks' | 'lock' | 'reading'>;
  /** What is otherwise than in an empty fold. */
  readonly fold: Partial<RunFold>;
  readonly effects: readonly Effect[];
  readonly journal?: Omit<JournalReading, 'fold' | 'unusable'>;
};

function isWorthKeeping({ run, journal, journalAt }: KnownRun, now: number): boolean {
  const { fold, lock, reading } = run;
  return (
    !reading &&
    !lock &&
    now - journalAt > coarseTime &&
    journalAt > 0 &&
    (fold.end !== undefined ||
      (journal !== undefined && Math.max(fold.effects.size, fold.costs.length) <= mostEffects)) &&
    // A line begins with the folder.
    !/[\t\n]/.test(run.dir) &&
    // What is wrong may have been mended meanwhile, outside the journal.
    run.problems.length === 0
  );
}

function toLine({ run, journal, journalAt }: KnownRun): Line {
  // Tasks are read again: what they ask for may be long, and nobody's business outside the run.
  const { fold, pendingTasks: _tasks, lock: _lock, reading: _reading, ...rest } = run;
  const { effects, pending: _pending, ...scalars } = fold;
  // Of a finished run the next session needs neither effects nor costs, until somebody looks into it.
  if (fold.end || !journal) {
    const { counts, costs } = emptyFold;
    const ended = unusual({ ...scalars, counts, costs });
    return { journalAt, run: { ...rest, folded: false }, fold: ended, effects: [] };
  }
  const { fold: _fold, unusable: _unusable, ...reading } = journal;
  return { journalAt, run: rest, fold: unusual(scalars), effects: [...effects.values()], journal: reading };
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

function revive({ journalAt, run, fold: scalars, effects, journal }: Line): KnownRun {
  const some = effects.length > 0;
  const fold: RunFold = {
    ...emptyFold,
    ...scalars,
    effects: EffectMap.empty.with(effects),
    pending: some
      ? new Map(
          effects.filter(({ status }) => status === 'pending').map((effect) => [effect.effectId, effect]),
        )
      : emptyFold.pending,
  };
  return {
    journalAt,
    run: { ...run, fold, pendingTasks: noTasks, lock: undefined, reading: false },
    journal: journal && { ...journal, fold, unusable: new Map() },
  };
}

/** The index of one place among others in a folder. */
export function indexOfPlace(folder: string, place: RunsPlace, version: string): DigestIndex {
  const name = createHash('sha256').update(`${place.holds} ${place.dir}`).digest('hex').slice(0, 32);
  return new DigestIndex(join(folder, `${name}.jsonl`), version);
}
