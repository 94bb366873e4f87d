import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { runOutside } from '../../src/node/runOutside';

const folder = mkdtempSync(join(tmpdir(), 'outside-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const script = join(folder, 'tell.cjs');
writeFileSync(
  script,
  `const [, , file, ...rest] = process.argv;
if (file === 'fail') { process.stderr.write('no network'); process.exit(3); }
require('node:fs').writeFileSync(file, JSON.stringify({ rest, cwd: process.cwd(), code: process.env.VSCODE_PID }));`,
);
const run = (words: readonly [string, ...string[]], env = process.env) => runOutside(words, env, 30_000);

it('passes every argument on as it is, in the home folder, as no part of the editor', async () => {
  const file = join(folder, 'told.json');
  const rest = ['$(touch x); "q"', '', '*', 'two words'];
  await run([process.execPath, script, file, ...rest], { ...process.env, VSCODE_PID: '1' });
  const told = JSON.parse(readFileSync(file, 'utf8'));
  expect(told).toEqual({ rest, cwd: expect.not.stringContaining('outside-') });
});

it('says what a program that failed said', async () => {
  await expect(run([process.execPath, script, 'fail'])).rejects.toThrow(/exit code 3: no network/);
});

it('starts nothing that only lies where we are, or in a relative folder', async () => {
  const name = 'outside-only-here';
  writeFileSync(join(folder, name), '#!/bin/sh\n');
  chmodSync(join(folder, name), 0o755);
  for (const program of [name, `./${name}`, `bin/${name}`]) {
    await expect(run([program], { PATH: '.:bin' })).rejects.toThrow(/was not found/);
  }
  if (process.platform !== 'win32') await run([name], { PATH: `${folder}:/bin` });
});
