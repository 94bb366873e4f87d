import { lstatSync, readdir, readdirSync, statSync } from 'node:fs';
import { messageOf } from '../../../core/errors';
import { isInside } from '../../../core/paths';
import type { EventRecord } from '../../../core/run/eventRecord';
import { type JournalEntry } from '../core/journal';
import type { Problem } from '../../../core/run/problem';
import type { Sliced } from '../../../core/sliced';
import { checksumProblem } from '../../../node/checksum';
import { namesIn } from '../../../node/eachEntryIn';
import { codeOf, fileLimits, FolderFiles, realPath, whyNotRead } from '../../../node/safeFile';
import { listJournal, type JournalListing, isInOrder } from '../core/journalListing';
import { parseEvent, toEventRecord, type ParsedEvent } from '../core/parseEvent';

/** Thousands of journals with nothing wrong share it. */
const noProblems: readonly Problem[] = [];

/** The size in bytes from which on a folder is read piece by piece, which costs a small one more than reading it at once. */
const bigFolder = 256 * 1024;

/** A journal's folder before anything in it was read. */
export interface OpenJournal {
  /** In milliseconds since 1970; 0 when there is no journal. */
  readonly modifiedAt: number;
  /** Of a big one, which may hold a hundred thousand, they are read as they are asked for. */
  readonly names: Iterable<string>;
  readonly isBig: boolean;
}

/** A journal whose names are listed by another thread while other runs are read: listing is the longest part of it. */
export class JournalAhead {
  /** As {@link openJournal} gives it; `undefined`: not yet, or not by another thread. */
  opened: OpenJournal | undefined;

  /** @param dir the run folder */
  constructor(dir: string) {
    const journal = `${dir}/journal`;
    try {
      const stat = lstatSync(journal);
      if (!stat.isDirectory() || stat.size > bigFolder) return;
      readdir(journal, (error, names) => {
        if (!error && names.length > 0) this.opened = { modifiedAt: stat.mtimeMs, names, isBig: false };
      });
    } catch {
      // What opens it says why it cannot.
    }
  }
}

/**
 * Looks into the journal's folder.
 * @param real the run folder, links resolved
 * @param found what is wrong with the folder is added here
 * @param ahead what was begun of it
 */
export function openJournal(real: string, found: Problem[], ahead?: JournalAhead): OpenJournal {
  if (ahead?.opened) return ahead.opened;
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

/** {@link listJournal}, which has nothing to do for most journals. */
export function* listNames(names: Iterable<string>, writing: boolean): Sliced<JournalListing> {
  if (Array.isArray(names) && isInOrder(names)) {
    return { files: names, problems: noProblems, odd: false, temporary: false };
  }
  return yield* listJournal(names, writing);
}

/** An event, and what is wrong with its file. */
export type EventReading = Omit<ParsedEvent, 'problems'> & { readonly problems: readonly Problem[] };

/** The files of a run's journal. @param real the run folder, links resolved */
export function journalFiles(real: string): FolderFiles {
  return new FolderFiles(real, `${real}/journal`);
}

/**
 * Reads one event file.
 * @param name one plain segment
 * @param verify whether its checksum is looked at
 */
export function readEvent(journal: FolderFiles, name: string, verify: boolean): EventReading {
  const file = `journal/${name}`;
  const read = journal.read(name, fileLimits.event);
  if ('problem' in read)
    return { entry: undefined, problems: [{ file, what: read.problem, stops: 'iterate' }] };
  try {
    return check(name, read.text, verify);
  } catch (error) {
    // Reading makes a problem of what is wrong. Should an event upset it even so, the others must not notice.
    const what = `could not be read: ${messageOf(error)}`;
    return { entry: undefined, problems: [{ file, what, stops: 'iterate' }] };
  }
}

function check(name: string, text: string, verify: boolean): EventReading {
  const file = `journal/${name}`;
  const { entry, problems } = parseEvent(name, text);
  const altered = verify && entry ? checksumProblem(text) : undefined;
  const all = altered === undefined ? problems : [...problems, { what: altered }];
  return { entry, problems: all.length === 0 ? noProblems : all.map((problem) => ({ file, ...problem })) };
}

/** Reads files of a journal, one after the other. @param real the run folder, links resolved @param names plain segments */
export function* readEach<T>(
  real: string,
  names: readonly string[],
  read: (journal: FolderFiles, name: string) => T,
): Sliced<readonly T[]> {
  const journal = journalFiles(real);
  try {
    const found: T[] = [];
    for (const name of names) {
      found.push(read(journal, name));
      yield;
    }
    return found;
  } finally {
    journal.dispose();
  }
}

/** {@link readEvent} for the list of events; one that cannot be read has no type. */
export function readRecord(journal: FolderFiles, name: string): EventRecord {
  const read = journal.read(name, fileLimits.event);
  return toEventRecord(name, 'text' in read ? read.text : '');
}

/** The last events of a journal, without their checksums: from the last one backwards, read as they are asked for. */
export class Tail implements Iterable<JournalEntry | undefined> {
  readonly #read: EventReading[] = [];

  constructor(
    private readonly journal: FolderFiles,
    private readonly files: readonly string[],
  ) {}

  *[Symbol.iterator](): Generator<JournalEntry | undefined, void> {
    for (let i = this.files.length - 1; i >= 0; i -= 1) {
      const event = readEvent(this.journal, this.files[i] as string, false);
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
