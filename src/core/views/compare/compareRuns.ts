import { iterationTitle } from '../../run/iterations';
import { shortId } from '../../format';
import type { CleanText } from '../report/cleanText';
import { runTitle } from '../../run/run';
import { keyText } from '../../run/runKey';
import type { Sliced } from '../../sliced';
import { stateIcon, stateWord } from '../tree/describe';
import { compareFacts, compareOrigins, processWarning } from './compareFacts';
import { compareMetrics, compareTimes } from './compareFigures';
import { comparePairs } from './comparePairs';
import { compareWork } from './compareWork';
import { compareValues } from './compareValues';
import {
  onlySide,
  type AnswerPair,
  type CompareOptions,
  type Comparison,
  type Counts,
  type Side,
  type SideView,
  type TaskPair,
  type ValueComparison,
} from './comparison';

/** Of more than `told` tasks that differ, the page is not told where, but that they do. */
const most = { changes: 30, tasks: 10_000, told: 1000, text: 300 };

/** Compares two runs or iterations. Exchanging the sides exchanges left and right, and changes nothing else. */
export function* comparing(left: Side, right: Side, options: CompareOptions): Sliced<Comparison> {
  const { clean } = options;
  const oneRun = left.stored.run.key === right.stored.run.key;
  const whole = left.iteration === undefined && right.iteration === undefined;
  const diff = (a: unknown, b: unknown, changes: number): ValueComparison =>
    compareValues(a, b, changes, clean);
  const sides = [left, right].map((side) => toSideView(side, clean)) as [SideView, SideView];
  const facts = compareFacts(left, right, clean);
  const inputs = oneRun ? undefined : diff(left.inputs, right.inputs, most.changes);
  const result = whole ? diff(left.output, right.output, most.changes) : undefined;
  yield;
  const { tasks, answers } = yield* comparePairs(left, right, options);
  const metrics = yield* compareMetrics(left, right, options);
  yield;
  const differing = tasks.filter(pairDiffers);
  const equal = tasks.filter((pair) => !pairDiffers(pair));
  const kept = new Set([...differing, ...equal].slice(0, most.tasks));
  const told = new Set(differing.slice(0, most.told));
  return {
    sides,
    warning: processWarning(left, right, clean),
    notes: compareOrigins(left, right, clean),
    facts,
    inputs,
    result,
    tasks: tasks.flatMap((pair) => (kept.has(pair) ? [told.has(pair) ? pair : withoutChanges(pair)] : [])),
    answers,
    metrics,
    times: yield* compareTimes(left, right),
    work: compareWork(left, right),
    counts: {
      facts: counting(facts, ({ same }) => !same),
      inputs: countingChanges(inputs),
      result: countingChanges(result),
      tasks: counting(tasks, pairDiffers),
      answers: counting(answers, pairDiffers),
      metrics: counting(metrics, ({ same }) => !same),
    },
    left: tasks.length - kept.size,
  };
}

/** Whether one side lacks the task or the answer, or the two are not equal. */
export function pairDiffers(pair: TaskPair | AnswerPair): boolean {
  return onlySide(pair) !== undefined || pair.differs.length > 0;
}

function counting<T extends { readonly left: unknown; readonly right: unknown }>(
  items: readonly T[],
  differs: (item: T) => boolean,
): Counts {
  const only = (side: 'left' | 'right'): number => items.filter((item) => onlySide(item) === side).length;
  return {
    differ: items.filter((item) => onlySide(item) === undefined && differs(item)).length,
    onlyLeft: only('left'),
    onlyRight: only('right'),
  };
}

/** A value that only one side has counts once, whatever is in it. */
function countingChanges(value: ValueComparison | undefined): Counts {
  const { has, changes, more } = value ?? { has: 'none', changes: [], more: 0 };
  return {
    differ: has === 'both' ? changes.length + more : 0,
    onlyLeft: has === 'left' ? 1 : 0,
    onlyRight: has === 'right' ? 1 : 0,
  };
}

function withoutChanges(pair: TaskPair): TaskPair {
  const bare = ({ has, changes, more }: ValueComparison): ValueComparison => ({
    ...{ has, changes: [], more: changes.length + more },
  });
  return { ...pair, inputs: bare(pair.inputs), result: bare(pair.result) };
}

function toSideView({ stored, iteration }: Side, clean: CleanText): SideView {
  const { run, state } = stored;
  const runId = clean(run.runId, 300);
  return {
    key: keyText(run.key),
    n: iteration?.n,
    iteration: iteration && clean(iterationTitle(iteration)),
    title: clean(runTitle(run), most.text),
    runId,
    shortId: shortId(runId),
    state: stateWord(stored),
    icon: stateIcon(stored).name.replace('~spin', ''),
    reason: clean(state.reason, most.text),
    created: run.createdAt,
  };
}
