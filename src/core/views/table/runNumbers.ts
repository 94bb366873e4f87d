import { titleOfIteration } from '../../run/iterations';
import { timedEffects } from '../../run/audit';
import { usageByTask, usageInAll } from '../../run/usage';
import { runTime, workTime } from '../../run/workTime';
import type { Run } from '../../run/run';
import type { RunWork } from '../../sessions/runWork';
import type { PartNumbers } from '../../sessions/sessionNumbers';
import type { OpenedRun } from '../tree/buildTree';

/** What the task files of a run add to its row in the runs table: a few numbers, so that thousands can be kept. */
export interface RunNumbers {
  /** From its creation to its end, or to its last event, in milliseconds. */
  readonly lasted: number;
  /** Iterations that were begun. */
  readonly iterations: number;
  /** Those of them in which nothing is pending. */
  readonly done: number;
  /** The best value, or the only one. `undefined`: no result has a metric. */
  readonly best:
    { readonly key: string; readonly value: number; readonly n: number; readonly name: string } | undefined;
  /** For how long at least one question waited for a person, in milliseconds; up to {@link waitingSince}, if there is one. */
  readonly waited: number;
  /** Since when a question waits without a break; `undefined`: none does. */
  readonly waitingSince: number | undefined;
  /** Input and output tokens. `undefined`: neither the journal nor a result tells any. */
  readonly tokens: number | undefined;
  /** In US dollars; `undefined`: nothing tells it. */
  readonly costUsd: number | undefined;
  /** What agents did. `undefined`: it is not known, or nobody wants to see it. */
  readonly work?: PartNumbers | undefined;
}

export function toRunNumbers({ run, details, iterations }: OpenedRun, work?: RunWork): RunNumbers {
  const { story, updatedAt } = run;
  const usage = usageInAll(story.costs, usageByTask(story.costs, details.results))?.total;
  const tokens = [usage?.inputTokens, usage?.outputTokens].filter((n) => n !== undefined);
  const { list, metric } = iterations;
  const [best] = metric ? [...metric.values].filter(([n]) => n === (metric.best ?? n)) : [];
  // Nobody answers what a finished run asks.
  const waitingSince = story.end ? undefined : earliest(story.pending.values());
  const until = story.end ? (story.end.at ?? updatedAt) : waitingSince;
  return {
    lasted: runTime(run),
    iterations: list.length,
    done: list.filter(({ requested, ok, error, cancelled }) => requested === ok + error + cancelled).length,
    best: metric &&
      best && { key: metric.key, value: best[1], n: best[0], name: titleOfIteration(list, best[0]) },
    waited: workTime(timedEffects(run, story.effects.list(), details), [], until).human,
    waitingSince,
    tokens: tokens.length === 0 ? undefined : tokens.reduce((a, b) => a + b),
    costUsd: usage?.costUsd,
    work: work?.total,
  };
}

/** Tokens that its agents put in and got out, without what caches gave and took. */
export function workTokens({ work }: RunNumbers): number | undefined {
  return work && work.tokens.in + work.tokens.out;
}

/** {@link runTime}. Of a finished run only the whole journal knows whether its end was told before. */
export function lastedBy(run: Run, numbers: RunNumbers | undefined): number {
  return (run.story.end && numbers?.lasted) ?? runTime(run);
}

/** For how long a run has waited for people by now. */
export function waitedBy({ waited, waitingSince }: RunNumbers, now: number): number {
  return waitingSince === undefined ? waited : waited + Math.max(0, now - waitingSince);
}

function earliest(
  pending: Iterable<{ readonly kind: string; readonly requestedAt: number | undefined }>,
): number | undefined {
  let first: number | undefined;
  for (const { kind, requestedAt } of pending) {
    if (kind === 'breakpoint' && requestedAt !== undefined)
      first = Math.min(first ?? requestedAt, requestedAt);
  }
  return first;
}
