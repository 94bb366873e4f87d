import { cutAtWord, oneLine, shortDuration, visible } from '../../format';
import { inWords } from '../../sessions/action';
import { maskCredentials } from '../../sessions/maskCredentials';
import type { RowTable } from '../../sessions/rowTable';
import { secretFileIn } from '../../sessions/secretFiles';
import type { RowKind, TranscriptRow } from '../../sessions/transcriptRow';
import type { TranscriptSource } from '../../sessions/transcriptSource';

/** A row of a transcript as it is shown: bounded, masked, made visible. */
export interface RowView {
  /** Its place in the file; a name for it. */
  readonly place: number;
  readonly kind: RowKind;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly text: string;
  /** There is more to it than `text`. */
  readonly more: boolean;
  /** Of a call: "failed", "refused", "3s"; of others empty. */
  readonly note: string;
  readonly failed: boolean;
}

/** All of one row. */
export interface RowDetail {
  readonly place: number;
  /** What was asked for; of what is no call, its words. */
  readonly input: string;
  /** What came of a call; empty: nothing did yet, or it is no call. */
  readonly result: string;
  readonly isDiff: boolean;
  /** Parts were left out for their length. */
  readonly cut: boolean;
}

const most = { row: 600, input: 50_000, result: 200_000 };

/** A row as one entry of a list. */
export function toRowView(source: TranscriptSource, place: number, secrets: readonly string[]): RowView {
  const { table } = source;
  const row = source.row(place);
  const kind = table.kind(place);
  const said = row ? wordsOf(row) : '(not there any more)';
  const text = visible(maskCredentials(said.slice(0, most.row * 4), secrets));
  const outcome = table.outcome(place);
  return {
    ...{ place, kind, at: table.time(place) },
    text: kind === 'call' ? cutAtWord(text, most.row) : text.slice(0, most.row),
    more: kind === 'call' || text.length > most.row,
    note: kind === 'call' ? callNote(table, place) : '',
    failed: kind === 'error' || (kind === 'call' && outcome === 'error'),
  };
}

function wordsOf(row: TranscriptRow): string {
  if (row.action) return oneLine(inWords(row.action));
  if (row.kind === 'thinking' && row.text.trim() === '') return '(not told)';
  return row.text.trim();
}

function callNote(table: RowTable, place: number): string {
  const outcome = table.outcome(place);
  if (outcome === undefined) return 'no result yet';
  const result = table.result(place);
  const took = result === undefined ? 0 : table.time(result) - table.time(place);
  const word = { ok: '', error: 'failed', refused: 'refused', interrupted: 'interrupted' }[outcome];
  return [word, took >= 1000 ? shortDuration(took) : ''].filter(Boolean).join(' · ');
}

/** All that a row says, its result included; what names a file of secrets is not shown. */
export function toRowDetail(source: TranscriptSource, place: number, secrets: readonly string[]): RowDetail {
  const row = source.row(place);
  const resultPlace = source.table.result(place);
  const found = resultPlace === undefined ? undefined : source.row(resultPlace);
  if (!row) return { place, input: '(not there any more)', result: '', isDiff: false, cut: false };
  if (row.action && secretFileIn(`${inWords(row.action)}\n${row.text}`) !== undefined) {
    return {
      ...{ place, input: shown(wordsOf(row), secrets), isDiff: false, cut: false },
      result: '(Such a file may hold secrets: its content is not shown.)',
    };
  }
  const said = found === undefined ? '' : (source.beside(found.text) ?? found.text);
  const [input, result] = [row.text, said];
  return {
    place,
    input: shown(input.slice(0, most.input), secrets),
    result: shown(result.slice(0, most.result), secrets),
    isDiff: result.startsWith('@@ -'),
    cut: input.length > most.input || result.length > most.result,
  };
}

function shown(text: string, secrets: readonly string[]): string {
  return visible(maskCredentials(text, secrets).replaceAll('\r\n', '\n'));
}
