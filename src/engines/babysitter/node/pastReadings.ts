import type { RunDetails } from '../../../core/run/run';
import type { PastReading } from '../../../core/source/runSource';
import { asOf } from '../core/asOf';
import { RunHistory } from '../core/runHistory';
import type { JournalNames } from './journalNames';
import { inSlices } from '../../../node/slices';
import type { TrackedRun } from './trackedRun';

/** The histories of so many runs are kept, those that were looked at last. */
const most = 3;

interface Known {
  readonly history: RunHistory;
  /** The names that the history has. */
  files: readonly string[];
}

/** Reads runs as they were. */
export class PastReadings {
  /** By run; the one that was used last at the end. */
  readonly #histories = new Map<TrackedRun, Known>();

  constructor(private readonly names: JournalNames) {}

  /** As `RunSource.asOf`. */
  async read(
    tracked: TrackedRun,
    count: number,
    details: RunDetails,
    signal: AbortSignal,
  ): Promise<PastReading | undefined> {
    const known = this.#historyOf(tracked);
    const { history } = known;
    const files = await inSlices(this.names.of(tracked));
    if (known.files !== files) history.list(files);
    known.files = files;
    const event = Math.min(count, files.length);
    const file = files[event - 1];
    const fold = file === undefined ? undefined : await history.foldAt(event, signal);
    const { run } = tracked;
    if (file === undefined || !fold || !run) return undefined;
    const past = await inSlices(asOf({ run, details }, { event, file, fold }));
    return signal.aborted ? undefined : past;
  }

  #historyOf(tracked: TrackedRun): Known {
    const known = this.#histories.get(tracked) ?? {
      history: new RunHistory((files) => inSlices(tracked.directory.readEvents(files)), inSlices),
      files: [],
    };
    this.#histories.delete(tracked);
    this.#histories.set(tracked, known);
    const [oldest] = this.#histories.keys();
    if (this.#histories.size > most && oldest) this.#histories.delete(oldest);
    return known;
  }
}
