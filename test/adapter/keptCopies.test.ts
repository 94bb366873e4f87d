import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../scripts/lib/atExit.mjs';
import { silentLogger } from '../../src/core/log';
import { CopiesFolder } from '../../src/node/keptCopies';
import { asRunKey } from '../../src/core/run/runKey';

const folder = join(temporaryFolder('babysitter-runs-copies').path, 'copies');
const copies = new CopiesFolder(folder, silentLogger);

it('keeps what was seen first, for every window', async () => {
  expect(await copies.has(asRunKey('/run'), 'q1')).toBe(false);
  expect(await copies.read(asRunKey('/run'), 'q1')).toEqual(new Map());
  await copies.keep(
    asRunKey('/run'),
    'q1',
    new Map([
      ['a.md', 'first'],
      ['__proto__', 'odd'],
    ]),
  );
  await new CopiesFolder(folder, silentLogger).keep(asRunKey('/run'), 'q1', new Map([['a.md', 'second']]));
  expect(await copies.has(asRunKey('/run'), 'q1')).toBe(true);
  expect((await copies.read(asRunKey('/run'), 'q1')).get('a.md')).toBe('first');
  expect(await copies.has(asRunKey('/other'), 'q1')).toBe(false);
});

it('keeps by the text of the run’s key, as before', async () => {
  const own = temporaryFolder('babysitter-runs-copies').path;
  await new CopiesFolder(own, silentLogger).keep(asRunKey('/run'), 'q1', new Map([['a.md', 'text']]));
  const name = createHash('sha256').update('/run\0q1').digest('hex').slice(0, 32);
  expect(JSON.parse(readFileSync(join(own, `${name}.json`), 'utf8'))).toEqual({
    dir: '/run',
    effectId: 'q1',
    files: { 'a.md': 'text' },
  });
});

it('keeps no large file, and not too many of them', async () => {
  const megabyte = 1024 * 1024;
  const texts = new Map([['large', 'x'.repeat(megabyte + 1)]]);
  for (let i = 0; i < 12; i += 1) texts.set(`file ${i}`, 'x'.repeat(megabyte));
  await copies.keep(asRunKey('/run'), 'q2', texts);
  const kept = await copies.read(asRunKey('/run'), 'q2');
  expect(kept.has('large')).toBe(false);
  expect(kept.size).toBe(10);
});

it('forgets what is old', async () => {
  const [any = ''] = readdirSync(folder);
  utimesSync(join(folder, any), 0, 0);
  await copies.clean(Date.now());
  expect(readdirSync(folder)).toHaveLength(1);
});
