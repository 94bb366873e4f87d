import { largest } from '../../../../core/largest';
import { asBabysitter } from '../babysitterRun';
import { positionalStep } from '../drive/engineMismatch';
import type { Effect } from '../../../../core/run/effect';
import { isSegment } from '../../../../core/run/lenient';
import { moment } from '../../../../core/moments';
import type { TaskDefinition } from '../../../../core/run/task';
import { sleepUntil, taskTitle, type Run, type RunDetails } from '../../../../core/run/run';

/** One event of the original that the new run has to repeat. */
export interface ReplayStep {
  readonly type: 'requested' | 'settled';
  readonly effect: Effect;
  readonly title: string;
  /** Until when a sleep was meant to last, in milliseconds since 1970; of other effects `undefined`. */
  readonly until: number | undefined;
  /** Its task.json; `undefined`: it cannot be read. */
  readonly task: TaskDefinition | undefined;
}

/** What a fork keeps and what it runs anew. */
export interface ForkPlan {
  /** The number of the last event that is repeated. */
  readonly at: number;
  /** In the order of the original's journal, up to that event. */
  readonly steps: readonly ReplayStep[];
  /** Answers that are replayed. */
  readonly replayed: readonly ReplayStep[];
  /** Those of them that a person gave. */
  readonly human: readonly ReplayStep[];
  /** Titles of the tasks that the original asked for later, in its order. */
  readonly anew: readonly string[];
  /** Why no fork can be made here, as a sentence. */
  readonly refused: string | undefined;
}

/**
 * Plans a fork after an event: everything up to it is kept. A task is the first to run anew after the event before its
 * request ({@link Effect.requestedSeq} - 1).
 * @param run folded whole
 * @param at the number of an event; `undefined`: all that was answered is kept
 */
export function forkPlan(run: Run, details: Pick<RunDetails, 'tasks' | 'results'>, at?: number): ForkPlan {
  const all = run.story.effects.list().toSorted((a, b) => a.requestedSeq - b.requestedSeq);
  const title = (effect: Effect): string => taskTitle(effect, details.tasks.get(effect.effectId));
  const last = Math.max(
    run.eventCount,
    largest(all, ({ requestedSeq, resolvedSeq }) => Math.max(requestedSeq, resolvedSeq)),
  );
  const until = at ?? last;
  // A damaged journal repeats numbers; the order of answers among the requests is known from counting.
  const settled = all
    .filter(({ resolvedSeq }) => resolvedSeq > 0 && resolvedSeq <= until)
    .toSorted((a, b) => a.resolvedOrder - b.resolvedOrder);
  const requested = all.filter(({ requestedSeq }) => requestedSeq <= until);

  const step = (type: ReplayStep['type'], effect: Effect): ReplayStep => {
    const task = details.tasks.get(effect.effectId);
    const until = effect.kind === 'sleep' ? sleepUntil({ effect, task }) : undefined;
    return { type, effect, title: title(effect), until, task };
  };
  const steps: ReplayStep[] = [];
  let next = 0;
  const settle = (order: number): void => {
    for (let effect = settled[next]; effect && effect.resolvedOrder <= order; effect = settled[next]) {
      steps.push(step('settled', effect));
      next += 1;
    }
  };
  for (const effect of requested) {
    settle(effect.resolvedBefore);
    steps.push(step('requested', effect));
  }
  settle(Number.POSITIVE_INFINITY);

  const answered = steps.filter(({ type }) => type === 'settled');
  const replayed = answered.filter(({ effect }) => effect.kind !== 'sleep');
  return {
    at: until,
    steps,
    replayed,
    human: replayed.filter(({ effect }) => effect.kind === 'breakpoint'),
    anew: all.filter((effect) => !settled.includes(effect) && effect.kind !== 'sleep').map(title),
    refused: until > last ? `The journal ends at event ${last}.` : whyNoFork(run, details, answered),
  };
}

function whyNoFork(
  run: Run,
  { results }: Pick<RunDetails, 'results'>,
  answered: readonly ReplayStep[],
): string | undefined {
  const { metadata } = asBabysitter(run);
  if (!metadata) return 'run.json cannot be read, so its process is not known.';
  if (!metadata.entry) return 'The run has no process yet.';
  if (metadata.processId === undefined) return 'run.json does not name its process.';
  const strange = answered.find(
    ({ effect }) => effect.invocationKey === undefined || !isSegment(effect.effectId),
  );
  if (strange) return `The journal does not say which step "${strange.title}" was.`;
  const cancelled = answered.find(({ effect }) => effect.status === 'cancelled');
  if (cancelled) {
    return `"${cancelled.title}" was cancelled before this point, and a cancelled task cannot be replayed. Fork from an earlier task.`;
  }
  const woken = answered.find(
    ({ effect, until }) =>
      effect.kind === 'sleep' &&
      positionalStep.test(effect.stepId ?? '') &&
      (effect.resolvedAt ?? Infinity) < (until ?? Infinity) &&
      // A fork answers only sleeps that are measured anew each time, which does no harm (0006).
      results.get(effect.effectId)?.metadata?.['forkedFrom'] === undefined,
  );
  if (woken) {
    const time = woken.until === undefined ? 'its time' : moment(woken.until);
    return `"${woken.title}" was answered before ${time}, by hand. Engines before 5.0 count the later steps differently once that time is over, so what follows cannot be replayed. Fork from an earlier task.`;
  }
  return undefined;
}
