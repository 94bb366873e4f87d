import type { Judgement } from '../../../core/run/judgement';
import { waitsForPerson } from '../../../core/sessions/agentFact';
import type { SessionState } from '../../../core/sessions/agentSessions';

type Told = Pick<Judgement, 'state' | 'reason' | 'changesAt'>;

/**
 * What the session of an agent tells of a run whose tasks wait for agents.
 * @returns `undefined`: nothing that the run's own files do not tell better, as it is a guess, too
 */
export function tellAgent(session: SessionState): Told | undefined {
  const { agent, now, living } = session;
  const still = (state: Told['state'], reason: string, changesAt?: number): Told => ({
    state,
    reason,
    changesAt,
  });
  if (waitsForPerson(session)) return still('needs-you', `${agent.name} is ${now.text}`);
  switch (now.kind) {
    case 'calling':
    case 'thinking':
    case 'retrying':
      return living ? still('working', `Working: ${agent.name} · ${now.text}`) : undefined;
    case 'limit':
      return still('waiting', `Waiting for an agent: ${agent.name} is ${now.text}`, now.until);
    case 'gone':
      return still('waiting', `Waiting for an agent: ${agent.name} is ${now.text}`);
    case 'idle':
      return now.certain
        ? still('waiting', `Waiting for an agent: ${agent.name} ${idle(now.text)}`)
        : undefined;
    default:
      return undefined;
  }
}

/** "its turn ended" stands for itself on a line of its own, and not in a sentence. */
function idle(text: string): string {
  return text
    .replace(/^its turn ended/, 'ended its turn')
    .replace(/^its turn was interrupted/, 'was interrupted');
}
