import type { Story } from '../../core/run/story';
import type { InSlices } from '../../core/sliced';
import type { RunStore } from '../../core/source/runStore';
import { asOf, type PastRun } from '../../core/travel/asOf';
import { RunHistory, type ReadEvents } from '../../core/travel/runHistory';
import { classifyOptions, metricChoice } from '../settings';
import type { OpenedRuns } from '../tree/openedRuns';

/** The histories of so many runs are kept, those that were looked at last. */
const most = 3;

/** Runs as they were at some event, for pages and documents. */
export class PastRuns {
  /** By run folder; the one that was used last at the end. */
  readonly #histories = new Map<string, { readonly history: RunHistory; listed: Story | undefined }>();

  constructor(
    private readonly store: RunStore,
    private readonly opened: OpenedRuns,
    private readonly inSlices: InSlices,
  ) {}

  /**
   * The run as it was when it had so many events, or as many as it has if these are fewer.
   * @returns `undefined`: the run is gone, or it is not wanted any more
   */
  async get(dir: string, event: number, signal: AbortSignal): Promise<PastRun | undefined> {
    const opened = await this.opened.get(dir);
    const source = this.store.sourceOf(dir);
    if (!opened || !source || signal.aborted) return undefined;
    const known = this.#historyOf(dir);
    const { history } = known;
    if (known.listed !== opened.run.story) history.list(await source.listEvents(dir));
    known.listed = opened.run.story;
    const count = Math.min(event, history.files.length);
    const file = history.files[count - 1];
    if (file === undefined) return undefined;
    const fold = await history.foldAt(count, signal);
    if (!fold) return undefined;
    const past = await this.inSlices(
      asOf(opened, { event: count, file, fold }, metricChoice(), classifyOptions()),
    );
    return signal.aborted ? undefined : past;
  }

  #historyOf(dir: string): { readonly history: RunHistory; listed: Story | undefined } {
    const read: ReadEvents = async (files) => (await this.store.sourceOf(dir)?.readEvents(dir, files)) ?? [];
    const known = this.#histories.get(dir) ?? {
      history: new RunHistory(read, this.inSlices),
      listed: undefined,
    };
    this.#histories.delete(dir);
    this.#histories.set(dir, known);
    const [oldest] = this.#histories.keys();
    if (this.#histories.size > most && oldest !== undefined) this.#histories.delete(oldest);
    return known;
  }
}
