import { asBabysitter } from '../babysitterRun';
import { runDeleted } from '../../../../core/errors';
import type { Clock } from '../../../../core/clock';
import { postCall, type TaskOutcome, type TaskRecord } from '../drive/cliCalls';
import type { Engine } from '../drive/engine';
import { explainNoEffect } from '../drive/explain';
import type { Responder } from '../drive/runDriver';
import { whyNotPost } from '../../../../core/engine/whyNot';
import { toIso } from '../../../../core/format';
import type { RunStore } from '../../../../core/source/runStore';
import type { AnswerReport } from '../../../../core/engine/answerReport';
import { keyText, type RunKey } from '../../../../core/run/runKey';

export interface TaskPosterDeps {
  readonly store: RunStore;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly responder: Responder;
}

/** Records what a person did for a pending task. What happened is read from the journal, never from an exit code. */
export class TaskPoster {
  readonly #underWay = new Set<string>();

  constructor(private readonly deps: TaskPosterDeps) {}

  /**
   * Posts an outcome, after a last look that the task is still pending.
   * @param surface where the person decided: "row", "palette"
   * @param record what a program that ran for it printed, and when
   * @throws NoEngineError, HumanError when the engine cannot be started
   */
  async post(
    key: RunKey,
    effectId: string,
    outcome: TaskOutcome,
    surface: string,
    record?: TaskRecord,
  ): Promise<AnswerReport> {
    const task = `${keyText(key)}\n${effectId}`;
    const refused = (sentence: string): AnswerReport => ({ recorded: false, sentence });
    if (this.#underWay.has(task)) return refused('This result is being recorded already.');
    this.#underWay.add(task);
    try {
      const { store, engine, clock, responder } = this.deps;
      const before = await store.reread(key);
      if (!before) return refused(runDeleted);
      const why = whyNotPost(before, effectId);
      if (why !== undefined) return refused(why);
      const { lock, projectDir, story } = asBabysitter(before.run);
      if (lock?.alive) return refused(`Process ${lock.pid} holds the run; try again when it is done.`);
      const call = postCall(
        before.run.location,
        effectId,
        story.effects.get(effectId)?.invocationKey,
        outcome,
        {
          respondedBy: await responder.respondedBy(projectDir),
          respondedAt: toIso(clock.now()),
          product: responder.product,
          surface,
        },
        record,
      );
      const told = await engine.call(call, projectDir, new AbortController().signal);
      const after = await store.reread(key);
      const recorded = after?.run.story.effects.get(effectId)?.status;
      store.acted(key);
      // An error that is posted makes 0.0.187 exit with 1; 6.x records the error of a shell task as a result.
      if (told.answer && recorded !== undefined && recorded !== 'pending') return { recorded: true };
      return refused(
        recorded === undefined || recorded === 'pending'
          ? explainNoEffect(told)
          : `It has a result now, but not surely yours. ${explainNoEffect(told)}`,
      );
    } finally {
      this.#underWay.delete(task);
    }
  }
}
