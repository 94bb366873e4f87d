import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { faultTable, killOne } from '../faults/faults';
import { Lab } from '../faults/lab';
import { victims } from '../faults/victims';
import { quickEngine } from '../support/quickEngine';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'babysitter-runs-faults-')));
/** One for all, so that the runs that are killed are made once. */
let lab: Lab;

beforeAll(async () => {
  const build = "import('./scripts/build.mjs').then(({ buildFaults }) => buildFaults())";
  execFileSync(process.execPath, ['--input-type=module', '--eval', build], { cwd: root });
  lab = new Lab(root, folder, await quickEngine());
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// `npm run faults` does the same fifty times each. Two at a time: each mostly waits for an engine that starts.
it.concurrent.each(victims)(
  '%s that is killed in the middle leaves nothing that is not explained and mended',
  { timeout: 300_000 },
  async (victim) => {
    const faults = await killOne(lab, victim, { count: 1, how: 'kill', say: () => {} });
    expect(faults.flatMap(({ wrong }) => wrong)).toEqual([]);
    expect(faultTable(faults)).toContain(`| ${victim} | 1 |`);
  },
);

it.concurrent('so does an answer on a full disk', { timeout: 300_000 }, async () => {
  const faults = await killOne(lab, 'approve', { count: 2, how: 'full', say: () => {} });
  expect(faults.flatMap(({ wrong }) => wrong)).toEqual([]);
});
