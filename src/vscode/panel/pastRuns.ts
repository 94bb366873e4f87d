import type { InSlices } from '../../core/sliced';
import type { RunStore } from '../../core/source/runStore';
import { openingPast, type PastRun } from '../../core/views/travel/pastRun';
import { classifyOptions, metricChoice } from '../settings';
import type { OpenedRuns } from '../tree/openedRuns';
import type { RunKey } from '../../core/run/runKey';

/** Runs as they were at some event, for pages and documents. */
export class PastRuns {
  constructor(
    private readonly store: RunStore,
    private readonly opened: OpenedRuns,
    private readonly inSlices: InSlices,
  ) {}

  /** Whether a run can be shown as it was: not every source has a past. */
  has(key: RunKey): boolean {
    return this.store.sourceOf(key)?.asOf !== undefined;
  }

  /**
   * The run as it was when it had so many events, or as many as it has if these are fewer.
   * @returns `undefined`: the run is gone or has no past, or it is not wanted any more
   */
  async get(key: RunKey, event: number, signal: AbortSignal): Promise<PastRun | undefined> {
    const opened = await this.opened.get(key);
    const engine = this.store.get(key)?.engine;
    if (!opened || !engine || signal.aborted) return undefined;
    const reading = await this.store.sourceOf(key)?.asOf?.(key, event, opened.details, signal);
    const past =
      reading && (await this.inSlices(openingPast(reading, engine, metricChoice(), classifyOptions())));
    return signal.aborted ? undefined : past;
  }
}
