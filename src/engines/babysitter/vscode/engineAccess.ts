import * as vscode from 'vscode';
import { commandTitle } from '../../../core/commands';
import { CancelledError, HumanError } from '../../../core/errors';
import { NoEngineError } from '../core/drive/engine';
import type { Logger } from '../../../core/log';
import { commandName, guarded } from '../../../vscode/messages';
import { openSetting } from '../../../vscode/settings';

/** What the commands need of the place where the engine is looked for. */
export interface EngineAccess {
  /** The npm script that installs, and Node to run it; `undefined`: no npm on PATH. @throws HumanError */
  installCommand(): Promise<
    | {
        readonly file: string;
        readonly args: readonly string[];
        readonly env: Readonly<Record<string, string | null>>;
      }
    | undefined
  >;
  allowNpx(): void;
  npxAllowed(): boolean;
  /** The version of the engine that a project would use; `undefined` when it is not known. */
  version(projectDir: string): string | undefined;
  /** The absolute path of the script that a project would use; `undefined`: there is none. */
  program(projectDir: string): string | undefined;
}

/** For whom an engine is needed. */
export interface EngineNeed {
  readonly access: EngineAccess;
  readonly logger: Logger;
  readonly projectDir: string;
}

/**
 * Without an engine the work ends, and the ways to get one are offered for as long as the person likes.
 * @param again what to do when there is one
 * @throws CancelledError when there is none, besides whatever the work throws
 */
export async function withEngine<T>(
  { access, logger, projectDir }: EngineNeed,
  work: () => Promise<T>,
  again: () => Promise<void>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof NoEngineError)) throw error;
    void guarded(logger, async () => {
      await offerEngine(access, projectDir, error);
      await again();
    });
    throw new CancelledError();
  }
}

/**
 * Says where the engine was looked for, and offers the ways to get one.
 * @throws CancelledError unless there is one afterwards, as far as is known
 */
async function offerEngine(access: EngineAccess, projectDir: string, error: NoEngineError): Promise<void> {
  const npx = 'Use npx';
  const install = 'Install…';
  const settings = 'Open Settings';
  const chosen = await vscode.window.showErrorMessage(
    error.message,
    ...(access.npxAllowed() ? [] : [npx]),
    install,
    settings,
    commandTitle('log.show'),
  );
  switch (chosen) {
    case npx:
      return access.allowNpx();
    case install:
      return installEngine(access, projectDir);
    case settings:
      await openSetting('engine.path');
      throw new CancelledError();
    case commandTitle('log.show'):
      await vscode.commands.executeCommand(commandName('log.show'));
      throw new CancelledError();
    default:
      throw new CancelledError();
  }
}

/** Installs the engine's package in the project, in a terminal where a person sees what happens. */
async function installEngine(access: EngineAccess, projectDir: string): Promise<void> {
  const command = await access.installCommand();
  if (!command) throw new HumanError('npm was not found on PATH.', 'Install Node.js with npm first.');
  const yes = 'Install';
  const confirmed = await vscode.window.showWarningMessage(
    'Install @a5c-ai/babysitter-sdk in this project?',
    {
      modal: true,
      detail: `npm downloads it into ${projectDir} and adds it to the development dependencies.`,
    },
    yes,
  );
  if (confirmed !== yes) throw new CancelledError();
  const terminal = vscode.window.createTerminal({
    name: 'Install Babysitter',
    shellPath: command.file,
    shellArgs: [...command.args],
    env: command.env,
    cwd: projectDir,
  });
  terminal.show();
  await new Promise<void>((resolve) => {
    const closed = vscode.window.onDidCloseTerminal((which) => {
      if (which !== terminal) return;
      closed.dispose();
      resolve();
    });
  });
}
