import type { Run } from '../run/run';
import type { RunKey } from '../run/runKey';
import type { RunStore, StoredRun } from './runStore';

/** Has the outcomes of completed runs read that are shown: one by one, after the rows are there. */
export class Outcomes {
  /** A reading of a run never changes. */
  readonly #asked = new WeakSet<Run>();
  readonly #wanted = new Set<RunKey>();
  #reading = false;

  constructor(private readonly store: Pick<RunStore, 'readOutcome'>) {}

  /** Its source delivers the run anew once the outcome is known. */
  want({ run, state }: StoredRun): void {
    if (state.state !== 'completed' || run.gist?.outcome || this.#asked.has(run)) return;
    this.#asked.add(run);
    this.#wanted.add(run.key);
    if (!this.#reading) void this.#read();
  }

  async #read(): Promise<void> {
    this.#reading = true;
    // Whoever draws rows asks for all of them first.
    await Promise.resolve();
    for (const key of this.#wanted) {
      this.#wanted.delete(key);
      await this.store.readOutcome(key);
    }
    this.#reading = false;
  }
}
