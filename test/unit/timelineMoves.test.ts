import { expect, it } from 'vitest';
import type { TimelineBar } from '../../src/core/views/page/timeline';
import { barBeside } from '../../src/webview/run/timelineMoves';

const bar = (effectId: string, row: number, from: number, iteration = 1): TimelineBar => ({
  ...{ effectId, row, from, iteration, to: from + 1, lane: 0, status: 'ok', human: false },
  ...{ answered: undefined, idle: [], attempt: 1, title: '', seq: 1, count: 1, spoken: '' },
});

it('leads along a row in the order of time, and past rows of which a filter left nothing', () => {
  const [a, b, c, d] = [bar('a', 0, 5), bar('b', 0, 1), bar('c', 3, 20, 2), bar('d', 3, 4)];
  const to = (key: string, from: TimelineBar): string | undefined =>
    barBeside(key, from, [a, b, c, d])?.effectId;
  expect([to('ArrowRight', b), to('ArrowLeft', a), to('ArrowRight', a)]).toEqual(['a', 'b', undefined]);
  // One of the same iteration first, then the nearest.
  expect([to('ArrowDown', a), to('k', d), to('ArrowUp', c), to('j', d)]).toEqual(['d', 'a', 'a', undefined]);
});
