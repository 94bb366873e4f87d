import { readdirSync, statSync } from 'node:fs';
import { isInside } from '../../core/paths';
import type { AgentInfo } from '../../core/sessions/agentSessions';
import type { ProcessState } from '../../core/sessions/agentNow';
import type { Subagent } from '../../core/sessions/attribute';
import type { LineReader, Seen, Transcript } from '../../core/sessions/transcript';
import type { RowReader } from '../../core/sessions/transcriptRow';
import { realPath } from '../safeFile';

/** A session's own file. */
export interface StoredSession {
  readonly id: string;
  /** Real path, inside the store. */
  readonly path: string;
  /** Why it is not read, in words that follow the agent's name; left out: it is. */
  readonly unread?: string;
}

/** A subagent's file, and what is known of it besides its lines. */
export interface StoredSubagent extends Omit<Subagent, 'transcript'> {
  readonly path: string;
}

/** What lines tell of a session by which its process is found: the agent's version, the directory, when it began. */
export type SessionSigns = Pick<Transcript, 'version' | 'cwd' | 'firstAt'>;

/** Where one agent keeps its sessions, and how they are read. Nothing here throws: what cannot be read is not there. */
export interface AgentStore {
  readonly agent: AgentInfo;
  /** The session of that id; `undefined`: it is not there (any more). */
  find(id: string): StoredSession | undefined;
  subagents(session: StoredSession): readonly StoredSubagent[];
  /** What of a session is missing in its numbers because files of it cannot be read, in words; left out: nothing. */
  leftOut?(session: StoredSession): string | undefined;
  /**
   * Sessions that went on at or after a time, those of a project first, the newest of them first: for runs that no
   * session says it drives.
   */
  recent(projectDir: string, since: number): readonly StoredSession[];
  reader(seen?: Seen): LineReader;
  rows(): RowReader;
  process(id: string, told: SessionSigns): ProcessState;
  /** The folders in which processes tell what they do. */
  processFolders(): readonly string[];
}

/** A file of a session with the agent whose it is. */
export interface Found {
  readonly store: AgentStore;
  readonly session: StoredSession;
}

/** Ids come from files: only such are made into paths, and into arguments, which must not look like options. */
export function isSessionId(id: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(id);
}

/** The names in a folder; empty where it cannot be read. */
export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The real path of a regular file inside a folder (a real path); `undefined`: there is none. */
export function fileInside(root: string, path: string): string | undefined {
  const real = realPath(path);
  return real !== undefined && isInside(root, real) && modified(real) !== undefined ? real : undefined;
}

/** Whether a session that was found is still the file that it was, and no link by now. */
export function isThere({ path }: StoredSession): boolean {
  return realPath(path) === path && modified(path) !== undefined;
}

/** When a regular file was changed last, in milliseconds since 1970; `undefined`: there is none. */
export function modified(path: string): number | undefined {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat?.isFile() ? stat.mtimeMs : undefined;
  } catch {
    return undefined;
  }
}
