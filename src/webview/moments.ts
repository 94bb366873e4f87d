/** How pages write moments, in the person's own time and language. */

const inYear: Intl.DateTimeFormatOptions = {
  ...({ month: 'short', day: 'numeric' } as const),
  ...({ hour: '2-digit', minute: '2-digit', hour12: false } as const),
};
const thisYear = new Intl.DateTimeFormat(undefined, inYear);
const otherYear = new Intl.DateTimeFormat(undefined, { ...inYear, year: 'numeric' });

/** A moment as cells and lines tell it: "Mar 1, 10:00", with its year where that is another one; empty: it is none. */
export function moment(at: number): string {
  const date = new Date(at);
  if (!Number.isFinite(date.getTime())) return '';
  return (date.getFullYear() === new Date().getFullYear() ? thisYear : otherYear).format(at);
}

/** A moment as logs tell it, where seconds matter: its day "Mar 1", and the time "10:00:12". */
export function dayAndTime(at: number): readonly [day: string, time: string] {
  const date = new Date(at);
  return [
    date.toLocaleDateString(undefined, { month: 'short', day: 'numeric' }),
    date.toLocaleTimeString(undefined, { hour12: false }),
  ];
}

/** {@link dayAndTime} as one text; a dash where it is not known. */
export function exactMoment(at: number | undefined): string {
  return at === undefined ? '–' : dayAndTime(at).join(' ');
}
