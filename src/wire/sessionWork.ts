import { KeptSessions } from '../core/sessions/keptSessions';
import { SessionWork } from '../core/sessions/runWork';
import { RecordFolder } from '../node/recordFolder';
import { mayReadAgents, wantsCosts } from '../vscode/agentReading';
import type { Host } from './host';
import type { Reading } from './reading';

export type SessionParts = ReturnType<typeof makeSessionWork>;

/** What agents did for runs, and what of it is kept as numbers. */
export function makeSessionWork({ clock, logger, storage, own }: Host, { sessions }: Reading) {
  const kept = own(new KeptSessions(new RecordFolder(storage('sessions'), logger), clock, wantsCosts));
  return { kept, sessionWork: new SessionWork(sessions, kept, mayReadAgents) };
}
