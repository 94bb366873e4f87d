import { duration, thousands } from '../../format';
import { moment } from '../../moments';

/** A number as people read it: "91", "71.5", "0.8667". */
export function figure(number: number): string {
  if (Number.isInteger(number) && Math.abs(number) < 1e15) return thousands(number);
  return String(Number(number.toPrecision(4)));
}

/** A number, or a dash where there is none. */
export function figureOrDash(number: number | undefined): string {
  return number === undefined ? '–' : figure(number);
}

/** How much more a number is than another one: "+18", "−0.5", "0"; empty where one of them is missing. */
export function change(number: number | undefined, from: number | undefined): string {
  if (number === undefined || from === undefined) return '';
  // Without the tail that a difference of fractions has: 0.3 − 0.1.
  const difference = Number((number - from).toPrecision(12));
  return difference === 0 ? '0' : `${difference > 0 ? '+' : '−'}${figure(Math.abs(difference))}`;
}

/** "+6 vs previous", "same as best"; empty where one of the numbers is missing. */
export function changeFrom(name: string, number: number | undefined, from: number | undefined): string {
  const difference = change(number, from);
  return difference === '0' ? `same as ${name}` : difference && `${difference} vs ${name}`;
}

/** A duration, or a dash where there was none. */
export function lasted(milliseconds: number): string {
  return milliseconds === 0 ? '–' : duration(milliseconds);
}

/** A moment of a report, which tells them in ISO 8601. */
export function when(iso: string | undefined): string | undefined {
  return iso === undefined ? undefined : moment(Date.parse(iso));
}
