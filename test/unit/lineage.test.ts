import { describe, expect, it } from 'vitest';
import {
  descendantsOf,
  descendantWords,
  lineageLines,
  originalOf,
  originWords,
} from '../../src/core/run/lineage';
import type { Run } from '../../src/core/run/run';
import { aRun, lyingIn } from '../support/runBuilder';
import { originOf, forkRequest, recoveryRequest } from '../../src/core/run/origin';

describe('the request of a run says which run it was made from', () => {
  it.each([
    [{ inputs: false, result: false }, 'Fork of R1 at event 12'],
    [{ inputs: true, result: false }, 'Fork of R1 at event 12 with edited inputs'],
    [{ inputs: false, result: true }, 'Fork of R1 at event 12 with edited result'],
    [{ inputs: true, result: true }, 'Fork of R1 at event 12 with edited inputs and result'],
  ])('of a fork with %j', (edited, words) => {
    const origin = originOf(forkRequest('my run at 3', 12, edited));
    expect(origin).toEqual({ type: 'fork', runId: 'my run at 3', at: 12, edited });
    expect(origin && originWords(origin, 'R1')).toBe(words);
  });

  it('of a recovery', () => {
    expect(originOf(recoveryRequest('R1'))).toEqual({ type: 'recovery', runId: 'R1' });
  });

  it.each([
    undefined,
    'demo/process',
    'fork of R1',
    'fork of R1 at noon',
    'a fork of R1 at 3',
    'fork of R1 at 3 with',
  ])('and of nothing with %j', (request) => {
    expect(originOf(request)).toBeUndefined();
  });
});

describe('lineage among runs', () => {
  const run = (runId: string, request = 'demo', folder = '/ws/.a5c/runs'): Run => ({
    ...aRun({ metadata: { request, prompt: `Do ${runId}` } }),
    runId,
    ...lyingIn(`${folder}/${runId}`),
  });
  const original = run('R1');
  const fork = run('R2', 'fork of R1 at 7');
  const recovery = run('R3', 'recovery of R1');
  const elsewhere = run('R4', 'fork of R1 at 7', '/other/.a5c/runs');
  const all = [elsewhere, run('R1', 'demo', '/other/.a5c/runs'), original, fork, recovery];

  it('finds the original in the same folder', () => {
    expect(originalOf(fork, all)).toBe(original);
    expect(originalOf(recovery, all)).toBe(original);
    expect(originalOf(original, all)).toBeUndefined();
    expect(originalOf(fork, [elsewhere])).toBeUndefined();
  });

  it('finds what was made from a run', () => {
    expect(descendantsOf(original, all).map(descendantWords)).toEqual([
      'Do R2 (fork at event 7)',
      'Do R3 (recovery)',
    ]);
    expect(descendantsOf(fork, all)).toEqual([]);
  });

  it('is told in the tooltips of both', () => {
    expect(lineageLines(fork, all)).toEqual([
      ['Made as', 'Fork of "Do R1" at event 7'],
      ['Forks', ''],
    ]);
    expect(lineageLines(original, all)).toEqual([
      ['Made as', ''],
      ['Forks', 'Do R2 (fork at event 7) and Do R3 (recovery)'],
    ]);
    expect(lineageLines(fork, [])).toContainEqual(['Made as', 'Fork of R1 at event 7']);
    const many = Array.from({ length: 7 }, (_, n) => run(`F${n}`, 'fork of R1 at 7'));
    expect(lineageLines(original, many)[1]?.[1]).toMatch(/Do F4 \(fork at event 7\) and 2 more$/);
  });
});
