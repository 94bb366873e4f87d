import { claudeCode } from '../../src/agents/claude/core/claudeCode';
import type { AgentNow } from '../../src/core/sessions/agentNow';
import type { SessionState } from '../../src/core/sessions/agentSessions';

/** A session of Claude Code that does something now. */
export function sessionState(now: Partial<AgentNow>, more: Partial<SessionState> = {}): SessionState {
  return {
    ...{ agent: claudeCode, id: 's-1', file: '/home/me/s-1.jsonl', title: 'Add login', cwd: '/srv/demo' },
    now: { kind: 'calling', text: 'editing src/auth.ts', since: 0, until: undefined, certain: true, ...now },
    ...{ living: true, lastAt: 0, unread: false, ...more },
  };
}
