import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { engineEnvironment } from '../../scripts/demo.mjs';
import type { CliCall } from '../../src/engines/babysitter/core/drive/cliCalls';
import { HumanError } from '../../src/core/errors';
import { NoEngineError } from '../../src/engines/babysitter/core/drive/engine';
import {
  assignProcessCall,
  cancelTaskCall,
  haltCall,
  newerCalls,
} from '../../src/engines/babysitter/core/drive/newerCalls';
import { CliEngine } from '../../src/engines/babysitter/node/cliEngine';
import { EngineFeatures } from '../../src/engines/babysitter/node/engineFeatures';
import { editorsNode, type NodeProgram } from '../../src/engines/babysitter/node/engineNode';
import { locateCli } from '../../src/engines/babysitter/node/locateCli';
import { temporaryFolder, write } from '../support/runFolder';

const real = fileURLToPath(new URL('../../node_modules/@a5c-ai/babysitter-sdk', import.meta.url));
const silent = { info: () => {}, warn: () => {}, error: () => {} };
const never = new AbortController().signal;

function engineAt(script: string): { engine: CliEngine; features: EngineFeatures; folder: string } {
  const folder = temporaryFolder();
  const env = engineEnvironment(folder);
  const engine = new CliEngine(
    { setting: () => script, workspaceFolders: () => [folder], npxAllowed: () => false, env },
    silent,
  );
  return { engine, features: new EngineFeatures(engine, env), folder };
}

/** A command line of 6.x: its help, which names not all that it knows, and every other call written down and answered. */
function newerCli(): { script: string; asked: string } {
  const folder = temporaryFolder();
  const asked = join(folder, 'asked.jsonl');
  const script = write(
    folder,
    'cli.cjs',
    `const { appendFileSync } = require('node:fs');
const args = process.argv.slice(2);
appendFileSync(${JSON.stringify(asked)}, JSON.stringify(args) + '\\n');
if (args[0] === '--help') console.log('Usage:\\n  babysitter run:halt <runDir> --reason <t>\\n  babysitter run:assign-process <runDir>');
else console.log(JSON.stringify({ ok: true }));
`,
  );
  return { script, asked };
}

it('the real engine of today knows none of the newer commands, and all that are used', async () => {
  const { features, folder } = engineAt(real);
  const known = await features.commands(folder);
  for (const name of Object.values(newerCalls)) expect(known).not.toContain(name);
  for (const name of ['run:create', 'run:iterate', 'run:repair-journal', 'task:post'])
    expect(known).toContain(name);
});

it('a newer engine knows them, is asked once, and gets them with their arguments', async () => {
  const { script, asked } = newerCli();
  const { engine, features, folder } = engineAt(script);
  const known = await features.commands(folder);
  expect([...known].toSorted()).toEqual(Object.values(newerCalls).toSorted());
  await features.commands(folder);

  const dir = join(folder, 'run');
  const calls: readonly CliCall<unknown>[] = [
    haltCall(dir, 'enough; $(rm)', 'failed'),
    cancelTaskCall(dir, 'E1', 'not needed'),
    assignProcessCall(dir, '/p/a b.mjs', 'process', 'area/name', false),
    assignProcessCall(dir, '/p/a b.mjs', 'other', 'area/name', true),
  ];
  for (const call of calls) expect((await engine.call(call, folder, never)).answer).toEqual({ ok: true });
  const lines = readFileSync(asked, 'utf8').trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    ['--help'],
    ['run:halt', dir, '--reason', 'enough; $(rm)', '--final-status', 'failed', '--json'],
    ['task:cancel', dir, 'E1', '--reason', 'not needed', '--json'],
    ['run:assign-process', dir, '--entry', '/p/a b.mjs#process', '--process-id', 'area/name', '--json'],
    [
      'run:assign-process',
      dir,
      '--entry',
      '/p/a b.mjs#other',
      '--process-id',
      'area/name',
      '--force',
      '--json',
    ],
  ]);
});

it('an engine that could not be asked is asked again', async () => {
  const { script } = newerCli();
  let fails = true;
  const node = async (): Promise<NodeProgram> => {
    if (fails) throw new HumanError('No Node.');
    return editorsNode();
  };
  const folder = temporaryFolder();
  const features = new EngineFeatures(
    new CliEngine(
      { setting: () => script, workspaceFolders: () => [folder], npxAllowed: () => false, env: {}, node },
      silent,
    ),
    {},
  );
  await expect(features.commands(folder)).rejects.toThrow('No Node.');
  fails = false;
  expect(await features.commands(folder)).toContain('run:halt');
});

it('without an engine, nothing is known', async () => {
  const { features, folder } = engineAt('/nowhere/cli.js');
  expect(() => features.commands(folder)).toThrow(NoEngineError);
});

it('npx brings the version that was asked for, before any other engine', () => {
  const { PATH } = process.env;
  const options = { projectDir: '/', workspaceFolders: [], npxAllowed: false, setting: real, env: { PATH } };
  expect(locateCli({ ...options, npxVersion: '6.0.1' }).found).toMatchObject({
    before: ['--yes', '--package', '@a5c-ai/babysitter-sdk@6.0.1', 'babysitter'],
    version: '6.0.1',
    where: 'npx',
  });
  expect(locateCli(options).found?.version).toBe('0.0.187');
});
