import type { Disposable } from '../core/disposables';

/** So many changes, a screenful, are handed over at once when a window opens. */
const firstBatch = 50;
/** Milliseconds. Changes are handed over together; 50 runs changing at once are two or three batches. */
const batchEvery = 50;
/** So many changes are handed over without waiting for more: whoever takes them must not be busy for long. */
const largestBatch = 400;

/** Gathers changes and hands them over together, of each key only the latest. */
export class ChangeBatches<Key, Change> implements Disposable {
  readonly #batch = new Map<Key, Change>();
  #timer: NodeJS.Timeout | undefined;
  #isFirst = true;

  /** @param take is called with each batch */
  constructor(private readonly take: (batch: readonly Change[]) => void) {}

  /** How many changes wait to be handed over. */
  get size(): number {
    return this.#batch.size;
  }

  add(key: Key, change: Change): void {
    this.#batch.set(key, change);
    if (this.#batch.size >= (this.#isFirst ? firstBatch : largestBatch)) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), batchEvery);
  }

  /** Hands over what there is, be it nothing. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = [...this.#batch.values()];
    this.#batch.clear();
    this.#isFirst = false;
    this.take(batch);
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}
