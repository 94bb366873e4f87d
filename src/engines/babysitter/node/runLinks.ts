import type { RunLinks } from '../../../core/sessions/agentSessions';
import { isRecord, parseJson } from '../../../core/run/lenient';
import type { Run } from '../../../core/run/run';
import { secretsIn } from '../../../core/run/secrets';
import { fileLimits, readTextInside, realPath } from '../../../node/safeFile';
import { namesIn } from '../../../node/sessions/agentStore';
import { readEach, readRecord } from './journalFolder';
import { sequenceNumber } from '../core/eventName';
import type { Sliced } from '../../../core/sliced';
import { sessionsOf } from './sessionBindings';

/** So many of the newest events are asked which session wrote them. */
const newestEvents = 2000;

/**
 * The sessions that a run names, and that say they drive it: by the engine's state files, by the events that they wrote,
 * and by the parent run.
 * @param otherRun gives another run of the same place by its id
 */
export function* runLinks(
  run: Run,
  env: NodeJS.ProcessEnv,
  otherRun: (runId: string) => Run | undefined,
): Sliced<RunLinks> {
  const real = realPath(run.location);
  const read = real === undefined ? undefined : readTextInside(real, 'run.json', fileLimits.metadata);
  const runJson = read && 'text' in read ? read.text : '';
  const bindings = (sessionsOf(run.runId, env) ?? []).toReversed();
  const bound = bindings.map(({ sessionId }) => sessionId);
  const wrote = real === undefined ? [] : yield* writersOf(real);
  return {
    sessionIds: [...new Set([...nestedSession(runJson), ...wrote, ...bound])],
    runIds: (sessionId) => bindings.find((binding) => binding.sessionId === sessionId)?.runIds ?? [],
    otherRun,
    secrets: secretsIn(runJson),
  };
}

function* writersOf(real: string): Sliced<readonly string[]> {
  const names = namesIn(`${real}/journal`).filter((name) => sequenceNumber(name) !== undefined);
  const records = yield* readEach(real, names.toSorted().slice(-newestEvents), readRecord);
  return [...new Set(records.map(({ session }) => session).filter((session) => session !== undefined))];
}

function nestedSession(runJson: string): readonly string[] {
  const json = parseJson(runJson);
  const nested = 'value' in json && isRecord(json.value) ? json.value['nested'] : undefined;
  const id = isRecord(nested) ? nested['sessionId'] : undefined;
  return typeof id === 'string' ? [id] : [];
}
