import * as vscode from 'vscode';

/** Puts a text on the clipboard and says so. `what`: its name at the beginning of a sentence. */
export async function copyText(text: string, what: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(`$(copy) ${what} is on the clipboard.`, 4000);
}
