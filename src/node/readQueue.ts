import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Disposable } from '../core/disposables';
import type { Sliced } from '../core/sliced';
import { inSlices, isSliceOver } from './slices';

/** What a queue does with its entries. */
export interface QueueWork<Key, Dirt> {
  /** An entry is read soon, perhaps after the next turn of the event loop; may be told several times. */
  prepare?(key: Key): void;
  /** Reads one entry anew. */
  read(key: Key, dirt: Dirt): Sliced<void>;
  /** What is to be read of an entry that changed again before it was read. */
  merge(before: Dirt, more: Dirt): Dirt;
  /** Reading an entry threw; the others are read all the same. */
  failed(key: Key, error: unknown): void;
}

/** About as many as are read in two slices. */
const preparedAtOnce = 48;

/**
 * What changed and waits to be read. Entries are read one after the other, in slices; those that come meanwhile are read
 * by the same loop, and one that changes again before its turn is read once.
 * @template Dirt what of an entry is to be read
 */
export class ReadQueue<Key, Dirt> implements Disposable {
  readonly #dirty = new Map<Key, Dirt>();
  #reading: Promise<void> | undefined;
  #disposed = false;

  constructor(private readonly work: QueueWork<Key, Dirt>) {}

  /** Settles when the reading under way is done; `undefined` when nothing is being read. */
  get reading(): Promise<void> | undefined {
    return this.#reading;
  }

  has(key: Key): boolean {
    return this.#dirty.has(key);
  }

  /** Adds an entry, which {@link read} will read. */
  add(key: Key, dirt: Dirt): void {
    const before = this.#dirty.get(key);
    this.#dirty.set(key, before === undefined ? dirt : this.work.merge(before, dirt));
  }

  /** Takes an entry out that needs no reading any more. */
  delete(key: Key): void {
    this.#dirty.delete(key);
  }

  /** Reads until the queue is empty. Never rejects. */
  read(): Promise<void> {
    this.#reading ??= this.#readAll();
    return this.#reading;
  }

  /** Reads nothing more than the entry whose turn it is. */
  dispose(): void {
    this.#disposed = true;
  }

  async #readAll(): Promise<void> {
    await nextTurn();
    await inSlices(this.#readEach());
  }

  #prepare(): void {
    let left = preparedAtOnce;
    for (const key of this.#dirty.keys()) {
      if (left === 0) return;
      left -= 1;
      this.work.prepare?.(key);
    }
  }

  *#readEach(): Sliced<void> {
    try {
      for (const [key, dirt] of this.#dirty) {
        this.#dirty.delete(key);
        if (isSliceOver()) {
          this.#prepare();
          yield;
        }
        try {
          yield* this.work.read(key, dirt);
        } catch (error) {
          this.work.failed(key, error);
        }
        if (this.#disposed) return;
      }
    } finally {
      // In the same turn as the end of the loop, so that nothing added is forgotten in between.
      this.#reading = undefined;
    }
  }
}
