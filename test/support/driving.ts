import { enginesOf } from '../../src/core/engine/runEngine';
import { babysitterEngine } from '../../src/engines/babysitter/core/babysitterEngine';
import { fork } from 'node:child_process';
import { cp, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { engineEnvironment, makeDemo, type Demo } from '../../scripts/demo.mjs';
import { systemClock } from '../../src/core/clock';
import type { CliCall } from '../../src/engines/babysitter/core/drive/cliCalls';
import type { CliOutcome, Engine } from '../../src/engines/babysitter/core/drive/engine';
import { RunActivity } from '../../src/core/engine/runActivity';
import { RunDriver } from '../../src/engines/babysitter/core/drive/runDriver';
import type { Logger } from '../../src/core/log';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import { asRunKey } from '../../src/core/run/runKey';
import { RunStore, type StoredRun } from '../../src/core/source/runStore';
import type { ChooseNode } from '../../src/engines/babysitter/node/engineNode';
import { CliEngine } from '../../src/engines/babysitter/node/cliEngine';
import { FsRunSource } from '../../src/engines/babysitter/node/fsRunSource';
import { mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { quickEngine } from './quickEngine';
import { temporaryFolder, write } from './runFolder';

/**
 * The demo, recorded once for a test file; each test that asks gets a copy to change as it likes, with an engine that starts
 * faster.
 */
export function useDemo(): () => Promise<Demo> {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'babysitter-runs-demo-')));
  let demo: Demo;
  beforeAll(async () => {
    demo = await makeDemo(dir);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  return async () => {
    const copy = temporaryFolder();
    const [workspace, home] = [join(copy, 'workspace'), join(copy, 'home')];
    await cp(demo.workspace, workspace, { recursive: true, verbatimSymlinks: true });
    await cp(demo.home, home, { recursive: true });
    const link = join(workspace, 'node_modules', '@a5c-ai');
    await rm(link, { recursive: true });
    await symlink(await quickEngine(), link);
    return { workspace, home, runs: demo.runs };
  };
}

/** A project in which a process of the test's own runs, made by the real command line. */
export async function processRun(
  source: string,
  runId = 'run',
): Promise<{ workspace: string; home: string; dir: string }> {
  const folder = temporaryFolder();
  const [workspace, home] = [join(folder, 'workspace'), join(folder, 'home')];
  write(workspace, 'package.json', {});
  write(home, '.keep', '');
  write(workspace, 'node_modules/.keep', '');
  symlinkSync(await quickEngine(), join(workspace, 'node_modules', '@a5c-ai'));
  const entry = write(workspace, '.a5c/processes/test.mjs', source);
  const runs = join(workspace, '.a5c', 'runs');
  await callCli(
    home,
    'run:create',
    '--runs-dir',
    runs,
    '--run-id',
    runId,
    '--process-id',
    'test/process',
    '--entry',
    `${entry}#process`,
    '--json',
  );
  return { workspace, home, dir: join(runs, runId) };
}

/** A task for process files: `ctx.task(task('plan'), {})`. */
export const taskHelper = `
const task = (id, kind = 'agent') => ({ id, build: () => ({ kind, title: 'Do ' + id, [kind]: {} }) });
`;

/**
 * Calls the real command line past the code under test, as an agent or another window would. It is loaded once for a test
 * file and keeps process files as they were first, so a process that a test changes is iterated by what is tested.
 */
export async function callCli(home: string, ...args: readonly string[]): Promise<string> {
  const env = engineEnvironment(home);
  warmEngine ??= startEngine(env);
  const { code, stdout, stderr } = await warmEngine({ args, env, cwd: home });
  if (code !== 0) throw new Error(`babysitter ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
  return stdout;
}

interface EngineAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let warmEngine: ((call: object) => Promise<EngineAnswer>) | undefined;

function startEngine(env: NodeJS.ProcessEnv): (call: object) => Promise<EngineAnswer> {
  // It ends when this process does: then its channel is closed.
  const child = fork(fileURLToPath(new URL('warmEngine.cjs', import.meta.url)), {
    env,
    stdio: 'inherit',
  });
  child.unref();
  child.channel?.unref();
  const waiting = new Map<number, (answer: EngineAnswer) => void>();
  child.on('message', ({ id, ...answer }: EngineAnswer & { id: number }) => waiting.get(id)?.(answer));
  child.once('exit', (code) => {
    for (const end of waiting.values()) end({ code: -1, stdout: '', stderr: `it ended with ${code}` });
  });
  return (call) =>
    new Promise((resolve) => {
      const id = waiting.size;
      waiting.set(id, resolve);
      child.send({ id, ...call });
    });
}

/** One call as the engine was asked for it, and how it went. */
export interface Asked {
  readonly args: readonly string[];
  readonly stdin: string | undefined;
  outcome: CliOutcome<unknown> | undefined;
}

export interface DriveOptions {
  readonly home: string;
  /** Another command line than the project's own. */
  readonly cli?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** The Node that runs the engine; left out: the one that runs the test. */
  readonly node?: ChooseNode;
  /** Does something to a call on its way. */
  readonly meddle?: <T>(call: CliCall<T>) => CliCall<T> | Promise<CliCall<T>>;
}

/** Everything between a person's click and the disk, joined as the extension joins it, without VS Code. */
export class Driving {
  readonly log: string[] = [];
  readonly calls: Asked[] = [];
  readonly store: RunStore;
  readonly engine: CliEngine;
  readonly driver: RunDriver;
  readonly activity = new RunActivity();

  constructor(workspace: string, { home, cli, env, node, meddle }: DriveOptions) {
    const say = (text: string): unknown => this.log.push(text);
    const logger: Logger = { info: say, warn: say, error: say };
    this.store = new RunStore(systemClock, enginesOf(babysitterEngine), {
      activityWindow: defaultActivityWindow,
      removesLocks: true,
    });
    this.engine = new CliEngine(
      {
        setting: () => cli ?? '',
        workspaceFolders: () => [workspace],
        npxAllowed: () => false,
        env: { ...engineEnvironment(home), ...env },
        ...(node ? { node } : {}),
      },
      logger,
    );
    const watched: Engine = {
      call: async (call, projectDir, signal) => {
        const given = meddle ? await meddle(call) : call;
        const asked: Asked = { args: given.args, stdin: given.stdin, outcome: undefined };
        this.calls.push(asked);
        const outcome = await this.engine.call(given, projectDir, signal);
        asked.outcome = outcome;
        return outcome;
      },
    };
    const responder = { product: 'Babysitter Runs 1.2.3', respondedBy: async () => 'Dana Reyes' };
    this.driver = new RunDriver(this.store, watched, systemClock, responder, this.activity);
    this.store.add(new FsRunSource({ dir: workspace, holds: 'project' }, logger));
    onTestFinished(() => {
      this.activity.dispose();
      this.store.dispose();
    });
  }

  /** Waits until a run is there and something is so. */
  async until(dir: string, isSo: (stored: StoredRun) => boolean = () => true): Promise<StoredRun> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`Waited in vain for ${dir}`)), 15_000);
      const check = (): void => {
        const stored = this.store.get(asRunKey(dir));
        if (!stored || !isSo(stored)) return;
        clearTimeout(timer);
        listening.dispose();
        resolve(stored);
      };
      const listening = this.store.onDidChange(check);
      check();
    });
  }

  /** The commands that were called: "task:post", "run:iterate". */
  get commands(): readonly (string | undefined)[] {
    return this.calls.map(({ args }) => args[0]);
  }
}

/** Joins everything over a workspace and waits for one run. */
export async function drive(workspace: string, dir: string, options: DriveOptions): Promise<Driving> {
  const driving = new Driving(workspace, options);
  await driving.until(dir);
  return driving;
}

export async function readJson(...path: readonly string[]): Promise<unknown> {
  return JSON.parse(await readFile(join(...path), 'utf8'));
}
