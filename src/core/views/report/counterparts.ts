import { matchTasks, type Matchable } from '../compare/matchTasks';
import type { Effect } from '../../run/effect';
import type { Iteration, TaskFiles } from '../../run/iterations';
import { taskTitle } from '../../run/run';
import type { Sliced } from '../../sliced';

/** What a task or file of an iteration can be compared with. */
export const reportBases = ['previous', 'best'] as const;

export type ReportBase = (typeof reportBases)[number];

/** The same task in another iteration. */
export interface Counterpart {
  readonly effectId: string;
  readonly iteration: number;
}

export type Counterparts = { readonly [Base in ReportBase]?: Counterpart };

/**
 * Finds finished tasks again in the iteration before their own and in the best one.
 * @param list in rising order of numbers
 * @param n the iteration whose tasks are looked for; `undefined`: all of them
 * @returns by effect id; tasks that are in neither are not in it
 */
export function* findingCounterparts(
  list: readonly Iteration[],
  files: TaskFiles,
  n: number | undefined,
): Sliced<ReadonlyMap<string, Counterparts>> {
  const known = new Map<number, readonly Finished[]>();
  const tasksAt = (place: number): readonly Finished[] => {
    const tasks = known.get(place) ?? finished(list[place]?.effects ?? [], files);
    known.set(place, tasks);
    return tasks;
  };
  const best = list.findIndex((iteration) => iteration.best);
  const found = new Map<string, Counterparts>();
  for (const [place, own] of list.entries()) {
    if (n !== undefined && own.n !== n) continue;
    const bases: readonly (readonly [ReportBase, number])[] = [
      ['previous', place - 1],
      ['best', best === place ? -1 : best],
    ];
    for (const [base, other] of bases) {
      yield;
      const iteration = list[other]?.n;
      if (iteration === undefined) continue;
      const [mine, theirs] = [tasksAt(place), tasksAt(other)];
      for (const { left, right } of matchTasks(mine, theirs)) {
        const from = left === undefined ? undefined : mine[left]?.effectId;
        const to = right === undefined ? undefined : theirs[right]?.effectId;
        if (from === undefined || to === undefined) continue;
        found.set(from, { ...found.get(from), [base]: { effectId: to, iteration } });
      }
    }
  }
  return found;
}

interface Finished extends Matchable {
  readonly effectId: string;
}

/** Those that have a result. */
function finished(effects: readonly Effect[], { tasks }: TaskFiles): readonly Finished[] {
  return effects
    .filter(({ kind, status }) => kind !== 'sleep' && (status === 'ok' || status === 'error'))
    .map((effect) => {
      const { effectId, taskId, kind } = effect;
      return { effectId, taskId, kind, title: taskTitle(effect, tasks.get(effectId)), iteration: undefined };
    });
}
