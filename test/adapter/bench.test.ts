import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { Figure } from '../bench/figures';
import { temporaryFolder } from '../support/runFolder';

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
      expect(value, name).toBeGreaterThanOrEqual(0);
      expect(unit, name).not.toBe('');
      expect(ratio === undefined, name).toBe(floor === undefined);
      expect(holds, name).toBe((ratio ?? value) <= budget);
    }
  },
);
