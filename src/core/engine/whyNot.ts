import type { StateAction } from '../run/judgement';
import type { StoredRun } from '../source/runStore';

/** Why an action is not possible on a run now, as a sentence; `undefined` when it is. */
export function whyNot(action: StateAction, { state }: StoredRun): string | undefined {
  return state.whyNot(action);
}
