import { cutAtWord, visible } from '../format';
import { atOnce, eachOf, type Sliced } from '../sliced';
import { isResolved, type Effect } from './effect';
import { tabulatingMetric, type MetricChoice, type MetricTable } from './metrics';
import { passed } from './passed';
import { numbersOf, type RecordedIteration, type RecordedIterations } from './recordedIterations';
import { sameValue } from './sameValue';
import { seeingResults, type SeenResults } from './seenResults';
import type { TaskDefinition, TaskResult } from './task';

/** One round of a process: derived, as the journal has no event for it, or as its engine records it. */
export interface Iteration {
  /** Its place in the run, counted from 1; of one that its engine records, its own number where that is free. */
  readonly n: number;
  /** The number the process itself gave it, within its phase; `undefined`: it gave none. */
  readonly number: number | undefined;
  /** The phase it belongs to: its name, else its place. `undefined`: the run has one phase without a name. */
  readonly phase: string | undefined;
  /** In order of their requests. */
  readonly effects: readonly Effect[];
  readonly requested: number;
  readonly ok: number;
  readonly error: number;
  readonly cancelled: number;
  /** How many of its tasks passed ({@link passed}): questions are none of them. */
  readonly passed: number;
  /** How many of its tasks did not pass, errors included ({@link passed}). */
  readonly notPassed: number;
  readonly seen: SeenResults;
  /** `undefined`: none of its results has the metric. */
  readonly metric: number | undefined;
  readonly best: boolean;
  /** What its engine calls it; `undefined`: it is called by number and phase. */
  readonly title: string | undefined;
  /** `undefined`: it is derived. */
  readonly recorded: RecordedIteration | undefined;
}

/** How many of its tasks are neither done nor cancelled. */
export function pendingIn({ requested, ok, error, cancelled }: Iteration): number {
  return requested - ok - error - cancelled;
}

/** Every iteration of a run, in order, and the metric they are weighed by. */
export interface Iterations {
  readonly list: readonly Iteration[];
  /** `undefined`: no result has a metric. */
  readonly metric: MetricTable | undefined;
}

/** What names an iteration. */
export type NamedIteration = Pick<Iteration, 'n'> & {
  readonly number?: number | undefined;
  readonly phase?: string | undefined;
  readonly title?: string | undefined;
};

/** "iteration 3", "model · iteration 2": how an iteration is called everywhere, by the process's own number. */
export function iterationTitle({ n, number, phase, title }: NamedIteration): string {
  if (title !== undefined) return visible(cutAtWord(title, 120));
  const own = `iteration ${number ?? n}`;
  if (phase === undefined) return own;
  // A phase without a name is called by its place.
  const name = visible(cutAtWord(phase, 40));
  return `${/^\d+$/.test(name) ? `phase ${name}` : name} · ${own}`;
}

/**
 * How the iteration at a place of the run is called.
 * @param list iterations of the run; some may be left out
 */
export function titleOfIteration(list: readonly NamedIteration[], n: number): string {
  return iterationTitle(list.find((iteration) => iteration.n === n) ?? { n });
}

/**
 * The iteration that is of most interest: of a failed run the last one in which a task did not pass, else the last one;
 * of others the best, else the last. `undefined`: there is none.
 */
export function mainIteration(
  list: readonly Iteration[],
  outcome: 'completed' | 'failed' | 'halted' | undefined,
): Iteration | undefined {
  const found =
    outcome === 'failed' ? list.findLast(({ notPassed }) => notPassed > 0) : list.find(({ best }) => best);
  return found ?? list.at(-1);
}

/** What the files of the tasks add to the journal; a task that could not be read is not in it. */
export interface TaskFiles {
  readonly tasks: ReadonlyMap<string, TaskDefinition>;
  readonly results: ReadonlyMap<string, TaskResult>;
  /** The iterations as the engine records them; left out: they are derived. */
  readonly recorded?: RecordedIterations;
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
  if (files.recorded) return yield* recordedIterations(effects, files, files.recorded, choice);
  const rounds =
    (yield* byExplicitNumber(effects, files)) ??
    (yield* byRepeat(effects, files)) ??
    (yield* byBatch(effects));
  const scored: Parameters<typeof tabulatingMetric>[0][number][] = [];
  yield* eachOf(rounds, (round, i) => scored.push({ n: i + 1, metrics: metricsOf(round.effects, files) }));
  const metric = yield* tabulatingMetric(scored, choice);
  const list: Iteration[] = [];
  yield* eachOf(rounds, ({ number, phase, effects: group }, i) => {
    const n = i + 1;
    list.push({
      ...{ n, number, phase, title: undefined, recorded: undefined, ...counted(group, files) },
      metric: metric?.values.get(n),
      best: metric?.best === n,
    });
  });
  return { metric, list };
}

function counted(effects: readonly Effect[], { results }: TaskFiles) {
  const counts = { ok: 0, error: 0, cancelled: 0, pending: 0 };
  for (const { status } of effects) counts[status] += 1;
  const { ok, error, cancelled } = counts;
  const seen = atOnce(seeingResults(effects, results));
  return {
    ...{ effects, requested: effects.length, ok, error, cancelled },
    passed: effects.filter((effect) => passed(effect, results.get(effect.effectId)) === true).length,
    notPassed: seen.notPassed + seen.failed,
    seen,
  };
}

/** As the engine records them. The metric that a person chose counts, and by the engine's own the best is its own. */
function* recordedIterations(
  effects: readonly Effect[],
  files: TaskFiles,
  { list, best, metricKey }: RecordedIterations,
  choice: MetricChoice,
): Sliced<Iterations> {
  const numbers = numbersOf(list);
  const byId = new Map(effects.map((effect) => [effect.effectId, effect]));
  const scored = list.map(({ metrics }, i) => ({ n: numbers[i] as number, metrics: [metrics] }));
  const key = [choice.key, metricKey].find((name) => list.some(({ metrics }) => hasOwn(metrics, name)));
  const table = key === undefined ? undefined : yield* tabulatingMetric(scored, { ...choice, key });
  const bestOne = best === undefined ? undefined : numbers[best];
  const metric = table && (key === metricKey ? { ...table, best: bestOne } : table);
  const iterations: Iteration[] = [];
  yield* eachOf(list, (recorded, i) => {
    const n = numbers[i] as number;
    const { number, phase, title } = recorded;
    const group = recorded.effects.flatMap((id) => byId.get(id) ?? []);
    iterations.push({
      ...{ n, number, phase, title, recorded, ...counted(group, files) },
      metric: metric?.values.get(n),
      best: metric?.best === n,
    });
  });
  return { metric, list: iterations };
}

function hasOwn(record: Readonly<Record<string, number>>, name: string | undefined): name is string {
  return name !== undefined && Object.hasOwn(record, name);
}

/** The numbers of an iteration's results, or those that its engine records. */
export function metricsOfIteration(
  { effects, recorded }: Pick<Iteration, 'effects' | 'recorded'>,
  files: TaskFiles,
): readonly Readonly<Record<string, number>>[] {
  return recorded ? [recorded.metrics] : metricsOf(effects, files);
}

/** The numbers found in the results of some effects, in the order in which these were resolved. */
function metricsOf(
  effects: readonly Effect[],
  files: TaskFiles,
): readonly Readonly<Record<string, number>>[] {
  return effects
    .filter((effect) => effect.resolvedOrder > 0)
    .toSorted((a, b) => a.resolvedOrder - b.resolvedOrder)
    .map((effect) => files.results.get(effect.effectId)?.metrics ?? {});
}

/** The effects of one iteration, in order of their requests. */
interface Round {
  readonly number: number | undefined;
  readonly phase: string | undefined;
  readonly effects: Effect[];
}

/** `undefined`: this way of telling does not fit the run. */
type Rounds = readonly Round[] | undefined;

/**
 * The process says it: in the task's input, else in a label or title ("Iteration 3"). A number that falls back, or
 * another phase, begins a new phase.
 */
function* byExplicitNumber(effects: readonly Effect[], files: TaskFiles): Sliced<Rounds> {
  const rounds: NumberedRound[] = [];
  /** Of each effect, the round of its number. */
  const roundOf: (NumberedRound | undefined)[] = [];
  yield* eachOf(effects, (effect) => {
    const task = files.tasks.get(effect.effectId);
    const number = explicitNumber(effect, task);
    if (number === undefined) {
      roundOf.push(undefined);
      return;
    }
    const last = rounds.at(-1);
    const isNewPhase =
      !last || number < last.number || (task?.phase !== undefined && task.phase !== last.name);
    if (isNewPhase) {
      rounds.push({ number, name: task?.phase, place: (last?.place ?? 0) + 1, effects: [] });
    } else if (number > last.number) {
      rounds.push({ ...last, number, effects: [] });
    }
    roundOf.push(rounds.at(-1));
  });
  if (rounds.length === 0) return undefined;
  yield* joinRounds(effects, files, roundOf, rounds[0] as NumberedRound);
  const isPlain = rounds.every(({ name, place }) => name === undefined && place === 1);
  return rounds.map(({ number, name, place, effects: group }) => ({
    number,
    phase: isPlain ? undefined : (name ?? String(place)),
    effects: group,
  }));
}

interface NumberedRound {
  readonly number: number;
  /** The phase's name and its place among the phases, from 1. */
  readonly name: string | undefined;
  readonly place: number;
  readonly effects: Effect[];
}

/**
 * Puts every effect into a round. One without a number goes with the round before it, but with the next one if that is
 * of its phase, or if that begins a phase and such a task stood before an earlier phase, too: a plan that recurs.
 */
function* joinRounds(
  effects: readonly Effect[],
  files: TaskFiles,
  roundOf: readonly (NumberedRound | undefined)[],
  first: NumberedRound,
): Sliced<void> {
  /** From the last effect to the first: its round, or that of the next one that has any. */
  const following: (NumberedRound | undefined)[] = [];
  yield* eachOf(roundOf.toReversed(), (round) => following.push(round ?? following.at(-1)));
  let before: NumberedRound | undefined;
  /** Tasks that stood before phases: before earlier ones, and before the one that comes next. */
  const [openedBefore, opening] = [new Set<string>(), new Set<string>()];
  yield* eachOf(effects, (effect, i) => {
    const [own, next] = [roundOf[i], following[effects.length - 1 - i]];
    if (own) {
      for (const taskId of opening) openedBefore.add(taskId);
      opening.clear();
      before = own;
    }
    const phase = files.tasks.get(effect.effectId)?.phase;
    const beginsPhase = next !== undefined && next.place !== before?.place;
    if (!own && beginsPhase) opening.add(effect.taskId);
    const goesOn =
      (phase !== undefined && phase === next?.name) || (beginsPhase && openedBefore.has(effect.taskId));
    (own ?? (goesOn ? next : undefined) ?? before ?? first).effects.push(effect);
  });
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
 * round; so does a request with equal inputs, which old engines make when step ids drift in nested parallel branches,
 * and a task that closes each round. What was asked for together stays together.
 */
function* byRepeat(effects: readonly Effect[], files: TaskFiles): Sliced<Rounds> {
  const closing = closingTask(effects);
  let asked = new Map<string, Asked>();
  const rounds: Effect[][] = [[]];
  yield* eachOf(batchesOf(effects), (batch) => {
    const begins = batch.some((effect) => {
      const earlier = asked.get(effect.taskId);
      return earlier && effect.taskId !== closing && beginsRound(effect, earlier, files);
    });
    if (begins) {
      rounds.push([]);
      asked = new Map();
    }
    for (const effect of batch) {
      rounds.at(-1)?.push(effect);
      const same = asked.get(effect.taskId) ?? { effects: [], firstResolved: Number.POSITIVE_INFINITY };
      asked.set(effect.taskId, same);
      same.effects.push(effect);
      if (isResolved(effect.status)) same.firstResolved = Math.min(same.firstResolved, effect.resolvedOrder);
    }
  });
  return rounds.length > 1 ? rounds.map(unnumbered) : undefined;
}

function unnumbered(effects: Effect[]): Round {
  return { number: undefined, phase: undefined, effects };
}

/**
 * The task that ends each round ("verify"): of those that repeat the one asked for last, if exactly one of it lies
 * between any two requests of every other one. `undefined`: none does; while the last one is pending, it may as well
 * begin a round.
 */
function closingTask(effects: readonly Effect[]): string | undefined {
  const loops = effects.filter(mayBeginRound);
  const requests = new Map<string, number>();
  for (const { taskId } of loops) requests.set(taskId, (requests.get(taskId) ?? 0) + 1);
  const repeated = loops.filter(({ taskId }) => (requests.get(taskId) ?? 0) > 1);
  const last = repeated.at(-1);
  if (!last || last.status === 'pending') return undefined;
  const closing = last.taskId;
  let closed = 0;
  /** How often the closing task was asked for when another one was asked for last. */
  const closedAt = new Map<string, number>();
  for (const { taskId } of repeated) {
    if (taskId === closing) {
      closed += 1;
    } else {
      if ((closedAt.get(taskId) ?? closed - 1) !== closed - 1) return undefined;
      closedAt.set(taskId, closed);
    }
  }
  return closedAt.size > 0 ? closing : undefined;
}

function mayBeginRound({ kind, taskId }: Effect): boolean {
  return kind !== 'breakpoint' && kind !== 'sleep' && !taskId.startsWith('__sdk.');
}

/** How often a round asked for one task. */
interface Asked {
  readonly effects: Effect[];
  /** The least `resolvedOrder` among them; looking through them each time would be slow for thousands of siblings. */
  firstResolved: number;
}

function beginsRound(effect: Effect, earlier: Asked, files: TaskFiles): boolean {
  if (!mayBeginRound(effect)) return false;
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
function* byBatch(effects: readonly Effect[]): Sliced<readonly Round[]> {
  yield;
  return batchesOf(effects).map(unnumbered);
}

function batchesOf(effects: readonly Effect[]): Effect[][] {
  const batches: Effect[][] = [];
  for (const effect of effects) {
    if (effect.batch === batches.at(-1)?.[0]?.batch) batches.at(-1)?.push(effect);
    else batches.push([effect]);
  }
  return batches;
}
