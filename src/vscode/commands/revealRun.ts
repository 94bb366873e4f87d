import * as vscode from 'vscode';
import { visible } from '../../core/format';
import { tell } from '../messages';

/** In the file manager where there is one, else in the explorer, else the path is copied and said. */
export async function revealRun(dir: string): Promise<void> {
  const uri = vscode.Uri.file(dir);
  const known = new Set(await vscode.commands.getCommands());
  if (known.has('revealFileInOS')) {
    await vscode.commands.executeCommand('revealFileInOS', uri);
  } else if (known.has('revealInExplorer') && vscode.workspace.getWorkspaceFolder(uri)) {
    await vscode.commands.executeCommand('revealInExplorer', uri);
  } else {
    await vscode.env.clipboard.writeText(dir);
    tell('info', `The run folder's path is on the clipboard: ${visible(dir)}`);
  }
}
