import { coloured, count, cutAtWord, thousands, visible } from '../../format';
import { maskSecrets } from '../../run/secrets';
import { isRecord } from '../../run/lenient';

/**
 * A line of a value of unknown origin. Lines stand in the order in which they are written, each with how deep it lies: what
 * nests a million deep is a list like any other.
 */
export interface ValueRow {
  readonly depth: number;
  readonly name: string;
  /** What a single value says, colours of a terminal left in; for a list or an object how much is in it. */
  readonly text: string;
  /** It is a list or an object that is not empty: the deeper rows that follow are in it. */
  readonly holds?: true;
}

export interface ValueLimits {
  readonly rows: number;
  /** Of all rows together, and of one text. */
  readonly characters: number;
  readonly text: number;
}

/** What goes along with a page's other content. */
const beside: ValueLimits = { rows: 500, characters: 100_000, text: 5000 };

/** What a person asked for. */
export const inFull: ValueLimits = { rows: 5000, characters: 1_000_000, text: 100_000 };

/** A list or an object of which the values up to `at` are told. */
interface Opened {
  readonly value: object;
  /** `undefined`: it is a list. */
  readonly names: readonly string[] | undefined;
  readonly size: number;
  at: number;
}

/** The values of an object by their names: bounded, their texts made visible and without secrets. */
export function valueRows(
  values: Readonly<Record<string, unknown>>,
  most: ValueLimits = beside,
): readonly ValueRow[] {
  const rows: ValueRow[] = [];
  const path: Opened[] = [opened(values)];
  let characters = 0;
  for (let last = path.at(-1); last; last = path.at(-1)) {
    const depth = path.length - 1;
    if (last.at === last.size) {
      path.pop();
      continue;
    }
    if (rows.length >= most.rows || characters > most.characters) {
      const left = path.reduce((sum, { size, at }) => sum + size - at, 0);
      rows.push({ depth: 0, name: '…', text: `${thousands(left)} more` });
      break;
    }
    const name = last.names?.[last.at] ?? String(last.at);
    const value = (last.value as Readonly<Record<string, unknown>>)[name];
    last.at += 1;
    const within = typeof value === 'object' && value !== null ? opened(value) : undefined;
    const holds = within !== undefined && within.size > 0;
    const row = { depth, name: visible(cutAtWord(name, 200)), text: textOf(name, value, most.text) };
    characters += row.text.length + row.name.length;
    rows.push(holds ? { ...row, holds } : row);
    if (holds) path.push(within);
  }
  return rows;
}

function opened(value: object): Opened {
  const names = Array.isArray(value) ? undefined : Object.keys(value);
  return { value, names, size: names?.length ?? (value as readonly unknown[]).length, at: 0 };
}

function textOf(name: string, value: unknown, most: number): string {
  return sizeText(value) ?? scalarText(name, value, most, coloured);
}

/** How much is in a list or an object: "list of 1,204", "3 values"; `undefined`: the value is neither. */
export function sizeText(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.length === 0 ? 'empty list' : `list of ${thousands(value.length)}`;
  if (!isRecord(value)) return undefined;
  const names = Object.keys(value).length;
  return names === 0 ? 'empty object' : count(names, 'value');
}

/**
 * A value that is neither list nor object.
 * @param name by which a secret is known
 * @param show makes deceptive characters visible
 */
export function scalarText(name: string, value: unknown, most = 2000, show = visible): string {
  if (typeof value !== 'string') return String(value);
  const kept = value.slice(0, most);
  // Masked together with its name, by which a secret is known.
  if (maskSecrets(`${JSON.stringify(name)}:${JSON.stringify(kept)}`).endsWith('•••"')) return '•••';
  const masked = show(maskSecrets(kept));
  return value.length > most ? `${masked}… (${count(value.length - most, 'more character')})` : masked;
}
