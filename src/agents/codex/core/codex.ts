import type { AgentInfo } from '../../../core/sessions/agentSessions';

/** Codex, as far as its sessions are told of. */
export const codex: AgentInfo = {
  id: 'codex',
  name: 'Codex',
  // Its files do not hold what it asks a person for.
  mayWaitFor: ({ approval }) => (approval === 'never' ? undefined : 'approval'),
  resume: (id) => ['codex', 'resume', id],
  extension: {
    id: 'openai.chatgpt',
    version: '0.0.0',
    path: (id) => `openai.chatgpt/local/${encodeURIComponent(id)}`,
    certain: false,
  },
};
