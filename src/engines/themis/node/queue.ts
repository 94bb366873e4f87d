import { atOnce } from '../../../core/sliced';
import { deletesFirst, queueOf, readConfig } from '../core/drive';
import type { ThemisRun } from '../core/themisRun';
import { textOf } from './configs';
import { readManifests } from './manifests';

/** The runs that wait in the same queue as a run and are deleted first, as their config or manifest says, by id. */
export function rerunInQueue({ manifest }: ThemisRun): readonly string[] {
  if (manifest?.state !== 'queued') return [];
  const queued = atOnce(readManifests([{ path: queueOf(manifest), kind: 'queue' }]));
  return [...queued].flatMap(([runId, { state, configPath, snapshot }]) => {
    if (state !== 'queued') return [];
    const text = configPath === undefined ? undefined : textOf(configPath);
    const policy = text === undefined ? undefined : readConfig('', text, { told: undefined }).policy;
    return deletesFirst(policy, snapshot?.existingRunPolicy) ? [runId] : [];
  });
}
