import type { StoredRun } from '../../source/runStore';
import { matches, type RunFilter } from './runFilter';
import { compareKeys, groupKey, type Grouping } from './runGroups';
import type { RunKey } from '../../run/runKey';

/** How a person wants the Runs view to be. */
export interface RunOrder {
  readonly filter: RunFilter;
  readonly grouping: Grouping;
}

export interface RunGroup {
  readonly key: string;
  /** Those at the top of the group, in the order of all runs. */
  readonly runs: readonly StoredRun[];
  /** How many runs are in the group, child runs included. */
  readonly size: number;
  /** How many of them need a person. */
  readonly needYou: number;
}

/** Which rows of runs there are, and below which other rows they are. */
export interface RunList {
  /** In the order of their rows; without grouping a single one with the key "", or none. */
  readonly groups: ReadonlyMap<string, RunGroup>;
  /** Child runs by their parent's folder. */
  readonly children: ReadonlyMap<RunKey, readonly StoredRun[]>;
  /** The parent's folder by that of the child run. */
  readonly parents: ReadonlyMap<RunKey, RunKey>;
  /** How many runs the filter lets through. */
  readonly shown: number;
}

/**
 * Filters, groups and nests runs. Filter and groups decide over each run by itself, so that what is seen and counted is
 * always what was asked for: a child run hangs below its parent where both are in the same group; where the parent is
 * filtered out or in another group, the child stands by itself. So does a pinned one: pinned runs are the first at the top.
 * @param all in the order in which they are to be shown
 */
export function listRuns(all: readonly StoredRun[], { filter, grouping }: RunOrder, now: number): RunList {
  const fitting = all.filter((stored) => matches(filter, stored, now));
  const pinned = fitting.filter(({ marks }) => marks?.pinned);
  const shown = pinned.length === 0 ? fitting : [...pinned, ...fitting.filter(({ marks }) => !marks?.pinned)];
  const parents = findParents(shown, grouping);
  const groups = new Map<string, { key: string; runs: StoredRun[]; size: number; needYou: number }>();
  const children = new Map<RunKey, StoredRun[]>();
  for (const stored of shown) {
    const key = groupKey(grouping, stored);
    let group = groups.get(key);
    if (!group) groups.set(key, (group = { key, runs: [], size: 0, needYou: 0 }));
    group.size += 1;
    if (stored.state.state === 'needs-you') group.needYou += 1;
    const parent = parents.get(stored.run.key);
    if (parent === undefined) {
      group.runs.push(stored);
    } else {
      const siblings = children.get(parent);
      if (siblings) siblings.push(stored);
      else children.set(parent, [stored]);
    }
  }
  const sorted = [...groups].toSorted(([a], [b]) => compareKeys(grouping, a, b));
  return { groups: new Map(sorted), children, parents, shown: shown.length };
}

/** Whether a run that changed may stand elsewhere than before, or its group tell something else. */
export function moves(before: StoredRun, after: StoredRun, order: RunOrder, now: number): boolean {
  const place = (stored: StoredRun): string =>
    JSON.stringify([
      matches(order.filter, stored, now),
      groupKey(order.grouping, stored),
      order.grouping !== 'none' && stored.state.state === 'needs-you',
      stored.run.parentRunId,
      stored.marks?.pinned ?? false,
    ]);
  return place(before) !== place(after);
}

/** Finds, for the runs that a process of another run started, the folder of that run where it is in the same group. */
function findParents(runs: readonly StoredRun[], grouping: Grouping): ReadonlyMap<RunKey, RunKey> {
  const parents = new Map<RunKey, RunKey>();
  const nested = runs.filter(({ run, marks }) => run.parentRunId !== undefined && !marks?.pinned);
  if (nested.length === 0) return parents;
  const byId = new Map<string, StoredRun>();
  const byPlace = new Map<string, StoredRun>();
  for (const stored of runs) {
    byId.set(placed(stored.run.engine, stored.run.runId), stored);
    byPlace.set(placed(stored.run.place, stored.run.runId), stored);
  }
  for (const stored of nested) {
    const { key, engine, place, parentRunId: parentId = '' } = stored.run;
    // Ids may repeat in several runs folders; a run beside the child is the likelier parent.
    const parent = byPlace.get(placed(place, parentId)) ?? byId.get(placed(engine, parentId));
    if (parent && groupKey(grouping, parent) === groupKey(grouping, stored)) parents.set(key, parent.run.key);
  }
  breakCycles(parents);
  return parents;
}

function placed(place: string, runId: string): string {
  return `${place}\n${runId}`;
}

/** Runs that are their own ancestors, which only damaged or hostile files say, have no parent: no row may be lost. */
function breakCycles(parents: Map<RunKey, RunKey>): void {
  const sound = new Set<RunKey>();
  for (const start of [...parents.keys()]) {
    const way = new Set<RunKey>();
    let key: RunKey | undefined = start;
    while (key !== undefined && !sound.has(key) && !way.has(key)) {
      way.add(key);
      key = parents.get(key);
    }
    // The way led back into itself: what lies on it from there on is the cycle.
    if (key !== undefined && way.has(key)) {
      const steps = [...way];
      for (const member of steps.slice(steps.indexOf(key))) parents.delete(member);
    }
    for (const member of way) sound.add(member);
  }
}
