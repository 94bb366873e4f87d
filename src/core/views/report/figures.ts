import { duration, thousands, utcMinute } from '../../format';

/** A number as people read it: "91", "71.5", "0.8667". */
export function figure(number: number): string {
  if (Number.isInteger(number) && Math.abs(number) < 1e15) return thousands(number);
  return String(Number(number.toPrecision(4)));
}

/** A number, or a dash where there is none. */
export function figureOrDash(number: number | undefined): string {
  return number === undefined ? '–' : figure(number);
}

/** A duration, or a dash where there was none. */
export function lasted(milliseconds: number): string {
  return milliseconds === 0 ? '–' : duration(milliseconds);
}

/** A moment of a report, which tells them in ISO 8601. */
export function when(iso: string | undefined): string | undefined {
  return iso === undefined ? undefined : utcMinute(Date.parse(iso));
}
