import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { checksumProblem } from '../../src/node/checksum';

const sha256 = (value: unknown): string =>
  createHash('sha256')
    .update(`${JSON.stringify(value, null, 2)}\n`)
    .digest('hex');

it('a checksum is that of the JSON which engines write, wherever it stands', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (event) => {
      const { checksum: _, ...rest } = JSON.parse(JSON.stringify(event)) as Record<string, unknown>;
      expect(checksumProblem(JSON.stringify({ checksum: sha256(rest), ...rest }))).toBeUndefined();
      expect(checksumProblem(JSON.stringify({ checksum: 'x', ...rest }))).toMatch(/was altered/);
    }),
  );
});

it('of what is nested too deeply, or too long when indented, is said not to be looked at', () => {
  const deep = (depth: number, inner: string): string =>
    `{"checksum":"x","data":${'['.repeat(depth)}${inner}${']'.repeat(depth)}}`;
  expect(checksumProblem(deep(1_000_000, '1'))).toMatch(/nested too deeply/);
  expect(checksumProblem(deep(900, Array(200_000).fill(1).join(',')))).toMatch(/nested too deeply/);
  expect(checksumProblem(deep(900, '1'))).toMatch(/was altered/);
});
