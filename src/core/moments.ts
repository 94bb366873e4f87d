import { shortDuration } from './format';

// How moments are written for people, on every surface, in their own language and time zone. CSV, JSON and whatever
// programs read have ISO 8601 instead.

const aDay = 86_400_000;
/** The edge of JavaScript's dates. */
const edge = 8_640_000_000_000_000;

const styles = {
  whole: { dateStyle: 'medium', timeStyle: 'short' },
  exact: { dateStyle: 'medium', timeStyle: 'long' },
  clock: { timeStyle: 'short' },
  day: { month: 'short', day: 'numeric' },
  seconds: { timeStyle: 'medium' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

let language: string | undefined;
/** Making one takes milliseconds, and most are never asked for. */
const made = new Map<keyof typeof styles, Intl.DateTimeFormat>();

/** Sets the language of all moments, before the first one is written; unless it is set, it is the runtime's own. */
export function writeMomentsIn(tag: string): void {
  language = tag;
  made.clear();
}

/**
 * A moment as people read it: "just now", "3m ago", within the next day its time "2:00 PM", else "Mar 1, 2026, 2:00 PM".
 * @param at milliseconds since 1970
 * @param now left out for what passed, where the text is read later than it is made: in reports and in kept sentences
 */
export function moment(at: number, now?: number): string {
  const since = now === undefined ? Infinity : now - at;
  if (since >= 0 && since < aDay) return since < 10_000 ? 'just now' : `${shortDuration(since)} ago`;
  return written(since < 0 && since > -aDay ? 'clock' : 'whole', at);
}

/** A moment to the second, with its time zone, for tooltips and details: "Mar 1, 2026, 2:00:12 PM UTC". */
export function exactMoment(at: number): string {
  return written('exact', at);
}

/**
 * A moment in logs and along axes, whose neighbours are close: the day "Mar 1" and the time "2:00:12 PM".
 * @param brief of a whole minute the seconds are left out: "2:00 PM"
 */
export function dayAndTime(at: number, brief = false): readonly [day: string, time: string] {
  return [written('day', at), written(brief && at % 60_000 === 0 ? 'clock' : 'seconds', at)];
}

function written(style: keyof typeof styles, at: number): string {
  let format = made.get(style);
  if (!format) made.set(style, (format = new Intl.DateTimeFormat(language, styles[style])));
  // What hostile files tell may be no date at all.
  return format.format(Math.max(-edge, Math.min(edge, at)));
}
