import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { largest, smallest } from '../../src/core/largest';
import { numbersOf } from '../../src/core/run/recordedIterations';
import { fenced } from '../../src/core/review/reviewComment';
import { atOnce } from '../../src/core/sliced';
import { daystromReading } from '../../src/engines/daystrom/core/daystromRun';
import { eventOfName } from '../../src/engines/perstack/core/jobEvents';
import { readJob } from '../../src/engines/perstack/core/readJob';
import { metricMeans } from '../../src/engines/themis/core/cases';
import { readEventLines } from '../../src/engines/themis/core/events';
import { foldEvents } from '../../src/engines/themis/core/foldEvents';
import { readBenchmark } from '../../src/engines/themis/core/result';
import { readSnapshot } from '../../src/engines/themis/core/snapshot';
import { timeOf } from '../support/linearCalls';

/** So many of anything: seconds where each looks at all the others. */
const many = 20_000;
const limit = 4000;
const list = <T>(item: (i: number) => T): readonly T[] => Array.from({ length: many }, (_, i) => item(i));

it('the largest and the smallest of a list are found however long it is', () => {
  expect([largest([3, 1], (n) => n), smallest([3, 1], (n) => n)]).toEqual([3, 1]);
  expect([largest([-3, -1], (n) => n), smallest([], (n: number) => n)]).toEqual([-1, 0]);
  const long = Array.from({ length: 300_000 }, (_, number) => ({ number }));
  expect(numbersOf(long)).toHaveLength(long.length);
  expect(fenced('``` '.repeat(300_000))).toMatch(/^````\n/);
});

it('no list is spread into the arguments of Math.max or Math.min: it may be longer than these can be', () => {
  const src = fileURLToPath(new URL('../../src', import.meta.url));
  const found = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .filter((name) => spreadsInto(readFileSync(join(src, name), 'utf8')));
  expect(found).toEqual([]);
});

/** Whether a source spreads anything into these functions' own arguments. */
function spreadsInto(source: string): boolean {
  return [...source.matchAll(/Math\.(?:max|min)\(/g)].some(({ index, 0: { length } }) => {
    let depth = 1;
    for (let at = index + length; depth > 0 && at < source.length; at += 1) {
      if (depth === 1 && source.startsWith('...', at)) return true;
      if ('([{'.includes(source.charAt(at))) depth += 1;
      if (')]}'.includes(source.charAt(at))) depth -= 1;
    }
    return false;
  });
}

describe('what is wide takes no longer for it', () => {
  const snapshot = readSnapshot({}) ?? expect.fail();
  const fold = (type: string, raw: (i: number) => object, caseKey = (_i: number) => '1:q:a') => {
    const entries = list((i) => ({
      ...{ type, at: 0, caseId: 'a', caseKey: caseKey(i), metricId: `m${i}` },
      raw: { ...raw(i) } as Readonly<Record<string, unknown>>,
    }));
    return timeOf(() => void foldEvents(entries, snapshot), []);
  };

  it('in events of Themis', () => {
    expect(fold('generation_completed', (i) => ({ result: { candidate_id: i } }))).toBeLessThan(limit);
    expect(fold('evaluation_failed', () => ({ error_message: 'e' }))).toBeLessThan(limit);
    expect(fold('score_completed', () => ({ score: { value: 1 } }))).toBeLessThan(limit);
    expect(fold('evaluation_completed', () => ({ execution: { status: 'failed' } }))).toBeLessThan(limit);
    const ends = list((i) => ({
      ...{ at: 0, caseId: undefined, metricId: undefined },
      ...(i % 2 ? { type: 'run_completed', caseKey: undefined } : { type: 'x', caseKey: `1:q:${i}` }),
    }));
    expect(timeOf(() => void foldEvents(ends, snapshot), [])).toBeLessThan(limit);
  });

  it('in lines and metrics of Themis', () => {
    const text = 'x\n'.repeat(2_000_000);
    expect(timeOf(() => void atOnce(readEventLines(text)), [])).toBeLessThan(limit);
    expect(atOnce(readEventLines('x\n{}\n\ny\n{')).damaged).toEqual([1, 4]);
    const rows = list((i) => ({ metric_id: `m${i}`, value: 1 }));
    const means = Object.fromEntries(list((i) => [`m${i}`, 1]));
    const benchmark = readBenchmark({ score_rows: rows, metric_means: means });
    expect(timeOf(() => void metricMeans(snapshot, benchmark), [])).toBeLessThan(limit);
  });

  it('in iterations of Daystrom', () => {
    const place = { file: '/r/a.json', folder: '/r', id: 'a', modifiedAt: 1 };
    const json = { id: 'a', iterations: list(() => ({ testResults: [{}] })) };
    expect(timeOf(() => void daystromReading(place, json), [])).toBeLessThan(limit);
  });

  it('in segments and steps of Perstack', () => {
    const place = { folder: '/p/perstack/jobs/j', jobId: 'j', jobs: '/p/perstack/jobs', project: '/p' };
    const events = list((i) => [
      eventOfName(`r${i}`, `event-${2 * i}-1-startRun.json`) ?? expect.fail(),
      eventOfName(`r${i}`, `event-${2 * i + 1}-1-continueToNextStep.json`) ?? expect.fail(),
    ]).flat();
    const checkpoints = list((i) => `c${i}`);
    const listing = { events, checkpoints, hasJobJson: false, modifiedAt: 1 };
    const read = (body: (file: string) => object, whole: boolean) =>
      timeOf(
        () => void atOnce(readJob(place, listing, { body: (file) => ({ json: { ...body(file) } }) }, whole)),
        [],
      );
    const checkpoint = (file: string) =>
      file.startsWith('checkpoints/')
        ? { id: file.slice(12, -5), stepNumber: 7, jobId: 'j' }
        : { jobId: 'j' };
    expect(read(checkpoint, true)).toBeLessThan(3 * limit);
    const ended = { checkpoint: { id: 'x', stepNumber: 1 } };
    expect(read((file) => (file.includes('continue') ? ended : {}), true)).toBeLessThan(3 * limit);
  });
});
