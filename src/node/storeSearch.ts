import type { Disposable } from '../core/disposables';
import { oneAtATime } from '../core/oneAtATime';
import { inSlices } from './slices';
import { findStores, type FoundStore, type StoreKind } from './stores';

/** Looking for stores takes at most this share of the time, and rests at least so long, in milliseconds. */
const searchEvery = 5000;
const searchShare = 100;

/** Where stores are looked for. */
export interface StorePlaces {
  /** Folders that are searched, each for these kinds. */
  readonly searched: readonly { readonly root: string; readonly kinds: readonly StoreKind[] }[];
  /** Places that a person or an engine names. */
  readonly named: readonly { readonly path: string; readonly kind: StoreKind }[];
}

/** Finds stores, again and again, as they come and go and settings change. */
export class StoreSearch implements Disposable {
  readonly #open = new Map<string, Disposable>();
  #timer: NodeJS.Timeout | undefined;
  #disposed = false;

  /** Looks for stores now, and ends those that are gone. */
  readonly search = oneAtATime(() => this.#searchOnce());

  /**
   * @param places asked at each search
   * @param begin begins to follow a store that is new, until the result is disposed
   */
  constructor(
    private readonly places: () => StorePlaces,
    private readonly begin: (found: FoundStore) => Disposable,
  ) {}

  /** Searches now, and then now and again until disposed. */
  async searchRegularly(): Promise<void> {
    const start = performance.now();
    await this.search();
    if (this.#disposed) return;
    const pause = Math.max(searchEvery, (performance.now() - start) * searchShare);
    this.#timer = setTimeout(() => void this.searchRegularly(), pause);
    this.#timer.unref();
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    for (const opened of this.#open.values()) opened.dispose();
    this.#open.clear();
  }

  async #searchOnce(): Promise<void> {
    const { searched, named } = this.places();
    const found: FoundStore[] = [];
    for (const { path, kind } of named) {
      const store = kind.named(path)?.store;
      // A folder that is no store may hold some.
      found.push(...(store === undefined ? await inSlices(findStores(path, [kind])) : [{ kind, store }]));
    }
    for (const { root, kinds } of searched) {
      if (kinds.length > 0) found.push(...(await inSlices(findStores(root, kinds))));
    }
    if (this.#disposed) return;
    const wanted = new Map(found.map((each) => [JSON.stringify([each.kind.engine.id, each.store]), each]));
    for (const [key, opened] of this.#open) {
      if (wanted.has(key)) continue;
      opened.dispose();
      this.#open.delete(key);
    }
    for (const [key, each] of wanted) if (!this.#open.has(key)) this.#open.set(key, this.begin(each));
  }
}
