import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../scripts/lib/atExit.mjs';
import { silentLogger } from '../../src/core/log';
import { CopiesFolder } from '../../src/node/keptCopies';

const folder = join(temporaryFolder('babysitter-runs-copies').path, 'copies');
const copies = new CopiesFolder(folder, silentLogger);

it('keeps what was seen first, for every window', async () => {
  expect(await copies.has('/run', 'q1')).toBe(false);
  expect(await copies.read('/run', 'q1')).toEqual(new Map());
  await copies.keep(
    '/run',
    'q1',
    new Map([
      ['a.md', 'first'],
      ['__proto__', 'odd'],
    ]),
  );
  await new CopiesFolder(folder, silentLogger).keep('/run', 'q1', new Map([['a.md', 'second']]));
  expect(await copies.has('/run', 'q1')).toBe(true);
  expect((await copies.read('/run', 'q1')).get('a.md')).toBe('first');
  expect(await copies.has('/other', 'q1')).toBe(false);
});

it('keeps no large file, and not too many of them', async () => {
  const megabyte = 1024 * 1024;
  const texts = new Map([['large', 'x'.repeat(megabyte + 1)]]);
  for (let i = 0; i < 12; i += 1) texts.set(`file ${i}`, 'x'.repeat(megabyte));
  await copies.keep('/run', 'q2', texts);
  const kept = await copies.read('/run', 'q2');
  expect(kept.has('large')).toBe(false);
  expect(kept.size).toBe(10);
});

it('forgets what is old', async () => {
  const [any = ''] = readdirSync(folder);
  utimesSync(join(folder, any), 0, 0);
  await copies.clean(Date.now());
  expect(readdirSync(folder)).toHaveLength(1);
});
