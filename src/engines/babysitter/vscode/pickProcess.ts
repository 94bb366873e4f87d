import { basename } from 'node:path';
import * as vscode from 'vscode';
import { CancelledError, HumanError } from '../../../core/errors';
import { visible } from '../../../core/format';
import { withoutIcons } from '../../../vscode/messages';
import { isInside } from '../../../core/paths';
import { workspaceFolders } from '../../../vscode/workspacePlaces';
import type { FindProcesses, ProcessChoice } from './processChoice';
import { pick } from '../../../vscode/commands/targets';

export interface PickProcessDeps {
  readonly findProcesses: FindProcesses;
  /** Reads one process file; `undefined`: it exports no function. */
  readProcess(path: string): ProcessChoice | undefined;
}

/**
 * Asks for a process file: those of the workspace are listed as they are found, any other can be browsed to.
 * @throws CancelledError when the person picks none
 */
export async function pickProcess(title: string, deps: PickProcessDeps): Promise<ProcessChoice> {
  type Item = vscode.QuickPickItem & { readonly file?: ProcessChoice };
  const picker = vscode.window.createQuickPick<Item>();
  const folders = workspaceFolders();
  const browse: Item = {
    label: '$(folder-opened) Browse…',
    detail: 'Another JavaScript file that exports a process function.',
    alwaysShow: true,
  };
  picker.title = title;
  picker.placeholder = 'Looking for process files…';
  picker.matchOnDescription = true;
  picker.ignoreFocusOut = true;
  picker.busy = true;
  picker.items = [browse];
  const controller = new AbortController();
  const found: Item[] = [];
  const search = Promise.all(
    folders.map((folder) =>
      deps.findProcesses(folder, controller.signal, (file) => {
        const place = vscode.workspace.asRelativePath(vscode.Uri.file(file.path));
        found.push({
          label: `$(file-code) ${withoutIcons(visible(file.processId))}`,
          description: withoutIcons(visible(place)),
          file,
        });
        picker.items = [...found, browse];
      }),
    ),
  );
  const tellEnd = async (): Promise<void> => {
    await search;
    if (controller.signal.aborted) return;
    picker.busy = false;
    picker.placeholder =
      found.length === 0 ? 'No file here exports a function called process' : 'Choose a process';
  };
  void tellEnd();
  const chosen = await new Promise<Item | undefined>((settle) => {
    picker.onDidAccept(() => settle(picker.activeItems[0]));
    picker.onDidHide(() => settle(undefined));
    picker.show();
  });
  controller.abort();
  picker.dispose();
  if (!chosen) throw new CancelledError();
  return chosen.file ?? browseForProcess(deps);
}

async function browseForProcess({ readProcess }: PickProcessDeps): Promise<ProcessChoice> {
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: 'Choose a Process File',
      filters: { JavaScript: ['js', 'mjs', 'cjs', 'ts', 'mts'] },
    })) ?? [];
  if (!uri) throw new CancelledError();
  const file = readProcess(uri.fsPath);
  if (!file) throw new HumanError(`${basename(uri.fsPath)} exports no function that could be a process.`);
  if (!workspaceFolders().some((folder) => isInside(folder, uri.fsPath))) {
    throw new HumanError(
      `${basename(uri.fsPath)} lies outside of the workspace, which is not trusted with it.`,
    );
  }
  return file;
}

/** Asks which function of a file is the process, if there are several. */
export async function pickExport({ exports, path }: ProcessChoice, title: string): Promise<string> {
  const [only] = exports;
  if (only !== undefined && exports.length === 1) return only;
  const items = exports.map((name) => ({
    label: name,
    description: name === 'process' ? 'the usual one' : '',
  }));
  return (await pick(items, title, `${basename(path)} exports several functions`)).label;
}
