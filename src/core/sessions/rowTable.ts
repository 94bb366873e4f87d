import { smallest } from '../largest';
import { rowKinds, type RowCut, type RowKind, type TranscriptRow } from './transcriptRow';
import type { Outcome } from './work';

type Block = Float64Array | Uint32Array | Uint16Array | Uint8Array;

/** Numbers, kept in blocks, so that growing copies nothing. */
class Numbers {
  readonly #blocks: Block[] = [];
  length = 0;

  constructor(private readonly block: () => Block) {}

  push(value: number): void {
    if (this.length === this.#blocks.length * blockLength) this.#blocks.push(this.block());
    this.length += 1;
    this.set(this.length - 1, value);
  }

  cut(length: number): void {
    this.length = length;
    this.#blocks.length = Math.ceil(length / blockLength);
  }

  set(i: number, value: number): void {
    const block = this.#blocks[Math.floor(i / blockLength)];
    if (block) block[i % blockLength] = value;
  }

  get(i: number): number {
    return this.#blocks[Math.floor(i / blockLength)]?.[i % blockLength] ?? 0;
  }
}

const blockLength = 4096;
const outcomes: readonly (Outcome | undefined)[] = [undefined, 'ok', 'error', 'refused', 'interrupted'];

/** Where a row lies in its file. */
export interface RowPlace {
  /** Of its line, in bytes. */
  readonly offset: number;
  readonly length: number;
  /** Which of the line's rows it is. */
  readonly part: number;
}

/** Which rows are wanted. */
export type RowFilter = 'all' | 'prompts' | 'calls' | 'errors';

/**
 * Where the rows of a transcript lie, and what they are: some 30 bytes for each, as a transcript may have hundreds of
 * thousands and be larger than the memory. Their words are read again when they are wanted.
 */
export class RowTable {
  readonly #offsets = new Numbers(() => new Float64Array(blockLength));
  readonly #lengths = new Numbers(() => new Uint32Array(blockLength));
  readonly #parts = new Numbers(() => new Uint16Array(blockLength));
  readonly #kinds = new Numbers(() => new Uint8Array(blockLength));
  readonly #times = new Numbers(() => new Float64Array(blockLength));
  /** Of a call: the place of its result among all rows, and one more; 0: there is none yet. */
  readonly #results = new Numbers(() => new Uint32Array(blockLength));
  readonly #outcomes = new Numbers(() => new Uint8Array(blockLength));
  /** Calls without a result, by their ids. */
  readonly #open = new Map<string, number>();
  /** The places of rows that may be told again, by their keys. */
  readonly #keys = new Map<string, number>();
  #lastTime = 0;
  #cuts = 0;

  /** Rises when rows went, so that their places mean others now. */
  get cuts(): number {
    return this.#cuts;
  }

  /** How many rows there are, results among them. */
  get length(): number {
    return this.#kinds.length;
  }

  add(row: TranscriptRow | RowCut, { offset, length, part }: RowPlace): void {
    if (row.kind === 'cut') return this.#cut(row.from);
    const { kind, at, id, outcome, key } = row;
    const told = key === undefined ? undefined : this.#keys.get(key);
    if (told !== undefined) {
      this.#offsets.set(told, offset);
      this.#lengths.set(told, length);
      this.#parts.set(told, part);
      return;
    }
    const place = this.length;
    if (key !== undefined) this.#keys.set(key, place);
    this.#lastTime = at ?? this.#lastTime;
    this.#offsets.push(offset);
    this.#lengths.push(length);
    this.#parts.push(part);
    this.#kinds.push(rowKinds.indexOf(kind));
    this.#times.push(this.#lastTime);
    this.#results.push(0);
    this.#outcomes.push(outcomes.indexOf(outcome));
    if (kind === 'call') this.#open.set(id, place);
    if (kind !== 'result') return;
    const call = this.#open.get(id);
    if (call === undefined) return;
    this.#open.delete(id);
    this.#results.set(call, place + 1);
    this.#outcomes.set(call, outcomes.indexOf(outcome));
  }

  #cut(from: string | undefined): void {
    const named = [...this.#keys].filter(([key]) => key.startsWith(`${from} `)).map(([, place]) => place);
    this.#cutAt(from === undefined || named.length === 0 ? 0 : smallest(named, (place) => place));
  }

  #cutAt(length: number): void {
    if (length === this.length) return;
    this.#cuts += 1;
    const all = [this.#offsets, this.#lengths, this.#parts, this.#kinds, this.#times];
    for (const numbers of [...all, this.#results, this.#outcomes]) numbers.cut(length);
    for (const places of [this.#keys, this.#open]) {
      for (const [key, place] of places) if (place >= length) places.delete(key);
    }
    for (let place = 0; place < length; place += 1) {
      if (this.#results.get(place) <= length) continue;
      this.#results.set(place, 0);
      this.#outcomes.set(place, 0);
    }
    this.#lastTime = length === 0 ? 0 : this.time(length - 1);
  }

  kind(place: number): RowKind {
    return rowKinds[this.#kinds.get(place)] ?? 'note';
  }

  /** Milliseconds since 1970. */
  time(place: number): number {
    return this.#times.get(place);
  }

  /** How a call ended; `undefined`: it has not, or it is no call. */
  outcome(place: number): Outcome | undefined {
    return outcomes[this.#outcomes.get(place)];
  }

  /** The place of a call's result; `undefined`: there is none. */
  result(place: number): number | undefined {
    const result = this.#results.get(place);
    return result === 0 ? undefined : result - 1;
  }

  where(place: number): RowPlace {
    return {
      offset: this.#offsets.get(place),
      length: this.#lengths.get(place),
      part: this.#parts.get(place),
    };
  }

  /** Whether a filter leaves a row. Results stand with their calls. */
  passes(place: number, filter: RowFilter): boolean {
    const kind = this.kind(place);
    switch (filter) {
      case 'all':
        return kind !== 'result';
      case 'prompts':
        return kind === 'prompt';
      case 'calls':
        return kind === 'call';
      case 'errors':
        return kind === 'error' || kind === 'limit' || kind === 'retry' || this.#failed(place, kind);
      default:
        return filter satisfies never;
    }
  }

  #failed(place: number, kind: RowKind): boolean {
    return kind === 'call' && this.outcome(place) !== undefined && this.outcome(place) !== 'ok';
  }

  /** The last row at or before a time; 0 where there is none. */
  at(time: number): number {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.time(middle) <= time) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }
}
