import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { engineHome } from '../../scripts/lib/engineHome.mjs';
import { atOnce } from '../../src/core/sliced';
import { packRun } from '../../src/engines/babysitter/node/runArchive';
import { LaterWindow } from './mend';
import { filesBelow, journalOf, leftovers, runsOf, type Specimen } from './specimen';
import type { Fault, Victim } from './victims';

/** At a step on disk, killed or left without space on the disk; or killed after so many milliseconds. */
export type Kill =
  { readonly step: number; readonly of: number; readonly how: 'kill' | 'full' } | { readonly after: number };

const processSource = `
const task = (id) => ({ id, build: () => ({ kind: 'agent', title: id, agent: {} }) });
export async function process(inputs, ctx) {
  const plan = await ctx.task(task('plan'), {});
  const answer = await ctx.breakpoint({ title: 'Approve', question: 'May it go on?' });
  const [a, b] = await ctx.parallel.all([() => ctx.task(task('a'), {}), () => ctx.task(task('b'), {})]);
  return { plan, approved: answer.approved, a, b };
}
`;

/** How far a run has come, each one thing further than the one before. */
const stages = ['created', 'post', 'approve', 'iterate', 'complete', 'done'] as const;
type Stage = (typeof stages)[number];

/** Where a run stands that is killed, and what else was done to it. */
const templates: Readonly<Record<Victim, Stage>> = {
  ...{ post: 'post', approve: 'approve', iterate: 'iterate', complete: 'complete' },
  ...{ repair: 'iterate', fork: 'done', import: 'complete' },
};

/** Makes runs, and kills what works on them. */
export class Lab {
  readonly #cli: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #stages = new Map<Stage, Promise<Specimen>>();
  #made = 0;

  constructor(
    private readonly root: string,
    private readonly folder: string,
    /** The folder `@a5c-ai` with the engine's package. */
    private readonly engine: string,
  ) {
    this.#cli = join(engine, 'babysitter-sdk/dist/cli/main.js');
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(?:BABYSITTER_|VITEST|NODE_OPTIONS)/.test(name)),
    );
    this.#env = { ...env, ...engineHome(join(folder, 'home')) };
    mkdirSync(join(folder, 'home'));
  }

  /** A run that stands just before what is killed. */
  async template(victim: Victim): Promise<Specimen> {
    const made = await this.#stage(templates[victim]);
    if (victim !== 'repair' && victim !== 'import') return made;
    const copy = this.#copy(made);
    if (victim === 'import') {
      const archive = join(copy.workspace, 'run.zip');
      atOnce(packRun(copy.dir, archive, { firstEvents: undefined, processFile: false }));
      rmSync(copy.dir, { recursive: true });
    } else damage(copy.dir);
    return copy;
  }

  /** How many steps on disk it has. */
  async steps(template: Specimen, victim: Victim): Promise<number> {
    const copy = this.#copy(template);
    const counter = join(this.folder, `steps-${victim}-${this.#made}`);
    const { code, stderr } = await this.#work(copy, victim, { step: 0, count: counter });
    const steps = existsSync(counter) ? Number(readFileSync(counter, 'utf8')) : 0;
    if (code !== 0 || !(steps > 0)) throw new Error(`${victim} made ${steps} steps: ${stderr}`);
    rmSync(copy.workspace, { recursive: true });
    return steps;
  }

  /** How many milliseconds it takes. */
  async time(template: Specimen, victim: Victim): Promise<number> {
    const copy = this.#copy(template);
    const start = performance.now();
    await this.#work(copy, victim, {});
    rmSync(copy.workspace, { recursive: true });
    return performance.now() - start;
  }

  async kill(template: Specimen, victim: Victim, kill: Kill): Promise<Fault> {
    const copy = this.#copy(template);
    const before = victim === 'import' ? {} : victim === 'fork' ? filesBelow(copy.dir) : journalOf(copy.dir);
    await this.#work(copy, victim, kill);
    await quiet(copy.workspace);
    const wrong: string[] = [];
    if (victim !== 'repair') {
      const after = victim === 'import' ? {} : victim === 'fork' ? filesBelow(copy.dir) : journalOf(copy.dir);
      for (const [file, text] of Object.entries(before))
        if (after[file] !== text) wrong.push(`${file} was changed by the kill`);
    }
    const made = (): readonly string[] => runsIn(copy).filter((dir) => victim !== 'fork' || dir !== copy.dir);
    const left = made().flatMap(leftovers);
    // What did not come to its end is done again.
    const isDone = victim === 'import' ? existsSync(copy.dir) : victim !== 'fork';
    if (!isDone) {
      const { code, stderr } = await this.#work(copy, victim, {});
      if (code !== 0) wrong.push(`Once more, it ended with ${code}: ${stderr}`);
    }
    const window = new LaterWindow(copy.workspace, this.#env);
    const remedies: string[] = [];
    for (const dir of made()) remedies.push(...(await window.mend(dir, () => this.#agent(dir), wrong)));
    if (made().length === 0) wrong.push('There is no run.');
    window.dispose();
    rmSync(copy.workspace, { recursive: true, force: true });
    const when = 'step' in kill ? `at step ${kill.step} of ${kill.of}` : `after ${kill.after} ms`;
    return { victim, when, left, remedies, wrong };
  }

  /** Made once; whoever changes it makes a copy. */
  #stage(stage: Stage): Promise<Specimen> {
    const made = this.#stages.get(stage) ?? this.#reach(stage);
    this.#stages.set(stage, made);
    return made;
  }

  async #reach(stage: Stage): Promise<Specimen> {
    const before = stages[stages.indexOf(stage) - 1];
    const made = before === undefined ? await this.#create() : this.#copy(await this.#stage(before));
    const { dir } = made;
    if (stage === 'post' || stage === 'done') await this.#call('run:iterate', dir);
    if (stage === 'approve' || stage === 'complete') {
      if (stage === 'complete') await this.#call('run:iterate', dir);
      await this.#agent(dir);
      if (stage === 'approve') await this.#call('run:iterate', dir);
    }
    if (stage === 'iterate') await this.#tasks(dir, 'breakpoint', () => ({ approved: true }));
    return made;
  }

  async #create(): Promise<Specimen> {
    const workspace = join(this.folder, 'created');
    const processes = join(workspace, '.a5c', 'processes');
    mkdirSync(processes, { recursive: true });
    mkdirSync(join(workspace, 'node_modules'));
    symlinkSync(this.engine, join(workspace, 'node_modules/@a5c-ai'), 'junction');
    writeFileSync(join(workspace, 'package.json'), '{}\n');
    writeFileSync(join(processes, 'faults.mjs'), processSource);
    const entry = `${join(processes, 'faults.mjs')}#process`;
    const runs = runsOf(workspace);
    const what = ['--runs-dir', runs, '--run-id', 'run', '--process-id', 'faults', '--entry', entry];
    await this.#call('run:create', ...what);
    return { workspace, dir: join(runs, 'run') };
  }

  /** Does what may be killed. */
  #work(
    { workspace, dir }: Specimen,
    victim: Victim,
    kill: { readonly step?: number; readonly how?: string; readonly count?: string; readonly after?: number },
  ): Promise<Ended> {
    const preload = join(this.root, 'test/faults/killAtStep.cjs');
    const { step, how = 'kill', count, after } = kill;
    const isFork = victim === 'fork';
    const env = {
      ...this.#env,
      ...(step === undefined ? {} : { KILL_AT: String(step), KILL_HOW: how }),
      ...(count === undefined ? {} : { KILL_COUNT: count }),
      KILL_BELOW: victim === 'import' || isFork ? runsOf(workspace) : dir,
      KILLED_FEEDER: join(this.root, 'out/faults/feeder.js'),
    };
    // Of a fork it is the engine's functions that write; they run in a process of their own.
    const loads = step === undefined || isFork ? [] : ['--require', preload];
    const product = join(this.root, 'out/faults/product.js');
    const feeder = step === undefined ? env.KILLED_FEEDER : join(this.root, 'test/faults/killedFeeder.cjs');
    const args =
      victim === 'import'
        ? [product, 'import', workspace, join(workspace, 'run.zip')]
        : victim === 'repair' || isFork
          ? [product, victim, workspace, dir, feeder]
          : [this.#cli, ...engineArgs(dir, victim), '--json'];
    return ended([...loads, ...args], this.folder, env, after);
  }

  /** Does every open agent task, as an agent would. */
  #agent(dir: string): Promise<void> {
    return this.#tasks(dir, 'agent', (taskId) => `done ${taskId}`);
  }

  /** Posts a result for every open task of a kind. */
  async #tasks(dir: string, kind: string, valueOf: (taskId: string) => unknown): Promise<void> {
    const { tasks } = JSON.parse(await this.#call('task:list', dir, '--pending'));
    for (const task of tasks) {
      const value = JSON.stringify(valueOf(task.taskId));
      if (task.kind === kind)
        await this.#call('task:post', dir, task.effectId, '--status', 'ok', '--value-inline', value);
    }
  }

  #copy({ workspace }: Specimen): Specimen {
    this.#made += 1;
    // No path begins with another one: `quiet` looks for it.
    const target = join(this.folder, `copy-${String(this.#made).padStart(5, '0')}`);
    cpSync(workspace, target, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    return { workspace: target, dir: join(runsOf(target), 'run') };
  }

  async #call(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await ended([this.#cli, ...args, '--json'], this.folder, this.#env);
    if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
    return stdout;
  }
}

/** The arguments of the engine's call that is killed. */
function engineArgs(dir: string, victim: Victim): readonly string[] {
  if (victim !== 'approve' && victim !== 'post') return ['run:iterate', dir];
  const kind = victim === 'approve' ? '"breakpoint"' : '"agent"';
  const open = readdirSync(join(dir, 'tasks')).find((id) => {
    const text = readFileSync(join(dir, 'tasks', id, 'task.json'), 'utf8');
    return text.includes(kind) && !existsSync(join(dir, 'tasks', id, 'result.json'));
  });
  const value = victim === 'approve' ? '{"approved":true}' : '"done plan"';
  return ['task:post', dir, open ?? '', '--status', 'ok', '--value-inline', value];
}

/** Half of the last event is gone, the engine that wrote it left its lock, and all that was a while ago. */
function damage(dir: string): void {
  const last = join(dir, 'journal', Object.keys(journalOf(dir)).at(-1) ?? '');
  truncateSync(last, readFileSync(last).length / 2);
  const lock = join(dir, 'run.lock');
  const acquiredAt = new Date(Date.now() - 600_000).toISOString();
  writeFileSync(lock, JSON.stringify({ pid: 99_999_999, owner: 'runtime:commitEffectResult', acquiredAt }));
  for (const path of [last, lock]) utimesSync(path, new Date(acquiredAt), new Date(acquiredAt));
}

/** What the product started outlives it; waits until nothing works in a workspace any more. */
async function quiet(workspace: string): Promise<void> {
  const isBusy = (): boolean =>
    process.platform === 'linux' &&
    readdirSync('/proc').some((pid) => {
      try {
        return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(workspace);
      } catch {
        return false;
      }
    });
  do await delay(process.platform === 'linux' ? 100 : 5000);
  while (isBusy());
}

/** The folders of a workspace that are runs. */
function runsIn({ workspace }: Specimen): readonly string[] {
  return readdirSync(runsOf(workspace))
    .filter((name) => !name.startsWith('.'))
    .map((name) => join(runsOf(workspace), name))
    .filter((dir) => existsSync(join(dir, 'journal')) && existsSync(join(dir, 'run.json')));
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param after kills it and all that it started, in milliseconds */
function ended(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv, after?: number): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const isGroup = process.platform !== 'win32';
    const child = spawn(process.execPath, args, { cwd, env, detached: isGroup });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (text) => (stdout += text));
    child.stderr.on('data', (text) => (stderr += text));
    child.on('error', reject);
    const timer =
      after === undefined
        ? undefined
        : setTimeout(() => {
            if (child.exitCode !== null || child.pid === undefined) return;
            if (isGroup) process.kill(-child.pid, 'SIGKILL');
            else child.kill('SIGKILL');
          }, after);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr });
    });
  });
}
