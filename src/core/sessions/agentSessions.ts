import type { Disposable } from '../disposables';
import type { Run } from '../run/run';
import type { AgentNow } from './agentNow';
import type { Attribution } from './attribute';
import type { Transcript } from './transcript';
import type { TranscriptSource } from './transcriptSource';

/** An agent, as far as its sessions are told of. */
export interface AgentInfo {
  /** As runs name the program that drives them: claude-code. */
  readonly id: string;
  /** "Claude Code" */
  readonly name: string;
  /** What a call without a result may wait for, where the agent's files do not tell; `undefined`: it runs. */
  mayWaitFor(transcript: Transcript): string | undefined;
  /** The program and arguments that go on with a session, in the directory it was started in. */
  resume(id: string): readonly string[];
  /** The address at which the agent's own extension shows a session, behind the editor's scheme; `undefined`: none. */
  readonly extension:
    | { readonly id: string; readonly version: string; path(id: string): string; readonly certain: boolean }
    | undefined;
}

/** What is found out of a session by the end of its file alone. */
export interface SessionState {
  readonly agent: AgentInfo;
  readonly id: string;
  /** Absolute path of its transcript. */
  readonly file: string;
  readonly title: string | undefined;
  /** The directory in which it was started. */
  readonly cwd: string | undefined;
  readonly now: AgentNow;
  /** A process lives: two would write one file if the session were resumed. */
  readonly living: boolean;
  /** When it or one of its subagents wrote its last line, in milliseconds since 1970. */
  readonly lastAt: number;
  /** Nothing is known but that it is there; `now` says why. */
  readonly unread: boolean;
}

/** A session that was read whole. */
export interface SessionReport extends SessionState {
  readonly attribution: Attribution;
  readonly transcript: Transcript;
  /** Its own file first, then those of its subagents. */
  readonly files: readonly SessionFile[];
  /** Values of the run that are shown nowhere. */
  readonly secrets: readonly string[];
  /** What is missing in the numbers because files cannot be read, in words; `undefined`: nothing. */
  readonly leftOut: string | undefined;
}

/** Sessions of one run, read whole, and later on from where that ended. */
export interface SessionReading {
  /** What they do and did, the newest last. Never rejects. */
  read(run: Run): Promise<readonly SessionReport[]>;
}

/** A file of a session. */
export interface SessionFile {
  /** Absolute path. */
  readonly path: string;
  /** What a subagent was to do, as far as that is told; empty: it is the session's own. */
  readonly name: string;
}

/** What is known of a run, to find its sessions. */
export interface RunLinks {
  /** Ids of sessions that may have worked on it, in any order, each once. */
  readonly sessionIds: readonly string[];
  /** The runs that a session says it drives, by their ids. */
  runIds(sessionId: string): readonly string[];
  /** Another run that a session worked on, by its id; `undefined`: it is not there. */
  otherRun(runId: string): Run | undefined;
  /** Values that are shown nowhere. */
  readonly secrets: readonly string[];
}

/** How a session is told of. */
export interface SessionOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** See {@link import('../run/judgement').JudgeOptions.activityWindow}. */
  readonly activityWindow: number;
}

/**
 * The sessions of agents that work on runs, whatever the agents. Only files of sessions that belong to the given run are
 * opened, and nothing is ever written.
 */
export interface AgentSessions {
  /** What the sessions of a run do now, the newest last; of each only the end is read. Never rejects. */
  look(run: Run): Promise<readonly SessionState[]>;

  /**
   * Begins to read sessions whole. What was read is held as long as this is.
   * @param search whether sessions are searched for where none says that it drives the run, which takes long
   */
  reading(search: boolean): SessionReading;

  /** A file of a session, of which rows are read when they are wanted. */
  transcript(session: SessionReport, file: SessionFile): TranscriptSource | undefined;

  /** Calls back when the sessions of a run may have changed, until disposed. */
  follow(run: Run, onChange: () => void): Disposable;
}
