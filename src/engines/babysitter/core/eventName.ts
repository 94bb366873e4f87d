import type { Problem } from '../../../core/run/problem';

/** An event's file name, and the sequence number in it, which stands nowhere else. */
export interface EventName {
  readonly file: string;
  readonly seq: number;
}

/**
 * The sequence number in `NNNNNN.<ULID>.json`; `undefined` for any other name. Engines take any text for the ULID, and so
 * does this: {@link nameProblem} looks at it.
 */
export function sequenceNumber(file: string): number | undefined {
  const seq = usualNumber(file);
  if (seq !== 0) return seq;
  const digits = unusualName.exec(file)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * The number in a name with a text as long as a ULID; 0 for any other. By hand, as a regular expression for each of
 * hundreds of thousands of names takes a fifth of all reading.
 */
export function usualNumber(file: string): number {
  const dot = file.length - usualRest;
  if (dot < 1 || dot > mostDigits || file.charCodeAt(dot) !== point || !isJson(file)) return 0;
  let seq = 0;
  for (let i = 0; i < dot; i += 1) {
    const digit = file.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return 0;
    seq = seq * 10 + digit;
  }
  return seq;
}

const usualRest = '.01M7AAAAAAAAAAAAAAAAAAAAAA.json'.length;
const mostDigits = 15;
const point = 46;
const unusualName = /^(\d{1,15})\.[^.].*\.json$/s;

function isJson(file: string): boolean {
  const end = file.length;
  return (
    file.charCodeAt(end - 5) === point &&
    file.charCodeAt(end - 4) === 106 &&
    file.charCodeAt(end - 3) === 115 &&
    file.charCodeAt(end - 2) === 111 &&
    file.charCodeAt(end - 1) === 110
  );
}

/**
 * What is wrong with the ULID in an event's name, whose number is as it should be.
 * @param before the name of the event before it; `undefined`: it is the first
 */
export function nameProblem(file: string, before: string | undefined): Omit<Problem, 'file'> | undefined {
  const ulid = ulidIn(file);
  if (!isUlid.test(ulid)) {
    const what = 'has no ULID in its name; engines refuse the run now, or once the next event comes';
    return { what, mendable: true, stops: 'any' };
  }
  if (before !== undefined && file < before && !(isPadded(file) && isPadded(before))) {
    const what =
      'has so many digits in its name that it sorts before the event before it; engines refuse the run';
    return { what, mendable: true };
  }
  if (before !== undefined && ulid <= ulidIn(before)) {
    return {
      what: 'has a ULID in its name that is not greater than that of the event before it; engines refuse the run',
      mendable: true,
    };
  }
  return undefined;
}

/** Engines write six digits, and more only where six do not do. They read events in the order of their names. */
function isPadded(file: string): boolean {
  const digits = file.indexOf('.');
  return digits === 6 || (digits > 6 && !file.startsWith('0'));
}

/** As engines cut it out. */
function ulidIn(file: string): string {
  const from = file.indexOf('.') + 1;
  return file.slice(from, file.indexOf('.', from));
}

const isUlid = /^[0-7][\dA-HJKMNP-TV-Z]{25}$/;
