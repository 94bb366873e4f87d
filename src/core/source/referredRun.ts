import type { EffectReference } from '../contract';
import { samePath } from '../paths';
import { asRunKey } from '../run/runKey';
import type { RunStore, StoredRun } from './runStore';

/** The run that a reference names, its folder or that of a copy in whatever way it is written; `undefined`: there is none. */
export function referredRun(
  store: Pick<RunStore, 'get' | 'all'>,
  { dir, runId }: Pick<EffectReference, 'dir' | 'runId'>,
): StoredRun | undefined {
  return (
    store.get(asRunKey(dir ?? '')) ??
    (dir === undefined
      ? undefined
      : store.all.find(({ run, copies = [] }) =>
          [run.location, ...copies].some((location) => samePath(location, dir)),
        )) ??
    store.all.find(({ run }) => run.runId === runId)
  );
}
