import * as vscode from 'vscode';
import { commandTitle, type CommandId } from '../core/commands';
import { prefix } from '../core/contract';
import { CancelledError, HumanError, messageOf, NotNowError } from '../core/errors';
import type { Logger } from '../core/log';

/** The full id of one of our commands. */
export function commandName(id: CommandId): string {
  return `${prefix}.${id}`;
}

/**
 * Text for a notification. VS Code turns `[text](target)`, commands included, into links there, and run text must not
 * make any.
 */
export function plain(text: string): string {
  return text.replaceAll('](', '] (');
}

/** Text for a quick pick or the status bar, where `$(name)` would become an icon. */
export function withoutIcons(text: string): string {
  return text.replaceAll('$(', '$ (');
}

/** A button of a notification and what it does. */
export interface Choice {
  readonly title: string;
  run(): unknown;
}

type Severity = 'info' | 'warning' | 'error';

/** Shows a notification without waiting for it. */
export function tell(severity: Severity, sentence: string, choices: readonly Choice[] = []): void {
  const show = {
    info: vscode.window.showInformationMessage,
    warning: vscode.window.showWarningMessage,
    error: vscode.window.showErrorMessage,
  }[severity];
  const titles = choices.map(({ title }) => title);
  void show(plain(sentence), ...titles).then((title) =>
    choices.find((choice) => choice.title === title)?.run(),
  );
}

/** The one place where errors reach a person. Cancelling is silent; what is our own fault says so and is logged. */
export function showError(error: unknown, logger: Logger): void {
  if (error instanceof CancelledError) return;
  if (error instanceof NotNowError) {
    tell('info', error.message);
    return;
  }
  const showLog: Choice = {
    title: commandTitle('log.show'),
    run: () => vscode.commands.executeCommand(commandName('log.show')),
  };
  if (error instanceof HumanError) {
    logger.warn(error.message);
    tell('error', [error.message, error.nextStep].filter(Boolean).join(' '), [showLog]);
    return;
  }
  logger.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  tell('error', `Babysitter Runs made a mistake: ${messageOf(error)}`, [showLog]);
}

/**
 * Asks in a modal dialog.
 * @throws CancelledError unless the button is chosen
 */
export async function confirm(message: string, detail: string, button: string): Promise<void> {
  const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, button);
  if (chosen !== button) throw new CancelledError();
}

/** Does something for which nobody waits: whatever it throws is told to the person. */
export async function guarded(logger: Logger, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    showError(error, logger);
  }
}
