import * as vscode from 'vscode';
import { prettyJson } from '../../../core/run/jsonText';
import { CancelledError } from '../../../core/errors';
import { cutAtWord, oneLine, visible } from '../../../core/format';
import { moment } from '../../../core/moments';
import { exampleOf } from '../core/newRun/processFile';
import { runTitle, type Run } from '../../../core/run/run';
import { withoutIcons } from '../../../vscode/messages';
import type { Schema } from '../../../core/jsonSchema';

/** Inputs that were chosen, and whether they are to be edited before they are used. */
export interface ChosenInputs {
  readonly value: unknown;
  readonly edits: boolean;
}

/**
 * Asks which inputs a process gets: none, those of an earlier run, or others.
 * @param schema what the process wants; `undefined`: it does not say
 * @throws CancelledError when the person picks none
 */
export async function pickInputs(
  title: string,
  schema: Schema | undefined,
  recent: readonly { readonly run: Run; readonly inputs: unknown }[],
): Promise<ChosenInputs> {
  const edit: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('edit'), tooltip: 'Edit First' };
  type Item = vscode.QuickPickItem & { readonly inputs?: unknown; readonly edits?: boolean };
  const picker = vscode.window.createQuickPick<Item>();
  picker.title = title;
  picker.placeholder = 'Inputs of the process';
  picker.ignoreFocusOut = true;
  const example = exampleOf(schema) ?? {};
  picker.items = [
    {
      label: '$(edit) Edit a JSON document…',
      detail: schema
        ? `The process wants: ${previewInputs(example)}`
        : 'The process does not say what it wants.',
      inputs: example,
      edits: true,
    },
    { label: '$(circle-slash) No inputs', detail: 'The process gets an empty object.' },
    ...(recent.length === 0 ? [] : [{ label: 'Recent', kind: vscode.QuickPickItemKind.Separator }]),
    ...recent.map(({ run, inputs }) => ({
      label: withoutIcons(previewInputs(inputs)),
      description: withoutIcons(visible(`${runTitle(run)} · ${moment(run.createdAt, Date.now())}`)),
      inputs,
      buttons: [edit],
    })),
  ];
  const chosen = await new Promise<Item | undefined>((settle) => {
    picker.onDidAccept(() => settle(picker.activeItems[0]));
    picker.onDidTriggerItemButton(({ item }) => settle({ ...item, edits: true }));
    picker.onDidHide(() => settle(undefined));
    picker.show();
  });
  picker.dispose();
  if (!chosen) throw new CancelledError();
  return { value: chosen.inputs, edits: chosen.edits === true };
}

/** Inputs in one line. */
export function previewInputs(value: unknown): string {
  if (value === undefined) return 'None';
  return visible(cutAtWord(oneLine(prettyJson(value) ?? 'nested too deeply to be shown'), 120));
}
