import { chmodSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { asRunKey } from '../../src/core/run/runKey';
import { checkProcess } from '../../src/engines/babysitter/node/processCheck';
import {
  EngineNodes,
  oldestOf,
  editorsNode,
  type NodeProgram,
} from '../../src/engines/babysitter/node/engineNode';
import { CliEngine } from '../../src/engines/babysitter/node/cliEngine';
import { runProcess } from '../../src/node/spawn';
import { commandRunner } from '../../src/engines/babysitter/node/runTaskCommand';
import { drive, processRun } from '../support/driving';
import { temporaryFolder, write } from '../support/runFolder';

const windows = process.platform === 'win32';
const never = new AbortController().signal;
const here = process.versions.node;

/** A program that says it is this version of Node. */
function aNode(folder: string, version: string): string {
  const file = write(folder, 'node', `#!/bin/sh\necho v${version}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** A Node that lets whatever it runs know that it was this one. */
function markedNode(folder: string): string {
  const file = write(
    folder,
    'node',
    `#!/bin/sh\nRAN_BY=marked exec ${JSON.stringify(process.execPath)} "$@"\n`,
  );
  chmodSync(file, 0o755);
  return file;
}

function nodes(options: { setting?: string; path?: string; isElectron?: boolean } = {}) {
  const [logged, chosen]: [string[], NodeProgram[]] = [[], []];
  const say = (line: string): void => void logged.push(line);
  const all = new EngineNodes(
    {
      setting: () => options.setting ?? '',
      workspaceFolders: () => [temporaryFolder()],
      env: { PATH: options.path ?? '', ELECTRON_RUN_AS_NODE: '1' },
      editor: { file: process.execPath, version: '24.21.0', isElectron: options.isElectron ?? true },
    },
    { info: say, warn: say, error: say },
    (node) => chosen.push(node),
  );
  return { choose: (needs?: string) => all.choose(needs), logged, chosen };
}

describe.skipIf(windows)('the Node of the engine', () => {
  it('is the one of the setting, whatever else there is', async () => {
    const [set, other] = [temporaryFolder(), temporaryFolder()];
    const setting = aNode(set, '16.1.0');
    aNode(other, '22.0.0');
    const { choose, logged } = nodes({ setting, path: other });
    expect(await choose('>=20')).toMatchObject({
      file: setting,
      version: '16.1.0',
      from: 'setting',
      args: [],
    });
    expect(logged).toEqual([`Node of the engine: ${setting} (16.1.0, from the setting)`]);
  });

  it('is not passed over where the setting names none', async () => {
    const folder = temporaryFolder();
    aNode(folder, '22.0.0');
    const noNode = write(folder, 'other', '#!/bin/sh\necho hello\n');
    chmodSync(noNode, 0o755);
    for (const setting of ['/no/such/node', noNode, folder]) {
      const { choose } = nodes({ setting, path: folder });
      await expect(choose(), setting).rejects.toThrow('babysitterRuns.engine.node');
    }
  });

  it('is that of PATH where it is new enough for the engine, else the editor’s, which is said', async () => {
    const folder = temporaryFolder();
    const file = aNode(folder, '18.3.0');
    const { choose, logged, chosen } = nodes({ path: `relative:${folder}` });
    expect(await choose()).toMatchObject({ file, version: '18.3.0', from: 'PATH' });
    expect(await choose('^20.19 || >=22')).toMatchObject({ file: process.execPath, from: 'editor' });
    await choose('^20.19 || >=22');
    expect(logged).toEqual([
      `Node of the engine: ${file} (18.3.0, from PATH)`,
      `Node of the engine: ${process.execPath} (24.21.0, from the editor). ${file} is 18.3.0, and the engine needs 20.19 or newer.`,
    ]);
    expect(chosen.map(({ from }) => from)).toEqual(['PATH', 'editor']);
    expect(await nodes({ path: temporaryFolder() }).choose()).toMatchObject({
      from: 'editor',
      why: 'There is no node on PATH.',
    });
  });

  it('is asked anew when it was replaced', async () => {
    const folder = temporaryFolder();
    aNode(folder, '12.0.0');
    const { choose } = nodes({ path: folder });
    expect((await choose()).from).toBe('editor');
    aNode(folder, '20.0.0-x'.slice(0, 6));
    expect((await choose()).from).toBe('PATH');
  });
});

describe('the variable that makes an editor behave as Node', () => {
  const program =
    'console.log(JSON.stringify([process.env.ELECTRON_RUN_AS_NODE ?? null, require("child_process").execFileSync("/usr/bin/env", { encoding: "utf8" }).includes("ELECTRON_RUN_AS_NODE")]))';

  it.skipIf(windows)('does not reach what the editor’s own executable runs, nor its children', async () => {
    const { file, args, env } = editorsNode(undefined, {
      file: process.execPath,
      version: here,
      isElectron: true,
    });
    expect(env).toEqual({ ELECTRON_RUN_AS_NODE: '1' });
    const outcome = await runProcess(file, [...args, '-e', program], {
      ...{ cwd: temporaryFolder(), env: { ...process.env, ...env }, signal: never, timeLimit: 20_000 },
    });
    expect(outcome.stdout, outcome.stderr).toBe('[null,false]\n');
  });

  it('is not needed where the editor runs on a Node of its own', () => {
    expect(editorsNode(undefined, { file: 'node', version: here, isElectron: false })).toMatchObject({
      args: [],
      env: {},
    });
  });
});

it('the least version that a range names is what an engine needs', () => {
  expect(
    [
      '>=20.9.0',
      '^20.19 || >=22',
      '>= 18.0.0 <25',
      '20.x',
      '>22 || >=20.1',
      '<=25 >=19',
      '<= 25',
      '<=  25 || 18',
      '18 - 20',
      '18.1.0-rc1.2',
      '< 22 >20',
      '>=v20.1 <22',
      '*',
      '',
    ].map(oldestOf),
  ).toEqual([
    '20.9.0',
    '20.19',
    '18.0.0',
    '20',
    '20.1',
    '19',
    undefined,
    '18',
    '18',
    '18.1.0',
    '20',
    '20.1',
    undefined,
    undefined,
  ]);
  expect(oldestOf(undefined)).toBeUndefined();
});

it.skipIf(windows)('a project’s own code runs with the Node that its engine needs', async () => {
  const [path, project, plain] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  aNode(path, '20.0.0');
  const sdk = 'node_modules/@a5c-ai/babysitter-sdk';
  write(project, `${sdk}/package.json`, { bin: 'cli.js', version: '6.0.0', engines: { node: '>=22' } });
  write(project, `${sdk}/cli.js`, '');
  const engineOf = (folder: string): CliEngine =>
    new CliEngine(
      {
        ...{ setting: () => '', workspaceFolders: () => [folder], npxAllowed: () => false },
        ...{ env: {}, node: nodes({ path }).choose },
      },
      { info: () => {}, warn: () => {}, error: () => {} },
    );
  expect(await engineOf(project).nodeOf(project)).toMatchObject({ from: 'editor' });
  expect(await engineOf(plain).nodeOf(plain)).toMatchObject({ from: 'PATH' });
});

it.skipIf(windows)(
  'a run is iterated, a process file loaded and a node task run by the Node that is chosen',
  async () => {
    const node = markedNode(temporaryFolder());
    const { choose } = nodes({ setting: node });
    const tell = '[process.env.RAN_BY, process.env.ELECTRON_RUN_AS_NODE ?? "none"]';
    const run = await processRun(
      `export async function process() { return globalThis.process.env.RAN_BY + ' ' + (globalThis.process.env.ELECTRON_RUN_AS_NODE ?? 'none'); }`,
    );
    const driving = await drive(run.workspace, run.dir, {
      home: run.home,
      env: { ELECTRON_RUN_AS_NODE: '1' },
      node: choose,
    });
    await driving.driver.iterate(asRunKey(run.dir), Infinity, never, () => {});
    expect(readFileSync(join(run.dir, 'state', 'output.json'), 'utf8')).toContain('marked none');

    const check = write(dirname(run.dir), 'check.mjs', `throw new Error(${tell}.join(' '));`);
    expect(
      await checkProcess(check, 'process', { ...process.env, ELECTRON_RUN_AS_NODE: '1' }, choose),
    ).toMatchObject({
      cause: 'Error: marked none',
    });

    const entry = write(run.workspace, 'task.cjs', `console.log(${tell}.join(' '))`);
    const runner = commandRunner({ ...process.env, ELECTRON_RUN_AS_NODE: '1' }, choose);
    const common = {
      args: [],
      cwd: undefined,
      env: {},
      redactedKeys: [],
      timeout: 20_000,
      expectedExitCode: 0,
    };
    for (const command of [
      { ...common, type: 'node', command: entry },
      { ...common, type: 'line', command: `echo $RAN_BY; echo \${ELECTRON_RUN_AS_NODE-none}` },
    ] as const) {
      const prepared = await runner.prepare(command, run.dir, run.workspace, {});
      const { stdout } = await runner.run(prepared, never, () => {});
      expect(stdout.trim()).toBe(command.type === 'node' ? 'marked none' : 'none');
    }
  },
);
