import type { Sliced } from '../../src/core/sliced';
import { runNodes, type Paging } from '../../src/core/views/tree/buildTree';
import { noFilter } from '../../src/core/views/tree/runFilter';
import { listRuns, type RunOrder } from '../../src/core/views/tree/runList';
import { searchEntry, searchRuns } from '../../src/core/views/tree/runSearch';
import { inSlices } from '../../src/node/slices';
import { watchTurns } from './blocks';
import { load } from './load';
import { plansOf, type Shape } from './trees';

/** What a person waits for among many runs, in milliseconds. */
export interface Answers {
  /** From the choice of a filter, or a grouping, until the rows of the first page are known. */
  readonly filter: number;
  readonly group: number;
  /** From a typed word until the runs with it are known, and until all runs are prepared for that, in slices. */
  readonly find: number;
  readonly prepare: number;
  /** The longest stretch while they are prepared. */
  readonly longest: number;
}

const mostFound = 100;
const paging: Paging = { limit: () => 50, pinned: new Set() };

export async function answers(project: string, shape: Shape): Promise<Answers> {
  const { store } = await load(project, { plans: plansOf(shape) });
  const timed = (work: () => unknown): number => {
    const start = performance.now();
    work();
    return performance.now() - start;
  };
  const rows = (order: RunOrder): unknown =>
    runNodes(listRuns(store.all, order, Date.now()), order.grouping, paging);
  // They are shown before anybody filters them.
  rows({ filter: noFilter, grouping: 'none' });
  const filter = timed(() =>
    rows({ filter: { ...noFilter, states: ['failed', 'created'] }, grouping: 'none' }),
  );
  const group = timed(() => rows({ filter: noFilter, grouping: 'day' }));
  const entries: ReturnType<typeof searchEntry>[] = [];
  function* preparing(): Sliced<void> {
    for (const stored of store.all) {
      entries.push(searchEntry(stored, []));
      yield;
    }
  }
  const longest = watchTurns();
  const start = performance.now();
  await inSlices(preparing());
  const prepare = performance.now() - start;
  const figures = { longest: longest(), prepare, filter, group };
  const find = timed(() => searchRuns(entries, 'partner 7', mostFound));
  store.dispose();
  return { ...figures, find };
}
