import { atOnce, eachOf, type Sliced } from '../sliced';
import type { Effect } from './effect';
import { tabulatingMetric, type MetricChoice, type MetricTable } from './metrics';
import { sameValue } from './sameValue';
import type { TaskDefinition, TaskResult } from './task';

/** One round of a process. The journal has no event for it; it is derived. */
export interface Iteration {
  /** The number the process itself gave, or counted from 1. */
  readonly n: number;
  /** In order of their requests. */
  readonly effects: readonly Effect[];
  readonly requested: number;
  readonly ok: number;
  readonly error: number;
  readonly cancelled: number;
  /** `undefined`: none of its results has the metric. */
  readonly metric: number | undefined;
  readonly best: boolean;
}

/** Every iteration of a run, in rising order of numbers, and the metric they are weighed by. */
export interface Iterations {
  readonly list: readonly Iteration[];
  /** `undefined`: no result has a metric. */
  readonly metric: MetricTable | undefined;
}

/** What the files of the tasks add to the journal; a task that could not be read is not in it. */
export interface TaskFiles {
  readonly tasks: ReadonlyMap<string, TaskDefinition>;
  readonly results: ReadonlyMap<string, TaskResult>;
}

export const noTaskFiles: TaskFiles = { tasks: new Map(), results: new Map() };

/** Groups the effects of a run into iterations and weighs them. */
export function deriveIterations(
  effects: readonly Effect[],
  files: TaskFiles,
  choice: MetricChoice,
): Iterations {
  return atOnce(derivingIterations(effects, files, choice));
}

/** The same, interruptibly: a run may have asked for fifty thousand effects. */
export function* derivingIterations(
  effects: readonly Effect[],
  files: TaskFiles,
  choice: MetricChoice,
): Sliced<Iterations> {
  const numbers =
    (yield* byExplicitNumber(effects, files)) ?? (yield* byRepeat(effects, files)) ?? byBatch(effects);
  const groups = new Map<number, Effect[]>();
  yield* eachOf(effects, (effect, i) => {
    const n = numbers[i] as number;
    const group = groups.get(n);
    if (group) group.push(effect);
    else groups.set(n, [effect]);
  });
  const sorted = [...groups].toSorted(([a], [b]) => a - b);
  yield;
  const scored: Parameters<typeof tabulatingMetric>[0][number][] = [];
  yield* eachOf(sorted, ([n, group]) => scored.push({ n, metrics: metricsOf(group, files) }));
  const metric = yield* tabulatingMetric(scored, choice);
  const list: Iteration[] = [];
  yield* eachOf(sorted, ([n, group]) => {
    const counts = { ok: 0, error: 0, cancelled: 0, pending: 0 };
    for (const { status } of group) counts[status] += 1;
    const { ok, error, cancelled } = counts;
    list.push({
      ...{ n, effects: group, requested: group.length, ok, error, cancelled },
      metric: metric?.values.get(n),
      best: metric?.best === n,
    });
  });
  return { metric, list };
}

/** The numbers found in the results of some effects, in the order in which these were resolved. */
export function metricsOf(
  effects: readonly Effect[],
  files: TaskFiles,
): readonly Readonly<Record<string, number>>[] {
  return effects
    .filter((effect) => effect.resolvedOrder > 0)
    .toSorted((a, b) => a.resolvedOrder - b.resolvedOrder)
    .map((effect) => files.results.get(effect.effectId)?.metrics ?? {});
}

/** One iteration number for each effect, or `undefined` when this way of telling does not fit the run. */
type Numbers = readonly number[] | undefined;

/** The process says it: in the task's input, else in a label or title ("Iteration 3"). */
function* byExplicitNumber(effects: readonly Effect[], files: TaskFiles): Sliced<Numbers> {
  const explicit: (number | undefined)[] = [];
  yield* eachOf(effects, (effect) => explicit.push(explicitNumber(effect, files.tasks.get(effect.effectId))));
  let current = explicit.find((n) => n !== undefined);
  if (current === undefined) return undefined;
  return explicit.map((n) => (current = n ?? current) as number);
}

function explicitNumber(effect: Effect, task: TaskDefinition | undefined): number | undefined {
  if (task?.iteration !== undefined) return task.iteration;
  for (const text of [effect.label, ...effect.labels, ...(task?.labels ?? []), task?.title]) {
    const match = text === undefined ? undefined : /\biteration[\s:#_-]*(\d+)\b/i.exec(text);
    // Beyond 2^53 different numbers become one, and later none at all.
    if (match && Number.isSafeInteger(Number(match[1]))) return Number(match[1]);
  }
  return undefined;
}

/**
 * A loop asks the same task again after its answer. Breakpoints, sleeps and the engine's own tasks repeat within a
 * round; so does a request with equal inputs, which old engines make when step ids drift in nested parallel branches.
 */
function* byRepeat(effects: readonly Effect[], files: TaskFiles): Sliced<Numbers> {
  let n = 1;
  let current = new Map<string, Asked>();
  const numbers: number[] = [];
  yield* eachOf(effects, (effect) => {
    const earlier = current.get(effect.taskId);
    if (earlier && beginsRound(effect, earlier, files)) {
      n += 1;
      current = new Map();
    }
    const asked = current.get(effect.taskId) ?? { effects: [], firstResolved: Number.POSITIVE_INFINITY };
    current.set(effect.taskId, asked);
    asked.effects.push(effect);
    if (effect.status !== 'pending' && effect.status !== 'cancelled') {
      asked.firstResolved = Math.min(asked.firstResolved, effect.resolvedOrder);
    }
    numbers.push(n);
  });
  return n > 1 ? numbers : undefined;
}

/** How often a round asked for one task. */
interface Asked {
  readonly effects: Effect[];
  /** The least `resolvedOrder` among them; looking through them each time would be slow for thousands of siblings. */
  firstResolved: number;
}

function beginsRound(effect: Effect, earlier: Asked, files: TaskFiles): boolean {
  if (effect.kind === 'breakpoint' || effect.kind === 'sleep' || effect.taskId.startsWith('__sdk.'))
    return false;
  const sameInputs = (e: Effect): boolean => {
    const [a, b] = [files.tasks.get(e.effectId), files.tasks.get(effect.effectId)];
    return a !== undefined && b !== undefined && haveSameInputs(a, b);
  };
  return earlier.firstResolved <= effect.resolvedBefore && !earlier.effects.some(sameInputs);
}

/** Whether two tasks were asked for with the same inputs. */
export function haveSameInputs(
  a: Pick<TaskDefinition, 'inputs' | 'inputsRef'>,
  b: Pick<TaskDefinition, 'inputs' | 'inputsRef'>,
): boolean {
  // The name of a separate inputs file ends with the hash of what is in it.
  return fileName(a.inputsRef) === fileName(b.inputsRef) && sameValue(a.inputs, b.inputs);
}

function fileName(path: string | undefined): string | undefined {
  return path?.slice(path.lastIndexOf('/') + 1);
}

/** What one iterate requested together is one iteration. */
function byBatch(effects: readonly Effect[]): readonly number[] {
  return effects.map((effect) => effect.batch);
}
