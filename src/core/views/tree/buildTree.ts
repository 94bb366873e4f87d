import { derivingIterations, noTaskFiles, type Iterations } from '../../run/iterations';
import type { MetricChoice } from '../../run/metrics';
import { pendingEffects, problemsOf, type Run, type RunDetails } from '../../run/run';
import type { RunKey } from '../../run/runKey';
import { atOnce, type Sliced } from '../../sliced';
import type { StoredRun } from '../../source/runStore';
import {
  describeBreakpoint,
  describeIteration,
  describeNeedyRun,
  describeProblem,
  describeRun,
  describeSection,
  describeSkipped,
  describeTask,
  type Row,
} from './describe';
import type { Grouping } from './runGroups';
import type { RunList } from './runList';
import { moreNode, treeNode, type GroupNode, type NewNode, type RunPart, type TreeNode } from './treeNode';

/** A run somebody looked into: its task files, and the iterations they make. Belongs to one reading of the run. */
export interface OpenedRun {
  readonly run: Run;
  readonly details: RunDetails;
  readonly iterations: Iterations;
}

export function openRun(run: Run, details: RunDetails, metric: MetricChoice): OpenedRun {
  return atOnce(openingRun(run, details, metric));
}

/** The same, interruptibly. */
export function* openingRun(run: Run, details: RunDetails, metric: MetricChoice): Sliced<OpenedRun> {
  const iterations = yield* derivingIterations(run.story.effects.list(), details, metric);
  return { run, details, iterations };
}

/** How much of a long list of rows is shown. */
export interface Paging {
  /** How many rows are shown below a row, given by its id; empty: at the top. */
  limit(below: string): number;
  /** Runs that are shown though they lie beyond the page, by folder: a person asked for them. */
  readonly pinned: ReadonlySet<RunKey>;
}

export const noPaging: Paging = { limit: () => Number.POSITIVE_INFINITY, pinned: new Set() };

/** The rows at the top of the Runs view: groups, or runs where they are not grouped. */
export function runNodes(list: RunList, grouping: Grouping, paging: Paging = noPaging): TreeNode[] {
  if (grouping === 'none') return pageOfRuns(list.groups.get('')?.runs ?? [], '', paging);
  return pageOf([...list.groups.keys()], '', paging, (key) => treeNode({ kind: 'group', by: grouping, key }));
}

/** The runs of a group. */
export function groupNodes({ id, key }: GroupNode, list: RunList, paging: Paging = noPaging): TreeNode[] {
  return pageOfRuns(list.groups.get(key)?.runs ?? [], id, paging);
}

function pageOfRuns(runs: readonly StoredRun[], below: string, paging: Paging): TreeNode[] {
  return pageOf(
    runs,
    below,
    paging,
    ({ run }) => treeNode({ kind: 'run', runKey: run.key }),
    ({ run }) => paging.pinned.has(run.key),
  );
}

/** The first rows, and one that brings more. Nothing is made of what lies beyond. */
export function pageOf<T>(
  items: readonly T[],
  below: string,
  { limit, pinned }: Paging,
  toNode: (item: T) => TreeNode,
  isPinned: (item: T) => boolean = () => false,
): TreeNode[] {
  const most = limit(below);
  const beyond = items.slice(most);
  const asked = pinned.size === 0 ? [] : beyond.filter(isPinned);
  const nodes = [...items.slice(0, most), ...asked].map(toNode);
  const left = beyond.length - asked.length;
  return left > 0 ? [...nodes, moreNode(below, left)] : nodes;
}

/**
 * What is below a row of a run: pending breakpoints, child runs, iterations from the newest (in sections, where its
 * engine has several), problems; the tasks of an iteration.
 */
export function childNodes(
  node: RunPart,
  { run, details, iterations }: OpenedRun,
  children: readonly StoredRun[] = [],
  paging: Paging = noPaging,
): TreeNode[] {
  const { key } = run;
  if (node.kind === 'iteration') {
    const effects = iterations.list.find(({ n }) => n === node.n)?.effects ?? [];
    return pageOf(effects, node.id, paging, ({ effectId }) =>
      treeNode({ kind: 'task', runKey: key, effectId }),
    );
  }
  const newestFirst = iterations.list.toReversed();
  if (node.kind === 'section') {
    const inIt = newestFirst.filter(({ recorded }) => recorded?.section === node.name);
    return pageOf(inIt, node.id, paging, ({ n }) => treeNode({ kind: 'iteration', runKey: key, n }));
  }
  if (node.kind !== 'run') return [];
  const items: NewNode<RunPart>[] = [];
  for (const { effect } of pendingEffects(run)) {
    if (effect.kind === 'breakpoint')
      items.push({ kind: 'breakpoint', runKey: key, effectId: effect.effectId });
  }
  for (const child of children) items.push({ kind: 'run', runKey: child.run.key });
  const sections = sectionsOf(iterations);
  for (const name of sections) items.push({ kind: 'section', runKey: key, name });
  for (const { n, recorded } of newestFirst) {
    if (sections.size === 0 || recorded?.section === undefined) {
      items.push({ kind: 'iteration', runKey: key, n });
    }
  }
  for (const name of run.story.skipped) items.push({ kind: 'skipped', runKey: key, name });
  for (const { file, what } of problemsOf(run, details)) {
    items.push({ kind: 'problem', runKey: key, file, what });
  }
  return pageOf(
    items,
    node.id,
    paging,
    treeNode<NewNode<RunPart>>,
    (item) => item.kind === 'run' && paging.pinned.has(item.runKey),
  );
}

/** The sections of a run's iterations, the newest first; empty where there is only one, which needs no row. */
function sectionsOf({ list }: Iterations): ReadonlySet<string> {
  const names = new Set(list.toReversed().flatMap(({ recorded }) => recorded?.section ?? []));
  return names.size > 1 ? names : new Set();
}

/** The row below which an iteration stands; `undefined`: the row of its run. */
export function sectionNode(runKey: RunKey, n: number, { iterations }: OpenedRun): TreeNode | undefined {
  const name = iterations.list.find((iteration) => iteration.n === n)?.recorded?.section;
  return name !== undefined && sectionsOf(iterations).has(name)
    ? treeNode({ kind: 'section', runKey, name })
    : undefined;
}

/** What rows are drawn from, besides the run. */
export interface RowContext {
  readonly now: number;
  /** Whether this window is iterating the run right now. */
  readonly iterating: boolean;
  /** The row stands outside its run's branch. */
  readonly alone: boolean;
  /** `undefined`: nobody has looked into the run yet. */
  readonly opened: OpenedRun | undefined;
  /** How many child runs hang below the run. */
  readonly childRuns: number;
  /** Until when the breakpoint is put off, for people; empty or left out: it is not. */
  readonly snoozed?: string;
}

/** What a row shows; `undefined` when what it stood for is gone. */
export function describeNode(node: RunPart, stored: StoredRun, context: RowContext): Row | undefined {
  const { opened, now } = context;
  switch (node.kind) {
    case 'run':
      if (context.alone) return describeNeedyRun(stored, now, context.iterating);
      return describeRun(stored, now, context.iterating, context.childRuns, opened);
    case 'breakpoint': {
      const effect = stored.run.story.effects.get(node.effectId);
      const task = stored.run.pendingTasks.get(node.effectId);
      return effect && describeBreakpoint(stored, effect, task, now, context.alone, context.snoozed);
    }
    case 'section':
      return describeSection(
        node.name,
        opened?.iterations.list.filter(({ recorded }) => recorded?.section === node.name) ?? [],
      );
    case 'iteration': {
      const iteration = opened?.iterations.list.find(({ n }) => n === node.n);
      return iteration && describeIteration(iteration, opened?.iterations.metric);
    }
    case 'task': {
      const effect = stored.run.story.effects.get(node.effectId);
      const { tasks, results } = opened?.details ?? noTaskFiles;
      return effect && describeTask(effect, tasks.get(node.effectId), now, results.get(node.effectId));
    }
    case 'skipped':
      return describeSkipped(node.name);
    case 'problem':
      return describeProblem(node);
    default:
      return node satisfies never;
  }
}
