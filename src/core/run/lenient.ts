/** What one field holds, or a {@link Wrong} that says why it cannot be used. Never called with `undefined` or `null`. */
export type Field<T> = (value: unknown) => T | Wrong;

/** Why a field cannot be used: a sentence ("it must be text"). */
export class Wrong {
  constructor(readonly why: string) {}
}

/** The fields of a JSON object that are used, each with how it is read. */
export type Shape = Readonly<Record<string, Field<unknown>>>;

type Fields<S extends Shape> = { readonly [K in keyof S]?: Exclude<ReturnType<S[K]>, Wrong> | undefined };

/** What one JSON file gave: `fields` is undefined when it is no JSON object at all. */
export interface Lenient<S extends Shape> {
  readonly fields: Fields<S> | undefined;
  /** Everything in the file, for what the shape does not name. */
  readonly raw: Readonly<Record<string, unknown>> | undefined;
  /** Sentence parts that follow the file's name. */
  readonly problems: readonly string[];
}

const noProblems: readonly string[] = [];

/** What is wrong with a JSON text that some editor put a byte order mark in front of. */
export const hasByteOrderMark = 'starts with a byte order mark, which no engine reads';

/** The text behind a byte order mark; `undefined`: there is none. */
export function behindByteOrderMark(text: string): string | undefined {
  return text.startsWith('\uFEFF') ? text.slice(1) : undefined;
}

/**
 * Reads a JSON object written by somebody else. Each field stands alone: one of the wrong type becomes a problem and
 * is left out, the others are used; fields that the shape does not name are kept in `raw`. `null` counts as absent,
 * because engines write it for "nothing".
 */
export function parseLenient<S extends Shape>(text: string, shape: S): Lenient<S> {
  const json = parseJson(text);
  if ('problem' in json) return { fields: undefined, raw: undefined, problems: [json.problem] };
  return readLenient(json.value, shape);
}

/**
 * {@link parseLenient} for a value that is parsed already. Plain functions, and not zod, read the files of a run: there
 * may be a hundred thousand, and checking one must cost less than opening it.
 */
export function readLenient<S extends Shape>(value: unknown, shape: S): Lenient<S> {
  if (!isRecord(value)) {
    return {
      fields: undefined,
      raw: undefined,
      problems: [`holds ${typeName(value)} where an object belongs`],
    };
  }
  const fields: Record<string, unknown> = {};
  let problems: string[] | undefined;
  for (const name in shape) {
    const given = value[name];
    if (given === undefined || given === null) continue;
    const read = (shape[name] as Field<unknown>)(given);
    if (read instanceof Wrong) (problems ??= []).push(`has a wrong "${name}": ${read.why}`);
    else fields[name] = read;
  }
  return { fields: fields as Fields<S>, raw: value, problems: problems ?? noProblems };
}

/** The value of a JSON text, or a sentence part saying what is wrong with it. */
export function parseJson(text: string): { readonly value: unknown } | { readonly problem: string } {
  // An exception costs many times what reading an event does, and there may be a hundred thousand that were cut off.
  const last = text.slice(-endLooked).trimEnd().at(-1);
  if (last !== undefined && !endsJson.test(last)) return notJson(text);
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return notJson(text);
  }
}

/** So much of the end is looked at; nothing but white space tells nothing of what is before it. */
const endLooked = 100;
const endsJson = /[}\]"\w]/;

function notJson(text: string): { readonly problem: string } {
  if (text.trim() === '') return { problem: 'is empty' };
  return text.startsWith('\ufeff')
    ? { problem: hasByteOrderMark }
    : { problem: 'is not valid JSON: it may have been cut off or overwritten' };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

/** ISO 8601, read to milliseconds since 1970; NaN for anything else. `Date.parse` alone reads "Nap 1" as a year. */
export function parseTime(text: string): number {
  return /^(?:\d{4}|[+-]\d{6})-\d\d-\d\d(?:$|T)/i.test(text) ? Date.parse(text) : Number.NaN;
}

/** Text. */
export const text: Field<string> = (value) => (typeof value === 'string' ? value : notText);
const notText = new Wrong('it must be text');

/** A moment as the engine writes it (ISO 8601), read to milliseconds since 1970. */
export const moment: Field<number> = (value) => {
  if (typeof value !== 'string') return notTime;
  const time = parseTime(value);
  return Number.isNaN(time) ? new Wrong(`"${value.slice(0, 40)}" is not a time`) : time;
};
const notTime = new Wrong('it must be a time as text');

/** True or false. */
export const yesOrNo: Field<boolean> = (value) => (typeof value === 'boolean' ? value : notBoolean);
const notBoolean = new Wrong('it must be true or false');

/** Any object. */
export const record: Field<Readonly<Record<string, unknown>>> = (value) =>
  isRecord(value) ? value : notRecord;
const notRecord = new Wrong('it must be an object');

/** A list of texts. */
export const texts: Field<readonly string[]> = (value) => {
  if (!Array.isArray(value)) return notList;
  return value.every((item) => typeof item === 'string') ? value : notTexts;
};
const notList = new Wrong('it must be a list');
const notTexts = new Wrong('it must hold only texts');

/** "ok" or "error", as effects end. */
export const outcome: Field<'ok' | 'error'> = (value) =>
  value === 'ok' || value === 'error' ? value : notOutcome;
const notOutcome = new Wrong('it must be "ok" or "error"');

/**
 * An id that is used as a folder name: anything that stays one plain path segment. The engine uses ULIDs, but accepts
 * any string, "../x" included.
 */
export const segment: Field<string> = (value) => {
  if (typeof value !== 'string') return notText;
  return isSegment(value) ? value : notSegment;
};
const notSegment = new Wrong('it is not a plain name (it could lead out of the run folder)');

/** True for a name that, joined to a folder, is a direct child of that folder on every system. */
export function isSegment(name: string): boolean {
  if (name === '' || name.length > 255 || name === '.' || name === '..') return false;
  // oxlint-disable-next-line no-control-regex -- NUL and its like are what is refused
  return !/[/\\\u0000-\u001f]/.test(name);
}
