/** Something that holds a resource until it is disposed. Disposing twice is harmless. */
export interface Disposable {
  dispose(): void;
}

/** Collects disposables; who creates one adds it on the same line. */
export class DisposableStore implements Disposable {
  readonly #items = new Set<Disposable>();
  #disposed = false;

  /** Adds and returns the item. When the store is disposed already, the item is disposed at once. */
  add<T extends Disposable>(item: T): T {
    if (this.#disposed) item.dispose();
    else this.#items.add(item);
    return item;
  }

  /** Disposes one item before the store's own end. */
  delete(item: Disposable): void {
    if (this.#items.delete(item)) item.dispose();
  }

  dispose(): void {
    this.#disposed = true;
    for (const item of [...this.#items].toReversed()) item.dispose();
    this.#items.clear();
  }
}

/** Holds one disposable at a time, such as a timer that is set again and again. */
export class MutableDisposable implements Disposable {
  #value: Disposable | undefined;
  #disposed = false;

  /** Disposes what was held before. `undefined`: nothing is held. Once disposed, what is set is disposed at once. */
  set(value: Disposable | undefined): void {
    this.#value?.dispose();
    this.#value = value;
    if (this.#disposed) value?.dispose();
  }

  dispose(): void {
    this.#disposed = true;
    this.set(undefined);
  }
}

/** A disposable made of a function, called at most once. */
export function toDisposable(onDispose: () => void): Disposable {
  let done = false;
  return {
    dispose() {
      if (done) return;
      done = true;
      onDispose();
    },
  };
}
