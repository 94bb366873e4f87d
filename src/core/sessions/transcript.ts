import { cutAtWord, firstLine } from '../format';
import type { Call, Mark, Outcome, PostSign, Work } from './work';

/** Where a turn stands: `open`: the agent is at it, or was when it was last heard of. */
export type Turn = 'none' | 'open' | 'ended' | 'interrupted';

/** The agent's provider lets it go on only later. */
export interface Limit {
  readonly at: number;
  /** Milliseconds since 1970; `undefined`: not told. */
  readonly until: number | undefined;
  readonly text: string;
}

/** A request that failed and is made again. */
export interface Retry {
  readonly at: number;
  readonly attempt: number | undefined;
  readonly most: number | undefined;
  readonly nextAt: number;
}

/** So much of the first words is kept, in characters, to find the task of a run in it. */
const promptLength = 8000;

/** Answers and calls that were read from any file of a run: what a resumed or forked session copies counts once. */
export class Seen {
  readonly answers = new Map<string, Work>();
  readonly calls = new Map<string, Call>();
}

/**
 * What the lines of one file amount to so far, whatever agent wrote them. Readers write it line by line; whoever reads it
 * in between sees what is true of the lines so far.
 */
export class Transcript {
  /** Whole lines, blank ones included; those that are not JSON; those of unknown types; those too long to be read. */
  lines = 0;
  badLines = 0;
  unknownLines = 0;
  longLines = 0;

  /** Milliseconds since 1970 of the first and the last line that says when it was written. */
  firstAt: number | undefined;
  lastAt: number | undefined;
  /** The directory in which the session was started. */
  cwd: string | undefined;
  version: string | undefined;
  model: string | undefined;
  /** The id that the lines themselves tell. */
  sessionId: string | undefined;
  /** What the agent may do without asking, in its own word. */
  approval: string | undefined;
  /** Titles by how much they count, the best one first. */
  readonly titles: (string | undefined)[] = [];
  firstPrompt: string | undefined;
  /** The beginning of the first words that it got, of whomever. */
  prompt: string | undefined;
  /** The id of the session that began it as a subagent. */
  parentId: string | undefined;

  readonly work: Work[] = [];
  readonly marks: Mark[] = [];
  readonly open = new Map<string, Call>();
  readonly posts: PostSign[] = [];
  /** When the session learned of a task, by what may be its id. */
  readonly learned = new Map<string, number>();
  /** What may be ids of runs that the session worked on. */
  readonly runs = new Set<string>();
  /** The calls that began a subagent, by the subagent's id. */
  readonly spawned = new Map<string, Call>();

  turn: Turn = 'none';
  turnAt: number | undefined;
  /** What the unfinished answer ended with so far. */
  writing = false;
  limit: Limit | undefined;
  /** Why the last turn failed, where it did, other than by a limit. */
  failure: string | undefined;
  retry: Retry | undefined;
  /** Tokens in the context at the last answer; `undefined`: not told. */
  context: number | undefined;

  constructor(readonly seen: Seen = new Seen()) {}

  /** The time of a line; a line that tells none was written when the last one was. */
  time(at: number): number {
    if (Number.isNaN(at)) return this.lastAt ?? 0;
    this.firstAt ??= at;
    this.lastAt = Math.max(at, this.lastAt ?? at);
    return at;
  }

  get title(): string | undefined {
    return this.titles.find((title) => title !== undefined && title.trim() !== '') ?? this.firstPrompt;
  }

  /** It got words. @param title what of them it is called by, should nothing else name it; empty: nothing */
  prompted(words: string, title = words): void {
    this.prompt ??= words.slice(0, promptLength);
    this.firstPrompt ??= cutAtWord(firstLine(title), 80) || undefined;
  }

  /** Something happened that shows the agent going on. */
  goesOn(at: number): void {
    if (this.turn !== 'open') this.turnAt = at;
    this.turn = 'open';
    this.limit = undefined;
    this.failure = undefined;
    this.retry = undefined;
  }

  ends(at: number, turn: Turn = 'ended'): void {
    if (this.turn !== turn) this.turnAt = at;
    this.turn = turn;
    this.writing = false;
    this.retry = undefined;
    // Nothing is under way between turns: what has no result by now was left behind.
    this.open.clear();
  }

  /** Adds a call to a piece of work, unless another file told it already. */
  begin(work: Work, call: Call): void {
    const known = this.seen.calls.get(call.id);
    if (!known) {
      this.seen.calls.set(call.id, call);
      work.calls.push(call);
    }
    const counted = known ?? call;
    if (counted.outcome === undefined) this.open.set(call.id, counted);
  }

  end(id: string, at: number, outcome: Outcome): Call | undefined {
    const call = this.seen.calls.get(id);
    this.open.delete(id);
    if (!call) return undefined;
    call.endedAt ??= at;
    call.outcome ??= outcome;
    return call;
  }

  /** A person stopped the turn: what was under way has not ended by itself. */
  interrupt(at: number): void {
    for (const id of this.open.keys()) this.end(id, at, 'interrupted');
    this.marks.push({ at, kind: 'interrupt', text: 'interrupted' });
    this.ends(at, 'interrupted');
  }
}

/** Reads the lines of one agent's files. Never throws: what it does not know it skips, what it cannot read it counts. */
export interface LineReader {
  readonly transcript: Transcript;
  /** Whether a line that begins so tells nothing but that something goes on. Each byte is one character. */
  passesOver(head: string): boolean;
  /** Whether some of many lines may tell what a session does. Each byte is one character. */
  tells(lines: string): boolean;
  /** Takes lines that were passed over, one after the other, by the last of them. */
  passed(lines: number, last: string): void;
  /** Reads one whole line, without its end. */
  read(line: string): void;
  /** Reads a line that is too long to be parsed, by its beginning and its end. */
  readLong(head: string, tail: string): void;
  /** Counts a line that is too long even for that. */
  skipped(): void;
}
