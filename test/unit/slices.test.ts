import { expect, test } from 'vitest';
import type { Sliced } from '../../src/core/sliced';
import { inSlices } from '../../src/node/slices';

/** Keeps the event loop busy for longer than a slice. */
function work(): void {
  const end = performance.now() + 8;
  while (performance.now() < end);
}

test('works that go on side by side take one slice in a round of the event loop, in turn', async () => {
  let round = 0;
  let done = false;
  const count = (): void => {
    round += 1;
    if (!done) setImmediate(count);
  };
  const steps: { name: string; round: number }[] = [];
  function* steadily(name: string): Sliced<string> {
    for (let i = 0; i < 4; i++) {
      work();
      steps.push({ name, round });
      yield;
    }
    return name;
  }
  count();
  const names = await Promise.all(['a', 'b', 'c'].map((name) => inSlices(steadily(name))));
  done = true;
  expect(names).toEqual(['a', 'b', 'c']);
  // The first steps are taken where the works are begun.
  const later = steps.slice(3);
  expect(later.map(({ name }) => name).join('')).toBe('abcabcabc');
  expect(new Set(later.map((step) => step.round)).size).toBe(later.length);
});
