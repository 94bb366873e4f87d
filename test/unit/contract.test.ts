import { expect, it } from 'vitest';
import { parseReference, parseSides } from '../../src/core/contract';

it.each([
  ['run-1', { runId: 'run-1', dir: 'run-1' }],
  [{ dir: '/ws/.a5c/runs/run-1' }, { dir: '/ws/.a5c/runs/run-1' }],
  [
    { runId: 'run-1', effectId: 'E1', other: true },
    { runId: 'run-1', effectId: 'E1' },
  ],
  [
    { dir: '/run', event: 12 },
    { dir: '/run', event: 12 },
  ],
])('%j names a run, and perhaps an effect or event of it', (argument, reference) => {
  expect(parseReference(argument)).toEqual(reference);
});

it.each([
  [undefined],
  [7],
  [{}],
  [{ effectId: 'E1' }],
  [{ event: 3 }],
  [{ dir: '/run', effectId: '../E1' }],
  [{ dir: '/run', event: 0 }],
  [{ dir: '/run', event: 1.5 }],
  [{ dir: '/run', event: '3' }],
  [{ dir: '/run', iteration: -1 }],
])('%j names none', (argument) => {
  expect(parseReference(argument)).toBeUndefined();
});

it('both sides of a comparison are named, or neither is', () => {
  expect(parseSides({ left: 'run-1', right: { dir: '/run', iteration: 0 } })).toEqual({
    left: { runId: 'run-1', dir: 'run-1' },
    right: { dir: '/run', iteration: 0 },
  });
  for (const argument of [undefined, 'run-1', { left: 'run-1' }, { left: 'run-1', right: {} }]) {
    expect(parseSides(argument)).toBeUndefined();
  }
});
