import { emptyFold, endOf, type RunFold } from './foldRun';
import type { JournalEntry } from './journal';

/** So many of the last events are looked at: stop hooks and cost records may follow the end. */
export const digestReach = 16;

/**
 * How a finished run ended, told from its last events alone, which is all that a row needs. Whatever it tells, the fold
 * of the whole journal tells too.
 * @param newestFirst the events from the last one backwards; `undefined` for one that cannot be used
 * @returns `undefined` when these events do not decide it, so that the journal has to be folded. A digest knows no
 *   effects, neither the first event, nor what is wrong with the events before the end.
 */
export function digestRun(newestFirst: Iterable<JournalEntry | undefined>): RunFold | undefined {
  let lastAt: number | undefined;
  let looked = 0;
  for (const entry of newestFirst) {
    looked += 1;
    if (!entry || looked > digestReach) return undefined;
    lastAt ??= entry.at;
    const end = endOf(entry);
    if (end) {
      const { at: firstAt, sdkVersion } = entry;
      return { ...emptyFold, entries: 1, end, firstAt, lastAt, sdkVersion };
    }
    const { type } = entry.event;
    if (type === 'EFFECT_REQUESTED' || type === 'RUN_CREATED') return undefined;
  }
  return undefined;
}
