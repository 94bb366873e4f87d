import type { AnswerReport } from '../core/engine/answerReport';
import type { Decision } from '../core/run/answer';
import type { EngineId } from '../core/run/engineId';
import type { RunKey } from '../core/run/runKey';
import type { StoredRun } from '../core/source/runStore';
import type { Surface } from './commands/targets';

/** What an engine does with its runs in this window, as far as questions and pages lead to it. */
export interface EngineDoing {
  /**
   * Records a person's answer to a question.
   * @throws HumanError when the engine cannot be started
   */
  answer(key: RunKey, effectId: string, decision: Decision, surface: Surface): Promise<AnswerReport>;

  /**
   * Does work for which the engine's program is needed. Where it is missing, the person is led to it.
   * @param again what is done once it is there
   * @throws CancelledError when it is missing, besides whatever the work throws
   */
  withProgram<T>(projectDir: string, work: () => Promise<T>, again: () => Promise<void>): Promise<T>;

  /** Offers the ways to go on with a run, and goes the chosen one. */
  resume(key: RunKey): Promise<void>;

  /** Carries a run on, up to `maximum` steps. */
  iterate(stored: StoredRun, surface: Surface, maximum: number): Promise<void>;

  /** Asks how far to go, and carries the run on until then. */
  continue(stored: StoredRun, surface: Surface): Promise<void>;
}

/** By engine; one that does nothing in this window is not in it. */
export type Doing = ReadonlyMap<EngineId, EngineDoing>;

/**
 * What the engine of a run does.
 * @throws Error when it does nothing: nobody may come here without having asked whether it can
 */
export function doingOf(doing: Doing, { engine }: StoredRun): EngineDoing {
  const found = doing.get(engine.id);
  if (!found) throw new Error(`${engine.name} does nothing here.`);
  return found;
}
