import { erredEffect, type BabysitterRun } from './babysitterRun';
import { isResolved } from '../../../core/run/effect';
import { sequenceNumber } from './eventName';
import type { RunFold } from './foldRun';
import type { Problem } from '../../../core/run/problem';
import type { RunDetails } from '../../../core/run/run';
import type { TaskDefinition, TaskResult } from '../../../core/run/task';
import { eachOf, type Sliced } from '../../../core/sliced';
import type { PastReading } from '../../../core/source/runSource';

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
  { run, details }: { readonly run: BabysitterRun; readonly details: RunDetails },
  { event, file, fold }: Moment,
): Sliced<PastReading> {
  const tasks = new Map<string, TaskDefinition>();
  const results = new Map<string, TaskResult>();
  yield* eachOf(fold.effects.values(), ({ effectId, status }) => {
    const task = details.tasks.get(effectId) ?? run.pendingTasks.get(effectId);
    if (task) tasks.set(effectId, task);
    const result = isResolved(status) ? details.results.get(effectId) : undefined;
    if (result) results.set(effectId, result);
  });
  const at = fold.lastAt ?? run.createdAt;
  const past: BabysitterRun = {
    ...run,
    ...{ story: fold, depth: 'whole', eventCount: event, lock: undefined, updatedAt: at },
    erredTask: tasks.get(erredEffect(fold)?.effectId ?? ''),
    gist: event === run.eventCount ? run.gist : undefined,
    pendingTasks: new Map([...tasks].filter(([effectId]) => fold.pending.has(effectId))),
    problems: run.problems.filter((problem) => isOfEventUntil(problem, file)),
  };
  const pastDetails: RunDetails = {
    ...{ tasks, results, warnings: [] },
    problems: details.problems.filter((problem) => isOfTaskThen(problem, fold)),
  };
  return { event, at, run: past, details: pastDetails };
}

/** Events stand in the order of their numbers, and of their names where a number occurs twice. */
function isOfEventUntil({ file }: Problem, last: string): boolean {
  const name = file.startsWith('journal/') ? file.slice('journal/'.length) : '';
  const [seq, lastSeq] = [sequenceNumber(name), sequenceNumber(last)];
  if (seq === undefined || lastSeq === undefined) return false;
  return seq < lastSeq || (seq === lastSeq && name <= last);
}

function isOfTaskThen({ file }: Problem, fold: RunFold): boolean {
  const [, effectId = '', name = ''] = file.split('/');
  const effect = fold.effects.get(effectId);
  return effect !== undefined && (isResolved(effect.status) || name === 'task.json');
}
