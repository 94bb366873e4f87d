import type { AgentInfo } from '../../../core/sessions/agentSessions';

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

/** From this release on each living process has an entry, so that none means that it is gone. */
const registered = [2, 1, 139];

/** Whether that release lists its living processes. */
export function listsProcesses(version: string | undefined): boolean {
  const parts =
    /^(\d+)\.(\d+)\.(\d+)/
      .exec(version ?? '')
      ?.slice(1)
      .map(Number) ?? [];
  if (parts.length === 0) return false;
  const different = registered.findIndex((part, i) => part !== parts[i]);
  return different < 0 || (parts[different] ?? 0) > (registered[different] ?? 0);
}

/** The name of the folder in which the sessions of a directory lie. */
export function slugOf(directory: string): string {
  return directory.replace(/[^a-zA-Z0-9]/g, '-');
}

/** Longer names are cut here, and a hash follows. In characters. */
export const longestSlug = 200;
