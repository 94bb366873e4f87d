import { count, thousands } from '../../format';
import { workFor } from '../../sessions/runWork';
import { costText, type PartNumbers } from '../../sessions/sessionNumbers';
import { plainFigure } from './compareFigures';
import type { Figure, Side } from './comparison';

/** What is compared of the work of agents. Fewer is not better: less may have been done. */
const figures: readonly (readonly [name: string, value: (part: PartNumbers) => number])[] = [
  ['answers', ({ answers }) => answers],
  ['calls', ({ calls }) => calls],
  ['failed calls', ({ errors }) => errors],
  ['files changed', ({ files }) => files],
  ['lines added', ({ added }) => added],
  ['lines removed', ({ removed }) => removed],
  ['tokens in', ({ tokens }) => tokens.in],
  ['tokens out', ({ tokens }) => tokens.out],
  ['cache written', ({ tokens }) => tokens.cacheWrite],
  ['cache read', ({ tokens }) => tokens.cacheRead],
];

/** What agents did for both sides; nothing where that is known of neither. */
export function compareWork(left: Side, right: Side): readonly Figure[] {
  const [a, b] = [workOf(left), workOf(right)];
  if (!a && !b) return [];
  const cost = costFigure(a, b);
  const numbers = figures.map(([name, value]) => plainFigure(name, a && value(a), b && value(b), thousands));
  return cost ? [...numbers, cost] : numbers;
}

function costFigure(left: PartNumbers | undefined, right: PartNumbers | undefined): Figure | undefined {
  const cost = left?.cost ?? right?.cost;
  if (!cost) return undefined;
  const [x, y] = [left ? costText(left) : '', right ? costText(right) : ''];
  return {
    name: `cost (estimate at list prices of ${cost.month})`,
    ...{ left: x, right: y, same: x === y, change: '', better: '' },
  };
}

function workOf({ work, iteration }: Side): PartNumbers | undefined {
  if (!work || !iteration) return work?.total;
  return workFor(work, new Set(iteration.effects.map(({ effectId }) => effectId)));
}

/** "1,240 tokens in, ≥ 1,662 out, 4 files"; empty: nothing is known. */
export function taskWorkText(part: PartNumbers | undefined): string {
  if (!part) return '';
  const { tokens, files, atLeast } = part;
  return [
    `${thousands(tokens.in)} tokens in`,
    `${atLeast ? '≥ ' : ''}${thousands(tokens.out)} out`,
    ...(files === 0 ? [] : [count(files, 'file')]),
  ].join(', ');
}
