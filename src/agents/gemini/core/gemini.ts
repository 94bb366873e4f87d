import type { AgentInfo } from '../../../core/sessions/agentSessions';

/** Gemini CLI, as far as its sessions are told of. */
export const gemini: AgentInfo = {
  id: 'gemini-cli',
  name: 'Gemini CLI',
  // Whether it waits for leave is not written reliably.
  mayWaitFor: () => 'your approval',
  resume: (id) => ['gemini', '--resume', id],
  extension: undefined,
};
