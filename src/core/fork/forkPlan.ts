import type { Effect } from '../run/foldRun';
import { isSegment } from '../run/lenient';
import { taskTitle, type Run, type RunDetails } from '../run/run';

/** One event of the original that the new run has to repeat. */
export interface ReplayStep {
  readonly type: 'requested' | 'settled';
  readonly effect: Effect;
  readonly title: string;
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
 * Plans a fork before a task: everything up to the event before its request is kept.
 * @param run folded whole
 * @param from the effect that is the first to run anew; `undefined`: all that was answered is kept
 */
export function forkPlan(run: Run, details: Pick<RunDetails, 'tasks'>, from: Effect | undefined): ForkPlan {
  const all = [...run.fold.effects.values()].toSorted((a, b) => a.requestedSeq - b.requestedSeq);
  const title = (effect: Effect): string => taskTitle(effect, details.tasks.get(effect.effectId));
  const at = from ? from.requestedSeq - 1 : run.eventFiles;
  // What was settled by the time of the request; the order of both is known from counting.
  const settledBy = from ? from.resolvedBefore : Number.POSITIVE_INFINITY;
  const settled = all
    .filter(({ resolvedOrder }) => resolvedOrder > 0 && resolvedOrder <= settledBy)
    .toSorted((a, b) => a.resolvedOrder - b.resolvedOrder);
  const requested = all.filter(({ requestedSeq }) => requestedSeq <= at);

  const steps: ReplayStep[] = [];
  let next = 0;
  const settle = (until: number): void => {
    for (let effect = settled[next]; effect && effect.resolvedOrder <= until; effect = settled[next]) {
      steps.push({ type: 'settled', effect, title: title(effect) });
      next += 1;
    }
  };
  for (const effect of requested) {
    settle(effect.resolvedBefore);
    steps.push({ type: 'requested', effect, title: title(effect) });
  }
  settle(settledBy);

  const replayed = steps.filter(({ type }) => type === 'settled');
  return {
    at,
    steps,
    replayed,
    human: replayed.filter(({ effect }) => effect.kind === 'breakpoint'),
    anew: all.filter((effect) => !settled.includes(effect) && effect.kind !== 'sleep').map(title),
    refused: whyNoFork(run, replayed),
  };
}

function whyNoFork(run: Run, replayed: readonly ReplayStep[]): string | undefined {
  if (!run.metadata) return 'run.json cannot be read, so its process is not known.';
  if (!run.metadata.entry) return 'The run has no process yet.';
  if (run.metadata.processId === undefined) return 'run.json does not name its process.';
  const strange = replayed.find(
    ({ effect }) => effect.invocationKey === undefined || !isSegment(effect.effectId),
  );
  if (strange) return `The journal does not say which step "${strange.title}" was.`;
  const cancelled = replayed.find(({ effect }) => effect.status === 'cancelled');
  if (cancelled) {
    return `"${cancelled.title}" was cancelled before this point, and a cancelled task cannot be replayed. Fork from an earlier task.`;
  }
  return undefined;
}

/** Where a run was forked from, as its run.json tells: `--request "fork of <runId> at <n>"`. */
export function forkOrigin(
  request: string | undefined,
): { readonly runId: string; readonly at: number } | undefined {
  const [, runId, at] = /^fork of (.+) at (\d+)$/.exec(request ?? '') ?? [];
  return runId === undefined ? undefined : { runId, at: Number(at) };
}

/** The request text of a fork, which {@link forkOrigin} reads. */
export function forkRequest(runId: string, at: number): string {
  return `fork of ${runId} at ${at}`;
}
