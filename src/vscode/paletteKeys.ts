import type { Attention } from '../core/attention/attention';
import { contextKeys, possibleKey } from '../core/contract';
import { DisposableStore, type Disposable } from '../core/disposables';
import type { RunActivity } from '../core/engine/runActivity';
import type { RunKey } from '../core/run/runKey';
import { PossibleActions } from '../core/source/possibleActions';
import type { RunStore } from '../core/source/runStore';
import { setContext } from './contextKeys';

export interface PaletteKeysDeps {
  readonly store: RunStore;
  readonly activity: RunActivity;
  readonly attention: Attention;
}

/** Keeps the context keys by which the palette leaves out what could only refuse. */
export function followPossible({ store, activity, attention }: PaletteKeysDeps): Disposable {
  const disposables = new DisposableStore();
  const possible = new PossibleActions();
  const iterating = new Set<RunKey>();
  const follow = (keys: Iterable<RunKey>): void => {
    possible.update(keys, (key) => store.get(key));
    for (const [action, is] of possible.all) setContext(possibleKey(action), is);
  };
  follow(store.all.map(({ run }) => run.key));
  disposables.add(store.onDidChange(({ keys }) => follow(keys)));
  disposables.add(
    activity.onDidChangeIterating((key) => {
      if (activity.isIterating(key)) iterating.add(key);
      else iterating.delete(key);
      setContext(contextKeys.iterating, iterating.size > 0);
    }),
  );
  const needs = (): void => {
    const kinds = new Set(attention.needs.map(({ kind }) => kind));
    setContext(contextKeys.needs, kinds.size > 0);
    setContext(contextKeys.failed, kinds.has('failed'));
    setContext(contextKeys.damaged, kinds.has('damaged'));
  };
  needs();
  disposables.add(attention.onDidChange(needs));
  return disposables;
}
