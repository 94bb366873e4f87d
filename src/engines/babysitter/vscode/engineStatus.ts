import * as vscode from 'vscode';
import { engineMismatch } from '../core/drive/engineMismatch';
import { visible } from '../../../core/format';
import { runTitle, type Run } from '../../../core/run/run';
import { keyText, type RunKey } from '../../../core/run/runKey';
import type { RunStore } from '../../../core/source/runStore';
import { commandName, withoutIcons } from '../../../vscode/messages';
import type { LookedAt } from '../../../vscode/panel/lookedAt';

export interface EngineStatusDeps {
  readonly store: RunStore;
  readonly pages: LookedAt;
  /** The version of the engine that a project would use; `undefined` when it is not known. */
  version(projectDir: string): string | undefined;
}

/**
 * A status bar item while a run that somebody looks at, or that is being worked on, was made by another generation of
 * the engine than the one found here.
 */
export function showEngineStatus({ store, pages, version }: EngineStatusDeps): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('engine', vscode.StatusBarAlignment.Left, 9);
  item.name = 'Babysitter Engine';
  item.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
  const live = new Set<RunKey>();
  let candidates = '';

  const update = (keys: readonly RunKey[]): void => {
    const runs = keys.flatMap((key) => store.get(key)?.run ?? []);
    const warned = runs
      .map((run): readonly [Run, string | undefined] => [run, engineMismatch(run, version(run.projectDir))])
      .find(([, warning]) => warning !== undefined);
    if (!warned) return item.hide();
    const [run, warning = ''] = warned;
    item.text = `$(warning) Engine ${withoutIcons(visible(version(run.projectDir) ?? ''))}`;
    item.tooltip = `"${visible(runTitle(run))}": ${visible(warning)}`;
    item.accessibilityInformation = { label: item.tooltip };
    item.command = {
      command: commandName('run.diagnose'),
      title: '',
      arguments: [{ dir: keyText(run.key) }],
    };
    item.show();
  };
  /** Looks for the engine only when other runs are concerned than before. */
  const look = (): void => {
    const keys = [...new Set([...pages.lookedAt, ...live])];
    const known = keys.map((key) => `${keyText(key)} ${store.get(key)?.run.engineVersion ?? ''}`).join('\n');
    if (known === candidates) return;
    candidates = known;
    if (vscode.workspace.isTrusted) update(keys);
  };
  const listening = [
    store.onDidChange(({ keys }) => {
      for (const key of keys) {
        const { state } = store.get(key) ?? {};
        if (state?.state === 'working' && !state.guessed) live.add(key);
        else live.delete(key);
      }
      look();
    }),
    pages.onDidChangeLookedAt(look),
  ];
  return vscode.Disposable.from(item, ...listening);
}
