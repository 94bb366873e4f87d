import * as vscode from 'vscode';
import { commandIds, type CommandId } from '../../core/commands';
import type { Logger } from '../../core/log';
import { guarded } from '../messages';

/** Does what a command is for. Anything may call it, with anything. */
export type CommandHandler = (argument?: unknown, how?: unknown) => Promise<void>;

/**
 * Registers every command.
 * @param handlerOf asked at each call, as what carries commands out may have to be loaded
 */
export function registerCommands(
  handlerOf: (id: CommandId) => Promise<CommandHandler>,
  name: (id: CommandId) => string,
  logger: Logger,
): vscode.Disposable {
  const registered = commandIds.map((id) =>
    vscode.commands.registerCommand(name(id), (argument?: unknown, how?: unknown) =>
      guarded(logger, async () => (await handlerOf(id))(argument, how)),
    ),
  );
  return vscode.Disposable.from(...registered);
}
