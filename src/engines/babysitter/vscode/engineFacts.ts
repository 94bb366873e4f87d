import type { DocumentPart } from '../../../core/documents';
import type { Fact } from '../../../core/engine/runEngine';
import type { SessionBinding } from '../core/diagnose/diagnose';
import { babysitterFacts, type Looked } from '../core/babysitterFacts';
import { isRecord, parseJson } from '../../../core/run/lenient';
import type { Run } from '../../../core/run/run';
import type { DocumentName } from '../../../core/source/documentName';

/** So often the sessions that are bound to a run are looked for, in milliseconds: every session there ever was has a file. */
const sessionsEvery = 30_000;

export interface EngineFactsDeps {
  /** The command line that a project would use; `undefined`: there is none. */
  engine(projectDir: string): Looked['engine'];
  /** The agent sessions that say they drive a run; `undefined`: nothing is known. */
  sessions(runId: string): readonly SessionBinding[] | undefined;
  now(): number;
}

/** What a run's page knows already when it asks. */
export interface Seen {
  /** The agent's session that the journal names last. */
  readonly session: string | undefined;
  document(name: DocumentName): Promise<DocumentPart>;
}

/** Finds out what the page of a Babysitter run tells of its engine. */
export function engineFacts(deps: EngineFactsDeps): (run: Run, seen: Seen) => Promise<readonly Fact[]> {
  const bound = new Map<string, { readonly sessions: Looked['bound']; readonly due: number }>();
  const sessionsOf = (runId: string): Looked['bound'] => {
    const known = bound.get(runId);
    if (known && deps.now() < known.due) return known.sessions;
    const sessions = deps.sessions(runId);
    bound.set(runId, { sessions, due: deps.now() + sessionsEvery });
    return sessions;
  };
  return async (run, { session, document }) =>
    babysitterFacts(run, {
      engine: deps.engine(run.projectDir),
      session,
      bound: sessionsOf(run.runId),
      codeHash: codeHashOf(await document('run')),
    });
}

/** What run.json says of the process file; the only part of it that is taken here. */
function codeHashOf(part: DocumentPart): string | undefined {
  const json = 'text' in part ? parseJson(part.text) : undefined;
  const hash = json && 'value' in json && isRecord(json.value) ? json.value['processCodeHash'] : undefined;
  return typeof hash === 'string' && /^[0-9a-f]{6,128}$/i.test(hash) ? hash : undefined;
}
