import { shortDuration } from '../format';
import type { Judgement } from '../run/judgement';
import type { SessionState } from './agentSessions';

/**
 * The session that tells most of a run: one that waits for a person, else one that lives, else the newest.
 * @param states the newest last
 */
export function foremost(states: readonly SessionState[]): SessionState | undefined {
  return states.findLast(waitsForPerson) ?? states.findLast(({ living }) => living) ?? states.at(-1);
}

/** Whether a living agent waits for what only a person can give: leave, or an answer. */
export function waitsForPerson({ living, now: { kind, certain } }: SessionState): boolean {
  return living && certain && (kind === 'permission' || kind === 'question');
}

/** "Claude Code · editing src/auth.ts · 12 s" */
export function sessionLine({ agent, now }: SessionState, time: number): string {
  const timed = now.kind === 'limit' || now.kind === 'retrying' || now.kind === 'unknown';
  return [agent.name, now.text, timed ? '' : shortDuration(time - now.since)].filter(Boolean).join(' · ');
}

/** Whether a run needs the person because an agent waits for them. */
export function needsAgent({ state }: { readonly state: Pick<Judgement, 'state' | 'session'> }): boolean {
  return state.state === 'needs-you' && state.session !== undefined && waitsForPerson(state.session);
}
