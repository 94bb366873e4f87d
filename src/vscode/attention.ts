import * as vscode from 'vscode';
import { contextKeys, views } from '../core/contract';
import { DisposableStore, type Disposable } from '../core/disposables';
import { count } from '../core/format';
import type { RunStore } from '../core/source/runStore';
import { needsYouNodes } from '../core/tree/buildTree';
import type { RunTree } from './tree/runTree';

/** What the views say above their rows; `undefined`: nothing. */
export type ViewMessage = () => string | undefined;

/** Shows how many questions wait: on the view's badge and in the status bar, the same number everywhere. */
export function showAttention(
  store: RunStore,
  needsYou: RunTree,
  runs: RunTree,
  message: ViewMessage,
): Disposable & { update(): void } {
  const disposables = new DisposableStore();
  const status = disposables.add(
    vscode.window.createStatusBarItem(`${views.needsYou}.count`, vscode.StatusBarAlignment.Left, 10),
  );
  status.name = 'Babysitter Runs';
  status.command = `${views.needsYou}.focus`;
  let shown: string | undefined;
  const update = (): void => {
    const all = store.all;
    const n = needsYouNodes(all).length;
    const sentence = `${count(n, 'question')} ${n === 1 ? 'waits' : 'wait'} for you`;
    needsYou.view.badge = n === 0 ? undefined : { value: n, tooltip: sentence };
    status.text = `$(bell-dot) ${n}`;
    status.tooltip = `Babysitter Runs: ${sentence}`;
    status.accessibilityInformation = { label: `Babysitter Runs: ${sentence}` };
    if (n === 0) status.hide();
    else status.show();
    // While places are still being looked at, neither welcome text is true.
    const next = all.length > 0 ? 'runs' : store.loaded ? 'none' : undefined;
    if (next !== shown) void vscode.commands.executeCommand('setContext', contextKeys.shown, next);
    shown = next;
    const said = all.length === 0 ? '' : (message() ?? '');
    if ((runs.view.message ?? '') !== said) runs.view.message = said;
  };
  update();
  disposables.add(store.onDidChange(update));
  return { update, dispose: () => disposables.dispose() };
}
