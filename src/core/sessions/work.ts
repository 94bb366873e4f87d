/** Tokens of the model, as four numbers that never overlap. */
export interface Tokens {
  /** Without what the cache gave. */
  readonly in: number;
  /** Thinking included. */
  readonly out: number;
  readonly cacheWrite: number;
  readonly cacheRead: number;
  /** Of `cacheWrite`, what is kept for an hour, which costs more; left out: not told, or of a sum. */
  readonly cacheWrite1h?: number;
}

export const noTokens: Tokens = { in: 0, out: 0, cacheWrite: 0, cacheRead: 0 };

/** More tokens than any session has; sums of such numbers stay exact. */
const mostTokens = 1e12;

/** A number of tokens as an agent wrote it; 0 for what can be none. */
export function tokenCount(value: unknown): number {
  return typeof value === 'number' && value > 0 && value <= mostTokens ? value : 0;
}

/** What a call does, as verb and object: "editing" "src/auth.ts". Raw text of the transcript. */
export interface Action {
  readonly verb: string;
  /** Short, for a line; empty: the verb says all. */
  readonly object: string;
  /** What exactly is done, where that is more than the object: a whole command. */
  readonly exact: string | undefined;
}

/** One change of a file by a tool. */
export interface FileChange {
  readonly path: string;
  readonly created: boolean;
  /** Lines. */
  readonly added: number;
  readonly removed: number;
}

/** How a call ended. What a person refused or interrupted is no error. */
export type Outcome = 'ok' | 'error' | 'refused' | 'interrupted';

/** What an input says it does with a run: it posts a result, or the session learns of tasks from what comes of it. */
export interface RunSigns {
  readonly posts: boolean;
  readonly learns: boolean;
}

/** One call of a tool. */
export interface Call {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly name: string;
  readonly action: Action;
  /** What it asks a person: their answer ends it. */
  readonly asks: boolean;
  /** What may be ids of tasks in its input. */
  mentions: readonly string[];
  readonly signs: RunSigns;
  /** Of a call that hands work on: the words that the subagent gets. */
  readonly prompt: string | undefined;
  endedAt: number | undefined;
  /** `undefined`: it has not ended. */
  outcome: Outcome | undefined;
  files: readonly FileChange[];
}

/** What belongs together for attribution: an answer of the model with its calls, or either alone. */
export interface Work {
  /** When it began; milliseconds since 1970. */
  readonly at: number;
  /** Answers of the model in it. */
  readonly answers: number;
  tokens: Tokens;
  /** Not all of its tokens were told. */
  atLeast: boolean;
  readonly model: string | undefined;
  readonly calls: Call[];
  /** What is told of the session as a whole, so of no task; left out: it was done at its time. */
  readonly ofAll?: boolean;
}

/** A sign that a session posted the result of a task. */
export interface PostSign {
  readonly effectIds: readonly string[];
  /** When the call began and ended. */
  readonly from: number;
  readonly to: number;
}

/** Something that a timeline marks. */
export interface Mark {
  readonly at: number;
  readonly kind: 'compaction' | 'limit' | 'error' | 'retry' | 'interrupt';
  readonly text: string;
}
