import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { faultTable, runFaults } from '../faults/faults';
import { victims } from '../faults/victims';

const root = fileURLToPath(new URL('../..', import.meta.url));

beforeAll(() => {
  const build = "import('./scripts/build.mjs').then(({ buildFaults }) => buildFaults())";
  execFileSync(process.execPath, ['--input-type=module', '--eval', build], { cwd: root });
}, 120_000);

// `npm run faults` does the same fifty times each. Two at a time: each mostly waits for an engine that starts.
it.concurrent.each(victims)(
  '%s that is killed in the middle leaves nothing that is not explained and mended',
  { timeout: 300_000 },
  async (victim) => {
    const faults = await runFaults({ root, count: 1, only: [victim], say: () => {} });
    expect(faults.flatMap(({ wrong }) => wrong)).toEqual([]);
    expect(faultTable(faults)).toContain(`| ${victim} | 1 |`);
  },
);

it.concurrent('so does an answer on a full disk', { timeout: 300_000 }, async () => {
  const faults = await runFaults({ root, count: 2, only: ['approve'], how: 'full', say: () => {} });
  expect(faults.flatMap(({ wrong }) => wrong)).toEqual([]);
});
