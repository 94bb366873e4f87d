import type { Clock } from './clock';
import type { Disposable } from './disposables';

/** Gathers keys and hands them over together, once per `milliseconds`, counted from the first one. */
export class Coalescer<K> implements Disposable {
  readonly #pending = new Set<K>();
  #timer: Disposable | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly milliseconds: number,
    private readonly flushed: (keys: ReadonlySet<K>) => void,
  ) {}

  add(key: K): void {
    this.#pending.add(key);
    this.#timer ??= this.clock.after(this.milliseconds, () => this.#flush());
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#pending.clear();
  }

  #flush(): void {
    this.#timer = undefined;
    const keys = new Set(this.#pending);
    this.#pending.clear();
    this.flushed(keys);
  }
}
