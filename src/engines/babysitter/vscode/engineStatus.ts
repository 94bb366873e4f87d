import * as vscode from 'vscode';
import { engineMismatch } from '../core/drive/engineMismatch';
import { visible } from '../../../core/format';
import { runTitle, type Run } from '../../../core/run/run';
import type { RunStore } from '../../../core/source/runStore';
import { commandName, withoutIcons } from '../../../vscode/messages';
import type { LookedAt } from '../../../vscode/panel/pages';

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
  const live = new Set<string>();
  let candidates = '';

  const update = (dirs: readonly string[]): void => {
    const runs = dirs.flatMap((dir) => store.get(dir)?.run ?? []);
    const warned = runs
      .map((run): readonly [Run, string | undefined] => [run, engineMismatch(run, version(run.projectDir))])
      .find(([, warning]) => warning !== undefined);
    if (!warned) return item.hide();
    const [run, warning = ''] = warned;
    item.text = `$(warning) Engine ${withoutIcons(visible(version(run.projectDir) ?? ''))}`;
    item.tooltip = `"${visible(runTitle(run))}": ${visible(warning)}`;
    item.accessibilityInformation = { label: item.tooltip };
    item.command = { command: commandName('run.diagnose'), title: '', arguments: [{ dir: run.dir }] };
    item.show();
  };
  /** Looks for the engine only when other runs are concerned than before. */
  const look = (): void => {
    const dirs = [...new Set([...pages.lookedAt, ...live])];
    const known = dirs.map((dir) => `${dir} ${store.get(dir)?.run.engineVersion ?? ''}`).join('\n');
    if (known === candidates) return;
    candidates = known;
    if (vscode.workspace.isTrusted) update(dirs);
  };
  const listening = [
    store.onDidChange(({ dirs }) => {
      for (const dir of dirs) {
        const { state } = store.get(dir) ?? {};
        if (state?.state === 'working' && !state.guessed) live.add(dir);
        else live.delete(dir);
      }
      look();
    }),
    pages.onDidChangeLookedAt(look),
  ];
  return vscode.Disposable.from(item, ...listening);
}
