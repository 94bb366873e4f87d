import { createHash, type Hash } from 'node:crypto';
import { closeSync, mkdirSync, fstatSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createFile, openRegular } from '../../../node/safeFile';
import type { RunsPlace } from '../../../core/source/runSource';
import type { Sliced } from '../../../core/sliced';
import { readLine, writeEffects, writeLine, type KeptRun, type KnownRun } from './indexLine';
import { indexShape } from './indexShape';

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
 * lines with its effects follow. Lines are parsed when they are asked for, effects even later, so that loading thousands
 * takes no longer than looking at their journals.
 */
export class DigestIndex {
  readonly #lines = new Map<string, string>();
  readonly #effects = new Map<string, string[]>();

  /**
   * @param file absolute path
   * @param shape of what is kept of a run, as one word: what was written in another shape is not used
   */
  constructor(
    private readonly file: string,
    private readonly shape: string = indexShape,
  ) {}

  /** Reads the file. A missing one, a damaged one or one of another shape gives an empty index. */
  *load(): Sliced<void> {
    this.clear();
    let file: number;
    try {
      file = openRegular(this.file);
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
          if (chunk.toString('utf8', at, next) !== this.shape) return;
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

  /** Whether the last session kept anything of a run, be it of use or not. */
  has(dir: string): boolean {
    return this.#lines.has(dir);
  }

  /** What the last session knew of a run; `undefined`: nothing that can be used. */
  get(dir: string): KeptRun | undefined {
    const text = this.#lines.get(dir);
    return text === undefined ? undefined : readLine(dir, text, this.#effects.get(dir) ?? []);
  }

  /** Writes the file anew, to another name first. @throws when it cannot be written */
  *save(known: Iterable<KnownRun>, now: number): Sliced<void> {
    mkdirSync(dirname(this.file), { recursive: true });
    const temporary = `${this.file}.${process.pid}.tmp`;
    rmSync(temporary, { force: true });
    const file = createFile(temporary);
    try {
      const hash = sha256();
      const put = (text: string): void => {
        hash.update(text);
        writeSync(file, text);
      };
      let block = `${this.shape}\n`;
      for (const entry of known) {
        if (!isWorthKeeping(entry, now)) continue;
        block += `${entry.run.dir}\t${writeLine(entry)}\n`;
        for (const text of writeEffects(entry)) {
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

function isWorthKeeping({ run, journal, journalAt }: KnownRun, now: number): boolean {
  const { story, lock, depth } = run;
  return (
    depth !== 'reading' &&
    !lock &&
    now - journalAt > coarseTime &&
    journalAt > 0 &&
    (story.end !== undefined ||
      (journal !== undefined && story.effects.size <= mostEffects && story.costs.length <= mostCosts)) &&
    // A line begins with the folder.
    !/[\t\n]/.test(run.dir) &&
    // What is wrong may have been mended meanwhile, outside the journal.
    run.problems.length === 0
  );
}

/** The index of one place among others in a folder. */
export function indexOfPlace(folder: string, place: RunsPlace): DigestIndex {
  const name = createHash('sha256').update(`${place.holds} ${place.dir}`).digest('hex').slice(0, 32);
  return new DigestIndex(join(folder, `${name}.jsonl`));
}
