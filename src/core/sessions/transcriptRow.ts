import { prettyJson } from '../run/jsonText';
import type { Action, Outcome } from './work';

/**
 * What a row of a transcript is: `prompt`: a person's words; `note`: words that the agent's program put there; `words` and
 * `thinking`: the model's; `call` and `result`: of a tool; the others are marks.
 */
export const rowKinds = [
  ...(['prompt', 'note', 'words', 'thinking', 'call', 'result'] as const),
  ...(['compaction', 'limit', 'error', 'retry', 'interrupt'] as const),
] as const;

export type RowKind = (typeof rowKinds)[number];

/** One thing that a line of a transcript tells, as it stands there: neither masked nor cut. */
export interface TranscriptRow {
  readonly kind: RowKind;
  /** Milliseconds since 1970; `undefined`: the line tells no time. */
  readonly at: number | undefined;
  /** The words; of a call all of its input ({@link callText}), of a result what came of it. */
  readonly text: string;
  /** Of a call and its result: the same; of what is neither: empty. */
  readonly id: string;
  /** Of a call. */
  readonly action: Action | undefined;
  /** Of a result. */
  readonly outcome: Outcome | undefined;
  /** Of agents that tell things again: names it, so that it is one row, as it was told last; else left out. */
  readonly key?: string;
}

/** What was told before does not hold any more. */
export interface RowCut {
  readonly kind: 'cut';
  /** The name with which the keys of the first rows begin that go, as does all behind them; `undefined`, or not there: all. */
  readonly from: string | undefined;
}

/** Reads the rows of one agent's lines. Never throws; what it does not know it leaves out. */
export interface RowReader {
  /** Whether a line that begins so has no rows; left out: that is seen when it is read. */
  passesOver?(head: string): boolean;
  rows(line: string): readonly (TranscriptRow | RowCut)[];
  /** Of a line that is too long to be parsed, by its beginning and its end. */
  rowsOfLong(head: string, tail: string): readonly (TranscriptRow | RowCut)[];
}

/** A row without what only calls and results have. */
export function plainRow(kind: RowKind, at: number | undefined, text: string): TranscriptRow {
  return { kind, at, text, id: '', action: undefined, outcome: undefined };
}

/**
 * All that a call was given: the command itself where its action is one, else the input as JSON.
 * @param input as an object, or as text where it is none
 */
export function callText({ exact }: Action, input: Readonly<Record<string, unknown>> | string): string {
  if (typeof input === 'string') return input;
  const { command } = input;
  if (exact !== undefined && typeof command === 'string') return command;
  return prettyJson(input) ?? '(nested too deeply to be shown)';
}
