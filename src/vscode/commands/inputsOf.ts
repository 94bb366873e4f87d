import { join } from 'node:path';
import { HumanError } from '../../core/errors';
import { shortId, visible } from '../../core/format';
import type { RunFolders } from '../../core/newRun/runMaker';
import { parseJson } from '../../core/run/lenient';
import type { Run } from '../../core/run/run';
import type { RunStore } from '../../core/source/runStore';

/** The inputs of a run; `undefined`: it was made without any. @throws HumanError when they cannot be read */
export async function inputsOf(
  run: Run,
  { store, folders }: { readonly store: RunStore; readonly folders: RunFolders },
): Promise<unknown> {
  const source = store.sourceOf(run.dir);
  if (!source || !folders.exists(join(run.location, 'inputs.json'))) return undefined;
  const parsed = parseJson(await source.readText(run.dir, 'inputs.json'));
  if ('problem' in parsed)
    throw new HumanError(`inputs.json of ${visible(shortId(run.runId))} ${parsed.problem}.`);
  return parsed.value;
}
