import { homedir } from 'node:os';
import { DisposableStore, type Disposable } from '../core/disposables';
import type { Logger } from '../core/log';
import type { RunStore } from '../core/source/runStore';
import { StoreSearch } from '../node/storeSearch';
import { storeKinds } from './storeKinds';
import { onStorePlacesChange, storePlaces } from './storeSettings';

/** Looks for the stores of other engines, as settings and workspace change, and follows them. */
export function followStores(store: RunStore, logger: Logger, env: NodeJS.ProcessEnv): Disposable {
  const disposables = new DisposableStore();
  const search = disposables.add(
    new StoreSearch(
      () => storePlaces(storeKinds, homedir(), env),
      ({ kind, store: path }) => store.add(kind.open(path, logger), kind.engine),
    ),
  );
  disposables.add(onStorePlacesChange(() => void search.search()));
  void search.searchRegularly();
  return disposables;
}
