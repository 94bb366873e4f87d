import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { figure, type Figure } from '../bench/figures';
import { temporaryFolder } from '../support/runFolder';

test('a figure is judged as it is shown', () => {
  expect(figure('block', 20.04, 'ms', 20)).toMatchObject({ value: 20, holds: true });
  expect(figure('block', 20.06, 'ms', 20)).toMatchObject({ value: 20.1, holds: false });
  expect(figure('rows', 90, 'ms', 1.4, { floor: 64, ratio: 1.404 })).toMatchObject({
    ratio: 1.4,
    holds: true,
  });
});

test(
  'the benchmark makes its trees, measures them and tells every figure',
  { timeout: 240_000 },
  async () => {
    const folder = temporaryFolder();
    const json = join(folder, 'figures.json');

    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['scripts/bench.mjs', '--smoke', '--json', json],
      { env: { ...process.env, BABYSITTER_RUNS_BENCH_DIR: join(folder, 'trees') } },
    );

    const figures = JSON.parse(readFileSync(json, 'utf8')) as readonly Figure[];
    expect(figures.length).toBeGreaterThan(30);
    for (const { name, value, unit, floor, ratio, budget, holds } of figures) {
      expect(stdout).toContain(`| ${name} `);
      // What a heap grew by is a little below 0 at times, where next to nothing is kept.
      expect(value, name).toBeGreaterThanOrEqual(unit === 'MB' ? -1 : 0);
      expect(unit, name).not.toBe('');
      expect(ratio === undefined, name).toBe(floor === undefined);
      expect(holds, name).toBe((ratio ?? value) <= budget);
    }
  },
);
