import { sequenceNumber } from '../run/eventName';
import type { EventRecord } from '../run/eventRecord';
import { toEventRecord } from '../run/parseEvent';

export interface EventFilter {
  /** Empty: every type. */
  readonly type: string;
  /** Words that must all occur; empty: whatever it says. */
  readonly text: string;
}

export interface PlacedRecord {
  /** Its place among the events that a filter leaves. */
  readonly place: number;
  /** Its place in the whole journal, from 1: as many events there were when it came. */
  readonly event: number;
  readonly record: EventRecord;
}

/** Some of the events that a filter leaves, in journal order. */
export interface EventWindow {
  readonly records: readonly PlacedRecord[];
  /** How many the filter leaves, as far as the journal was looked through. */
  readonly total: number;
  /** How many events were looked through, of how many. */
  readonly searched: number;
  readonly all: number;
}

/** So many events are looked through before other work gets its turn: about 6 ms. */
const atOnce = 100;

/**
 * The events of a journal, read when they are asked for: without a filter only those that are seen, with a filter all,
 * piece by piece. Events never change, so none is read twice.
 */
export class EventLog {
  #files: readonly string[] = [];
  #records: (EventRecord | undefined)[] = [];
  #filter: EventFilter = { type: '', text: '' };
  /** Places in the journal of what the filter leaves, among the first `#matched` events. */
  #matches: number[] = [];
  #matched = 0;

  /**
   * @param readText reads an event file
   * @param pause lets other work have its turn
   * @param wordsOf what an event can be found by besides its own words: the title of its task
   */
  constructor(
    private readonly readText: (file: string) => Promise<string>,
    private readonly pause: () => Promise<void>,
    private readonly wordsOf: (record: EventRecord) => string,
  ) {}

  /** Takes the names of the event files, in journal order; what was read of those that are still there stays. */
  list(files: readonly string[]): void {
    const last = this.#files.length - 1;
    // Journals only grow, unless they are repaired.
    const grown = files.length > last && files[0] === this.#files[0] && files[last] === this.#files[last];
    if (!grown) {
      this.#records = [];
      this.forgetMatches();
    }
    this.#files = files;
  }

  /** Looks through the events again, after their titles became known. */
  forgetMatches(): void {
    this.#matches = [];
    this.#matched = 0;
  }

  get length(): number {
    return this.#files.length;
  }

  /** The place of an event by its number; `undefined`: there is none. */
  placeOf(seq: number): number | undefined {
    const guess = seq - 1;
    const isIt = (place: number): boolean => sequenceNumber(this.#files[place] ?? '') === seq;
    if (isIt(guess)) return guess;
    const found = this.#files.findIndex((_, place) => isIt(place));
    return found === -1 ? undefined : found;
  }

  /** The file of an event by its number. */
  fileOf(seq: number): string | undefined {
    const place = this.placeOf(seq);
    return place === undefined ? undefined : this.#files[place];
  }

  /** The nth event of the whole journal; `undefined`: there are not so many. */
  async at(event: number): Promise<PlacedRecord | undefined> {
    if (event < 1 || event > this.#files.length) return undefined;
    return { place: event - 1, event, record: await this.#record(event - 1) };
  }

  /** The newest of the last 50 events that fits, with its place. */
  async findLast(
    test: (record: EventRecord) => boolean,
  ): Promise<{ readonly place: number; readonly record: EventRecord } | undefined> {
    const end = Math.max(0, this.#files.length - 50);
    for (let place = this.#files.length - 1; place >= end; place -= 1) {
      const record = await this.#record(place);
      if (test(record)) return { place, record };
    }
    return undefined;
  }

  /** Looks through at most `most` further events for the filter. False: all are looked through. */
  async searchOn(filter: EventFilter, most: number): Promise<boolean> {
    if (filter.type !== this.#filter.type || filter.text !== this.#filter.text) {
      this.#filter = filter;
      this.forgetMatches();
    }
    if (isEmpty(filter)) return false;
    const until = Math.min(this.#files.length, this.#matched + most);
    const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
    for (let done = 1; this.#matched < until; done += 1) {
      const place = this.#matched;
      const record = await this.#record(place);
      // The journal was listed anew meanwhile.
      if (this.#matched !== place) return true;
      if (this.#fits(record, words)) this.#matches.push(place);
      this.#matched += 1;
      if (done % atOnce === 0) await this.pause();
    }
    return this.#matched < this.#files.length;
  }

  /** Reads what stands at these places among the events that the filter leaves. */
  async window(from: number, to: number): Promise<EventWindow> {
    const all = this.#files.length;
    const filtered = !isEmpty(this.#filter);
    const total = filtered ? this.#matches.length : all;
    const records: PlacedRecord[] = [];
    for (let place = Math.max(0, from); place < Math.min(to, total); place += 1) {
      const inJournal = filtered ? this.#matches[place] : place;
      if (inJournal === undefined) continue;
      records.push({ place, event: inJournal + 1, record: await this.#record(inJournal) });
    }
    return { records, total, searched: filtered ? this.#matched : all, all };
  }

  #fits(record: EventRecord, words: readonly string[]): boolean {
    if (this.#filter.type !== '' && record.type !== this.#filter.type) return false;
    if (words.length === 0) return true;
    const { seq, type, effectId, status, note } = record;
    const text = [seq, type, effectId, status, note, this.wordsOf(record)].join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  }

  async #record(place: number): Promise<EventRecord> {
    const known = this.#records[place];
    if (known) return known;
    const file = this.#files[place] ?? '';
    const record = toEventRecord(file, await this.readText(file).catch(() => ''));
    // A file that is being written or mended may be readable the next time.
    if (record.type !== '') this.#records[place] = record;
    return record;
  }
}

function isEmpty({ type, text }: EventFilter): boolean {
  return type === '' && text.trim() === '';
}
