import type { AgentInfo } from '../../../core/sessions/agentSessions';
import { isAtLeast } from '../../../core/sessions/version';

/** Claude Code, as far as its sessions are told of. */
export const claudeCode: AgentInfo = {
  id: 'claude-code',
  name: 'Claude Code',
  mayWaitFor: () => 'your permission',
  resume: (id) => ['claude', '--resume', id],
  extension: {
    id: 'anthropic.claude-code',
    version: '2.1.72',
    path: (id) => `anthropic.claude-code/open?session=${encodeURIComponent(id)}`,
    certain: true,
  },
};

/** Whether that release lists its living processes, so that no entry means that a session is gone. */
export function listsProcesses(version: string | undefined): boolean {
  return isAtLeast(version, '2.1.139');
}

/** The name of the folder in which the sessions of a directory lie. */
export function slugOf(directory: string): string {
  return directory.replace(/[^a-zA-Z0-9]/g, '-');
}

/** Longer names are cut here, and a hash follows. In characters. */
export const longestSlug = 200;
