import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ProcessState } from '../../../core/sessions/agentNow';
import type { Seen } from '../../../core/sessions/transcript';
import { realPath } from '../../../node/safeFile';
import {
  fileInside,
  isSessionId,
  modified,
  namesIn,
  type AgentStore,
  type StoredSession,
  type StoredSubagent,
} from '../../../node/sessions/agentStore';
import { copilot } from '../core/copilot';
import { CopilotReader } from '../core/copilotReader';
import { CopilotRows } from '../core/copilotRows';

/** So many sessions are looked into where none says which runs it drives. */
const mostRecent = 50;

/** The sessions of Copilot CLI in a home folder. */
export class CopilotStore implements AgentStore {
  readonly agent = copilot;

  constructor(private readonly env: NodeJS.ProcessEnv) {}

  get #root(): string | undefined {
    return realPath(join(this.env['COPILOT_HOME'] || join(homedir(), '.copilot'), 'session-state'));
  }

  find(id: string): StoredSession | undefined {
    const root = this.#root;
    if (root === undefined || !isSessionId(id)) return undefined;
    const path = fileInside(root, join(root, id, 'events.jsonl'));
    return path === undefined ? undefined : { id, path };
  }

  /** What subagents do lies among the session's own events. */
  subagents(): readonly StoredSubagent[] {
    return [];
  }

  recent(_projectDir: string, since: number): readonly StoredSession[] {
    const root = this.#root;
    if (root === undefined) return [];
    return namesIn(root)
      .flatMap((id) => {
        const at = modified(join(root, id, 'events.jsonl'));
        return at === undefined || at < since ? [] : [{ id, at }];
      })
      .toSorted((a, b) => b.at - a.at)
      .slice(0, mostRecent)
      .flatMap(({ id }) => this.find(id) ?? []);
  }

  reader(seen?: Seen): CopilotReader {
    return new CopilotReader(seen);
  }

  rows(): CopilotRows {
    return new CopilotRows();
  }

  /** It keeps no list of living processes. */
  process(): ProcessState {
    return 'unknown';
  }

  processFolders(): readonly string[] {
    return [];
  }
}
