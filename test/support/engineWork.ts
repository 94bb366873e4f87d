import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { buildPrograms } from '../../scripts/build.mjs';
import { engineEnvironment } from '../../scripts/demo.mjs';
import { quickEngine } from './quickEngine';
import { temporaryFolder, write } from './runFolder';

const script = fileURLToPath(new URL('workAsAgent.mjs', import.meta.url));

/** What somebody posts for a task; its value is `{ by: <run id>, taskId }` unless it is said. */
export interface Answer {
  readonly status?: 'ok' | 'error';
  readonly value?: unknown;
  /** Absolute path of a JSON file that holds the value. */
  readonly valueFile?: string;
  readonly error?: Readonly<Record<string, unknown>>;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export interface WorkOptions {
  /** So many tasks are answered; 0: the run is only made. */
  readonly until?: number;
  /** By task id; those that are asked for together are answered in this order. */
  readonly answers?: Readonly<Record<string, Answer>>;
  /** The time that it is for the engine and the process, in milliseconds since 1970; else it is now. */
  readonly at?: number;
}

export interface Worked {
  /** "completed", "failed", "stopped" at the limit, "sleeping", "created". */
  readonly status: string;
  /** Task ids, in the order in which they were executed. */
  readonly executed: readonly string[];
}

/** A run that is there to be worked on. */
export interface EngineRun {
  readonly workspace: string;
  readonly home: string;
  readonly dir: string;
  /** Absolute path of its process file. */
  readonly entry: string;
}

interface Create {
  readonly entry: string;
  readonly runsDir: string;
  readonly inputs?: unknown;
  readonly prompt?: string | undefined;
  readonly nonInteractive?: boolean | undefined;
}

/** Iterates a run and answers its tasks as an agent would, with the engine's functions in one process. */
export async function work(home: string, dir: string, options: WorkOptions = {}): Promise<Worked> {
  return engineWork(home, { dir, ...options });
}

async function engineWork(
  home: string,
  options: WorkOptions & { readonly dir: string; readonly create?: Create },
): Promise<Worked> {
  const worker = workerFor(join(options.dir, '..', '..', 'processes', 'test.mjs'));
  const ended = new AbortController();
  const end = (code: number | null): void => ended.abort(new Error(`The engine ended with ${code}.`));
  worker.once('exit', end);
  try {
    worker.send({ env: engineEnvironment(home), options: { until: 1_000_000, answers: {}, ...options } });
    const [answer] = (await once(worker, 'message', { signal: ended.signal })) as [
      Worked | { error: string },
    ];
    if ('error' in answer) throw new Error(answer.error);
    return answer;
  } finally {
    worker.off('exit', end);
  }
}

let worker: ChildProcess | undefined;
/** What the worker has loaded: process files by path, as they were. */
const loaded = new Map<string, string>();

/** Loading the engine takes longer than what is asked of it; only a process file that was changed needs a new worker. */
function workerFor(entry: string): ChildProcess {
  const source = readFileSync(entry, 'utf8');
  if (loaded.has(entry) && loaded.get(entry) !== source) {
    worker?.disconnect();
    loaded.clear();
  }
  loaded.set(entry, source);
  if (!worker?.connected) {
    // It ends when this process does: then its channel is closed.
    worker = fork(script, {
      env: engineEnvironment(tmpdir()),
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    worker.unref();
    worker.channel?.unref();
  }
  return worker;
}

/** A project in which a process of the test's own runs, worked on as far as the test wants. */
export async function engineRun(
  source: string,
  {
    runId = 'run',
    inputs,
    prompt,
    nonInteractive,
    ...options
  }: WorkOptions &
    Partial<Pick<Create, 'inputs' | 'prompt' | 'nonInteractive'>> & { readonly runId?: string } = {},
): Promise<EngineRun & Worked> {
  const folder = temporaryFolder();
  const [workspace, home] = [join(folder, 'workspace'), join(folder, 'home')];
  write(workspace, 'package.json', {});
  write(home, '.keep', '');
  write(workspace, 'node_modules/.keep', '');
  symlinkSync(await quickEngine(), join(workspace, 'node_modules', '@a5c-ai'));
  const entry = write(workspace, '.a5c/processes/test.mjs', source);
  const runsDir = join(workspace, '.a5c', 'runs');
  const dir = join(runsDir, runId);
  const worked = await engineWork(home, {
    ...{ dir, ...options },
    create: { entry, runsDir, inputs, prompt, nonInteractive },
  });
  return { workspace, home, dir, entry, ...worked };
}

/** The program that feeds forks, as it ships, built into a folder of its own for the tests of one file. */
export function useFeeder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'babysitter-runs-feeder-'));
  beforeAll(() => buildPrograms(dir));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  return join(dir, 'feeder.js');
}
