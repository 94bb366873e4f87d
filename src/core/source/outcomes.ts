import { DisposableStore, type Disposable } from '../disposables';
import { Emitter } from '../event';
import type { Outcome } from '../run/outcome';
import type { Run } from '../run/run';
import type { RunStore, StoredRun } from './runStore';

/** What completed runs returned, as far as it is asked for: read one by one, after the rows are there. */
export class Outcomes implements Disposable {
  readonly #disposables = new DisposableStore();
  readonly #changed = this.#disposables.add(new Emitter<void>());
  /** A reading of a run never changes. */
  readonly #known = new WeakMap<Run, { readonly outcome: Outcome | undefined }>();
  readonly #wanted = new Set<Run>();
  #reading = false;

  /** Fires when something is known that was asked for before. */
  readonly onDidChange = this.#changed.event;

  constructor(private readonly store: Pick<RunStore, 'readOutcome'>) {}

  /** `undefined`: the run is not completed, left nothing that can be read, or is read soon. */
  of({ run, state }: StoredRun): Outcome | undefined {
    if (state.state !== 'completed') return undefined;
    const known = this.#known.get(run);
    if (!known && !this.#wanted.has(run)) {
      this.#wanted.add(run);
      if (!this.#reading) void this.#read();
    }
    return known?.outcome;
  }

  async #read(): Promise<void> {
    this.#reading = true;
    // Whoever draws rows asks for all of them first.
    await Promise.resolve();
    let news = false;
    for (const run of this.#wanted) {
      this.#wanted.delete(run);
      const outcome = await this.store.readOutcome(run);
      this.#known.set(run, { outcome });
      news ||= outcome?.success === false;
    }
    this.#reading = false;
    if (news) this.#changed.fire();
  }

  dispose(): void {
    this.#disposables.dispose();
  }
}
