import { count, cutAtWord, duration, list, shortId } from '../format';
import { originOf, type Origin } from '../fork/lineage';
import { toAnswerView, type AnswerView } from '../panel/answerView';
import { scalarText } from '../panel/valueTree';
import type { CleanText } from '../report/cleanText';
import { auditAnswers, type AnswerRecord } from '../run/audit';
import type { Effect } from '../run/effect';
import { metricsOf, type Iteration } from '../run/iterations';
import { isRecord } from '../run/lenient';
import { tabulateMetric, wantedMetricKeys, type MetricChoice } from '../run/metrics';
import { processIdOf, runTitle, taskTitle } from '../run/run';
import { sameValue } from '../run/sameValue';
import { effectTime, runTime, workTime } from '../run/workTime';
import { eachOf, type Sliced } from '../sliced';
import type { StoredRun } from '../source/runStore';
import type { OpenedRun } from '../tree/buildTree';
import { describeTask, formatNumber, stateIcons, stateWord, statusWords } from '../tree/describe';
import { matchingTasks } from './matchTasks';
import { valueDiff } from './valueDiff';

/** A run, or one of its iterations, that is compared with another. */
export interface Side {
  readonly stored: StoredRun;
  readonly opened: OpenedRun;
  /** `undefined`: the whole run. */
  readonly iteration: Iteration | undefined;
  /** The value of inputs.json; `undefined`: there is none. */
  readonly inputs: unknown;
  /** What the process returned; `undefined`: nothing yet. */
  readonly output: unknown;
}

export interface SideView {
  readonly dir: string;
  /** The iteration; `undefined`: the whole run. */
  readonly n: number | undefined;
  readonly title: string;
  readonly runId: string;
  readonly shortId: string;
  readonly state: string;
  readonly icon: string;
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly created: number;
}

/** Something that both sides have one of. */
export interface Fact {
  readonly name: string;
  readonly left: string;
  readonly right: string;
  readonly same: boolean;
}

/** A number of both sides. */
export interface Figure extends Fact {
  /** "+3", "−2 min"; empty: none, or one side has no number. */
  readonly change: string;
  /** Which side is better; empty: neither, or that is no question. */
  readonly better: 'left' | 'right' | '';
}

/** Where two values differ, for people. */
export interface Change {
  readonly path: string;
  /** Empty: that side has nothing there. */
  readonly left: string;
  readonly right: string;
}

export interface ValueComparison {
  readonly has: 'both' | 'left' | 'right' | 'none';
  readonly changes: readonly Change[];
  readonly more: number;
}

export interface TaskView {
  readonly effectId: string;
  readonly title: string;
  readonly kind: string;
  /** "done", "failed". */
  readonly state: string;
  readonly icon: string;
  /** How long it took; empty: not known. */
  readonly time: string;
  /** Why it failed or was cancelled. */
  readonly why: string;
}

export interface TaskPair {
  /** The iteration, or both where they are not of the same number; empty: it says nothing. */
  readonly iteration: string;
  /** `undefined`: only the other side has it. */
  readonly left: TaskView | undefined;
  readonly right: TaskView | undefined;
  /** Its result is the original's, as the fork replayed it. */
  readonly replayed: boolean;
  /** What differs: "state", "title", "inputs", "result"; empty: nothing, or one side lacks it. */
  readonly differs: readonly string[];
  readonly inputs: ValueComparison;
  readonly result: ValueComparison;
}

export interface AnswerPair {
  readonly left: AnswerSide | undefined;
  readonly right: AnswerSide | undefined;
  readonly differs: readonly string[];
}

export interface AnswerSide {
  readonly effectId: string;
  readonly title: string;
  /** `undefined`: nobody has answered. */
  readonly answer: AnswerView | undefined;
}

/** Everything the page of a comparison shows: bounded, serialisable, its texts clean and made visible. */
export interface Comparison {
  readonly sides: readonly [SideView, SideView];
  /** How the two belong together, as sentences. */
  readonly notes: readonly string[];
  readonly facts: readonly Fact[];
  /** `undefined`: two iterations of one run have the same. */
  readonly inputs: ValueComparison | undefined;
  /** `undefined`: iterations have none. */
  readonly result: ValueComparison | undefined;
  readonly tasks: readonly TaskPair[];
  readonly answers: readonly AnswerPair[];
  readonly metrics: readonly Figure[];
  readonly times: readonly Figure[];
  /** How many of each are different. */
  readonly differences: Readonly<
    Record<'facts' | 'inputs' | 'result' | 'tasks' | 'answers' | 'metrics', number>
  >;
  /** How many tasks are left out because there are too many: equal ones first. */
  readonly left: number;
}

export interface CompareOptions {
  readonly now: number;
  readonly metric: MetricChoice;
  readonly clean: CleanText;
}

const most = { changes: 30, taskChanges: 5, tasks: 400, text: 300 };

/** Compares two runs or iterations. Exchanging the sides exchanges left and right, and changes nothing else. */
export function* comparing(left: Side, right: Side, options: CompareOptions): Sliced<Comparison> {
  const { clean } = options;
  const oneRun = left.stored.run.dir === right.stored.run.dir;
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
    notes: notes(left, right, clean),
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
    dir: run.dir,
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

/** What is the same in most runs that are worth comparing. */
function compareFacts(left: Side, right: Side, clean: CleanText): readonly Fact[] {
  const of: readonly (readonly [string, (side: Side) => string | undefined])[] = [
    ['State', ({ stored }) => stateWord(stored)],
    ['Process', ({ stored }) => processIdOf(stored.run)],
    [
      'Process file',
      ({ stored: { run } }) => (run.metadata ? run.metadata.entry : run.fold.entry)?.importPath,
    ],
    ['Revision', ({ stored }) => stored.run.metadata?.processRevision],
    ['Engine', ({ stored: { run } }) => run.metadata?.sdkVersion ?? run.fold.sdkVersion],
    ['Harness', ({ stored }) => stored.run.metadata?.harness],
    ['Asks people', ({ stored }) => (stored.run.metadata?.nonInteractive ? 'no' : 'yes')],
    ['Prompt', ({ stored: { run } }) => run.metadata?.prompt ?? run.fold.prompt],
  ];
  return of.flatMap(([name, read]) => {
    const [a, b] = [read(left) ?? '', read(right) ?? ''];
    if (a === '' && b === '') return [];
    return [{ name, left: clean(a, 1000), right: clean(b, 1000), same: a === b }];
  });
}

function notes(left: Side, right: Side, clean: CleanText): readonly string[] {
  const [a, b] = [left.stored.run, right.stored.run];
  if (a.dir === b.dir) return [];
  const [from, to] = [originOf(a.metadata?.request), originOf(b.metadata?.request)];
  return [
    ...(to?.runId === a.runId ? [originSentence(to, 'right', 'left')] : []),
    ...(from?.runId === b.runId ? [originSentence(from, 'left', 'right')] : []),
    ...(from?.type === 'fork' && to?.type === 'fork' && from.runId === to.runId
      ? [
          `Both are forks of ${clean(from.runId, 100)}: the left one at event ${from.at}, the right one at ${to.at}.`,
        ]
      : []),
    ...(a.metadata?.parentRunId === b.runId ? ['The right run started the left one.'] : []),
    ...(b.metadata?.parentRunId === a.runId ? ['The left run started the right one.'] : []),
  ];
}

function originSentence(origin: Origin, made: string, original: string): string {
  if (origin.type === 'recovery') {
    return `The ${made} run was recovered from the ${original} one: it took over every recorded answer it asked for.`;
  }
  const { inputs, result } = origin.edited;
  const edited = [...(inputs ? ['its inputs'] : []), ...(result ? ['the last result'] : [])];
  return [
    `The ${made} run is a fork of the ${original} one: what was answered up to event ${origin.at} was replayed, not run again.`,
    ...(edited.length > 0 ? [`Before that, ${list(edited)} ${inputs ? 'were' : 'was'} edited.`] : []),
  ].join(' ');
}

/** Whether the original's effect was taken over by its fork. */
function replayedBy(original: Side, fork: Side): (effect: Effect | undefined) => boolean {
  const origin = originOf(fork.stored.run.metadata?.request);
  const { run } = original.stored;
  if (origin?.type !== 'fork' || origin.runId !== run.runId || run.dir === fork.stored.run.dir)
    return () => false;
  return (effect) => effect !== undefined && effect.resolvedSeq > 0 && effect.resolvedSeq <= origin.at;
}

function effectsOf({ opened, iteration }: Side): readonly Effect[] {
  return iteration?.effects ?? [...opened.run.fold.effects.values()];
}

/** The steps of one side. */
interface Step {
  readonly effect: Effect;
  readonly taskId: string;
  readonly kind: string;
  readonly title: string;
  readonly iteration: number | undefined;
  /** The number that is shown; `undefined`: there is but one. */
  readonly n: number | undefined;
}

function* stepsOf(side: Side, byIteration: boolean): Sliced<readonly Step[]> {
  const { list } = side.opened.iterations;
  const numbers = new Map<string, number>();
  for (const { n, effects } of list) {
    yield* eachOf(effects, ({ effectId }) => numbers.set(effectId, n));
  }
  const steps: Step[] = [];
  yield* eachOf(effectsOf(side), (effect) => {
    const { effectId, taskId, kind } = effect;
    const n = numbers.get(effectId);
    steps.push({
      ...{ effect, taskId, kind },
      title: taskTitle(effect, side.opened.details.tasks.get(effectId)),
      iteration: byIteration ? n : undefined,
      n: byIteration && list.length > 1 ? n : undefined,
    });
  });
  return steps;
}

function* comparePairs(
  left: Side,
  right: Side,
  options: CompareOptions,
): Sliced<{ tasks: readonly TaskPair[]; answers: readonly AnswerPair[] }> {
  const byIteration = left.iteration === undefined && right.iteration === undefined;
  const [a, b] = [yield* stepsOf(left, byIteration), yield* stepsOf(right, byIteration)];
  const answersOf = ({ opened }: Side): ReadonlyMap<string, AnswerRecord> =>
    new Map(auditAnswers(opened.run.fold, opened.details).map((answer) => [answer.effectId, answer]));
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

function compareTasks(
  leftSide: Side,
  left: Step | undefined,
  rightSide: Side,
  right: Step | undefined,
  replayed: boolean,
  { clean, now }: CompareOptions,
): TaskPair {
  const view = (side: Side, step: Step | undefined): TaskView | undefined =>
    step && toTaskView(side, step, now, clean);
  const numbers = [...new Set([left?.n, right?.n].filter((n) => n !== undefined))];
  const pair = {
    iteration: numbers.join(' / '),
    left: view(leftSide, left),
    right: view(rightSide, right),
    replayed,
  };
  const none: ValueComparison = { has: 'none', changes: [], more: 0 };
  if (!left || !right) return { ...pair, differs: [], inputs: none, result: none };
  const [a, b] = [parts(leftSide, left), parts(rightSide, right)];
  const inputs = compareValues(a.inputs, b.inputs, most.taskChanges, clean);
  const result = compareValues(a.result, b.result, most.taskChanges, clean);
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

function toTaskView(
  { opened: { details } }: Side,
  { effect, title }: Step,
  now: number,
  clean: CleanText,
): TaskView {
  const row = describeTask(
    effect,
    details.tasks.get(effect.effectId),
    now,
    details.results.get(effect.effectId),
  );
  const failure = effect.status === 'ok' ? details.results.get(effect.effectId)?.failure : undefined;
  const took = effectTime(effect);
  const word = statusWords[effect.status];
  return {
    effectId: effect.effectId,
    title: clean(title, most.text),
    kind: clean(effect.kind.replaceAll('_', ' '), 60),
    state: failure === undefined ? word : `${word}, ${failure}`,
    icon: row.icon.name,
    time: took === undefined ? '' : duration(took),
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

function compareValues(left: unknown, right: unknown, changes: number, clean: CleanText): ValueComparison {
  const { differences, more } = valueDiff(left, right, changes);
  const text = (name: string, value: unknown): string => {
    if (value === undefined) return '';
    if (Array.isArray(value)) return `a list of ${value.length}`;
    if (isRecord(value)) return count(Object.keys(value).length, 'value');
    const plain = clean(scalarText(name, value), most.text);
    return typeof value === 'string' && plain === '' ? '(empty text)' : plain;
  };
  return {
    has:
      left === undefined ? (right === undefined ? 'none' : 'right') : right === undefined ? 'left' : 'both',
    changes: differences.map(({ path, name, left: a, right: b }) => ({
      path: clean(path, 200),
      left: text(name, a),
      right: text(name, b),
    })),
    more,
  };
}

/** What iterations are weighed by, and how many there are. */
function* compareMetrics(
  left: Side,
  right: Side,
  { metric, clean }: CompareOptions,
): Sliced<readonly Figure[]> {
  const whole = left.iteration === undefined && right.iteration === undefined;
  const lowest = metric.best === 'lowest';
  const figures: Figure[] = [];
  for (const key of wantedMetricKeys(metric)) {
    const name = clean(key, 100);
    const a = scored(left, key, metric);
    yield;
    const b = scored(right, key, metric);
    yield;
    if (!a && !b) continue;
    const of = (n: number): string => (whole ? `iteration ${n}` : '');
    figures.push(figure(whole ? `best ${name}` : name, a?.best, b?.best, of, lowest));
    // Where the best is the last, once is enough.
    const again = a?.best.n === a?.last.n && b?.best.n === b?.last.n;
    if (whole && !again) figures.push(figure(`last ${name}`, a?.last, b?.last, of, lowest));
  }
  if (!whole) return figures;
  const iterations = ({ opened }: Side): Scored => ({ value: opened.iterations.list.length, n: 0 });
  return [...figures, figure('iterations', iterations(left), iterations(right), () => '', undefined)];
}

interface Scored {
  readonly value: number;
  readonly n: number;
}

function scored(
  { opened: { details, iterations }, iteration }: Side,
  key: string,
  { best }: MetricChoice,
): { readonly best: Scored; readonly last: Scored } | undefined {
  const list = (iteration ? [iteration] : iterations.list).map(({ n, effects }) => ({
    n,
    metrics: metricsOf(effects, details),
  }));
  const table = tabulateMetric(list, { key, best });
  const last = table && [...table.values].at(-1);
  if (!table || !last) return undefined;
  return {
    best: { n: table.best, value: table.values.get(table.best) as number },
    last: { n: last[0], value: last[1] },
  };
}

/** @param lowest whether the lower value is the better one; `undefined`: neither is */
function figure(
  name: string,
  left: Scored | undefined,
  right: Scored | undefined,
  where: (n: number) => string,
  lowest: boolean | undefined,
): Figure {
  const text = (scored: Scored | undefined): string =>
    scored ? [formatNumber(scored.value), where(scored.n)].filter(Boolean).join(', ') : '';
  const change = left && right ? right.value - left.value : 0;
  const same = left?.value === right?.value;
  return {
    name,
    left: text(left),
    right: text(right),
    same,
    change: change === 0 ? '' : signed(change, formatNumber(Math.abs(change))),
    better: lowest === undefined || change === 0 ? '' : change > 0 === lowest ? 'left' : 'right',
  };
}

function* compareTimes(left: Side, right: Side): Sliced<readonly Figure[]> {
  const of: readonly (readonly [string, (side: Side) => number | undefined])[] = [
    ['from start to end', spanOf],
    ['agents at work', (side) => workTime(effectsOf(side)).agent],
    ['waited for people', (side) => workTime(effectsOf(side)).human],
  ];
  const figures: Figure[] = [];
  for (const [name, read] of of) {
    const a = read(left);
    yield;
    const b = read(right);
    yield;
    const change = a === undefined || b === undefined ? 0 : b - a;
    const [x, y] = [a === undefined ? '' : duration(a), b === undefined ? '' : duration(b)];
    figures.push({
      name,
      left: x,
      right: y,
      same: x === y,
      change: x === y || change === 0 ? '' : signed(change, duration(Math.abs(change))),
      better: '',
    });
  }
  return figures;
}

/** Of a run, or from an iteration's first request to its last answer. */
function spanOf({ stored, iteration }: Side): number | undefined {
  if (!iteration) return runTime(stored.run);
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { requestedAt, resolvedAt } of iteration.effects) {
    if (requestedAt !== undefined) from = Math.min(from, requestedAt);
    if (resolvedAt !== undefined) to = Math.max(to, resolvedAt);
  }
  return to >= from ? to - from : undefined;
}

function signed(change: number, text: string): string {
  return `${change > 0 ? '+' : '−'}${text}`;
}
