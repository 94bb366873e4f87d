import type { Fact } from '../../../core/engine/runEngine';
import type { SessionBinding } from '../core/diagnose/diagnose';
import { babysitterFacts, type Looked } from '../core/babysitterFacts';
import type { Run } from '../../../core/run/run';

/** So often the sessions that are bound to a run are looked for, in milliseconds: every session there ever was has a file. */
const sessionsEvery = 30_000;

export interface EngineFactsDeps {
  /** The command line that a project would use; `undefined`: there is none. */
  engine(projectDir: string): Looked['engine'];
  /** The agent sessions that say they drive a run; `undefined`: nothing is known. */
  sessions(runId: string): readonly SessionBinding[] | undefined;
  now(): number;
}

/**
 * Finds out what the page of a Babysitter run tells of its engine.
 * @returns asked with the run, and with the agent's session that its journal names last
 */
export function engineFacts(
  deps: EngineFactsDeps,
): (run: Run, session: string | undefined) => readonly Fact[] {
  const bound = new Map<string, { readonly sessions: Looked['bound']; readonly due: number }>();
  const sessionsOf = (runId: string): Looked['bound'] => {
    const known = bound.get(runId);
    if (known && deps.now() < known.due) return known.sessions;
    const sessions = deps.sessions(runId);
    bound.set(runId, { sessions, due: deps.now() + sessionsEvery });
    return sessions;
  };
  return (run, session) =>
    babysitterFacts(run, {
      engine: deps.engine(run.projectDir),
      session,
      bound: sessionsOf(run.runId),
    });
}
