import { isRecord } from '../../../core/run/lenient';

/** A JSON object, as it was written. */
export type JsonObject = Readonly<Record<string, unknown>>;

const nothing: JsonObject = {};

/** The object, or an empty one: Themis writes null for "none". */
export function objectOf(value: unknown): JsonObject {
  return isRecord(value) ? value : nothing;
}

/** The objects of a list; anything else in it is left out. */
export function objectsOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** Text that says something; `undefined`: there is none. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A finite number; `undefined`: it is none. */
export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** The texts by name that an object holds. */
export function textsByName(value: unknown): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(objectOf(value)).flatMap(([name, text]) => {
      const known = typeof text === 'string' ? text : undefined;
      return known === undefined ? [] : [[name, known] as const];
    }),
  );
}
