import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { faultTable, runFaults, victims } from '../faults/faults';

// `npm run faults` does the same fifty times each.
it('a killed engine leaves nothing that is not explained and mended', { timeout: 240_000 }, async () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const faults = await runFaults({ root, count: 1, say: () => {} });
  expect(faults.map(({ victim }) => victim)).toEqual(victims);
  expect(faults.flatMap(({ wrong }) => wrong)).toEqual([]);
  expect(faultTable(faults)).toContain('| approve | 1 |');
});
