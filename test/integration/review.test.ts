import { deepEqual, equal, match } from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import * as vscode from 'vscode';
import manifest from '../../package.json';

const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
const project = join(workspace, 'reviewed');
const run = join(project, '.a5c', 'runs', 'breakpoint-pending');

suite('A review that another extension wants to send', () => {
  const dialogs: string[] = [];
  const { showWarningMessage } = vscode.window;

  suiteSetup(async () => {
    const extension = vscode.extensions.getExtension(`${manifest.publisher}.${manifest.name}`);
    await extension?.activate();
    const fixtures = join(extension?.extensionPath ?? '', 'test/fixtures/captured/0.0.187/workspace');
    mkdirSync(join(project, 'artifacts'), { recursive: true });
    writeFileSync(join(project, 'artifacts', 'plan.md'), '# Plan\n\nAll of it.\n');
    cpSync(join(fixtures, '.a5c', 'runs', 'breakpoint-pending'), run, { recursive: true });
    vscode.window.showWarningMessage = async (message: string, options?: unknown) => {
      const { modal, detail } = (options ?? {}) as vscode.MessageOptions;
      if (modal) dialogs.push(`${message}\n${detail}`);
      return undefined as never;
    };
  });

  suiteTeardown(() => {
    Object.assign(vscode.window, { showWarningMessage });
    rmSync(project, { recursive: true, force: true });
  });

  test('is confirmed by a person first, who sees every comment', async () => {
    const before = files();
    const uri = vscode.Uri.file(join(project, 'artifacts', 'plan.md'));
    const thread = { uri, range: new vscode.Range(2, 0, 2, 0), dispose() {} };

    // The comment is taken up as soon as the run is read.
    for (let tries = 0; dialogs.length === 0 && tries < 100; tries += 1) {
      await vscode.commands.executeCommand('babysitterRuns.runs.refresh');
      await vscode.commands.executeCommand('babysitterRuns.review.add', { thread, text: 'Which part?' });
      await vscode.commands.executeCommand('babysitterRuns.review.send', { dir: run });
      await pause(50);
    }
    // A thread of their own making is none of ours.
    await vscode.commands.executeCommand('babysitterRuns.review.send', { ...thread, dir: run });

    equal(dialogs.length, 2);
    for (const dialog of dialogs) {
      match(dialog, /^Request Changes "Approve migration plan"\?\nRun: .*breakpoint-pending\)/);
      match(
        dialog,
        /1 comment in 1 file:\n+\*\*artifacts\/plan\.md, line 3\*\*[^]*All of it\.[^]*Which part\?/,
      );
    }
    deepEqual(files(), before);
  });

  test('addresses of older texts that somebody made up show nothing', async () => {
    const commit = '0'.repeat(40);
    for (const query of [
      ...['', 'x', '{}', 'null'],
      JSON.stringify({ of: 'commit', file: '/etc/passwd', commit }),
      JSON.stringify({ of: 'commit', file: join(project, '..', '..', 'etc', 'passwd'), commit: 'HEAD' }),
      JSON.stringify({ of: 'copy', dir: '../..', effectId: '../../x', path: '/etc/passwd' }),
    ]) {
      const uri = vscode.Uri.from({ scheme: 'babysitter-runs-evidence', path: '/x', query });
      const document = await vscode.workspace.openTextDocument(uri);
      equal(document.getText(), 'This older text is not there any more.\n', query);
    }
  });
});

/** Every file of the run, with its content. */
function files(): Record<string, string> {
  const paths = readdirSync(run, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(paths.map((path) => [path, readFileSync(path, 'utf8')]));
}
