import { coloured, count, cutAtWord, oneLine, thousands, visible } from '../../format';
import { maskSecrets } from '../../run/secrets';
import { isRecord } from '../../run/lenient';
import { changeFrom } from '../report/figures';

/**
 * A line of a value of unknown origin. Lines stand in the order in which they are written, each with how deep it lies: what
 * nests a million deep is a list like any other.
 */
export interface ValueRow {
  readonly depth: number;
  readonly name: string;
  /** What a single value says, colours of a terminal left in; for a list or an object how much is in it. */
  readonly text: string;
  /** How it differs from other values of the same name: "+6 vs previous"; left out: it does not, or there are none. */
  readonly change?: string;
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

/** Another value is told up to this length. */
const longestOther = 60;

/** What a person asked for. */
export const inFull: ValueLimits = { rows: 5000, characters: 1_000_000, text: 100_000 };

/** A value that others are compared with, name by name. */
export interface Compared {
  /** "previous", "best". */
  readonly name: string;
  readonly value: unknown;
}

/** A list or an object of which the values up to `at` are told. */
interface Opened {
  readonly value: object;
  /** `undefined`: it is a list. */
  readonly names: readonly string[] | undefined;
  readonly size: number;
  readonly against: readonly Compared[];
  at: number;
}

/**
 * The values of an object by their names: bounded, their texts made visible and without secrets.
 * @param against objects with which its values are compared, those in lists aside
 */
export function valueRows(
  values: Readonly<Record<string, unknown>>,
  most: ValueLimits = beside,
  against: readonly Compared[] = [],
): readonly ValueRow[] {
  const rows: ValueRow[] = [];
  const path: Opened[] = [opened(values, against)];
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
    const others = last.names ? last.against.flatMap((other) => within(other, name)) : [];
    const inner = typeof value === 'object' && value !== null ? opened(value, others) : undefined;
    const holds = inner !== undefined && inner.size > 0;
    const row = { depth, name: visible(cutAtWord(name, 200)), text: textOf(name, value, most.text) };
    const change = inner ? '' : changesFrom(name, value, others);
    characters += row.text.length + row.name.length + change.length;
    rows.push({ ...row, ...(change === '' ? {} : { change }), ...(holds ? { holds } : {}) });
    if (holds) path.push(inner);
  }
  return rows;
}

function opened(value: object, against: readonly Compared[]): Opened {
  const names = Array.isArray(value) ? undefined : Object.keys(value);
  return { value, names, size: names?.length ?? (value as readonly unknown[]).length, against, at: 0 };
}

/** What the other value has by a name. */
function within({ name: of, value }: Compared, name: string): readonly Compared[] {
  return isRecord(value) && Object.hasOwn(value, name) ? [{ name: of, value: value[name] }] : [];
}

/** Numbers as differences, other short values as what they were. */
function changesFrom(name: string, value: unknown, others: readonly Compared[]): string {
  return others
    .map(({ name: of, value: other }) => {
      if (other === value || (typeof other === 'object' && other !== null)) return '';
      if (typeof value === 'number' && typeof other === 'number') return changeFrom(of, value, other);
      const text = oneLine(scalarText(name, other));
      return text === '' || text.length > longestOther ? '' : `${of}: ${text}`;
    })
    .filter(Boolean)
    .join(' · ');
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
