import { deriveIterations, type Iterations } from '../run/iterations';
import type { MetricChoice } from '../run/metrics';
import { pendingEffects, type Run, type RunDetails } from '../run/run';
import type { StoredRun } from '../source/runStore';
import {
  describeBreakpoint,
  describeIteration,
  describeProblem,
  describeRun,
  describeTask,
  type Row,
} from './describe';
import { treeNode, type TreeNode } from './treeNode';

/** A run somebody looked into: its task files, and the iterations they make. Belongs to one reading of the run. */
export interface OpenedRun {
  readonly run: Run;
  readonly details: RunDetails;
  readonly iterations: Iterations;
}

export function openRun(run: Run, details: RunDetails, metric: MetricChoice): OpenedRun {
  return { run, details, iterations: deriveIterations([...run.fold.effects.values()], details, metric) };
}

/** The rows of the Runs view. */
export function runNodes(all: readonly StoredRun[]): readonly TreeNode[] {
  return all.map(({ run }) => treeNode({ kind: 'run', dir: run.dir }));
}

/** The rows of the Needs You view: pending breakpoints of every run, the one that waits longest first. */
export function needsYouNodes(all: readonly StoredRun[]): readonly TreeNode[] {
  return all
    .filter(({ state }) => state.state === 'needs-you')
    .flatMap(({ run }) =>
      pendingEffects(run)
        .filter(({ effect }) => effect.kind === 'breakpoint')
        .map(({ effect }) => ({ run, effect })),
    )
    .toSorted((a, b) => (a.effect.requestedAt ?? 0) - (b.effect.requestedAt ?? 0))
    .map(({ run, effect }) => treeNode({ kind: 'breakpoint', dir: run.dir, effectId: effect.effectId }));
}

/** What is below a row: pending breakpoints, iterations from the newest, problems; the tasks of an iteration. */
export function childNodes(node: TreeNode, { run, details, iterations }: OpenedRun): readonly TreeNode[] {
  const { dir } = run;
  if (node.kind === 'iteration') {
    const iteration = iterations.list.find(({ n }) => n === node.n);
    return (iteration?.effects ?? []).map(({ effectId }) => treeNode({ kind: 'task', dir, effectId }));
  }
  if (node.kind !== 'run') return [];
  const breakpoints = pendingEffects(run).filter(({ effect }) => effect.kind === 'breakpoint');
  const nodes = [
    ...breakpoints.map(({ effect }) => treeNode({ kind: 'breakpoint', dir, effectId: effect.effectId })),
    ...iterations.list.map(({ n }) => treeNode({ kind: 'iteration', dir, n })).toReversed(),
    ...[...run.problems, ...details.problems].map(({ file, what }) =>
      treeNode({ kind: 'problem', dir, file, what }),
    ),
  ];
  // A problem that the run and its details both have; VS Code shows no branch in which an id comes twice.
  return [...new Map(nodes.map((node): [string, TreeNode] => [node.id, node])).values()];
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
}

/** What a row shows; `undefined` when what it stood for is gone. */
export function describeNode(node: TreeNode, stored: StoredRun, context: RowContext): Row | undefined {
  const { opened, now } = context;
  switch (node.kind) {
    case 'run':
      return describeRun(stored, now, context.iterating);
    case 'breakpoint': {
      const effect = stored.run.fold.effects.get(node.effectId);
      const task = stored.run.pendingTasks.get(node.effectId);
      return effect && describeBreakpoint(stored, effect, task, now, context.alone);
    }
    case 'iteration': {
      const iteration = opened?.iterations.list.find(({ n }) => n === node.n);
      return iteration && describeIteration(iteration, opened?.iterations.metric);
    }
    case 'task': {
      const effect = stored.run.fold.effects.get(node.effectId);
      return effect && describeTask(effect, opened?.details.tasks.get(node.effectId), now);
    }
    case 'problem':
      return describeProblem(node);
    default:
      return node satisfies never;
  }
}
