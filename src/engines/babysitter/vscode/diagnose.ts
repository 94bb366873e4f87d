import { resolve } from 'node:path';
import * as vscode from 'vscode';
import {
  diagnose,
  type DiagnoseFacts,
  type Diagnosis,
  type ProcessCheck,
  type Remedy,
  type SessionBinding,
} from '../core/diagnose/diagnose';
import { commandTitle, type CommandId } from '../../../core/commands';
import type { RunActivity } from '../../../core/engine/runActivity';
import { HumanError, runDeleted } from '../../../core/errors';
import { cutAtWord, visible } from '../../../core/format';
import type { Logger } from '../../../core/log';
import { isInside } from '../../../core/paths';
import type { Repairer } from '../core/repair/repairer';
import { runTitle, type Run } from '../../../core/run/run';
import { keyText, type RunKey } from '../../../core/run/runKey';
import { hasProcess } from '../core/judge';
import type { RunStore } from '../../../core/source/runStore';
import { commandName, guarded, tell, type Choice } from '../../../vscode/messages';
import type { Opener } from '../../../vscode/opener';
import type { OpenedRuns } from '../../../vscode/tree/openedRuns';
import { workspaceFolders } from '../../../vscode/workspacePlaces';
import type { EngineCommands } from './engineCommands';
import type { RunTarget } from '../../../vscode/commands/targets';

export interface DiagnosingDeps {
  readonly store: RunStore;
  readonly opened: OpenedRuns;
  readonly activity: RunActivity;
  readonly repairer: Repairer;
  readonly engineCommands: EngineCommands;
  readonly logger: Logger;
  engine(projectDir: string): { readonly found: boolean; readonly version: string | undefined };
  /** Loads a process file in another process. Runs code of the workspace. */
  checkProcess(path: string, exportName: string, projectDir: string): Promise<ProcessCheck>;
  /** What a button of the run's page does; a button of ours is a person's click as well. */
  press(command: CommandId, key: RunKey): Promise<void>;
  readonly opener: Pick<Opener, 'run'>;
  sessions(runId: string): readonly SessionBinding[] | undefined;
  now(): number;
}

/** Says why a run is stuck, with the button that moves it. Changes nothing. */
export class Diagnosing {
  constructor(private readonly deps: DiagnosingDeps) {}

  async tell({ stored: { run: known } }: RunTarget): Promise<void> {
    const { logger } = this.deps;
    const diagnosis = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: 'Looking at the run' },
      () => this.#diagnose(known.key),
    );
    const title = visible(runTitle(known));
    logger.info(`Why is "${title}" stuck? ${visible(diagnosis.sentence)}`);
    for (const detail of diagnosis.details) logger.info(`  ${visible(detail)}`);
    const remedy = this.#button(known, diagnosis.remedy);
    const more: Choice[] =
      diagnosis.details.length > 0 && remedy?.title !== commandTitle('log.show')
        ? [
            {
              title: commandTitle('log.show'),
              run: () => vscode.commands.executeCommand(commandName('log.show')),
            },
          ]
        : [];
    tell('info', `"${title}": ${visible(cutAtWord(diagnosis.sentence, 500))}`, [
      ...(remedy ? [remedy] : []),
      ...more,
    ]);
  }

  async #diagnose(key: RunKey): Promise<Diagnosis> {
    const { store, opened, activity, repairer } = this.deps;
    const stored = await store.reread(key);
    if (!stored) throw new HumanError(runDeleted);
    const { run } = stored;
    const all = store.all;
    const facts: DiagnoseFacts = {
      stored,
      iterating: activity.isIterating(key),
      details: (await opened.get(key))?.details,
      repair: await repairer.plan(key).catch((error: unknown) => {
        // Held by a live process, or closed to us, which the run's state tells.
        if (error instanceof HumanError) return undefined;
        throw error;
      }),
      engine: vscode.workspace.isTrusted ? this.deps.engine(run.projectDir) : undefined,
      process: await this.#checkProcess(run, stored.state.state),
      sessions: this.deps.sessions(run.runId),
      parent: all.find((other) => other.run.runId === run.parentRunId),
      children: all.filter((other) => other.run.parentRunId === run.runId),
      now: this.deps.now(),
    };
    return diagnose({ ...facts, stored: store.get(key) ?? stored });
  }

  /** Loading runs the file: only where a person trusts it, where it lies in the project, and where it would run next. */
  async #checkProcess(run: Run, state: string): Promise<ProcessCheck | undefined> {
    const { entry } = run;
    if (!vscode.workspace.isTrusted || !entry || !hasProcess(run)) return undefined;
    if (!['ready', 'created', 'failed'].includes(state)) return undefined;
    const path = resolve(run.location, entry.importPath);
    if (![run.projectDir, ...workspaceFolders()].some((folder) => isInside(folder, path))) return undefined;
    return this.deps.checkProcess(path, entry.exportName, run.projectDir);
  }

  #button(run: Run, remedy: Remedy | undefined): Choice | undefined {
    switch (remedy?.type) {
      case undefined:
        return undefined;
      case 'command': {
        const { command, effectId, runKey = run.key } = remedy;
        return {
          title: command === 'run.diagnose' ? 'Ask That Run' : commandTitle(command),
          run: () =>
            guarded(this.deps.logger, async () => {
              if (command === 'breakpoint.answer') this.deps.opener.run(runKey, effectId);
              else if (effectId === undefined) await this.deps.press(command, runKey);
              else
                await vscode.commands.executeCommand(commandName(command), {
                  dir: keyText(runKey),
                  effectId,
                });
            }),
        };
      }
      case 'open': {
        const { path, line = 1 } = remedy;
        const at = new vscode.Position(Math.max(0, line - 1), 0);
        return {
          title: 'Open Process File',
          run: () =>
            vscode.window.showTextDocument(vscode.Uri.file(path), { selection: new vscode.Range(at, at) }),
        };
      }
      case 'engine':
        return { title: 'Choose Engine…', run: () => this.deps.engineCommands.chooseEngine(run) };
      default:
        return remedy satisfies never;
    }
  }
}
