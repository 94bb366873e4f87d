import type { InSlices } from '../../core/sliced';
import type { RunStore } from '../../core/source/runStore';
import { openingRun, type OpenedRun } from '../../core/views/tree/buildTree';
import { wantedMetricKeys } from '../../core/run/metrics';
import type { RunKey } from '../../core/run/runKey';
import { metricChoice } from '../settings';

/** The task files of the runs somebody looks into, read once per reading of a run. */
export class OpenedRuns {
  readonly #opened = new Map<RunKey, OpenedRun>();
  /** Rises when a setting changes what is read. */
  #generation = 0;

  constructor(
    private readonly store: RunStore,
    private readonly inSlices: InSlices,
  ) {}

  /** What is known now, perhaps of an older reading of the run. */
  peek(key: RunKey): OpenedRun | undefined {
    return this.#opened.get(key);
  }

  /** Reads what is missing. `undefined`: the run is gone. */
  async get(key: RunKey): Promise<OpenedRun | undefined> {
    const known = this.#opened.get(key);
    if (known && known.run === this.store.get(key)?.run) return known;
    const generation = this.#generation;
    const choice = metricChoice();
    const details = await this.store.readDetails(key, wantedMetricKeys(choice));
    // Looking into a finished run makes its source read it whole, so this is the run that belongs to the details.
    const stored = this.store.get(key);
    if (!stored || !details) {
      this.#opened.delete(key);
      return undefined;
    }
    const opened = await this.inSlices(openingRun(stored.run, details, choice));
    if (generation !== this.#generation) return this.get(key);
    this.#opened.set(key, opened);
    return opened;
  }

  /** Forgets everything, after a setting changed what is read. */
  clear(): void {
    this.#generation += 1;
    this.#opened.clear();
  }
}
