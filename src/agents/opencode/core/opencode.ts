import type { AgentInfo } from '../../../core/sessions/agentSessions';

/** OpenCode, whose sessions are opened and resumed, and not read. */
export const opencode: AgentInfo = {
  id: 'opencode',
  name: 'OpenCode',
  mayWaitFor: () => undefined,
  resume: (id) => ['opencode', '-s', id],
  extension: undefined,
};
