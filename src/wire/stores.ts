import { homedir } from 'node:os';
import type { RunStore } from '../core/source/runStore';
import { StoreSearch } from '../node/storeSearch';
import type { Host } from './host';
import { storeKinds } from './storeKinds';
import { onStorePlacesChange, storePlaces } from './storeSettings';

/**
 * Looks for the stores of other engines, as settings and workspace change, and follows them.
 * @returns when all was looked through once
 */
export async function followStores({ own, logger, env }: Host, store: RunStore): Promise<void> {
  const search = own(
    new StoreSearch(
      () => storePlaces(storeKinds, homedir(), env),
      ({ kind, store: path }) => store.add(kind.open(path, logger), kind.engine),
    ),
  );
  own(onStorePlacesChange(() => void search.search()));
  await search.searchRegularly();
}
