import type { BabysitterRun } from './babysitterRun';
import {
  emptyFold,
  endOf,
  errorResult,
  uncaughtError,
  type ErrorResult,
  type JournalEnd,
  type RunFold,
} from './foldRun';
import type { JournalEntry } from './journal';

/** So many of the last events are looked at: stop hooks and cost records may follow the end. */
export const digestReach = 16;

/**
 * How a finished run ended, told from its last events alone, which is all that a row needs. Whatever it tells, the fold
 * of the whole journal tells too.
 * @param newestFirst the events from the last one backwards; `undefined` for one that cannot be used
 * @returns `undefined` when these events do not decide it, so that the journal has to be folded. A digest knows no
 *   effects, neither the first event, nor what is wrong with the events before the end, nor that the end was told before.
 */
export function digestRun(newestFirst: Iterable<JournalEntry | undefined>): RunFold | undefined {
  let lastAt: number | undefined;
  let looked = 0;
  /** A failure, whose cause stands before it. */
  let failure: { readonly entry: JournalEntry; readonly end: JournalEnd } | undefined;
  const errors: ErrorResult[] = [];
  for (const entry of newestFirst) {
    looked += 1;
    if (!entry || looked > digestReach) return undefined;
    lastAt ??= entry.at;
    const { event } = entry;
    const end = endOf(entry);
    if (end) {
      // Whether a failure is news is told by what came before it.
      if (failure) return undefined;
      if (end.outcome !== 'failed') return digest(entry, end, lastAt);
      failure = { entry, end };
    } else if (event.type === 'EFFECT_REQUESTED' || event.type === 'RUN_CREATED') {
      if (!failure) return undefined;
      const failedTask = uncaughtError(errors, failure.end);
      return digest(failure.entry, { ...failure.end, failedTask }, lastAt);
    } else if (failure && event.type === 'EFFECT_RESOLVED') {
      // What comes after a failure cannot have caused it.
      const error = errorResult(event.effectId, event);
      if (error) errors.unshift(error);
    }
  }
  return undefined;
}

function digest(
  { at: firstAt, sdkVersion }: JournalEntry,
  end: JournalEnd,
  lastAt: number | undefined,
): RunFold {
  return { ...emptyFold, entries: 1, end, firstAt, lastAt, sdkVersion };
}

/** Whether the next step of a failed run is the same by its end alone as by all of it. */
export function tellsTheSame(end: BabysitterRun, whole: BabysitterRun): boolean {
  return (
    whole.problems.length === end.problems.length &&
    whole.engineVersion === end.engineVersion &&
    whole.story.end?.type === end.story.end?.type &&
    whole.story.end?.failedTask === end.story.end?.failedTask
  );
}
