import { dirname, relative } from 'node:path';
import * as vscode from 'vscode';
import { commandTitle, pickerTitle } from '../../../core/commands';
import { prefix } from '../../../core/contract';
import { CancelledError, HumanError, NotNowError } from '../../../core/errors';
import { cutAtWord, oneLine, visible } from '../../../core/format';
import { keyText, type RunKey } from '../../../core/run/runKey';
import { commandLine } from '../../../core/shellLine';
import type { RunTarget } from '../../../vscode/commands/targets';
import type { RunHandlers } from '../../../vscode/commands/byEngine';
import { copyText } from '../../../vscode/commands/copyText';
import { pick } from '../../../vscode/commands/targets';
import { confirm, withoutIcons } from '../../../vscode/messages';
import { runInTerminal } from '../../../vscode/terminal';
import { setting } from '../../../vscode/settings';
import { demandTrust } from '../../../vscode/trust';
import {
  estimateArgs,
  lookSteps,
  replaySteps,
  resumeSteps,
  runIdIn,
  whatIsDeleted,
  whyNotConfig,
  workerStep,
  type ConfigFile,
  type Step,
} from '../core/drive';
import { asThemis, type ThemisRun } from '../core/themisRun';

const commandSetting = 'stores.themis.command';

export interface ThemisDrivingDeps {
  /** Where the config that a person chose for a run is kept. */
  readonly memory: vscode.Memento;
  /** The config of a run's manifest; `undefined`: none is known, or it is not there. */
  submittedConfig(run: ThemisRun): ConfigFile | undefined;
  /** The runs of a waiting run's queue that are deleted first, by id. */
  rerunInQueue(run: ThemisRun): readonly string[];
  /** `undefined`: it cannot be read. */
  configAt(path: string, run: ThemisRun): ConfigFile | undefined;
  findConfigs(run: ThemisRun): Promise<readonly ConfigFile[]>;
  /** Runs a program to its end, and gives what it printed. @throws HumanError when it cannot be started */
  ask(words: readonly [string, ...string[]], cwd: string, signal: AbortSignal): Promise<string>;
  /** The person carries a run on. */
  carriedOn(key: RunKey): void;
  /** Reads a run again: what a program says of its own success is not believed. */
  reread(key: RunKey): Promise<unknown>;
}

/** Carries runs of Themis on, each time by one command in a terminal that the person sees. */
export class ThemisDriving {
  constructor(private readonly deps: ThemisDrivingDeps) {}

  /** What is done for the commands that several engines have. */
  get handlers(): RunHandlers {
    return {
      'run.resume': ({ stored }) =>
        this.#go(asThemis(stored.run), pickerTitle('run.resumeConfig'), (run, config) =>
          resumeSteps(run, config),
        ),
      'run.fork': ({ stored }) =>
        this.#go(asThemis(stored.run), pickerTitle('run.replay'), (run, config) => replaySteps(run, config)),
      'run.copyCommand': (target) => this.#copy(target),
    };
  }

  async #go(
    run: ThemisRun,
    title: string,
    steps: (run: ThemisRun, config: string) => readonly Step[],
  ): Promise<void> {
    demandTrust();
    const config = await this.#config(run, title);
    await this.#run(run, config, await pickStep(steps(run, config.path), `${title} · ${policyText(config)}`));
  }

  /** Any command about the run, to be copied or to be run. */
  async #copy({ stored }: RunTarget): Promise<void> {
    const run = asThemis(stored.run);
    const title = pickerTitle('run.copyCommand');
    const worker = workerStep(run, this.deps.submittedConfig(run), this.deps.rerunInQueue(run));
    const config = worker ? undefined : await this.#config(run, title);
    const can = stored.state.actions;
    const steps = config
      ? [
          ...(can.includes('run.resume') ? resumeSteps(run, config.path) : []),
          ...(can.includes('run.fork') ? replaySteps(run, config.path) : []),
          ...lookSteps(config.path),
        ]
      : worker
        ? [worker]
        : [];
    const step = await pickStep(steps, title);
    const { how } = await pick(
      [
        { label: 'Copy', how: 'copy' as const },
        { label: 'Run in a Terminal', how: 'run' as const },
      ],
      title,
      step.title,
    );
    if (how === 'run') {
      demandTrust();
      await this.#run(run, config, step);
      return;
    }
    const shell = process.platform === 'win32' ? 'powershell' : 'posix';
    await copyText(commandLine([...program(), ...step.args], shell), 'The command line');
  }

  /** @throws CancelledError when the person does not agree to what is deleted */
  async #run(run: ThemisRun, config: ConfigFile | undefined, step: Step): Promise<void> {
    const deleted = config && step.runs ? whatIsDeleted(config, run) : step.deletes;
    if (deleted !== undefined) await confirm('This deletes the run first.', deleted, 'Delete and Run Again');
    const { key } = run;
    runInTerminal({
      name: `Themis: ${step.title}`,
      cwd: config ? dirname(config.path) : run.projectDir,
      words: [...program(), ...step.args],
      setting: commandSetting,
      onEnd: () => void this.deps.reread(key),
    });
    if (step.runs) this.deps.carriedOn(key);
  }

  /** The config of a run: the one it was submitted with, the one chosen before, or one that is chosen now. */
  async #config(run: ThemisRun, title: string): Promise<ConfigFile> {
    const kept = this.deps.memory.get<string>(memoryKey(run));
    const known =
      this.deps.submittedConfig(run) ?? (kept === undefined ? undefined : this.deps.configAt(kept, run));
    const config = known ?? (await this.#choose(run, title));
    const why = whyNotConfig(config);
    if (why !== undefined) throw new NotNowError(`${visible(config.path)} cannot be run. ${why}`);
    if (known === undefined) await this.deps.memory.update(memoryKey(run), config.path);
    return config;
  }

  async #choose(run: ThemisRun, title: string): Promise<ConfigFile> {
    demandTrust();
    const found = await this.deps.findConfigs(run);
    const items = found.map((config) => ({
      label: withoutIcons(visible(relative(run.projectDir, config.path))),
      description: `${config.mentionsDataset ? 'names the dataset · ' : ''}${policyText(config)}`,
      config,
    }));
    const browse = { label: 'Choose a File…', description: '', config: undefined };
    const chosen = await pick([...items, browse], title, 'Which config makes this run? It is checked first.');
    const config = chosen.config ?? (await this.#browse(run));
    await this.#verify(run, config);
    return config;
  }

  async #browse(run: ThemisRun): Promise<ConfigFile> {
    const [file] =
      (await vscode.window.showOpenDialog({
        defaultUri: vscode.Uri.file(run.projectDir),
        filters: { Config: ['yaml', 'yml', 'toml'] },
      })) ?? [];
    if (!file) throw new CancelledError();
    const config = this.deps.configAt(file.fsPath, run);
    if (!config) throw new HumanError(`${visible(file.fsPath)} cannot be read.`);
    return config;
  }

  /** Asks Themis which run the config makes, which opens no store. */
  async #verify(run: ThemisRun, { path }: ConfigFile): Promise<void> {
    const options = {
      location: vscode.ProgressLocation.Notification,
      cancellable: true,
      title: 'Checking which run the config makes (themis estimate)…',
    };
    const printed = await vscode.window.withProgress(options, async (_, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      try {
        return await this.deps.ask([...program(), ...estimateArgs(path)], dirname(path), abort.signal);
      } catch (error) {
        if (!(error instanceof HumanError)) throw error;
        throw new HumanError(`${error.message} The program is set in ${prefix}.${commandSetting}.`);
      }
    });
    const made = runIdIn(printed);
    if (made === run.runId) return;
    throw new HumanError(
      made === undefined
        ? `Themis does not say which run ${visible(path)} makes: ${cutAtWord(oneLine(visible(printed)), 200) || 'it printed nothing'}.`
        : `${visible(path)} makes the run ${made.slice(0, 8)}, and not ${run.runId.slice(0, 8)}.`,
    );
  }
}

function memoryKey({ key }: ThemisRun): string {
  return `themis.config ${keyText(key)}`;
}

function policyText({ policy }: ConfigFile): string {
  return `existing_run_policy: ${policy}`;
}

async function pickStep(steps: readonly Step[], title: string): Promise<Step> {
  if (steps.length === 0)
    throw new NotNowError(`${commandTitle('run.resume')} has nothing to offer for this run.`);
  const items = steps.map((step) => ({
    label: withoutIcons(step.title),
    description: step.args.slice(0, 1).join(' '),
    detail: step.detail,
    step,
  }));
  return (await pick(items, title, 'Choose what Themis should do')).step;
}

/** @throws HumanError when the setting names no program */
function program(): readonly [string, ...string[]] {
  const words: readonly unknown[] = setting('stores.themis.command');
  const [first, ...rest] = Array.isArray(words) ? words.filter((word) => typeof word === 'string') : [];
  if (first === undefined || first.trim() === '') {
    throw new HumanError(`The setting ${prefix}.${commandSetting} names no program.`);
  }
  return [first, ...rest];
}
