import type { RunFold } from '../run/foldRun';
import { sequenceNumber } from '../run/eventName';
import type { MetricChoice } from '../run/metrics';
import type { Problem } from '../run/problem';
import type { RunDetails } from '../run/run';
import { asBabysitter, type BabysitterRun } from '../run/babysitterRun';
import { classify } from '../run/runState';
import { babysitterEngine } from '../run/babysitterEngine';
import type { JudgeOptions } from '../run/judgement';
import type { TaskDefinition, TaskResult } from '../run/task';
import { eachOf, type Sliced } from '../sliced';
import type { StoredRun } from '../source/runStore';
import { openingRun, type OpenedRun } from '../tree/buildTree';

/** A run as it was when one of its events was the last one. */
export interface PastRun {
  /** How many events there were. */
  readonly event: number;
  /** When the last of them was recorded: what was the current moment then. */
  readonly at: number;
  readonly stored: StoredRun;
  readonly opened: OpenedRun;
}

/** What tells apart how a run was. */
export interface Moment {
  /** How many events there were. */
  readonly event: number;
  /** The last one's file. */
  readonly file: string;
  /** What they amount to. */
  readonly fold: RunFold;
}

/**
 * The run as it was, made of what is known of it now: nothing that came later is in it. What nobody recorded, its lock and
 * the state of its process file, is left out; run.json is taken as it is.
 */
export function* asOf(
  { run, details }: OpenedRun,
  { event, file, fold }: Moment,
  metric: MetricChoice,
  options: JudgeOptions,
): Sliced<PastRun> {
  const tasks = new Map<string, TaskDefinition>();
  const results = new Map<string, TaskResult>();
  yield* eachOf(fold.effects.values(), ({ effectId, status }) => {
    const task = details.tasks.get(effectId) ?? run.pendingTasks.get(effectId);
    if (task) tasks.set(effectId, task);
    const result = isResolved(status) ? details.results.get(effectId) : undefined;
    if (result) results.set(effectId, result);
  });
  const at = fold.lastAt ?? run.createdAt;
  const last = sequenceNumber(file) ?? event;
  const past: BabysitterRun = {
    ...asBabysitter(run),
    ...{ story: fold, depth: 'whole', eventCount: event, lock: undefined, updatedAt: at },
    pendingTasks: new Map([...tasks].filter(([effectId]) => fold.pending.has(effectId))),
    problems: run.problems.filter((problem) => isOfEventUntil(problem, last)),
  };
  const pastDetails: RunDetails = {
    ...{ tasks, results, warnings: [] },
    problems: details.problems.filter((problem) => isOfTaskThen(problem, fold)),
  };
  const opened = yield* openingRun(past, pastDetails, metric);
  return {
    event,
    at,
    stored: { run: past, state: classify(past, at, options), engine: babysitterEngine },
    opened,
  };
}

/** Whether a result is recorded. */
export function isResolved(status: 'pending' | 'ok' | 'error' | 'cancelled'): boolean {
  return status === 'ok' || status === 'error';
}

function isOfEventUntil({ file }: Problem, last: number): boolean {
  const seq = file.startsWith('journal/') ? sequenceNumber(file.slice('journal/'.length)) : undefined;
  return seq !== undefined && seq <= last;
}

function isOfTaskThen({ file }: Problem, fold: RunFold): boolean {
  const [, effectId = '', name = ''] = file.split('/');
  const effect = fold.effects.get(effectId);
  return effect !== undefined && (isResolved(effect.status) || name === 'task.json');
}
