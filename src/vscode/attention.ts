import * as vscode from 'vscode';
import type { Attention } from '../core/attention/attention';
import { needsSentence } from '../core/attention/needsYou';
import { contextKeys, views } from '../core/contract';
import { DisposableStore, type Disposable } from '../core/disposables';
import type { RunStore } from '../core/source/runStore';
import { setContext } from './contextKeys';
import type { LookedAt } from './panel/lookedAt';
import { needsOptions } from './settings';
import type { RunTree } from './tree/runTree';

/** What the views say above their rows; `undefined`: nothing. */
export type ViewMessage = () => string | undefined;

export interface AttentionViews {
  readonly store: RunStore;
  readonly attention: Attention;
  readonly needsYou: RunTree;
  readonly runs: RunTree;
  readonly pages: LookedAt;
  readonly message: ViewMessage;
}

/** Shows what needs the person: in the view, on its badge and in the status bar, the same everywhere. */
export function showAttention(deps: AttentionViews): Disposable & { update(): void } {
  const { store, attention, needsYou, runs, pages, message } = deps;
  const disposables = new DisposableStore();
  const status = disposables.add(
    vscode.window.createStatusBarItem(`${views.needsYou}.count`, vscode.StatusBarAlignment.Left, 10),
  );
  status.name = 'Babysitter Runs';
  status.command = `${views.needsYou}.focus`;
  const update = (): void => {
    const all = store.all;
    const { needs } = attention;
    const n = needs.length;
    const sentence = needsSentence(needs);
    needsYou.view.badge = n === 0 ? undefined : { value: n, tooltip: sentence };
    status.text = `$(bell-dot) ${n}`;
    status.tooltip = `Babysitter Runs: ${sentence}`;
    status.accessibilityInformation = { label: `Babysitter Runs: ${sentence}` };
    if (n === 0) status.hide();
    else status.show();
    // While places are still being looked at, neither welcome text is true.
    setContext(contextKeys.shown, all.length > 0 ? 'runs' : store.loaded ? 'none' : undefined);
    const said = all.length === 0 ? '' : (message() ?? '');
    if ((runs.view.message ?? '') !== said) runs.view.message = said;
  };
  const look = (): void => {
    for (const key of pages.lookedAt) attention.lookedAt(key);
  };
  update();
  disposables.add(
    store.onDidChange(() => {
      update();
      // A run that fails while its page is seen.
      look();
    }),
  );
  disposables.add(
    attention.onDidChange(() => {
      update();
      needsYou.update();
      runs.update();
    }),
  );
  disposables.add(pages.onDidChangeLookedAt(look));
  disposables.add(
    runs.view.onDidExpandElement(({ element }) => {
      if (element.kind === 'run') attention.lookedAt(element.runKey);
    }),
  );
  disposables.add(needsOptions.onDidChange(() => attention.update()));
  return { update, dispose: () => disposables.dispose() };
}
