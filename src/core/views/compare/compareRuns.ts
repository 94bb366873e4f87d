import { shortId } from '../../format';
import type { CleanText } from '../report/cleanText';
import { runTitle } from '../../run/run';
import { keyText } from '../../run/runKey';
import type { Sliced } from '../../sliced';
import { stateIcons, stateWord } from '../tree/describe';
import { compareFacts, compareOrigins } from './compareFacts';
import { compareMetrics, compareTimes } from './compareFigures';
import { comparePairs } from './comparePairs';
import { compareValues } from './compareValues';
import type {
  AnswerPair,
  CompareOptions,
  Comparison,
  Side,
  SideView,
  TaskPair,
  ValueComparison,
} from './comparison';

const most = { changes: 30, tasks: 400, text: 300 };

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
  const differ = <T>(items: readonly T[], test: (item: T) => boolean): number => items.filter(test).length;
  const values = ({ changes, more }: ValueComparison = { has: 'none', changes: [], more: 0 }): number =>
    changes.length + more;
  const differing = tasks.filter(taskDiffers);
  const equal = tasks.filter((pair) => !taskDiffers(pair));
  const kept = new Set([...differing, ...equal].slice(0, most.tasks));
  return {
    sides,
    notes: compareOrigins(left, right, clean),
    facts,
    inputs,
    result,
    tasks: tasks.filter((pair) => kept.has(pair)),
    answers,
    metrics,
    times: yield* compareTimes(left, right),
    differences: {
      facts: differ(facts, ({ same }) => !same),
      inputs: values(inputs),
      result: values(result),
      tasks: differing.length,
      answers: differ(answers, answerDiffers),
      metrics: differ(metrics, ({ same }) => !same),
    },
    left: tasks.length - kept.size,
  };
}

/** Whether one side lacks the task, or the two are not equal. */
export function taskDiffers({ left, right, differs }: TaskPair): boolean {
  return left === undefined || right === undefined || differs.length > 0;
}

export function answerDiffers({ left, right, differs }: AnswerPair): boolean {
  return left === undefined || right === undefined || differs.length > 0;
}

function toSideView({ stored, iteration }: Side, clean: CleanText): SideView {
  const { run, state } = stored;
  const runId = clean(run.runId, 300);
  return {
    key: keyText(run.key),
    n: iteration?.n,
    title: clean(runTitle(run), most.text),
    runId,
    shortId: shortId(runId),
    state: stateWord(stored),
    icon: stateIcons[state.state].name.replace('~spin', ''),
    reason: clean(state.reason, most.text),
    created: run.createdAt,
  };
}
