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
  /** The words; of a call its input, of a result what came of it. */
  readonly text: string;
  /** Of a call and its result: the same; of what is neither: empty. */
  readonly id: string;
  /** Of a call. */
  readonly action: Action | undefined;
  /** Of a result. */
  readonly outcome: Outcome | undefined;
  /** Of agents that tell things again: names it, so that it is one row; else left out. */
  readonly key?: string;
}

/** Reads the rows of one agent's lines. Never throws; what it does not know it leaves out. */
export interface RowReader {
  rows(line: string): readonly TranscriptRow[];
  /** Of a line that is too long to be parsed, by its beginning and its end. */
  rowsOfLong(head: string, tail: string): readonly TranscriptRow[];
}

/** A row without what only calls and results have. */
export function plainRow(kind: RowKind, at: number | undefined, text: string): TranscriptRow {
  return { kind, at, text, id: '', action: undefined, outcome: undefined };
}

/** Files whose contents are shown nowhere: settings of the environment, keys, and what logs in. */
const secretFile =
  /(?:^|[\s/\\"'=<>|;(])(?:\.env(?:\.[\w.-]{1,60})?|\.netrc|\.npmrc|\.pypirc|\.pgpass|credentials(?:\.json)?|id_(?:rsa|dsa|ecdsa|ed25519)|[\w.-]{1,80}\.(?:pem|p12|pfx|key))(?=$|[\s"'|;)&<>:,])/i;

/** Whether a call's input names a file whose content is not shown. */
export function namesSecretFile(input: string): boolean {
  return secretFile.test(input.slice(0, 20_000));
}
