import { Emitter } from '../event';
import type { RunKey } from '../run/runKey';

/** Which runs this window is iterating right now. */
export class RunActivity {
  readonly #controllers = new Map<RunKey, AbortController>();
  readonly #changed = new Emitter<RunKey>();

  /** Fires with a run's key when this window begins or ends to iterate it. */
  readonly onDidChangeIterating = this.#changed.event;

  /** Whether this window is iterating the run. */
  isIterating(key: RunKey): boolean {
    return this.#controllers.has(key);
  }

  /** The runs that this window is iterating. */
  get iterating(): readonly RunKey[] {
    return [...this.#controllers.keys()];
  }

  /** From now on a run is iterated, until `end`. Gives what ends it before. */
  begin(key: RunKey): AbortController {
    const controller = new AbortController();
    this.#controllers.set(key, controller);
    this.#changed.fire(key);
    return controller;
  }

  /** A run is no longer iterated. */
  end(key: RunKey): void {
    this.#controllers.delete(key);
    this.#changed.fire(key);
  }

  /** Ends iterating a run: the step under way may still finish. */
  stop(key: RunKey): void {
    this.#controllers.get(key)?.abort();
  }

  /** Ends everything, when the window closes. */
  dispose(): void {
    for (const controller of this.#controllers.values()) controller.abort();
    this.#changed.dispose();
  }
}
