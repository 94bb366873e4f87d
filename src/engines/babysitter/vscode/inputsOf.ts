import { textOf } from '../../../core/documents';
import { HumanError } from '../../../core/errors';
import { shortId, visible } from '../../../core/format';
import { parseJson } from '../../../core/run/lenient';
import type { Run } from '../../../core/run/run';
import type { RunStore } from '../../../core/source/runStore';

/** The inputs of a run; `undefined`: it was made without any. @throws HumanError when they cannot be read */
export async function inputsOf(run: Run, { store }: { readonly store: RunStore }): Promise<unknown> {
  const part = await store.sourceOf(run.key)?.document(run.key, 'inputs');
  if (!part || ('problem' in part && part.missing)) return undefined;
  const parsed = parseJson(textOf(part));
  if ('problem' in parsed)
    throw new HumanError(`${part.file} of ${visible(shortId(run.runId))} ${parsed.problem}.`);
  return parsed.value;
}
