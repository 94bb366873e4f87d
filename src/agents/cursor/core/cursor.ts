import type { AgentInfo } from '../../../core/sessions/agentSessions';

/** Cursor's command line, whose sessions are opened and resumed, and not read. */
export const cursor: AgentInfo = {
  id: 'cursor',
  name: 'Cursor CLI',
  mayWaitFor: () => undefined,
  resume: (id) => ['cursor-agent', '--resume', id],
  extension: undefined,
};
