import { pickerTitle } from '../commands';
import { NotNowError } from '../errors';
import { stateActions, type StateAction } from '../run/judgement';
import { isHalfRead } from '../run/run';
import type { StoredRun } from '../source/runStore';
import type { EngineAction, RunEngine } from './runEngine';

/**
 * Why something cannot be done with a run now, as a sentence; `undefined` when it can. Everybody asks here: menus, pickers,
 * pages and commands.
 */
export function whyNot(action: EngineAction, { engine, state }: StoredRun): string | undefined {
  return notSomethingItCanDo(action, engine) ?? (isStateAction(action) ? state.whyNot(action) : undefined);
}

/**
 * Whether a row offers something: what is possible now, but no iterate of a failed run of which only the end was read. It
 * may turn out to be damaged.
 */
export function isOffered(action: EngineAction, stored: StoredRun): boolean {
  const iterates = action === 'run.iterate' || action === 'run.continue';
  return !(iterates && isHalfRead(stored.run)) && whyNot(action, stored) === undefined;
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

/** Why a person cannot post the outcome of an effect now, as a sentence; `undefined` when they can. */
export function whyNotPost(stored: StoredRun, effectId: string): string | undefined {
  const lacking = notSomethingItCanDo('task.post', stored.engine);
  if (lacking !== undefined) return lacking;
  const effect = stored.run.story.effects.get(effectId);
  if (!effect) return 'The run has no such task.';
  if (effect.kind === 'breakpoint') return 'This is a question: answer it instead.';
  if (effect.kind === 'sleep') return 'Nobody posts the result of a sleep: it is over at its time.';
  if (effect.status !== 'pending') return 'Its result is recorded already; the first one stands.';
  return whyNot('task.post', stored);
}
