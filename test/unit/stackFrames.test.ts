import { describe, expect, it } from 'vitest';
import { stackFrames } from '../../src/core/run/stackFrames';

/** The places in what a person wrote. */
const placesOf = (stack: string) =>
  stackFrames(stack).flatMap(({ path, line, column, foreign }) =>
    path === undefined || foreign ? [] : [{ path, line, column }],
  );

describe('the places of an error', () => {
  it('are those of its stack, the innermost first, without packages', () => {
    const stack = `Error: no such table at 12:30:00
    at run (node:internal/process:95:5)
    at load (/p/node_modules/db/index.js:3:4)
    at step (file:///p/.a5c/my%20processes/plan.mjs:12:7)
    at async file:///p/.a5c/processes/main.mjs:3:20
    at C:\\p\\flow.mjs:1:2
    at file:///C:/p/other.mjs:8:9`;
    expect(placesOf(stack)).toEqual([
      { path: '/p/.a5c/my processes/plan.mjs', line: 12, column: 7 },
      { path: '/p/.a5c/processes/main.mjs', line: 3, column: 20 },
      { path: 'C:\\p\\flow.mjs', line: 1, column: 2 },
      { path: 'C:/p/other.mjs', line: 8, column: 9 },
    ]);
  });

  it.each(['', 'Error: x', 'at file:///%E0%A4%A/x.mjs:1:1', 'https://example.org/a:1:2'])(
    'of %j are none',
    (stack) => {
      expect(placesOf(stack)).toEqual([]);
    },
  );

  it('are found in time, however long the stack', () => {
    const started = performance.now();
    placesOf('/a'.repeat(200_000));
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
