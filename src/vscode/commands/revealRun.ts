import * as vscode from 'vscode';
import { visible } from '../../core/format';
import { revealPlace } from '../../core/revealPlace';
import { tell } from '../messages';

/** In the file manager where the person has it, else in the explorer, else the path is copied and said. */
export async function revealRun(dir: string): Promise<void> {
  const uri = vscode.Uri.file(dir);
  const place = revealPlace({
    commands: await vscode.commands.getCommands(),
    remote: vscode.env.remoteName,
    inWorkspace: vscode.workspace.getWorkspaceFolder(uri) !== undefined,
  });
  switch (place.where) {
    case 'system':
      await vscode.commands.executeCommand('revealFileInOS', uri);
      return;
    case 'explorer':
      await vscode.commands.executeCommand('revealInExplorer', uri);
      break;
    case 'clipboard':
      await vscode.env.clipboard.writeText(dir);
      break;
    default:
      place.where satisfies never;
  }
  if (place.said !== undefined) tell('info', `${place.said} ${visible(dir)}`);
}
