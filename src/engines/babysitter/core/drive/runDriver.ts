import { asBabysitter } from '../babysitterRun';
import { runDeleted } from '../../../../core/errors';
import type { Clock } from '../../../../core/clock';
import type { RunActivity } from '../../../../core/engine/runActivity';
import { cutAtWord, toIso, visible } from '../../../../core/format';
import { saidOfAnswer } from '../../../../core/attention/meanwhile';
import { isAnswered, toAnswer, type Decision } from '../../../../core/run/answer';
import type { Breakpoint } from '../../../../core/run/breakpoint';
import { taskTitle, type Run } from '../../../../core/run/run';
import { keyText, type RunKey } from '../../../../core/run/runKey';
import type { RunStore, StoredRun } from '../../../../core/source/runStore';
import { answerCall, iterateCall, recoverCall } from './cliCalls';
import type { Engine } from './engine';
import { explainFailure, explainNoEffect } from './explain';
import { notSomethingItCanDo, whyNot } from '../../../../core/engine/whyNot';
import type { AnswerReport } from '../../../../core/engine/answerReport';

/** Why iterating stopped. */
export type StopReason =
  | 'needs-you'
  | 'waiting'
  | 'sleeping'
  | 'completed'
  | 'failed'
  | 'halted'
  | 'maximum'
  | 'requested'
  | 'cancelled'
  | 'no-change'
  | 'refused';

/** What iterating did, told after it stopped. */
export interface StopReport {
  readonly reason: StopReason;
  /** A sentence for the person. */
  readonly sentence: string;
  /** Iterates that were run. */
  readonly iterates: number;
  /** Events they added to the journal. */
  readonly events: number;
}

/** The task at whose request iterating stops: of this kind, or whose title has this text, upper and lower case alike. */
export type WantedTask = { readonly kind: string } | { readonly title: string };

/** Who answers, and through what product. */
export interface Responder {
  respondedBy(projectDir: string): Promise<string>;
  /** Name and version. */
  readonly product: string;
}

/** Drives runs through the engine. What happened is read from the journal, never from an exit code. */
export class RunDriver {
  readonly #answering = new Set<string>();
  /** The answer to each run that is recorded, or waits for its turn, last. */
  readonly #lastAnswer = new Map<RunKey, Promise<AnswerReport>>();

  constructor(
    private readonly store: RunStore,
    private readonly engine: Engine,
    private readonly clock: Clock,
    private readonly responder: Responder,
    private readonly activity: RunActivity,
  ) {}

  /**
   * Records a person's answer to a breakpoint, after a last look that it is still open.
   * @param surface where the person answered: "row", "page", "palette"
   * @throws NoEngineError, HumanError when the engine cannot be started
   */
  async answer(key: RunKey, effectId: string, decision: Decision, surface: string): Promise<AnswerReport> {
    const question = `${keyText(key)}\n${effectId}`;
    // A double click answers once.
    if (this.#answering.has(question))
      return { recorded: false, sentence: 'This answer is being recorded already.' };
    this.#answering.add(question);
    // One after the other: the engine fails when it reads the lock of another call that is just being written.
    const record = (): Promise<AnswerReport> => this.#record(key, effectId, decision, surface);
    const turn = this.#lastAnswer.get(key)?.then(record, record) ?? record();
    this.#lastAnswer.set(key, turn);
    try {
      return await turn;
    } finally {
      this.#answering.delete(question);
      if (this.#lastAnswer.get(key) === turn) this.#lastAnswer.delete(key);
    }
  }

  async #record(key: RunKey, effectId: string, decision: Decision, surface: string): Promise<AnswerReport> {
    const refused = (sentence: string): AnswerReport => ({ recorded: false, sentence });
    const before = await this.store.reread(key);
    if (!before) return refused(runDeleted);
    const lacking = notSomethingItCanDo('breakpoint.answer', before.engine);
    if (lacking !== undefined) return refused(lacking);
    const effect = before.run.story.effects.get(effectId);
    if (effect?.kind !== 'breakpoint') return refused('This run has no such breakpoint.');
    if (effect.status !== 'pending') return this.#answeredBefore(before.run, effectId);
    const illegal = whyNot('breakpoint.answer', before);
    if (illegal) return refused(illegal);
    const task = before.run.pendingTasks.get(effectId);
    if (!task) return refused('Its task.json cannot be read, so it is not certain what is being answered.');
    if (task.kind !== 'breakpoint')
      return refused('Its task.json does not call it a breakpoint; nothing was recorded.');
    const incomplete = whyIncomplete(decision, task.breakpoint);
    if (incomplete !== undefined) return refused(incomplete);
    const { lock, projectDir } = asBabysitter(before.run);
    if (lock?.alive) return refused(`Process ${lock.pid} holds the run; try again when it is done.`);

    const respondedBy = await this.responder.respondedBy(projectDir);
    const respondedAt = toIso(this.clock.now());
    const { product } = this.responder;
    const call = answerCall(
      before.run.location,
      effectId,
      effect.invocationKey,
      toAnswer(decision, respondedBy),
      { respondedBy, respondedAt, product, surface },
    );
    const outcome = await this.engine.call(call, projectDir, new AbortController().signal);
    const after = await this.store.reread(key);
    if (after?.run.story.effects.get(effectId)?.status !== 'ok') return refused(explainNoEffect(outcome));
    // Only our own success answers with JSON; otherwise the answer itself tells whose it is.
    this.store.acted(key);
    if (outcome.answer) return { recorded: true };
    const details = await this.store.readDetails(key, []);
    const { metadata } = details?.results.get(effectId) ?? {};
    return metadata?.['respondedAt'] === respondedAt && metadata['respondedBy'] === respondedBy
      ? { recorded: true }
      : this.#answeredBefore(after.run, effectId);
  }

  /** Says whose answer was first. */
  async #answeredBefore(run: Run, effectId: string): Promise<AnswerReport> {
    const sentence = await saidOfAnswer(this.store, run, effectId, this.clock.now());
    return { recorded: false, closed: true, sentence };
  }

  /**
   * Lets the engine take back the error that the process itself threw (6.x), so that the run can be iterated again.
   * @returns why it is still there, as a sentence; `undefined`: it is gone
   * @throws NoEngineError, HumanError when the engine cannot be started
   */
  async recover(key: RunKey): Promise<string | undefined> {
    const before = await this.store.reread(key);
    if (!before) return runDeleted;
    const lacking = notSomethingItCanDo('run.resume', before.engine);
    if (lacking !== undefined) return lacking;
    const { lock, story, projectDir } = asBabysitter(before.run);
    if (story.end?.type !== 'PROCESS_RUNTIME_ERROR') return undefined;
    if (lock?.alive) return `Process ${lock.pid} holds the run; try again when it is done.`;
    const outcome = await this.engine.call(
      recoverCall(before.run.location),
      projectDir,
      new AbortController().signal,
    );
    const after = await this.store.reread(key);
    return after?.run.story.end?.type === 'PROCESS_RUNTIME_ERROR' ? explainNoEffect(outcome) : undefined;
  }

  /**
   * Iterates a run until it needs somebody, is finished, brings nothing new, or the maximum is reached.
   * @param maximum how many iterates at most
   * @param signal the person's cancel
   * @param onStep told before each iterate, with its number from 1, and with what is waited for before the next
   * @param until the task at whose request it stops. Until then it waits for whoever works on other tasks, instead of
   *   stopping; whatever else ends iterating ends this, too
   * @throws NoEngineError, HumanError when the engine cannot be started
   */
  async iterate(
    key: RunKey,
    maximum: number,
    signal: AbortSignal,
    onStep: (step: number, waitsFor?: string) => void,
    until?: WantedTask,
  ): Promise<StopReport> {
    if (this.activity.isIterating(key)) {
      return { reason: 'refused', sentence: 'It is being iterated already.', iterates: 0, events: 0 };
    }
    const attention = this.store.attend(key);
    const controller = this.activity.begin(key);
    const cancel = (): void => controller.abort();
    signal.addEventListener('abort', cancel);
    if (signal.aborted) cancel();
    try {
      return await this.#loop(key, maximum, controller.signal, onStep, until);
    } finally {
      signal.removeEventListener('abort', cancel);
      attention.dispose();
      this.activity.end(key);
    }
  }

  async #loop(
    key: RunKey,
    maximum: number,
    signal: AbortSignal,
    onStep: (step: number, waitsFor?: string) => void,
    until: WantedTask | undefined,
  ): Promise<StopReport> {
    let iterates = 0;
    let events = 0;
    /** Effects that were there before the first iterate, and results that were there before the last. */
    let known: number | undefined;
    let seen = 0;
    const stop = (reason: StopReason, sentence: string): StopReport => ({
      reason,
      sentence,
      iterates,
      events,
    });
    for (;;) {
      const before = await this.store.reread(key);
      if (!before) return stop('refused', runDeleted);
      known ??= before.run.story.effects.size;
      if (iterates > 0) {
        const found = until && requestedSince(before.run, known, until);
        if (found) return stop('requested', `Stopped, as asked: ${found} is requested.`);
        const end = toldByState(before);
        const waits = until !== undefined && end?.[0] === 'waiting';
        if (
          waits &&
          (asBabysitter(before.run).story.resolvedCount <= seen || whyNot('run.iterate', before))
        ) {
          onStep(iterates, visible(before.state.reason));
          await this.#change(key, signal);
          if (signal.aborted) return stop('cancelled', 'Stopped, as asked.');
          continue;
        }
        if (end && !waits) return stop(...end);
        if (iterates >= maximum) return stop('maximum', `Stopped after ${iterates} iterates, as asked.`);
      }
      const illegal = whyNot('run.iterate', before);
      if (illegal) return stop('refused', illegal);
      if (signal.aborted) return stop('cancelled', 'Stopped, as asked.');

      seen = asBabysitter(before.run).story.resolvedCount;
      onStep(iterates + 1);
      const outcome = await this.engine.call(iterateCall(before.run.location), before.run.projectDir, signal);
      const read = await this.store.reread(key);
      if (!read) return stop('refused', 'The run was deleted meanwhile.');
      this.store.acted(key, endedInError(before.run, read.run, outcome.answer?.status));
      const after = this.store.get(key) ?? read;
      iterates += 1;
      const added = after.run.eventCount - before.run.eventCount;
      events += Math.max(0, added);
      if (outcome.ended === 'cancelled') return stop('cancelled', 'Stopped, as asked.');
      const { answer } = outcome;
      const said = visible(cutAtWord(answer?.reason ?? '', 300));
      if (!answer) return stop('refused', explainFailure(outcome));
      // 6.x says "failed" with "process-error: …" as its reason, sometimes without an event in the journal.
      if (answer.status === 'failed') {
        return stop(
          'failed',
          `The run failed: ${said === '' || said === 'failed' ? after.state.reason : said}`,
        );
      }
      if (answer.status === 'halted')
        return stop('halted', `The process halted the run${said && `: ${said}`}`);
      if (added === 0 && !(until && toldByState(after)?.[0] === 'waiting')) {
        const why = toldByState(after)?.[1] ?? after.state.reason;
        return stop('no-change', `Nothing changed. ${why}`);
      }
    }
  }

  /** Waits until anything of a run changes, or the signal aborts. */
  async #change(key: RunKey, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        listening.dispose();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const listening = this.store.onDidChange(({ keys }) => keys.has(key) && done());
      signal.addEventListener('abort', done);
      if (signal.aborted) done();
    });
  }
}

/** Whether an iterate brought nothing but an error: no task was asked for, and the run failed, as its journal or the engine says. */
function endedInError(before: Run, after: Run, status: string | undefined): boolean {
  return (
    after.story.effects.size === before.story.effects.size &&
    (status === 'failed' || asBabysitter(after).story.end?.outcome === 'failed')
  );
}

/** What an answer lacks, as a sentence; `undefined`: nothing. */
function whyIncomplete(decision: Decision, asks: Breakpoint | undefined): string | undefined {
  if (decision.kind === 'text') {
    if (decision.text.trim() === '') return 'There is no answer yet: write one first.';
    if (asks?.options.length) return 'The process wants one of its options chosen, or approval or rejection.';
  }
  if (decision.kind === 'several' && !decision.answers.some(isAnswered))
    return 'None of the questions has an answer yet.';
  return undefined;
}

/** A task that fits, requested after the first `known` effects, in words; `undefined`: there is none. */
function requestedSince(run: Run, known: number, wanted: WantedTask): string | undefined {
  for (const effect of run.story.effects.list().slice(known)) {
    const title = taskTitle(effect, run.pendingTasks.get(effect.effectId));
    const fits =
      'kind' in wanted
        ? effect.kind === wanted.kind
        : title.toLowerCase().includes(wanted.title.trim().toLowerCase());
    if (fits) return `"${visible(title)}" (${visible(cutAtWord(effect.kind, 40))})`;
  }
  return undefined;
}

/** Whether a state ends iterating, and what is said then. `undefined`: another iterate may bring more. */
function toldByState({ state }: StoredRun): [StopReason, string] | undefined {
  const reason = visible(state.reason);
  switch (state.state) {
    case 'needs-you':
    case 'sleeping':
      return [state.state, `${reason}.`];
    case 'waiting':
    case 'working':
      // Right after an iterate the pending tasks are new: nobody works on them yet.
      return ['waiting', 'It now waits for an agent.'];
    case 'completed':
      return ['completed', 'The run is completed.'];
    case 'failed':
      return ['failed', `The run failed: ${reason}`];
    case 'halted':
      return ['halted', `${reason}.`];
    default:
      return undefined;
  }
}
