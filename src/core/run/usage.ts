import { distinctCosts, sumCosts, sumUsage, usageOfResult, type CostRecord, type Usage } from './cost';
import type { TaskResult } from './task';
import { atOnce, eachOf, type Sliced } from '../sliced';

/** What a run, or some of its tasks, took; every spending counted once. */
export interface RunUsage {
  /** Where the sum is from: cost records of the journal, which count alone if there are any, or results. */
  readonly from: 'journal' | 'results';
  readonly total: Usage;
  /** Of cost records that name one, in the order in which they came. */
  readonly byModel: ReadonlyMap<string, Usage>;
}

/** What each task took: what the journal says of it, else what its result says. Never both. */
export function usageByTask(
  costs: readonly CostRecord[],
  results: ReadonlyMap<string, Pick<TaskResult, 'value'>>,
): ReadonlyMap<string, Usage> {
  return atOnce(countingUsage(costs, results));
}

/** The same, interruptibly: there may be fifty thousand results. */
export function* countingUsage(
  costs: readonly CostRecord[],
  results: ReadonlyMap<string, Pick<TaskResult, 'value'>>,
): Sliced<ReadonlyMap<string, Usage>> {
  const usages = new Map<string, Usage>();
  yield* eachOf(results, ([effectId, { value }]) => {
    const usage = usageOfResult(value);
    if (usage) usages.set(effectId, usage);
  });
  for (const [effectId, records] of groupBy(distinctCosts(costs), (cost) => cost.effectId)) {
    const usage = effectId === undefined ? undefined : sumCosts(records);
    if (effectId !== undefined && usage) usages.set(effectId, usage);
  }
  return usages;
}

/**
 * The whole. As soon as the journal tells costs, it tells all of them, some perhaps without a task; adding what results
 * tell would count the same spending twice.
 * @param byTask of {@link usageByTask}
 * @param ids the tasks to be counted; `undefined`: all, and what belongs to no task
 */
export function usageInAll(
  costs: readonly CostRecord[],
  byTask: ReadonlyMap<string, Usage>,
  ids?: ReadonlySet<string>,
): RunUsage | undefined {
  const all = distinctCosts(costs);
  if (all.length > 0) {
    const records = ids ? all.filter(({ effectId }) => effectId !== undefined && ids.has(effectId)) : all;
    const total = sumCosts(records);
    const byModel = new Map<string, Usage>();
    for (const [model, some] of groupBy(records, (cost) => cost.model)) {
      const usage = sumCosts(some);
      if (model !== undefined && usage) byModel.set(model, usage);
    }
    return total && { from: 'journal', total, byModel };
  }
  const total = sumUsage(
    [...byTask].filter(([effectId]) => !ids || ids.has(effectId)).map(([, usage]) => usage),
  );
  return total && { from: 'results', total, byModel: new Map() };
}

function groupBy<T, K>(items: readonly T[], key: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
