import * as z from 'zod';

type Fields<S extends Record<string, z.ZodType>> = { readonly [K in keyof S]?: z.output<S[K]> | undefined };

/** What one JSON file gave: `fields` is undefined when it is no JSON object at all. */
export interface Lenient<S extends Record<string, z.ZodType>> {
  readonly fields: Fields<S> | undefined;
  /** Everything in the file, for what the schema does not name. */
  readonly raw: Readonly<Record<string, unknown>> | undefined;
  /** Sentence parts that follow the file's name. */
  readonly problems: readonly string[];
}

/**
 * Reads a JSON object written by somebody else. Each field stands alone: one of the wrong type becomes a problem and
 * is left out, the others are used; fields that the shape does not name are kept in `raw`. `null` counts as absent,
 * because engines write it for "nothing".
 */
export function parseLenient<S extends Record<string, z.ZodType>>(text: string, shape: S): Lenient<S> {
  const json = parseJson(text);
  if ('problem' in json) return { fields: undefined, raw: undefined, problems: [json.problem] };
  return readLenient(json.value, shape);
}

/** {@link parseLenient} for a value that is parsed already. */
export function readLenient<S extends Record<string, z.ZodType>>(value: unknown, shape: S): Lenient<S> {
  if (!isRecord(value)) {
    return {
      fields: undefined,
      raw: undefined,
      problems: [`holds ${typeName(value)} where an object belongs`],
    };
  }
  // Nearly always everything is as it should be, and looking at the whole is several times faster.
  const whole = wholeOf(shape).safeParse(value);
  if (whole.success) return { fields: whole.data as Fields<S>, raw: value, problems: [] };
  const fields: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const name of Object.keys(shape)) {
    const given = value[name];
    if (given === undefined || given === null) continue;
    const parsed = (shape[name] as z.ZodType).safeParse(given);
    if (parsed.success) fields[name] = parsed.data;
    else problems.push(`has a wrong "${name}": ${parsed.error.issues[0]?.message ?? 'it does not fit'}`);
  }
  return { fields: fields as Fields<S>, raw: value, problems };
}

const wholes = new WeakMap<object, z.ZodType>();

function wholeOf(shape: Record<string, z.ZodType>): z.ZodType {
  let whole = wholes.get(shape);
  if (!whole) wholes.set(shape, (whole = z.object(shape).partial()));
  return whole;
}

/** The value of a JSON text, or a sentence part saying what is wrong with it. */
export function parseJson(text: string): { readonly value: unknown } | { readonly problem: string } {
  if (text.trim() === '') return { problem: 'is empty' };
  if (text.startsWith('\ufeff')) return { problem: 'starts with a byte order mark, which no engine reads' };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { problem: 'is no valid JSON: it may have been cut off or overwritten' };
  }
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

/** A moment as the engine writes it (ISO 8601), read to milliseconds since 1970. */
export const moment = z.string('it must be a time as text').transform((text, context) => {
  const time = parseTime(text);
  if (Number.isNaN(time)) {
    context.addIssue({ code: 'custom', message: `"${text.slice(0, 40)}" is no time` });
    return z.NEVER;
  }
  return time;
});

/** Text, with a message a person understands. */
export const text = z.string('it must be text');

/**
 * An id that is used as a folder name: anything that stays one plain path segment. The engine uses ULIDs, but accepts
 * any string, "../x" included.
 */
export const segment = z
  .string('it must be text')
  .refine(isSegment, 'it is no plain name (it could lead out of the run folder)');

/** True for a name that, joined to a folder, is a direct child of that folder on every system. */
export function isSegment(name: string): boolean {
  if (name === '' || name.length > 255 || name === '.' || name === '..') return false;
  // oxlint-disable-next-line no-control-regex -- NUL and its like are what is refused
  return !/[/\\\u0000-\u001f]/.test(name);
}
