import type { SessionBinding } from './diagnose/diagnose';
import { engineMismatch } from './drive/engineMismatch';
import type { Fact } from '../../../core/engine/runEngine';
import { asBabysitter } from './babysitterRun';
import type { Run } from '../../../core/run/run';

/** What is found out about a run of Babysitter when its page is looked at. */
export interface Looked {
  /**
   * The command line that would iterate it: its version and where it was found; `undefined`: there is none; `untrusted`:
   * it is not looked for, as the workspace is not trusted.
   */
  readonly engine: { readonly version: string | undefined; readonly where: string } | 'untrusted' | undefined;
  /** The agent's session that the journal names last. */
  readonly session: string | undefined;
  /** Sessions that say they drive the run; `undefined`: nothing is known of any. */
  readonly bound: readonly SessionBinding[] | undefined;
}

/** What a run's page tells of its engine and of who drives it. */
export function babysitterFacts(run: Run, { engine, session, bound }: Looked): readonly Fact[] {
  const { engineVersion: version, story, metadata, asksNobody } = asBabysitter(run);
  const positional =
    version === undefined && story.effects.list().some(({ stepId }) => /^S\d{6}$/.test(stepId ?? ''));
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Engine', version ?? (positional ? '0.0.x (version not recorded)' : undefined)],
    ['Revision', metadata?.processRevision],
    ['Code', metadata?.codeHash && `sha256 ${metadata.codeHash}`],
    ['Iterates with', engineWords(engine)],
    ['Mind', engine === 'untrusted' ? undefined : engineMismatch(run, engine?.version)],
    ['Asks', asksNobody ? 'nobody (--non-interactive)' : undefined],
    ['Session', sessionWords(bound ?? [], session)],
  ];
  return facts.flatMap(([name, text]) => (text === undefined ? [] : [[name, text] as const]));
}

function engineWords(engine: Looked['engine']): string {
  if (engine === undefined) return 'no engine was found here';
  if (engine === 'untrusted') return 'not looked for: the workspace is not trusted';
  return `${engine.version ?? 'an unknown version'} (${engine.where})`;
}

/** The sessions that are bound, else the one that wrote last. */
function sessionWords(bound: readonly SessionBinding[], last: string | undefined): string | undefined {
  if (bound.length === 0) return last;
  return bound
    .slice(0, 10)
    .map(({ sessionId, active }) => `${sessionId} (bound, ${active ? 'at work' : 'ended'})`)
    .join(', ');
}
