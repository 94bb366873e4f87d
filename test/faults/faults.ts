import { enginesOf } from '../../src/core/engine/runEngine';
import { babysitterEngine } from '../../src/engines/babysitter/core/babysitterEngine';
import { spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineHome } from '../../scripts/lib/engineHome.mjs';
import { systemClock, type Clock } from '../../src/core/clock';
import { diagnose } from '../../src/engines/babysitter/core/diagnose/diagnose';
import { RunDriver } from '../../src/engines/babysitter/core/drive/runDriver';
import { Repairer } from '../../src/engines/babysitter/core/repair/repairer';
import { pendingEffects } from '../../src/core/run/run';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import { asRunKey, keyText } from '../../src/core/run/runKey';
import { RunStore, type StoredRun } from '../../src/core/source/runStore';
import { CliEngine } from '../../src/engines/babysitter/node/cliEngine';
import { FsRunSource } from '../../src/engines/babysitter/node/fsRunSource';
import { RepairFolder } from '../../src/engines/babysitter/node/repairFiles';

/** What is killed: recording an approval, the iterate that asks for the next tasks, the iterate that ends the run. */
export const victims = ['approve', 'iterate', 'complete'] as const;
export type Victim = (typeof victims)[number];

/** What one kill left and how it was mended. */
export interface Fault {
  readonly victim: Victim;
  /** "step 7 of 12", or "after 180 ms". */
  readonly when: string;
  /** What lay around that is no part of a sound run. */
  readonly left: readonly string[];
  /** The remedies that the diagnosis named, in order. */
  readonly remedies: readonly string[];
  /** What went wrong; empty: the run was explained, mended and came to its end with nothing lost or done twice. */
  readonly wrong: readonly string[];
}

export interface FaultOptions {
  /** The project's root folder. */
  readonly root: string;
  /** Kills of each victim: first at its steps on disk, each once, and then at moments evenly spread. */
  readonly count: number;
  say(text: string): void;
}

const processSource = `
const task = (id) => ({ id, build: () => ({ kind: 'agent', title: id, agent: {} }) });
export async function process(inputs, ctx) {
  const plan = await ctx.task(task('plan'), {});
  const answer = await ctx.breakpoint({ title: 'Approve', question: 'May it go on?' });
  const [a, b] = await ctx.parallel.all([() => ctx.task(task('a'), {}), () => ctx.task(task('b'), {})]);
  return { plan, approved: answer.approved, a, b };
}
`;
const output = { plan: 'done plan', approved: true, a: 'done a', b: 'done b' };

/** Kills the real command line again and again, and follows what the extension says until each run is at its end. */
export async function runFaults({ root, count, say }: FaultOptions): Promise<readonly Fault[]> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'babysitter-runs-faults-')));
  try {
    const lab = new Lab(root, folder);
    const faults: Fault[] = [];
    for (const victim of victims) {
      const template = await lab.template(victim);
      const { steps, milliseconds } = await lab.measure(template, victim);
      const atSteps = Math.min(steps, count);
      for (let i = 0; i < count; i += 1) {
        const kill =
          i < atSteps
            ? { step: Math.floor(((i + 0.5) * steps) / atSteps) + 1, of: steps }
            : { after: Math.round((milliseconds * (i - atSteps + 0.5)) / (count - atSteps)) };
        const fault = await lab.kill(template, victim, kill);
        faults.push(fault);
        say(
          `${victim} ${i + 1}/${count}, killed ${fault.when}: left ${fault.left.join(', ') || 'nothing'}; ${fault.remedies.join(', ')}${fault.wrong.map((what) => `\n  WRONG: ${what}`).join('')}`,
        );
      }
    }
    return faults;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A table of the faults, in Markdown. */
export function faultTable(faults: readonly Fault[]): string {
  const counted = (all: readonly string[]): string =>
    [...new Set(all)]
      .map((what) => [what, all.filter((other) => other === what).length] as const)
      .toSorted((a, b) => b[1] - a[1])
      .map(([what, n]) => `${what} (${n})`)
      .join(', ') || 'nothing';
  const rows = victims.map((victim) => {
    const own = faults.filter((fault) => fault.victim === victim);
    const cells = [
      victim,
      String(own.length),
      counted(own.flatMap(({ left }) => left)),
      counted(own.flatMap(({ remedies }) => remedies.slice(0, 1))),
      String(own.filter(({ wrong }) => wrong.length > 0).length),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| killed | times | left behind | first remedy | damaged |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

type Kill = { readonly step: number; readonly of: number } | { readonly after: number };

/** A workspace with one run, copied from a template. */
interface Specimen {
  readonly workspace: string;
  readonly dir: string;
}

class Lab {
  readonly #cli: string;
  readonly #preload: string;
  readonly #env: NodeJS.ProcessEnv;
  #made = 0;

  constructor(
    private readonly root: string,
    private readonly folder: string,
  ) {
    this.#cli = join(root, 'node_modules/@a5c-ai/babysitter-sdk/dist/cli/main.js');
    this.#preload = join(root, 'test/faults/killAtStep.cjs');
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(?:BABYSITTER_|VITEST)/.test(name)),
    );
    this.#env = { ...env, ...engineHome(join(folder, 'home')) };
    mkdirSync(join(folder, 'home'));
  }

  /** A run that stands just before what is killed. */
  async template(victim: Victim): Promise<Specimen> {
    const workspace = join(this.folder, `template-${victim}`);
    const processes = join(workspace, '.a5c', 'processes');
    mkdirSync(processes, { recursive: true });
    mkdirSync(join(workspace, 'node_modules'));
    symlinkSync(join(this.root, 'node_modules/@a5c-ai'), join(workspace, 'node_modules/@a5c-ai'), 'junction');
    writeFileSync(join(workspace, 'package.json'), '{}\n');
    writeFileSync(join(processes, 'faults.mjs'), processSource);
    const runs = join(workspace, '.a5c', 'runs');
    const dir = join(runs, 'run');
    const entry = `${join(processes, 'faults.mjs')}#process`;
    await this.#call(
      'run:create',
      '--runs-dir',
      runs,
      '--run-id',
      'run',
      '--process-id',
      'faults',
      '--entry',
      entry,
    );
    await this.#call('run:iterate', dir);
    await this.#work(dir);
    await this.#call('run:iterate', dir);
    if (victim !== 'approve') await this.#post(dir, '__sdk.breakpoint', { approved: true });
    if (victim === 'complete') {
      await this.#call('run:iterate', dir);
      await this.#work(dir);
    }
    return { workspace, dir };
  }

  /** How many steps on disk a call has, and how long it takes. */
  async measure(template: Specimen, victim: Victim): Promise<{ steps: number; milliseconds: number }> {
    const copy = this.#copy(template);
    const counted = await this.#spawn(this.#victimArgs(copy.dir, victim), { step: 0, dir: copy.dir });
    const steps = Number(/STEPS (\d+)/.exec(counted.stderr)?.[1]);
    if (!(steps > 0)) throw new Error(`The steps of ${victim} could not be counted: ${counted.stderr}`);
    const again = this.#copy(template);
    const start = performance.now();
    await this.#spawn(this.#victimArgs(again.dir, victim), {});
    return { steps, milliseconds: performance.now() - start };
  }

  async kill(template: Specimen, victim: Victim, kill: Kill): Promise<Fault> {
    const copy = this.#copy(template);
    const before = journalOf(copy.dir);
    const args = this.#victimArgs(copy.dir, victim);
    await this.#spawn(args, 'step' in kill ? { step: kill.step, dir: copy.dir } : { after: kill.after });
    const wrong: string[] = [];
    for (const [file, text] of Object.entries(before)) {
      if (journalOf(copy.dir)[file] !== text) wrong.push(`${file} was changed by the kill`);
    }
    const left = leftovers(copy.dir);
    const remedies = await this.#mend(copy, wrong);
    rmSync(copy.workspace, { recursive: true, force: true });
    const when = 'step' in kill ? `at step ${kill.step} of ${kill.of}` : `after ${kill.after} ms`;
    return { victim, when, left, remedies, wrong };
  }

  /** Does what the diagnosis says until the run is completed; tells what cannot be explained or went wrong. */
  async #mend({ workspace, dir }: Specimen, wrong: string[]): Promise<readonly string[]> {
    const logger = { info: () => {}, warn: () => {}, error: () => {} };
    // A person who looks ten minutes later, when nobody can be writing any more.
    const later: Clock = { now: () => Date.now() + 600_000, after: systemClock.after };
    const store = new RunStore(later, enginesOf(babysitterEngine), { activityWindow: defaultActivityWindow });
    const engine = new CliEngine(
      { setting: () => '', workspaceFolders: () => [workspace], npxAllowed: () => false, env: this.#env },
      logger,
    );
    const responder = { product: 'faults', respondedBy: async () => 'faults' };
    const driver = new RunDriver(store, engine, systemClock, responder);
    const repairer = new Repairer(store, engine, new RepairFolder(), later);
    const watch = store.add(new FsRunSource({ dir: workspace, holds: 'project' }, logger));
    const remedies: string[] = [];
    try {
      await appeared(store, dir);
      for (let round = 0; round < 15; round += 1) {
        const stored = await store.reread(asRunKey(dir));
        if (!stored) throw new Error('The run is gone.');
        if (stored.state.state === 'completed') {
          this.#judge(dir, wrong);
          return remedies;
        }
        const { remedy, sentence } = diagnose({
          stored,
          iterating: false,
          details: undefined,
          repair: await repairer.plan(asRunKey(dir)),
          engine: { found: true, version: '0.0.187' },
          process: { loads: true },
          sessions: [],
          parent: undefined,
          children: [],
          now: later.now(),
        });
        const command = remedy?.type === 'command' ? remedy.command : 'none';
        remedies.push(command);
        const refused = await this.#follow(command, stored, driver, repairer);
        if (refused !== undefined) wrong.push(`"${sentence}" led to ${command}, and that to: ${refused}`);
        if (refused !== undefined) return remedies;
      }
      wrong.push('It came to no end.');
    } catch (error) {
      wrong.push(String(error));
    } finally {
      driver.dispose();
      watch.dispose();
      store.dispose();
    }
    return remedies;
  }

  /** Presses the button. Gives what was wrong with that. */
  async #follow(
    command: string,
    { run }: StoredRun,
    driver: RunDriver,
    repairer: Repairer,
  ): Promise<string | undefined> {
    const signal = new AbortController().signal;
    switch (command) {
      case 'run.repair': {
        const { left } = await repairer.repair(run.key, await repairer.plan(run.key), signal);
        return left[0];
      }
      case 'breakpoint.answer': {
        const asked = pendingEffects(run).find(({ effect }) => effect.kind === 'breakpoint');
        const decision = { kind: 'approve', text: '' } as const;
        const report = await driver.answer(run.key, asked?.effect.effectId ?? '', decision, 'page');
        return report.recorded ? undefined : report.sentence;
      }
      case 'run.iterate': {
        const { reason, sentence } = await driver.iterate(run.key, 1, signal, () => {});
        return ['refused', 'failed', 'no-change'].includes(reason) ? sentence : undefined;
      }
      case 'run.resume':
        // The agent that is resumed does its tasks.
        return this.#work(keyText(run.key)).then(() => undefined, String);
      default:
        return 'no remedy';
    }
  }

  /** At its end a run has every step once, and what the process was meant to return. */
  #judge(dir: string, wrong: string[]): void {
    const events = Object.values(journalOf(dir)).map((text) => JSON.parse(text));
    const keys = events
      .filter(({ type }) => type === 'EFFECT_REQUESTED')
      .map(({ data }) => data.invocationKey);
    if (new Set(keys).size !== keys.length || keys.length !== 4)
      wrong.push(`It asked for ${keys.join(', ')}.`);
    const returned = readFileSync(join(dir, 'state', 'output.json'), 'utf8');
    const value = JSON.parse(returned);
    if (JSON.stringify(value, Object.keys(output)) !== JSON.stringify(output))
      wrong.push(`It returned ${returned}`);
  }

  /** Does every open agent task, as an agent would. */
  async #work(dir: string): Promise<void> {
    const { tasks } = JSON.parse(await this.#call('task:list', dir, '--pending'));
    for (const { taskId, kind } of tasks)
      if (kind === 'agent') await this.#post(dir, taskId, `done ${taskId}`);
  }

  async #post(dir: string, task: string, value: unknown): Promise<void> {
    const { tasks } = JSON.parse(await this.#call('task:list', dir, '--pending'));
    const found = tasks.find(({ taskId }: { taskId: string }) => taskId === task);
    await this.#call(
      'task:post',
      dir,
      found.effectId,
      '--status',
      'ok',
      '--value-inline',
      JSON.stringify(value),
    );
  }

  #victimArgs(dir: string, victim: Victim): readonly string[] {
    if (victim !== 'approve') return ['run:iterate', dir];
    const open = readdirSync(join(dir, 'tasks')).find((id) =>
      readFileSync(join(dir, 'tasks', id, 'task.json'), 'utf8').includes('"breakpoint"'),
    );
    return ['task:post', dir, open ?? '', '--status', 'ok', '--value-inline', '{"approved":true}'];
  }

  #copy({ workspace }: Specimen): Specimen {
    this.#made += 1;
    const target = join(this.folder, `copy-${this.#made}`);
    cpSync(workspace, target, { recursive: true, verbatimSymlinks: true });
    return { workspace: target, dir: join(target, '.a5c', 'runs', 'run') };
  }

  async #call(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.#spawn(args, {});
    if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  #spawn(
    args: readonly string[],
    kill: { readonly step?: number; readonly dir?: string; readonly after?: number },
  ): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const { step, dir, after } = kill;
    const preload = step === undefined ? [] : ['--require', this.#preload];
    const env = step === undefined ? this.#env : { ...this.#env, KILL_AT: String(step), KILL_BELOW: dir };
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [...preload, this.#cli, ...args, '--json'], {
        cwd: this.folder,
        env,
      });
      let [stdout, stderr] = ['', ''];
      child.stdout.on('data', (text) => (stdout += text));
      child.stderr.on('data', (text) => (stderr += text));
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, stdout, stderr }));
      if (after !== undefined) setTimeout(() => child.kill('SIGKILL'), after);
    });
  }
}

/** The events of a journal by name. */
function journalOf(dir: string): Readonly<Record<string, string>> {
  const journal = join(dir, 'journal');
  const files = readdirSync(journal).filter((file) => file.endsWith('.json'));
  return Object.fromEntries(
    files.toSorted().map((file) => [file, readFileSync(join(journal, file), 'utf8')]),
  );
}

/** What a killed engine left that is no part of a sound run. */
function leftovers(dir: string): readonly string[] {
  const found: string[] = [];
  const events = Object.values(journalOf(dir)).map((text) => JSON.parse(text));
  const has = (type: string, id: string): boolean =>
    events.some((event) => event.type === type && event.data.effectId === id);
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const id = entry.parentPath.split(/[\\/]/).at(-1) ?? '';
    if (entry.name === 'run.lock') {
      const text = readFileSync(join(entry.parentPath, entry.name), 'utf8');
      found.push(text.trim().endsWith('}') ? 'lock' : 'half a lock');
    } else if (entry.name.includes('.tmp-')) {
      found.push(
        entry.parentPath.endsWith('journal') ? 'temporary file in the journal' : 'temporary file elsewhere',
      );
    } else if (entry.name === 'task.json' && !has('EFFECT_REQUESTED', id))
      found.push('task.json without its event');
    else if (entry.name === 'result.json' && !has('EFFECT_RESOLVED', id))
      found.push('result.json without its event');
  }
  return found;
}

function appeared(store: RunStore, dir: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The run was not found.')), 30_000);
    const check = (): void => {
      if (!store.get(asRunKey(dir))) return;
      clearTimeout(timer);
      listening.dispose();
      resolve();
    };
    const listening = store.onDidChange(check);
    check();
  });
}
