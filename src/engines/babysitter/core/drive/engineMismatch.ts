import { babysitter } from '../babysitterRun';
import { majorOf } from '../../../../core/engine/engineVersion';
import type { Run } from '../../../../core/run/run';

/** A step of an engine before 5.0, which keys tasks by their position: "S000001". */
export const positionalStep = /^S\d{6}$/;

/**
 * Why iterating a run with this engine may go wrong, as a sentence; `undefined` when nothing speaks against it.
 * Another generation of the engine keys tasks differently: it asks finished work and open questions again. (Observed
 * with 0.0.187 on a 6.x run, and the other way round. Answering works across versions.)
 * @param version of the engine that was found; `undefined` when it is not known
 */
export function engineMismatch(run: Run, version: string | undefined): string | undefined {
  // The version that was found is one of Babysitter.
  if (run.engine !== babysitter) return undefined;
  const found = majorOf(version);
  if (found === undefined) return undefined;
  const madeBy = run.engineVersion;
  const warning = (by: string): string =>
    `The run was made by ${by}, and the engine that was found is version ${version}. It may ask finished work again.`;
  if (madeBy !== undefined) {
    return majorOf(madeBy) === found ? undefined : warning(`version ${madeBy} of the engine`);
  }
  const old = run.story.effects.list().some(({ stepId }) => positionalStep.test(stepId ?? ''));
  return old && found >= 5 ? warning('an older engine') : undefined;
}
