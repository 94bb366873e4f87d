import { cutAtWord, duration } from '../../format';
import { toAnswerView, type AnswerView } from '../page/answerView';
import type { CleanText } from '../report/cleanText';
import { answeredAs } from '../../run/answered';
import { iterationTitle } from '../../run/iterations';
import { auditAnswers, isAutomatic, type AnswerRecord } from '../../run/audit';
import type { Effect } from '../../run/effect';
import { taskTitle } from '../../run/run';
import { sameValue } from '../../run/sameValue';
import { effectTime } from '../../run/workTime';
import { eachOf, type Sliced } from '../../sliced';
import { describeTask, statusWords } from '../tree/describe';
import { compareValues } from './compareValues';
import {
  effectsOf,
  type AnswerPair,
  type AnswerSide,
  type ComparedTask,
  type CompareOptions,
  type Side,
  type TaskPair,
  type ValueComparison,
} from './comparison';
import { taskWorkText } from './compareWork';
import { matchingTasks } from './matchTasks';

/** Differences of a task's values, and characters of a text. */
const most = { changes: 5, text: 300 };

/** Matches what the sides did, and compares each two. Sleeps are left out. */
export function* comparePairs(
  left: Side,
  right: Side,
  options: CompareOptions,
): Sliced<{ tasks: readonly TaskPair[]; answers: readonly AnswerPair[] }> {
  const byIteration = left.iteration === undefined && right.iteration === undefined;
  const [a, b] = [yield* stepsOf(left, byIteration), yield* stepsOf(right, byIteration)];
  const answersOf = ({ opened }: Side): ReadonlyMap<string, AnswerRecord> =>
    new Map(auditAnswers(opened.run, opened.details).map((answer) => [answer.effectId, answer]));
  const given = answersOf(left);
  yield;
  const otherGiven = answersOf(right);
  yield;
  const [isInRight, isInLeft] = [replayedBy(left, right), replayedBy(right, left)];
  const matches = yield* matchingTasks(a, b);
  yield;
  const tasks: TaskPair[] = [];
  const answers: AnswerPair[] = [];
  for (const match of matches) {
    const [x, y] = [
      match.left === undefined ? undefined : a[match.left],
      match.right === undefined ? undefined : b[match.right],
    ];
    const kind = (x ?? y)?.kind;
    if (kind === 'breakpoint') answers.push(compareAnswers(x, y, given, otherGiven, options.clean));
    else if (kind !== 'sleep') {
      const replayed = x !== undefined && y !== undefined && (isInRight(x.effect) || isInLeft(y.effect));
      tasks.push(compareTasks(left, x, right, y, replayed, options));
    }
    yield;
  }
  return { tasks, answers };
}

/** Whether the original's effect was taken over by its fork. */
function replayedBy(original: Side, fork: Side): (effect: Effect | undefined) => boolean {
  const origin = fork.stored.run.origin;
  const { run } = original.stored;
  if (origin?.type !== 'fork' || origin.runId !== run.runId || run.key === fork.stored.run.key)
    return () => false;
  return (effect) => effect !== undefined && effect.resolvedSeq > 0 && effect.resolvedSeq <= origin.at;
}

/** The steps of one side. */
interface Step {
  readonly effect: Effect;
  readonly taskId: string;
  readonly kind: string;
  readonly title: string;
  readonly iteration: number | undefined;
  /** How its iteration is called; `undefined`: there is but one. */
  readonly named: string | undefined;
}

function* stepsOf(side: Side, byIteration: boolean): Sliced<readonly Step[]> {
  const { list } = side.opened.iterations;
  const own = new Map<string, { readonly n: number; readonly named: string }>();
  for (const iteration of list) {
    const known = { n: iteration.n, named: iterationTitle(iteration) };
    yield* eachOf(iteration.effects, ({ effectId }) => own.set(effectId, known));
  }
  const steps: Step[] = [];
  yield* eachOf(effectsOf(side), (effect) => {
    const { effectId, taskId, kind } = effect;
    const iteration = own.get(effectId);
    steps.push({
      ...{ effect, taskId, kind },
      title: taskTitle(effect, side.opened.details.tasks.get(effectId)),
      iteration: byIteration ? iteration?.n : undefined,
      named: byIteration && list.length > 1 ? iteration?.named : undefined,
    });
  });
  return steps;
}

function compareTasks(
  leftSide: Side,
  left: Step | undefined,
  rightSide: Side,
  right: Step | undefined,
  replayed: boolean,
  { clean, now }: CompareOptions,
): TaskPair {
  const view = (side: Side, step: Step | undefined): ComparedTask | undefined =>
    step && toComparedTask(side, step, now, clean);
  const names = [...new Set([left?.named, right?.named].filter((name) => name !== undefined))];
  const pair = {
    iteration: clean(names.join(' / ')),
    left: view(leftSide, left),
    right: view(rightSide, right),
    replayed,
  };
  const none: ValueComparison = { has: 'none', changes: [], more: 0 };
  if (!left || !right) return { ...pair, differs: [], inputs: none, result: none };
  const [a, b] = [parts(leftSide, left), parts(rightSide, right)];
  const inputs = compareValues(a.inputs, b.inputs, most.changes, clean);
  const result = compareValues(a.result, b.result, most.changes, clean);
  return {
    ...pair,
    differs: [
      ...(left.effect.status === right.effect.status ? [] : ['state']),
      ...(left.title === right.title ? [] : ['title']),
      ...(sameValue(a.inputs, b.inputs) ? [] : ['inputs']),
      ...(sameValue(a.result, b.result) ? [] : ['result']),
    ],
    inputs,
    result,
  };
}

/** What was asked of a task and what came of it, as values. */
function parts(
  { opened: { details } }: Side,
  { effect }: Step,
): { readonly inputs: unknown; readonly result: unknown } {
  const task = details.tasks.get(effect.effectId);
  const result = details.results.get(effect.effectId);
  return {
    // The name of a separate file ends with the hash of what is in it.
    inputs: task?.inputs ?? fileName(task?.inputsRef),
    result: effect.error ? { error: effect.error.message } : (result?.value ?? fileName(result?.resultRef)),
  };
}

function fileName(path: string | undefined): string | undefined {
  return path?.slice(path.lastIndexOf('/') + 1);
}

function toComparedTask(
  { opened: { details, run }, work }: Side,
  { effect, title }: Step,
  now: number,
  clean: CleanText,
): ComparedTask {
  const row = describeTask(
    effect,
    details.tasks.get(effect.effectId),
    now,
    details.results.get(effect.effectId),
  );
  const failure = effect.status === 'ok' ? details.results.get(effect.effectId)?.failure : undefined;
  const took = isAutomatic(run, effect, details) ? undefined : effectTime(effect, run.story.idle);
  const word = answeredAs(effect, details.results.get(effect.effectId)) ?? statusWords[effect.status];
  return {
    effectId: effect.effectId,
    title: clean(title, most.text),
    kind: clean(effect.kind.replaceAll('_', ' '), 60),
    state: failure === undefined ? word : `${word}, ${failure}`,
    icon: row.icon.name,
    time: took === undefined ? '' : duration(took),
    work: taskWorkText(work?.tasks.get(effect.effectId)),
    why: clean(cutAtWord(effect.error?.message ?? effect.cancelReason ?? '', most.text), most.text),
  };
}

function compareAnswers(
  left: Step | undefined,
  right: Step | undefined,
  leftAnswers: ReadonlyMap<string, AnswerRecord>,
  rightAnswers: ReadonlyMap<string, AnswerRecord>,
  clean: CleanText,
): AnswerPair {
  const [a, b] = [
    left && leftAnswers.get(left.effect.effectId),
    right && rightAnswers.get(right.effect.effectId),
  ];
  const side = (step: Step | undefined, answer: AnswerRecord | undefined): AnswerSide | undefined =>
    step && {
      effectId: step.effect.effectId,
      title: clean(step.title, most.text),
      answer: answer && cleanAnswer(toAnswerView(answer), clean),
    };
  const differs = (name: string, read: (answer: AnswerRecord) => unknown): readonly string[] =>
    (a && read(a)) === (b && read(b)) ? [] : [name];
  return {
    left: side(left, a),
    right: side(right, b),
    differs:
      left && right
        ? [
            ...(left.title === right.title ? [] : ['title']),
            ...((a === undefined) === (b === undefined) ? [] : ['state']),
            ...(a && b ? differs('answer', ({ approved, option }) => `${approved} ${option}`) : []),
            ...(a && b ? differs('words', ({ text }) => text) : []),
            ...(a && b ? differs('who', ({ respondedBy }) => respondedBy) : []),
          ]
        : [],
  };
}

function cleanAnswer(answer: AnswerView, clean: CleanText): AnswerView {
  const { title, verdict, words, who } = answer;
  return { ...answer, title: clean(title), verdict: clean(verdict), words: clean(words), who: clean(who) };
}
