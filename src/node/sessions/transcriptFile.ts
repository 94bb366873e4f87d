import { basename, dirname, join } from 'node:path';
import { RowTable } from '../../core/sessions/rowTable';
import type { RowCut, RowReader, TranscriptRow } from '../../core/sessions/transcriptRow';
import type { TranscriptSource } from '../../core/sessions/transcriptSource';
import type { Sliced } from '../../core/sliced';
import { readTextInside } from '../safeFile';
import { readLineAt, readLines, type LinePlace, type LineSink, type ReadPlace } from './lineFile';

/** So much of an output that lies beside the file is read, in bytes. */
const besideLength = 4 * 1024 * 1024;

/** One file of a session. */
export class TranscriptFile implements TranscriptSource {
  table = new RowTable();
  #place: ReadPlace | undefined;
  #reader: RowReader;

  /** @param path the real path of a regular file */
  constructor(
    private readonly path: string,
    private readonly makeReader: () => RowReader,
  ) {
    this.#reader = makeReader();
  }

  *update(): Sliced<boolean> {
    const sink = this.#sink((row, place, part) => this.table.add(row, { ...place, part }));
    const read = yield* readLines(this.path, sink, this.#place);
    if (read || !this.#place) {
      this.#place = read;
      return read !== undefined;
    }
    this.#place = undefined;
    this.table = new RowTable();
    this.#reader = this.makeReader();
    return yield* this.update();
  }

  row(place: number): TranscriptRow | undefined {
    const wanted = this.table.where(place);
    let found: TranscriptRow | undefined;
    const sink = this.#sink((row, _, part) => {
      if (part === wanted.part && row.kind !== 'cut') found = row;
    });
    return place < this.table.length && readLineAt(this.path, wanted, sink) ? found : undefined;
  }

  beside(text: string): string | undefined {
    const [, named = ''] =
      /^\s{0,20}<persisted-output>[^]{0,2000}?([^\s<>"']{1,500}\.txt)/.exec(text.slice(0, 4000)) ?? [];
    const name = basename(named.replaceAll('\\', '/'));
    if (!/^[A-Za-z0-9._-]{1,200}$/.test(name)) return undefined;
    const path = join(basename(this.path, '.jsonl'), 'tool-results', name);
    const read = readTextInside(dirname(this.path), path, besideLength);
    return 'text' in read ? read.text : undefined;
  }

  /** A line that upsets its reader has no rows; the others have theirs. */
  #rowsOf(line: string): readonly (TranscriptRow | RowCut)[] {
    try {
      return this.#reader.rows(line);
    } catch {
      return [];
    }
  }

  #sink(take: (row: TranscriptRow | RowCut, place: LinePlace, part: number) => void): LineSink {
    const each = (rows: readonly (TranscriptRow | RowCut)[], place: LinePlace): void =>
      rows.slice(0, 65_536).forEach((row, part) => take(row, place, part));
    return {
      passesOver: (head) => this.#reader.passesOver?.(head) ?? false,
      tells: () => true,
      passed: () => {},
      read: (line, place) => each(this.#rowsOf(line), place),
      readLong: (head, tail, place) => each(this.#reader.rowsOfLong(head, tail), place),
      skipped: () => {},
    };
  }
}
