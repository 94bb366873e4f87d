import { cutAtWord, visible } from '../../format';
import { shownTitle } from '../../order/runMarks';
import { runTitle } from '../../run/run';
import { maskSecrets } from '../../run/secrets';
import type { StoredRun } from '../../source/runStore';
import { stateWord, tagWord } from '../tree/describe';
import type { RunNumbers } from './runNumbers';

/** What the runs table keeps of a run. */
export interface TableEntry {
  readonly stored: StoredRun;
  /** What the run is called here: the person's own name for it, else its title. */
  readonly title: string;
  /** Its title. */
  readonly own: string;
  /** As rows tell them: "#nightly". */
  readonly tags: readonly string[];
  readonly process: string;
  /** All that a row says, and its id, in lower case. */
  readonly words: string;
  readonly id: string;
  /** `undefined`: nothing is known, as nobody has looked or it cannot be read. */
  numbers: RunNumbers | undefined;
  /** Whether the numbers are of the run as it is now. */
  fresh: boolean;
}

/** A run has the same task files as long as this stays the same. */
export function readingOf({ run }: StoredRun): string {
  return `${run.eventCount} ${run.updatedAt}`;
}

/** @param before what was kept of the run until now; `undefined`: it is new */
export function toTableEntry(stored: StoredRun, before: TableEntry | undefined): TableEntry {
  const { run } = stored;
  const own = visible(maskSecrets(runTitle(run)));
  const title = visible(maskSecrets(shownTitle(stored)));
  const tags = (stored.marks?.tags ?? []).map(tagWord);
  const process = visible(cutAtWord(run.processId, 120));
  const same = before !== undefined && readingOf(before.stored) === readingOf(stored);
  return {
    stored,
    title,
    own,
    tags,
    process,
    words: [title, ...(own === title ? [] : [own]), ...tags, process, stored.engine.name, stateWord(stored)]
      .join('\n')
      .toLowerCase(),
    id: run.runId.toLowerCase(),
    // Older numbers are better than none, until the newer ones are there.
    numbers: before?.numbers,
    fresh: same && before.fresh,
  };
}
