import { asBabysitter } from '../core/babysitterRun';
import * as vscode from 'vscode';
import { basename, relative } from 'node:path';
import { pickerTitle } from '../../../core/commands';
import type { CliCall } from '../core/drive/cliCalls';
import type { Engine } from '../core/drive/engine';
import { engineMismatch } from '../core/drive/engineMismatch';
import { explainFailure } from '../core/drive/explain';
import {
  assignProcessCall,
  cancelTaskCall,
  haltCall,
  newerCalls,
  type NewerCommand,
} from '../core/drive/newerCalls';
import { CancelledError, HumanError, NotNowError, runDeleted } from '../../../core/errors';
import { visible } from '../../../core/format';
import type { Logger } from '../../../core/log';
import type { Effect } from '../../../core/run/effect';
import { pendingEffects, runTitle, taskTitle, type Run } from '../../../core/run/run';
import type { RunKey } from '../../../core/run/runKey';
import { hasProcess } from '../core/judge';
import type { RunStore, StoredRun } from '../../../core/source/runStore';
import { confirm, tell, withoutIcons } from '../../../vscode/messages';
import { openSetting } from '../../../vscode/settings';
import { demandTrust } from '../../../vscode/trust';
import { withEngine, type EngineAccess } from './engineAccess';
import type { FindProcesses, ProcessChoice } from './processChoice';
import { pick, type Targets } from '../../../vscode/commands/targets';

export interface EngineCommandsDeps {
  readonly store: RunStore;
  readonly targets: Targets;
  readonly engine: Engine;
  readonly access: EngineAccess;
  readonly logger: Logger;
  /** The commands of the engine that a project would use. @throws NoEngineError */
  features(projectDir: string): Promise<ReadonlySet<string>>;
  /** Lets npx bring a version of the engine for a project, in this window. */
  useVersion(projectDir: string, version: string): void;
  readonly findProcesses: FindProcesses;
}

/** A version that may become a part of an npm package name; run.json may hold anything. */
const plainVersion = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;

/** What only newer engines can do, and which engine is used. */
export class EngineCommands {
  /** Runs for which the person accepted an engine of another generation. */
  readonly #accepted = new Set<RunKey>();

  constructor(private readonly deps: EngineCommandsDeps) {}

  /** Closes a run for good. */
  async halt(argument: unknown): Promise<void> {
    const { stored } = await this.deps.targets.run(argument, pickerTitle('run.halt'), 'run.halt');
    const { run, state } = stored;
    await this.#demandKnown('run.halt', pickerTitle('run.halt'), run);
    if (
      run.story.end &&
      run.story.end.type !== 'PROCESS_RUNTIME_ERROR' &&
      run.story.end.type !== 'RUN_FAILED'
    ) {
      throw new NotNowError(`The run is ${state.state} already.`);
    }
    const { status } = await pick(
      [
        {
          label: 'As failed',
          description: 'it did not reach its goal',
          status: 'failed' as const,
        },
        { label: 'As completed', description: 'its results are enough', status: 'completed' as const },
      ],
      pickerTitle('run.halt'),
      'Close it as',
    );
    const reason = await ask(pickerTitle('run.halt'), 'Why is it closed? The reason is recorded.');
    await confirm(
      `Halt "${visible(runTitle(run))}"?`,
      `It is closed as ${status}, which is final: it cannot be resumed. An agent that works on it is not stopped.`,
      'Halt',
    );
    await this.#call(
      stored,
      haltCall(run.location, reason, status),
      ({ run: now }) => now.story.end?.sealed === true,
      'It is closed.',
    );
  }

  /** Takes a task back. */
  async cancelTask(argument: unknown): Promise<void> {
    const { targets } = this.deps;
    const { stored, effectId } = await targets.run(argument, pickerTitle('task.cancel'), 'task.cancel');
    const { run } = stored;
    await this.#demandKnown('task.cancel', pickerTitle('task.cancel'), run);
    const effect = await pickPending(run, effectId);
    const title = visible(taskTitle(effect, run.pendingTasks.get(effect.effectId)));
    const reason = await ask(pickerTitle('task.cancel'), 'Why is it cancelled? The process gets the reason.');
    await confirm(
      `Cancel "${title}"?`,
      'The process gets an error for it, and fails unless it expects one. An agent that works on it is not stopped.',
      pickerTitle('task.cancel'),
    );
    await this.#call(
      stored,
      cancelTaskCall(run.location, effect.effectId, reason),
      ({ run: now }) => now.story.effects.get(effect.effectId)?.status === 'cancelled',
      `"${title}" is cancelled.`,
    );
  }

  /** Gives a run its process, or another one. */
  async assignProcess(argument: unknown): Promise<void> {
    const { stored } = await this.deps.targets.run(
      argument,
      pickerTitle('run.assignProcess'),
      'run.assignProcess',
    );
    const { run } = stored;
    await this.#demandKnown('run.assignProcess', pickerTitle('run.assignProcess'), run);
    const files: ProcessChoice[] = [];
    const found = (file: ProcessChoice): void => void files.push(file);
    await this.deps.findProcesses(run.projectDir, AbortSignal.timeout(5000), found);
    if (files.length === 0) throw new NotNowError('No process file was found in the project of the run.');
    const { file, exportName } = await pick(
      files.flatMap((file) =>
        file.exports.map((exportName) => ({
          label: withoutIcons(visible(basename(file.path))),
          description: withoutIcons(visible(exportName)),
          detail: withoutIcons(visible(relative(run.projectDir, file.path))),
          ...{ file, exportName },
        })),
      ),
      pickerTitle('run.assignProcess'),
      'Process of the run',
    );
    const replaces = hasProcess(run);
    if (replaces) {
      await confirm(
        `Give "${visible(runTitle(run))}" another process?`,
        'Its results are replayed where the new process asks for the same; whatever else it asks for runs anew.',
        'Assign',
      );
    }
    await this.#call(
      stored,
      assignProcessCall(run.location, file.path, exportName, file.processId, replaces),
      ({ run: now }) => hasProcess(now) && now.eventCount > run.eventCount,
      'It has its process now.',
    );
  }

  /**
   * An engine of another generation does harm to a run: using it is the person's decision, once a run. The run's own
   * version is offered, by npx.
   * @throws CancelledError when the person decides against it
   */
  async demandFittingEngine(run: Run, verb: string): Promise<void> {
    const warning = engineMismatch(run, this.deps.access.version(run.projectDir));
    if (warning === undefined || this.#accepted.has(run.key)) return;
    const anyway = `${verb} Anyway`;
    const version = versionOf(run);
    const npx = version === undefined ? undefined : `Use ${version} With npx`;
    const chosen = await vscode.window.showWarningMessage(
      `${verb} with another version of the engine?`,
      {
        modal: true,
        detail: `${visible(warning)}${npx ? `\n\nnpx can bring version ${version}; it may download it from npm, and stays in use for this project until the window closes.` : ''}`,
      },
      ...(npx ? [npx] : []),
      anyway,
    );
    if (chosen === undefined) throw new CancelledError();
    if (chosen === npx && version !== undefined) this.deps.useVersion(run.projectDir, version);
    else this.#accepted.add(run.key);
  }

  /** The ways to get the engine that a run needs. */
  async chooseEngine(run: Run): Promise<void> {
    const version = versionOf(run);
    const { access } = this.deps;
    const items: (vscode.QuickPickItem & { run(): unknown })[] = [
      ...(version === undefined
        ? []
        : [
            {
              label: `$(cloud-download) Use version ${version} with npx`,
              detail:
                'The version that made the run. npx may download it from npm; it stays in use for this project until the window closes.',
              run: () => this.deps.useVersion(run.projectDir, version),
            },
          ]),
      {
        label: '$(cloud-download) Use the newest version with npx',
        detail: 'Where no other is found. npx may download it from npm.',
        run: () => access.allowNpx(),
      },
      {
        label: '$(gear) Set its path…',
        detail: 'The setting babysitterRuns.engine.path.',
        run: () => openSetting('engine.path'),
      },
    ];
    demandTrust();
    await (await pick(items, 'Choose Engine', 'Which engine should be used?')).run();
  }

  /** @throws NotNowError with the version that would know it */
  async #demandKnown(command: NewerCommand, title: string, run: Run): Promise<void> {
    demandTrust();
    const { access, features, logger } = this.deps;
    const { projectDir } = run;
    const known = await withEngine(
      { access, logger, projectDir },
      () => features(projectDir),
      async () => {},
    );
    if (known.has(newerCalls[command])) return;
    const version = access.version(projectDir);
    throw new NotNowError(
      `${title} needs an engine of version 6 or newer; ${version === undefined ? 'the one that was found does not know it' : `version ${version} was found`}.`,
    );
  }

  /** Asks the engine, and believes the journal. */
  async #call(
    { run }: StoredRun,
    call: CliCall<unknown>,
    isDone: (now: StoredRun) => boolean,
    sentence: string,
  ): Promise<void> {
    const { engine, store } = this.deps;
    const { lock } = asBabysitter(run);
    if (lock?.alive) throw new NotNowError(`Process ${lock.pid} holds the run; try again when it is done.`);
    const outcome = await engine.call(call, run.projectDir, new AbortController().signal);
    const now = await store.reread(run.key);
    if (!now) throw new HumanError(runDeleted);
    if (!isDone(now)) throw new HumanError(explainFailure(outcome));
    tell('info', `"${visible(runTitle(run))}": ${sentence}`);
  }
}

function versionOf(run: Run): string | undefined {
  const version = run.engineVersion;
  return version !== undefined && plainVersion.test(version) ? version : undefined;
}

async function ask(title: string, prompt: string): Promise<string> {
  const text = await vscode.window.showInputBox({
    title,
    prompt,
    ignoreFocusOut: true,
    validateInput: (value) => (value.trim() === '' ? 'Enter a few words.' : undefined),
  });
  if (text === undefined) throw new CancelledError();
  return text.trim();
}

async function pickPending(run: Run, effectId: string | undefined): Promise<Effect> {
  const pending = pendingEffects(run);
  if (effectId !== undefined) {
    const named = pending.find(({ effect }) => effect.effectId === effectId);
    if (!named) throw new NotNowError('This task is not open any more.');
    return named.effect;
  }
  if (pending.length === 0) throw new NotNowError('The run has no open task.');
  const items = pending.map(({ effect, task }) => ({
    label: withoutIcons(visible(taskTitle(effect, task))),
    description: withoutIcons(visible(effect.kind)),
    effect,
  }));
  return (await pick(items, pickerTitle('task.cancel'), 'Which task is cancelled?')).effect;
}
