/** A moment offered for a snooze. */
export interface SnoozeOffer {
  readonly label: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

const hour = 3_600_000;
const morning = 9;

/** The usual moments, in the person's own time zone. */
export function snoozeOffers(now: number): readonly SnoozeOffer[] {
  const daysToMonday = (8 - new Date(now).getDay()) % 7 || 7;
  return [
    { label: 'In 1 hour', until: now + hour },
    { label: 'In 4 hours', until: now + 4 * hour },
    { label: 'Tomorrow morning', until: atHour(now, 1) },
    { label: 'Next Monday', until: atHour(now, daysToMonday) },
  ];
}

const units: readonly (readonly [RegExp, number])[] = [
  [/^m(?:in(?:ute)?s?)?$/, 60_000],
  [/^h(?:(?:ou)?rs?)?$/, hour],
  [/^d(?:ays?)?$/, 24 * hour],
  [/^w(?:eeks?)?$/, 7 * 24 * hour],
];
const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/**
 * Reads a moment as a person writes it: "45 min", "2 h", "3 days", "16:30", "tomorrow 8:00", "friday", "2026-11-23 10:00".
 * A time of day that is over today means tomorrow's; a day without a time means its morning.
 * @returns milliseconds since 1970; `undefined`: it cannot be read, or is no moment to come
 */
export function parseSnoozeTime(text: string, now: number): number | undefined {
  const words = text
    .trim()
    .toLowerCase()
    .replace(/^(?:in|until|at|on|next)\s+/, '');
  const span = /^(\d{1,4})\s*([a-z]+)$/.exec(words);
  if (span) {
    const unit = units.find(([name]) => name.test(span[2] ?? ''));
    const amount = Number(span[1]);
    return unit && amount > 0 ? now + amount * unit[1] : undefined;
  }
  const parts = /^(\d{4}-\d{1,2}-\d{1,2}|[a-z]+)?(?:(?:^|\s+|\s*t)(?:at\s+)?(\d{1,2}):(\d{2}))?$/.exec(words);
  if (!parts) return undefined;
  const [, day, hours, minutes] = parts;
  if (hours !== undefined && (Number(hours) > 23 || Number(minutes) > 59)) return undefined;
  const date = day === undefined ? startOfDay(now) : dayNamed(day, now);
  if (date === undefined || (day === undefined && hours === undefined)) return undefined;
  date.setHours(Number(hours ?? morning), Number(minutes ?? 0), 0, 0);
  if (day === undefined && date.getTime() <= now) date.setDate(date.getDate() + 1);
  return date.getTime() > now ? date.getTime() : undefined;
}

/** `undefined`: there is no such day. */
function dayNamed(day: string, now: number): Date | undefined {
  const date = startOfDay(now);
  if (/^\d/.test(day)) {
    const [year, month, number] = day.split('-').map(Number) as [number, number, number];
    date.setFullYear(year, month - 1, number);
    // The 31st of a shorter month would silently be the 1st of the next.
    return date.getMonth() === month - 1 && date.getDate() === number ? date : undefined;
  }
  if (day === 'today') return date;
  if (day === 'tomorrow') {
    date.setDate(date.getDate() + 1);
    return date;
  }
  const weekday = day.length < 3 ? -1 : weekdays.findIndex((name) => name.startsWith(day));
  if (weekday === -1) return undefined;
  date.setDate(date.getDate() + ((weekday - date.getDay() + 7) % 7 || 7));
  return date;
}

function startOfDay(now: number): Date {
  const date = new Date(now);
  date.setHours(0, 0, 0, 0);
  return date;
}

/** The morning of a day so many days from today; days may have 23 or 25 hours. */
function atHour(now: number, days: number): number {
  const date = startOfDay(now);
  date.setDate(date.getDate() + days);
  date.setHours(morning);
  return date.getTime();
}
