import { agentStores } from '../agents/agentStores';
import { RunSessions } from '../node/sessions/runSessions';

export { loadPrices } from '../core/sessions/prices';

/** What finds and reads the sessions of every agent that is known. Loaded when sessions are first looked for. */
export function readSessions(env: NodeJS.ProcessEnv): RunSessions {
  return new RunSessions(agentStores(env));
}
