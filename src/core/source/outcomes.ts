import type { Run } from '../run/run';
import type { RunKey } from '../run/runKey';
import type { RunStore, StoredRun } from './runStore';

/**
 * Has read what only more of a finished run tells, of those that are shown: one by one, after the rows are there. Of a
 * completed run what its process returned; of a failed one whether it can go on, as its events may be damaged.
 */
export class Outcomes {
  /** A reading of a run never changes. */
  readonly #asked = new WeakSet<Run>();
  readonly #wanted = new Set<RunKey>();
  /** A failed run may be long. */
  readonly #wantedLater = new Set<RunKey>();
  #reading = false;

  constructor(private readonly store: Pick<RunStore, 'readOutcome'>) {}

  /** Its source delivers the run anew once the outcome is known. */
  want({ run, state }: StoredRun): void {
    const { outcome, sound = run.depth !== 'end' } = run.gist ?? {};
    const completed = state.state === 'completed' && !outcome;
    const failed = state.state === 'failed' && !sound;
    if ((!completed && !failed) || this.#asked.has(run)) return;
    this.#asked.add(run);
    (completed ? this.#wanted : this.#wantedLater).add(run.key);
    if (!this.#reading) void this.#read();
  }

  async #read(): Promise<void> {
    this.#reading = true;
    // Whoever draws rows asks for all of them first.
    await Promise.resolve();
    for (let key = this.#next(); key !== undefined; key = this.#next()) await this.store.readOutcome(key);
    this.#reading = false;
  }

  #next(): RunKey | undefined {
    for (const wanted of [this.#wanted, this.#wantedLater]) {
      const [key] = wanted;
      if (key !== undefined && wanted.delete(key)) return key;
    }
    return undefined;
  }
}
