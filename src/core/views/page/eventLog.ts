import type { EventRecord } from '../../run/eventRecord';

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

/** Gives events by their places from 0 in journal order, `to` exclusive; fewer where the journal ends. */
export type AskEvents = (from: number, to: number) => Promise<readonly EventRecord[]>;

/**
 * The events of a journal, read when they are asked for: without a filter only those that are seen, with a filter all,
 * piece by piece. Events never change, so none is read twice.
 */
export class EventLog {
  #length = 0;
  /** By which it is known whether the journal has only grown. */
  #firstId: string | undefined;
  #lastId: string | undefined;
  #records: (EventRecord | undefined)[] = [];
  #filter: EventFilter = { type: '', text: '' };
  /** Places in the journal of what the filter leaves, among the first `#matched` events. */
  #matches: number[] = [];
  #matched = 0;

  /**
   * @param events reads events
   * @param pause lets other work have its turn
   * @param wordsOf what an event can be found by besides its own words: the title of its task
   */
  constructor(
    private readonly events: AskEvents,
    private readonly pause: () => Promise<void>,
    private readonly wordsOf: (record: EventRecord) => string,
  ) {}

  /** Takes how many events there are now; what was read of those that are still there stays. Not twice at once. */
  async update(length: number): Promise<void> {
    const firstId = await this.#idAt(0);
    // Journals only grow, unless they are repaired.
    const grown =
      length >= this.#length &&
      (this.#length === 0 || firstId === this.#firstId) &&
      (await this.#idAt(this.#length - 1)) === this.#lastId;
    const lastId = await this.#idAt(length - 1);
    if (!grown) {
      this.#records = [];
      this.forgetMatches();
    }
    this.#length = length;
    this.#firstId = firstId;
    this.#lastId = lastId;
  }

  /** Looks through the events again, after their titles became known. */
  forgetMatches(): void {
    this.#matches = [];
    this.#matched = 0;
  }

  get length(): number {
    return this.#length;
  }

  /** The place of an event by its number; `undefined`: there is none. */
  async placeOf(seq: number): Promise<number | undefined> {
    // Where no event is missing, its number tells its place.
    if (seq > 0 && seq <= this.#length && (await this.#record(seq - 1)).seq === seq) return seq - 1;
    let [from, to] = [0, this.#length];
    while (from < to) {
      const middle = Math.floor((from + to) / 2);
      if ((await this.#record(middle)).seq < seq) from = middle + 1;
      else to = middle;
    }
    return from < this.#length && (await this.#record(from)).seq === seq ? from : undefined;
  }

  /** The nth event of the whole journal; `undefined`: there are not so many. */
  async at(event: number): Promise<PlacedRecord | undefined> {
    if (event < 1 || event > this.#length) return undefined;
    return { place: event - 1, event, record: await this.#record(event - 1) };
  }

  /** The newest of the last 50 events that fits, with its place. */
  async findLast(
    test: (record: EventRecord) => boolean,
  ): Promise<{ readonly place: number; readonly record: EventRecord } | undefined> {
    const end = Math.max(0, this.#length - 50);
    const records = await this.#read(end, this.#length);
    const index = records.findLastIndex((record) => test(record));
    const record = records[index];
    return record && { place: end + index, record };
  }

  /** Looks through at most `most` further events for the filter. False: all are looked through. */
  async searchOn(filter: EventFilter, most: number): Promise<boolean> {
    if (filter.type !== this.#filter.type || filter.text !== this.#filter.text) {
      this.#filter = filter;
      this.forgetMatches();
    }
    if (isEmpty(filter)) return false;
    const until = Math.min(this.#length, this.#matched + most);
    const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
    while (this.#matched < until) {
      const [from, known] = [this.#matched, this.#records];
      const records = await this.#read(from, Math.min(from + atOnce, until));
      // The journal became another one meanwhile.
      if (this.#matched !== from || this.#records !== known) return true;
      records.forEach((record, i) => {
        if (this.#fits(record, words)) this.#matches.push(from + i);
      });
      this.#matched += records.length;
      await this.pause();
    }
    return this.#matched < this.#length;
  }

  /** Reads what stands at these places among the events that the filter leaves. */
  async window(from: number, to: number): Promise<EventWindow> {
    const all = this.#length;
    const filtered = !isEmpty(this.#filter);
    const total = filtered ? this.#matches.length : all;
    const [first, end] = [Math.max(0, from), Math.min(to, total)];
    const records: PlacedRecord[] = [];
    if (filtered) {
      // They were read when they were looked through.
      for (const [i, inJournal] of this.#matches.slice(first, end).entries()) {
        records.push({ place: first + i, event: inJournal + 1, record: await this.#record(inJournal) });
      }
    } else {
      const read = await this.#read(first, end);
      read.forEach((record, i) => records.push({ place: first + i, event: first + i + 1, record }));
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
    return (await this.#read(place, place + 1))[0] ?? unreadable;
  }

  /** Reads what is not known yet, in one piece. One for each place. */
  async #read(from: number, to: number): Promise<readonly EventRecord[]> {
    // Another journal has another list.
    const records = this.#records;
    let [first, end] = [from, to];
    while (first < end && records[first]) first += 1;
    while (first < end && records[end - 1]) end -= 1;
    const read = first < end ? await this.events(first, end) : [];
    read.forEach((record, i) => {
      // What is being written or mended may be readable the next time.
      if (record.type !== '') records[first + i] ??= record;
    });
    const count = Math.max(0, to - from);
    return Array.from({ length: count }, (_, i) => records[from + i] ?? read[from + i - first] ?? unreadable);
  }

  /** Asked for anew each time, as it may be another event by now. */
  async #idAt(place: number): Promise<string | undefined> {
    return place < 0 ? undefined : (await this.events(place, place + 1))[0]?.id;
  }
}

/** Stands for an event that is not there any more. */
const unreadable: EventRecord = {
  ...{ id: '', seq: 0, at: undefined, type: '', mark: 'failed' },
  ...{ effectId: undefined, status: '', note: '', session: undefined },
};

function isEmpty({ type, text }: EventFilter): boolean {
  return type === '' && text.trim() === '';
}
