import * as vscode from 'vscode';
import { commandTitle, pickerTitle } from '../../../core/commands';
import { NotNowError } from '../../../core/errors';
import { commandName, tell } from '../../../vscode/messages';
import { demandTrust } from '../../../vscode/trust';
import { pick } from '../../../vscode/commands/targets';

const place = '.a5c/processes/sample.mjs';

/** Asks one question, then has one command run: no agent is needed to complete it. */
const source = `// A sample Babysitter process. Start it with New Run…, continue it with Iterate Once.

/** @param {{ name?: string }} inputs */
export async function process(inputs, ctx) {
  const answer = await ctx.breakpoint({
    title: 'Greet ' + (inputs?.name ?? 'the world'),
    question: 'Print the greeting?',
  });
  if (answer?.approved === false) return { success: false, summary: 'The greeting was declined.' };

  // Run Task… on its row runs the command and shows the result before it is posted.
  const printed = await ctx.task(
    { id: 'greet', build: () => ({ kind: 'shell', title: 'Print the greeting', shell: { command: 'echo hello' } }) },
    {},
  );
  return { success: true, summary: 'The greeting was printed.', printed };
}
`;

/**
 * Writes a small process into the workspace, shows it, and offers to run it.
 * @throws NotNowError where no folder is open, CancelledError when none is picked
 */
export async function createSampleProcess(): Promise<void> {
  demandTrust();
  const folders = vscode.workspace.workspaceFolders ?? [];
  const [first] = folders;
  if (!first) throw new NotNowError('Open a folder first: a process is a file of a project.');
  const items = folders.map((folder) => ({ label: folder.name, description: folder.uri.fsPath, folder }));
  const title = pickerTitle('sample.process');
  const folder =
    folders.length === 1 ? first : (await pick(items, title, 'Create it in which folder?')).folder;
  const uri = vscode.Uri.joinPath(folder.uri, place);
  const edit = new vscode.WorkspaceEdit();
  // One that is there already is the person's own by now.
  edit.createFile(uri, { ignoreIfExists: true, contents: new TextEncoder().encode(source) });
  await vscode.workspace.applyEdit(edit);
  await vscode.window.showTextDocument(uri);
  tell(
    'info',
    `Created ${place}. It asks one question, then runs one command. Start it with ${commandTitle('run.create')}.`,
    [
      {
        title: commandTitle('run.create'),
        run: () => vscode.commands.executeCommand(commandName('run.create')),
      },
    ],
  );
}
