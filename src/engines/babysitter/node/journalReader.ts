import { lstatSync } from 'node:fs';
import { digestRun } from '../core/digest';
import { emptyFold, Folding, type RunFold } from '../core/foldRun';
import type { Problem } from '../../../core/run/problem';
import type { Sliced } from '../../../core/sliced';
import { JournalAhead, journalFiles, listNames, openJournal, readEvent, Tail } from './journalFolder';
import type { FolderFiles } from '../../../node/safeFile';
import { isSliceOver } from '../../../node/slices';
import { modifiedAt } from '../../../node/watchFolder';
import { nameProblem, sequenceNumber } from '../core/eventName';

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

/** So many events are read at once even for a glimpse. */
const fewEvents = 500;

/** Thousands of runs with nothing wrong share it. */
const noProblems: readonly Problem[] = [];

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

/** Of a journal that was read whole and in which nothing was wrong, what its run does not tell. */
export type KeptJournal = Pick<JournalReading, 'names' | 'last' | 'verified'>;

/** What one look at a journal gave. */
export interface JournalLook {
  readonly reading: JournalReading;
  /** `end`: only the last events, of a finished run; `reading`: no event yet, as there are many. */
  readonly depth: 'whole' | 'end' | 'reading';
  /** What was known of the journal before does not hold any more, or nothing was. */
  readonly anew: boolean;
}

/** Reads the journal of one run, and later only what is new in it. */
export class JournalReader {
  #reading: JournalReading | undefined;
  #readAt = 0;
  #ahead: JournalAhead | undefined;

  /** How far the journal is read; `undefined`: nothing, or only its end. */
  get reading(): JournalReading | undefined {
    return this.#reading;
  }

  /** The folder's modification time just before it was last read; 0 when there was none. */
  get readAt(): number {
    return this.#readAt;
  }

  /** Goes on from what another reader, or an earlier session, had read. */
  goOn(reading: JournalReading | undefined): void {
    this.#reading = reading;
  }

  /** Begins to list the journal for a {@link read} that comes soon. @param dir the run folder */
  prepare(dir: string): void {
    this.#ahead ??= new JournalAhead(dir);
  }

  /** {@link goOn} from what an earlier session kept. */
  goOnFromKept(fold: RunFold, count: number, kept: KeptJournal): void {
    this.#reading = { ...unread, ...kept, count, fold };
  }

  /**
   * Reads what is new.
   * @param real the run folder, links resolved
   * @param found what is wrong with the journal's folder is added here
   * @param writing somebody holds the run, so temporary files are no problem
   * @param mayDigest a row is wanted, for which the end of a finished run is enough
   */
  *read(
    real: string,
    look: Look,
    found: Problem[],
    writing: boolean,
    mayDigest: boolean,
  ): Sliced<JournalLook> {
    // Reading on looks into what was read before.
    if (this.#reading && look.added?.length !== 0) yield* this.#reading.fold.effects.load();
    const journal = journalFiles(real);
    try {
      const appended = look.added && this.#append(real, journal, look.added);
      if (appended) return { reading: appended, depth: 'whole', anew: false };
      return yield* this.#list(real, journal, found, writing, look, mayDigest);
    } finally {
      journal.dispose();
      this.#ahead = undefined;
    }
  }

  /** Takes up new events without listing the journal; `undefined`: only a listing can tell what happened. */
  #append(real: string, journal: FolderFiles, added: readonly string[]): JournalReading | undefined {
    const before = this.#reading;
    if (!before || before.temporary || before.unusable.size > 0) return undefined;
    this.#readAt = modifiedAt(`${real}/journal`);
    if (added.length === 0) return before;
    const files = added.toSorted();
    if (!files.every((file, i) => sequenceNumber(file) === before.count + i + 1)) return undefined;
    const folding = new Folding(before.fold);
    const eventProblems = [...before.eventProblems];
    let { names, last } = before;
    for (const file of files) {
      const { entry, problems } = readEvent(journal, file, before.verified);
      if (!entry) return undefined;
      folding.add(entry);
      names = hashName(names, file);
      eventProblems.push(...nameProblems(file, last), ...problems);
      last = file;
    }
    this.#reading = {
      ...before,
      count: before.count + files.length,
      names,
      last,
      fold: folding.result(),
      eventProblems,
    };
    return this.#reading;
  }

  /**
   * Lists the journal and reads what is new in it. If a known name disappeared, or an event that could not be used
   * looks different now, it is read anew.
   */
  *#list(
    real: string,
    journal: FolderFiles,
    found: Problem[],
    writing: boolean,
    look: Look,
    mayDigest: boolean,
  ): Sliced<JournalLook> {
    const { modifiedAt: readAt, names: entries, isBig } = openJournal(real, found, this.#ahead);
    this.#readAt = readAt;
    if (look.glimpse && isBig) return { reading: unread, depth: 'reading', anew: false };
    const { files, odd, temporary, problems } = yield* listNames(entries, writing);
    const listProblems = problems.length === 0 ? noProblems : problems.map(inJournal);
    const verify = look.whole && !look.unchecked;
    const nothing = { ...unread, count: files.length, verified: verify, listProblems, temporary };
    const tail = new Tail(journal, files);
    const digest = mayDigest && !odd ? digestRun(tail) : undefined;
    if (digest) return { reading: { ...nothing, fold: digest }, depth: 'end', anew: false };
    const before = (yield* this.#stillHolds(real, files, verify)) ? this.#reading : undefined;
    if (look.glimpse && files.length - (before?.count ?? 0) > fewEvents)
      return { reading: unread, depth: 'reading', anew: false };

    const folding = new Folding(before?.fold);
    const eventProblems = [...(before?.eventProblems ?? [])];
    const unusable = new Map(before?.unusable);
    let names = before?.names ?? 0;
    for (let i = before?.count ?? 0; i < files.length; i += 1) {
      const file = files[i] as string;
      let event = tail.read(i) ?? readEvent(journal, file, verify);
      if (!event.entry) {
        const { look, changedAt } = lookOf(`${real}/journal/${file}`);
        unusable.set(file, look);
        // Read again after the look where a change may have come between the two.
        if (Date.now() - changedAt < justNow) event = readEvent(journal, file, verify);
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
    this.#reading = {
      ...{ ...nothing, names, last, fold: folding.result() },
      // Thousands of runs with nothing wrong share these.
      eventProblems: eventProblems.length === 0 ? noProblems : eventProblems,
      unusable: unusable.size === 0 ? unread.unusable : unusable,
    };
    return { reading: this.#reading, depth: 'whole', anew: before === undefined };
  }

  /** Whether what was read before is still the beginning of the journal. */
  *#stillHolds(real: string, files: readonly string[], whole: boolean): Sliced<boolean> {
    const before = this.#reading;
    if (!before || before.count > files.length || (whole && !before.verified)) return false;
    let names = 0;
    for (let i = 0; i < before.count; i += 1) {
      names = hashName(names, files[i] as string);
      if (i % 1024 === 1023) yield;
    }
    return (
      names === before.names &&
      [...before.unusable].every(([file, look]) => lookOf(`${real}/journal/${file}`).look === look)
    );
  }
}

/** One more name in a hash of names (FNV-1a, 32 bits). */
function hashName(hash: number, name: string): number {
  let next = hash;
  for (let i = 0; i < name.length; i += 1) next = Math.imul(next ^ name.charCodeAt(i), 0x01_00_01_93);
  return next | 0;
}

function inJournal({ file, ...problem }: Problem): Problem {
  return { file: file === '' ? 'journal' : `journal/${file}`, ...problem };
}

function nameProblems(file: string, before: string | undefined): readonly Problem[] {
  const problem = nameProblem(file, before);
  return problem ? [{ file: `journal/${file}`, ...problem }] : noProblems;
}

/** What changed longer ago was not changed while it was being read, in milliseconds. */
const justNow = 60_000;

/** How a file looks from outside, and when that last changed; an empty look when that cannot be told. */
function lookOf(path: string): { readonly look: string; readonly changedAt: number } {
  try {
    const { ino, size, mtimeMs, ctimeMs } = lstatSync(path);
    return { look: [ino, size, mtimeMs, ctimeMs].join(' '), changedAt: ctimeMs };
  } catch {
    return { look: '', changedAt: Date.now() };
  }
}
