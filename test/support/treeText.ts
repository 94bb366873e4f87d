import { babysitterEngine } from '../../src/engines/babysitter/core/babysitterEngine';
import { defaultMetricChoice, type MetricChoice } from '../../src/core/run/metrics';
import type { Run, RunDetails } from '../../src/core/run/run';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import { classify } from '../../src/engines/babysitter/core/judge';
import { parseResult, parseTask } from '../../src/core/run/task';
import type { StoredRun } from '../../src/core/source/runStore';
import { childNodes, describeNode, openRun, type OpenedRun } from '../../src/core/views/tree/buildTree';
import type { TreeNode } from '../../src/core/views/tree/treeNode';
import { start, minute } from './journalBuilder';

/** An hour after every built journal began. */
export const now = start + 60 * minute;

export function stored(run: Run, at = now): StoredRun {
  return {
    run,
    state: classify(run, at, { activityWindow: defaultActivityWindow }),
    engine: babysitterEngine,
  };
}

export interface TaskParts {
  /** task.json by effect id. */
  readonly tasks?: Readonly<Record<string, unknown>>;
  /** The values of results by effect id. */
  readonly results?: Readonly<Record<string, unknown>>;
  readonly problems?: RunDetails['problems'];
  readonly metric?: MetricChoice;
}

/** What looking into a run would have read. */
export function opened(
  run: Run,
  { tasks = {}, results = {}, problems = [], metric }: TaskParts = {},
): OpenedRun {
  const details: RunDetails = {
    tasks: new Map(
      Object.entries(tasks).flatMap(([id, json]) => {
        const { task } = parseTask(JSON.stringify(json), run.story.effects.get(id)?.kind ?? '');
        return task ? [[id, task] as const] : [];
      }),
    ),
    results: new Map(
      Object.entries(results).flatMap(([id, value]) => {
        const { result } = parseResult(JSON.stringify({ status: 'ok', value }), ['score', 'confidence']);
        return result ? [[id, result] as const] : [];
      }),
    ),
    problems,
    warnings: [],
  };
  return openRun(run, details, metric ?? defaultMetricChoice);
}

/** Rows and everything below them, one a line: `icon label | description`. */
export function treeText(roots: readonly TreeNode[], run: StoredRun, open: OpenedRun): string {
  const lines = (nodes: readonly TreeNode[], indent: string): readonly string[] =>
    nodes.flatMap((node) => {
      if (node.kind === 'group' || node.kind === 'more') return [`${indent}${node.kind}`];
      const row = describeNode(node, run, {
        now,
        iterating: false,
        alone: false,
        opened: open,
        childRuns: 0,
      });
      if (!row) return [`${indent}gone`];
      const line = `${indent}${row.icon.name} ${row.label}${row.description === '' ? '' : ` | ${row.description}`}`;
      return [line, ...(row.expandable ? lines(childNodes(node, open), `${indent}  `) : [])];
    });
  return `\n${lines(roots, '').join('\n')}\n`;
}
