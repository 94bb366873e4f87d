import type { InSlices } from '../../core/sliced';
import type { RunStore } from '../../core/source/runStore';
import { openingRun, type OpenedRun } from '../../core/views/tree/buildTree';
import { wantedMetricKeys } from '../../core/run/metrics';
import { metricChoice } from '../settings';

/** The task files of the runs somebody looks into, read once per reading of a run. */
export class OpenedRuns {
  readonly #opened = new Map<string, OpenedRun>();
  /** Rises when a setting changes what is read. */
  #generation = 0;

  constructor(
    private readonly store: RunStore,
    private readonly inSlices: InSlices,
  ) {}

  /** What is known now, perhaps of an older reading of the run. */
  peek(dir: string): OpenedRun | undefined {
    return this.#opened.get(dir);
  }

  /** Reads what is missing. `undefined`: the run is gone. */
  async get(dir: string): Promise<OpenedRun | undefined> {
    const known = this.#opened.get(dir);
    if (known && known.run === this.store.get(dir)?.run) return known;
    const generation = this.#generation;
    const choice = metricChoice();
    const details = await this.store.readDetails(dir, wantedMetricKeys(choice));
    // Looking into a finished run makes its source read it whole, so this is the run that belongs to the details.
    const stored = this.store.get(dir);
    if (!stored || !details) {
      this.#opened.delete(dir);
      return undefined;
    }
    const opened = await this.inSlices(openingRun(stored.run, details, choice));
    if (generation !== this.#generation) return this.get(dir);
    this.#opened.set(dir, opened);
    return opened;
  }

  /** Forgets everything, after a setting changed what is read. */
  clear(): void {
    this.#generation += 1;
    this.#opened.clear();
  }
}
