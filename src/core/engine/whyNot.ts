import { pickerTitle } from '../commands';
import { NotNowError } from '../errors';
import { stateActions, type StateAction } from '../run/judgement';
import type { StoredRun } from '../source/runStore';
import type { EngineAction, RunEngine } from './runEngine';

/**
 * Why something cannot be done with a run now, as a sentence; `undefined` when it can. Everybody asks here: menus, pickers,
 * pages and commands.
 */
export function whyNot(action: EngineAction, { engine, state }: StoredRun): string | undefined {
  return notSomethingItCanDo(action, engine) ?? (isStateAction(action) ? state.whyNot(action) : undefined);
}

/** What is said everywhere of an action that an engine lacks; `undefined`: it has it, though perhaps not now. */
export function notSomethingItCanDo(action: EngineAction, { can, name }: RunEngine): string | undefined {
  return can.has(action) ? undefined : `${pickerTitle(action)} is not something ${name} can do.`;
}

/**
 * Refuses what a run's engine lacks, before anybody is asked anything. Whether it is possible now is not looked at.
 * @throws NotNowError
 */
export function demandEngineCan(action: EngineAction, { engine }: Pick<StoredRun, 'engine'>): void {
  const lacking = notSomethingItCanDo(action, engine);
  if (lacking !== undefined) throw new NotNowError(lacking);
}

function isStateAction(action: EngineAction): action is StateAction {
  return (stateActions as readonly string[]).includes(action);
}
