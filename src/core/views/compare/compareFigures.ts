import { duration, thousands } from '../../format';
import { timedEffects } from '../../run/audit';
import { metricsOfIteration, titleOfIteration } from '../../run/iterations';
import { betterOf, chartableKeys, tabulateMetric, type MetricChoice } from '../../run/metrics';
import { runTime, workTime } from '../../run/workTime';
import type { Sliced } from '../../sliced';
import { formatNumber } from '../tree/describe';
import { effectsOf, type CompareOptions, type Figure, type Side } from './comparison';

/** What iterations are weighed by, and how many there are. */
export function* compareMetrics(
  left: Side,
  right: Side,
  { metric, clean }: CompareOptions,
): Sliced<readonly Figure[]> {
  const whole = left.iteration === undefined && right.iteration === undefined;
  const figures: Figure[] = [];
  const [leftScores, rightScores] = [scoresOf(left), scoresOf(right)];
  for (const key of chartableKeys([...leftScores, ...rightScores], metric)) {
    const name = clean(key, 100);
    const isMain = [left, right].some(({ opened }) => opened.iterations.metric?.key === key);
    const best = betterOf(metric, key, isMain);
    const lowest = best === 'lowest';
    const a = scored(leftScores, { ...metric, key, best });
    yield;
    const b = scored(rightScores, { ...metric, key, best });
    yield;
    if (!a && !b) continue;
    // What one side never measured is missing once, not as the best and as the last.
    const both = a !== undefined && b !== undefined;
    const of =
      ({ opened }: Side) =>
      (n: number): string =>
        whole ? clean(titleOfIteration(opened.iterations.list, n)) : '';
    const places = [of(left), of(right)] as const;
    figures.push(figure(whole ? `best ${name}` : name, a?.best, b?.best, places, lowest));
    // Where the best is the last, once is enough.
    const again = a?.best.n === a?.last.n && b?.best.n === b?.last.n;
    if (whole && both && !again) figures.push(figure(`last ${name}`, a?.last, b?.last, places, lowest));
  }
  if (!whole) return figures;
  const iterations = ({ opened }: Side): number => opened.iterations.list.length;
  return [...figures, plainFigure('iterations', iterations(left), iterations(right), thousands)];
}

/** How long the sides took, and who. */
export function* compareTimes(left: Side, right: Side): Sliced<readonly Figure[]> {
  const of: readonly (readonly [string, (side: Side) => number | undefined])[] = [
    ['start to end', spanOf],
    ['agent time', (side) => workTime(effectsOf(side), side.opened.run.story.idle).agent],
    [
      'waiting for people',
      (side) => workTime(timedEffects(side.opened.run, effectsOf(side), side.opened.details)).human,
    ],
  ];
  const figures: Figure[] = [];
  for (const [name, read] of of) {
    const a = read(left);
    yield;
    const b = read(right);
    yield;
    if (!a && !b) continue;
    figures.push(plainFigure(name, a, b, (time) => (time === 0 ? 'none' : duration(time))));
  }
  return figures;
}

/** Two numbers of which neither is better; `undefined`: it is not known. */
export function plainFigure(
  name: string,
  left: number | undefined,
  right: number | undefined,
  write: (value: number) => string,
): Figure {
  const [x, y] = [left, right].map((value) => (value === undefined ? '' : write(value))) as [string, string];
  const change = left === undefined || right === undefined ? 0 : right - left;
  return {
    ...{ name, left: x, right: y, same: x === y, better: '' },
    change: x === y || change === 0 ? '' : signed(change, write(Math.abs(change))),
  };
}

interface Scored {
  readonly value: number;
  readonly n: number;
}

function scoresOf({ opened: { details, iterations }, iteration }: Side) {
  return (iteration ? [iteration] : iterations.list).map(({ n, effects, recorded }) => ({
    n,
    metrics: metricsOfIteration({ effects, recorded }, details),
  }));
}

function scored(
  scores: ReturnType<typeof scoresOf>,
  choice: MetricChoice,
): { readonly best: Scored; readonly last: Scored } | undefined {
  const table = tabulateMetric(scores, choice);
  const last = table && [...table.values].at(-1);
  if (!table || !last) return undefined;
  const best = table.best ?? last[0];
  return {
    best: { n: best, value: table.values.get(best) as number },
    last: { n: last[0], value: last[1] },
  };
}

/** How the iteration of a value is called; empty: that says nothing. */
type Where = (n: number) => string;

/** @param lowest whether the lower value is the better one */
function figure(
  name: string,
  left: Scored | undefined,
  right: Scored | undefined,
  [inLeft, inRight]: readonly [Where, Where],
  lowest: boolean,
): Figure {
  const text = (scored: Scored | undefined, where: Where): string =>
    scored ? [formatNumber(scored.value), where(scored.n)].filter(Boolean).join(', ') : '';
  const change = left && right ? right.value - left.value : 0;
  const same = left?.value === right?.value;
  return {
    name,
    left: text(left, inLeft),
    right: text(right, inRight),
    same,
    change: change === 0 ? '' : signed(change, formatNumber(Math.abs(change))),
    better: change === 0 ? '' : change > 0 === lowest ? 'left' : 'right',
  };
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

/** "+3", "−2 min" */
export function signed(change: number, text: string): string {
  return `${change > 0 ? '+' : '−'}${text}`;
}
