import { pickerTitle } from '../commands';
import { stateActions, type StateAction } from '../run/judgement';
import type { StoredRun } from '../source/runStore';
import type { EngineAction, RunEngine } from './runEngine';

/**
 * Why something cannot be done with a run now, as a sentence; `undefined` when it can. Everybody asks here: menus, pickers,
 * pages and commands.
 */
export function whyNot(action: EngineAction, { engine, state }: StoredRun): string | undefined {
  if (!engine.can.has(action)) return notSomethingItCanDo(action, engine);
  return isStateAction(action) ? state.whyNot(action) : undefined;
}

/** What is said everywhere of an action that an engine lacks. */
export function notSomethingItCanDo(action: EngineAction, { name }: RunEngine): string {
  return `${pickerTitle(action)} is not something ${name} can do.`;
}

function isStateAction(action: EngineAction): action is StateAction {
  return (stateActions as readonly string[]).includes(action);
}
