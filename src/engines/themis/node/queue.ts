import { queueOf, readConfig } from '../core/drive';
import type { ThemisRun } from '../core/themisRun';
import { textOf } from './configs';
import { readManifests } from './manifests';

/** The runs that wait in the same queue as a run and whose configs delete them first, by id. */
export function rerunInQueue({ manifest, told }: ThemisRun): readonly string[] {
  if (manifest?.state !== 'queued') return [];
  const queued = readManifests([{ path: queueOf(manifest), kind: 'queue' }]);
  return [...queued].flatMap(([runId, { state, configPath }]) => {
    const text = state === 'queued' && configPath !== undefined ? textOf(configPath) : undefined;
    return text !== undefined && readConfig('', text, { told }).policy === 'rerun' ? [runId] : [];
  });
}
