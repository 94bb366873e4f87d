import * as vscode from 'vscode';
import { CancelledError } from '../core/errors';
import { tell } from './messages';

/** Whether the workspace is trusted. */
export function isTrusted(): boolean {
  return vscode.workspace.isTrusted;
}

/**
 * Refuses what runs code of the workspace until it is trusted, and offers the way to trust it.
 * @throws CancelledError at once: the offer may stand there for hours
 */
export function demandTrust(): void {
  if (isTrusted()) return;
  tell(
    'warning',
    'This workspace is not trusted, so its runs can only be read: going on would run code of the workspace.',
    [
      {
        title: 'Manage Workspace Trust',
        run: () => vscode.commands.executeCommand('workbench.trust.manage'),
      },
    ],
  );
  throw new CancelledError();
}
