import { join } from 'node:path';
import type * as vscode from 'vscode';
import { systemClock, type Clock } from '../core/clock';
import { LogChannel } from '../vscode/logChannel';

/** Milliseconds in which VS Code starts or draws rows, before what is not needed for that is loaded. */
export const rowsFirst = 100;

/** The window that the extension runs in, and what every part may need of it. */
export interface Host {
  readonly context: vscode.ExtensionContext;
  readonly manifest: { readonly displayName: string; readonly version: string };
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly logger: LogChannel;
  /** Gives the item back, and disposes it when the extension ends. */
  own<T extends vscode.Disposable>(item: T): T;
  /** A folder of that name in the extension's storage, which all windows share. */
  storage(name: string): string;
}

/** Opens the log, too. */
export function makeHost(context: vscode.ExtensionContext): Host {
  const own = <T extends vscode.Disposable>(item: T): T => {
    context.subscriptions.push(item);
    return item;
  };
  return {
    context,
    manifest: context.extension.packageJSON,
    env: process.env,
    clock: systemClock,
    logger: own(new LogChannel(context.logUri)),
    own,
    storage: (name) => join(context.globalStorageUri.fsPath, name),
  };
}
