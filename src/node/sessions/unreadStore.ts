import type { AgentInfo } from '../../core/sessions/agentSessions';
import type { ProcessState } from '../../core/sessions/agentNow';
import { Transcript, type LineReader } from '../../core/sessions/transcript';
import type { RowReader } from '../../core/sessions/transcriptRow';
import type { AgentStore, StoredSession, StoredSubagent } from './agentStore';

/** The sessions of an agent that are found, opened and resumed, and of which nothing is read. */
export abstract class UnreadStore implements AgentStore {
  abstract readonly agent: AgentInfo;

  abstract find(id: string): StoredSession | undefined;

  subagents(): readonly StoredSubagent[] {
    return [];
  }

  recent(): readonly StoredSession[] {
    return [];
  }

  reader(): LineReader {
    const nothing = (): void => {};
    return {
      ...{ transcript: new Transcript(), passesOver: () => true, tells: () => false, passed: nothing },
      ...{ read: nothing, readLong: nothing, skipped: nothing },
    };
  }

  rows(): RowReader {
    return { rows: () => [], rowsOfLong: () => [] };
  }

  process(): ProcessState {
    return 'unknown';
  }

  processFolders(): readonly string[] {
    return [];
  }
}
