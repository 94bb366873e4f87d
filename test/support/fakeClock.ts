import type { Clock } from '../../src/core/clock';
import { toDisposable } from '../../src/core/disposables';

/** Time that passes only when told to. */
export class FakeClock implements Clock {
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>();

  constructor(private time: number) {}

  now(): number {
    return this.time;
  }

  after(milliseconds: number, callback: () => void) {
    const timer = { at: this.time + milliseconds, callback };
    this.#timers.add(timer);
    return toDisposable(() => this.#timers.delete(timer));
  }

  /** Lets time pass, calling back whatever is due on the way, in order. */
  advance(milliseconds: number): void {
    const end = this.time + milliseconds;
    for (;;) {
      const [next] = [...this.#timers].toSorted((a, b) => a.at - b.at);
      if (!next || next.at > end) break;
      this.#timers.delete(next);
      this.time = Math.max(this.time, next.at);
      next.callback();
    }
    this.time = end;
  }

  /** When the timers that wait are due. */
  get waiting(): readonly number[] {
    return [...this.#timers].map(({ at }) => at).toSorted((a, b) => a - b);
  }
}
