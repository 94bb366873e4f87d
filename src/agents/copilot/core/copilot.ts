import type { AgentInfo } from '../../../core/sessions/agentSessions';

/** Copilot CLI, as far as its sessions are told of. */
export const copilot: AgentInfo = {
  id: 'github-copilot',
  name: 'Copilot CLI',
  mayWaitFor: () => 'your approval',
  resume: (id) => ['copilot', `--resume=${id}`],
  extension: undefined,
};
