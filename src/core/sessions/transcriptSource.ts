import type { Sliced } from '../sliced';
import type { RowFilter, RowTable } from './rowTable';
import type { TranscriptRow } from './transcriptRow';

/** One file of a session, of which rows are read when they are wanted. */
export interface TranscriptSource {
  /** Where the rows lie, as far as the file was read. */
  readonly table: RowTable;
  /** Reads on where it ended; from the start where the file is another one by now. False: it cannot be read. */
  update(): Sliced<boolean>;
  /** A row as it stands in the file; `undefined`: it is not there any more. */
  row(place: number): TranscriptRow | undefined;
  /** What lies beside the file because it was too long for it: the name is taken from a text. */
  beside(text: string): string | undefined;
}

/** Which rows are wanted. */
export interface RowQuery {
  readonly filter: RowFilter;
  /** Rows that hold these words, in any case; empty: all. */
  readonly text: string;
}

/** The places of the rows that a query leaves; goes on where it ended when the file has grown. */
export class RowSearch {
  #found: number[] = [];
  #searched = 0;
  /** Calls that are not among them as long as they have no result. */
  #waiting: number[] = [];
  #table: RowTable | undefined;
  #cuts = 0;
  readonly #text: string;

  constructor(
    private readonly source: TranscriptSource,
    readonly query: RowQuery,
  ) {
    this.#text = query.text.trim().toLowerCase();
  }

  /** In the order of the file. */
  get found(): readonly number[] {
    return this.#found;
  }

  *update(): Sliced<void> {
    const { table } = this.source;
    if (this.#table !== table || this.#cuts !== table.cuts) {
      this.#table = table;
      this.#cuts = table.cuts;
      [this.#found, this.#waiting, this.#searched] = [[], [], 0];
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const place of waiting) yield* this.#look(place);
    for (; this.#searched < table.length; this.#searched += 1) yield* this.#look(this.#searched);
  }

  *#look(place: number): Sliced<void> {
    const { table } = this.source;
    if (table.passes(place, this.query.filter) && this.#holds(place)) {
      this.#found.splice(this.#found.findLastIndex((found) => found < place) + 1, 0, place);
    } else if (table.kind(place) === 'call' && table.result(place) === undefined) this.#waiting.push(place);
    if (this.#text !== '' || place % 256 === 0) yield;
  }

  #holds(place: number): boolean {
    if (this.#text === '') return true;
    const row = this.source.row(place);
    const result = this.source.table.result(place);
    return (
      textOf(row).includes(this.#text) ||
      (result !== undefined && textOf(this.source.row(result)).includes(this.#text))
    );
  }
}

function textOf(row: TranscriptRow | undefined): string {
  return row === undefined
    ? ''
    : `${row.action?.verb ?? ''} ${row.action?.object ?? ''} ${row.text}`.toLowerCase();
}
