import type { Run } from '../../../core/run/run';
import type { Sliced } from '../../../core/sliced';
import type { TrackedRun } from './trackedRun';

/** The names of so many journals are kept, those that were asked for last. */
const most = 4;

interface Listed {
  readonly files: readonly string[];
  /** The run as it was read when its journal was listed. */
  readonly run: Run | undefined;
}

/** The names of the event files of the runs that are looked at. There may be a hundred thousand, so they are kept. */
export class JournalNames {
  /** By run; the one that was used last at the end. */
  readonly #listed = new Map<TrackedRun, Listed>();

  /** The journal's event files in order. The same list, as long as nothing new was read of the run. */
  *of(tracked: TrackedRun): Sliced<readonly string[]> {
    const { run } = tracked;
    const known = this.#listed.get(tracked);
    this.#listed.delete(tracked);
    const isCurrent =
      known?.run && run && known.run.story === run.story && known.run.eventCount === run.eventCount;
    const listed = isCurrent ? known : { files: yield* tracked.directory.listEvents(), run };
    this.#listed.set(tracked, listed);
    const [oldest] = this.#listed.keys();
    if (this.#listed.size > most && oldest) this.#listed.delete(oldest);
    return listed.files;
  }
}
