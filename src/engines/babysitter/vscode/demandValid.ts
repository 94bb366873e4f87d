import * as vscode from 'vscode';
import { CancelledError } from '../../../core/errors';

/** Asks before a document is used that does not fit its schema. @throws CancelledError when it shall not be */
export async function demandValid(problems: readonly string[], button: string): Promise<void> {
  if (problems.length === 0) return;
  const chosen = await vscode.window.showWarningMessage(
    'The document does not fit what is asked for.',
    { modal: true, detail: problems.slice(0, 5).join('\n') },
    button,
  );
  if (chosen !== button) throw new CancelledError();
}
