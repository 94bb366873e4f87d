import * as vscode from 'vscode';
import type { Attention } from '../core/attention/attention';
import { contextKeys, possibleKey } from '../core/contract';
import { DisposableStore, type Disposable } from '../core/disposables';
import type { RunActivity } from '../core/engine/runActivity';
import type { RunKey } from '../core/run/runKey';
import { PossibleActions } from '../core/source/possibleActions';
import type { RunStore } from '../core/source/runStore';

export interface PaletteKeysDeps {
  readonly store: RunStore;
  readonly driver: RunActivity;
  readonly attention: Attention;
}

/** Keeps the context keys by which the palette leaves out what could only refuse. */
export function followPossible({ store, driver, attention }: PaletteKeysDeps): Disposable {
  const disposables = new DisposableStore();
  const possible = new PossibleActions();
  const iterating = new Set<RunKey>();
  const shown = new Map<string, boolean>();
  const set = (key: string, value: boolean): void => {
    if ((shown.get(key) ?? false) === value) return;
    shown.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  };
  const follow = (keys: Iterable<RunKey>): void => {
    possible.update(keys, (key) => store.get(key));
    for (const [action, is] of possible.all) set(possibleKey(action), is);
  };
  follow(store.all.map(({ run }) => run.key));
  disposables.add(store.onDidChange(({ keys }) => follow(keys)));
  disposables.add(
    driver.onDidChangeIterating((key) => {
      if (driver.isIterating(key)) iterating.add(key);
      else iterating.delete(key);
      set(contextKeys.iterating, iterating.size > 0);
    }),
  );
  const needs = (): void => {
    const kinds = new Set(attention.needs.map(({ kind }) => kind));
    set(contextKeys.needs, kinds.size > 0);
    set(contextKeys.failed, kinds.has('failed'));
    set(contextKeys.damaged, kinds.has('damaged'));
  };
  needs();
  disposables.add(attention.onDidChange(needs));
  return disposables;
}
