import { sequenceNumber, usualNumber, type EventName } from './eventName';
import type { Problem } from '../../../core/run/problem';

/** What the names in a journal folder say without reading a file: order, gaps, repeats, strangers. */
export interface JournalListing {
  /** Event files in journal order: by sequence number (which outgrows its six digits), then by name. */
  readonly files: readonly string[];
  /** `file` is the name inside the journal; empty for the journal itself. */
  readonly problems: readonly Problem[];
  /** Whether some event's name is not of the usual form, so that it has to be looked at. */
  readonly odd: boolean;
  /** Whether there are temporary files, which a write going on has, and one that broke off leaves behind. */
  readonly temporary: boolean;
}

/** Whether these are the names of a sound journal, in order, as most are listed: nothing needs to be sorted or said. */
export function isInOrder(names: readonly string[]): boolean {
  for (let i = 0; i < names.length; i += 1) if (usualNumber(names[i] as string) !== i + 1) return false;
  return true;
}

/**
 * Sorts the file names of a journal folder; yields now and then, as there may be a hundred thousand.
 * @param writing a live process holds the lock, so a temporary file is normal
 */
export function* listJournal(
  entries: Iterable<string>,
  writing: boolean,
): Generator<void, JournalListing, void> {
  const names: EventName[] = [];
  const problems: Problem[] = [];
  let [odd, temporary] = [false, false];
  let looked = 0;
  for (const file of entries) {
    looked += 1;
    if (looked % 256 === 0) yield;
    const seq = sequenceNumber(file);
    if (seq !== undefined) {
      odd ||= usualNumber(file) === 0;
      names.push({ file, seq });
      continue;
    }
    const isTemporary = temporaryName.test(file);
    temporary ||= isTemporary;
    const problem = strangerProblem(file, isTemporary);
    if (problem && !(isTemporary && writing)) problems.push({ file, ...problem });
  }
  return { files: (yield* inPlace(names)) ?? sorted(names, problems), problems, odd, temporary };
}

/** Engines write an event under such a name before they give it its own. */
export const temporaryName = /\.json\.tmp-/;

function strangerProblem(file: string, isTemporary: boolean): Omit<Problem, 'file'> | undefined {
  if (isTemporary) {
    const what =
      'is a temporary file that an interrupted write left behind; it breaks the numbering of the next event';
    return { what, mendable: true, stops: 'any' };
  }
  if (file.endsWith('.json')) {
    return { what: 'is not named like an event; engines refuse the run while it is here', stops: 'any' };
  }
  if (file.startsWith('.')) return undefined;
  // Engines number the next event after the largest number in front of any name.
  const shifts = /^\d/.test(file) ? ({ stops: 'any' } as const) : {};
  return { what: 'does not belong in a journal; it is ignored', ...shifts };
}

/** Puts each at its number, without sorting; `undefined` when the numbers are not exactly 1 to their count. */
function* inPlace(names: readonly EventName[]): Generator<void, readonly string[] | undefined, void> {
  const files: (string | undefined)[] = names.map(() => undefined);
  for (const [i, { file, seq }] of names.entries()) {
    if (seq < 1 || seq > files.length || files[seq - 1] !== undefined) return undefined;
    files[seq - 1] = file;
    if (i % 256 === 0) yield;
  }
  return files as string[];
}

/** Sorts a journal that something is wrong with, and says what. */
function sorted(names: EventName[], problems: Problem[]): readonly string[] {
  names.sort((a, b) => a.seq - b.seq || (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
  let expected = 1;
  for (const { file, seq } of names) {
    if (seq < 1)
      problems.push({
        file,
        what: 'has a sequence number that is too small; the first is 1',
        stops: 'iterate',
      });
    else if (seq >= expected) {
      if (seq > expected) problems.push({ file: '', ...gap(expected, seq - 1) });
      expected = seq + 1;
    } else {
      problems.push({ file, what: `has a sequence number that occurs twice (${seq})`, mendable: true });
    }
  }
  return names.map(({ file }) => file);
}

function gap(from: number, to: number): Omit<Problem, 'file'> {
  if (from !== to) return { what: `lacks the events ${from} to ${to}`, stops: 'iterate' };
  // The engine's repair renumbers after a missing first event, and keeps every other gap.
  return from === 1
    ? { what: 'lacks its first event', mendable: true }
    : { what: `lacks the event ${from}`, stops: 'iterate' };
}
