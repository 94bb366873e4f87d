import { MutableDisposable, toDisposable, type Disposable } from './disposables';

/** Time as the outside gives it, so that nothing in core reads a clock of its own. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Calls back once after so many milliseconds, unless disposed before. */
  after(milliseconds: number, callback: () => void): Disposable;
}

/** Calls back each time after so many milliseconds, until it is disposed. */
export function every(clock: Clock, milliseconds: number, callback: () => void): Disposable {
  const timer = new MutableDisposable();
  const wait = (): void =>
    timer.set(
      clock.after(milliseconds, () => {
        callback();
        wait();
      }),
    );
  wait();
  return timer;
}

/** setTimeout fires at once for delays beyond 2^31 - 1 ms (Node documents it); longer waits are cut to this. */
const longestTimer = 2_147_483_647;

/** The real time of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, Math.max(0, Math.min(milliseconds, longestTimer)));
    return toDisposable(() => clearTimeout(timer));
  },
};
