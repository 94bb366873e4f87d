import * as z from 'zod/mini';
import { messageOf } from '../errors';
import { markLimits } from './runMarks';

const kept = {
  /** The text of a run's key, or the name of a view. */
  of: z.string().check(z.minLength(1), z.maxLength(10_000)),
  /** Milliseconds since 1970. */
  at: z.int().check(z.minimum(0), z.maximum(8.64e15)),
};

const shape = z.discriminatedUnion('what', [
  z.object({ what: z.literal('pinned'), ...kept, value: z.boolean() }),
  z.object({ what: z.literal('archived'), ...kept, value: z.boolean() }),
  z.object({
    what: z.literal('name'),
    ...kept,
    value: z.nullable(z.string().check(z.minLength(1), z.maxLength(markLimits.name))),
  }),
  z.object({
    what: z.literal('tags'),
    ...kept,
    value: z
      .array(z.string().check(z.minLength(1), z.maxLength(markLimits.tag)))
      .check(z.maxLength(markLimits.tags)),
  }),
  z.object({
    what: z.literal('view'),
    ...kept,
    value: z.nullable(z.object({ filter: z.unknown(), grouping: z.string() })),
  }),
]);

/**
 * One thing that a person decided, and when. Of two about the same the later one counts, whichever window wrote it: so two
 * windows that write at the same time come to the same in the end. What was taken back stays, as the empty value.
 */
export type OrderEntry = Readonly<z.infer<typeof shape>>;

/** What is decided: an {@link OrderEntry} before it has its time. */
export type OrderChange = OrderEntry extends infer E ? (E extends OrderEntry ? Omit<E, 'at'> : never) : never;

/** What tells apart what entries are about. */
export function idOf({ what, of }: Pick<OrderEntry, 'what' | 'of'>): string {
  return `${what} ${of}`;
}

/** Whether nothing is left of what the entry is about. */
export function isEmpty({ value }: Pick<OrderEntry, 'value'>): boolean {
  return value === null || value === false || (Array.isArray(value) && value.length === 0);
}

/** Whether `a` counts, and not `b`. Of the same moment, every window chooses the same one. */
export function isLater(a: OrderEntry, b: OrderEntry): boolean {
  return a.at > b.at || (a.at === b.at && JSON.stringify(a.value) > JSON.stringify(b.value));
}

/** So many entries are kept: four for each of ten thousand runs. */
const most = 40_000;

/** What is kept of entries when there are too many: what was taken back goes first, then the oldest. */
export function bounded(entries: Iterable<OrderEntry>, limit = most): readonly OrderEntry[] {
  const all = [...entries];
  if (all.length <= limit) return all;
  return all
    .toSorted(
      (a, b) => Number(isEmpty(a)) - Number(isEmpty(b)) || b.at - a.at || (idOf(a) < idOf(b) ? -1 : 1),
    )
    .slice(0, limit);
}

const file = z.object({ format: z.literal(1), entries: z.array(z.unknown()) });

/** What a file holds, and what is wrong with it as a sentence part; `undefined`: nothing. Whatever can be read is given. */
export interface ReadOrder {
  readonly entries: readonly OrderEntry[];
  readonly damage: string | undefined;
}

export function parseOrder(text: string): ReadOrder {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { entries: [], damage: `it is not valid JSON: ${messageOf(error)}` };
  }
  const parsed = file.safeParse(json);
  if (!parsed.success) return { entries: [], damage: 'it is not of the expected form' };
  const entries = parsed.data.entries.flatMap((entry) => shape.safeParse(entry).data ?? []);
  const left = parsed.data.entries.length - entries.length;
  const damage =
    left === 0 ? undefined : `${left} of its ${parsed.data.entries.length} entries are not valid`;
  return { entries, damage };
}

export function writeOrder(entries: readonly OrderEntry[]): string {
  return `{"format":1,"entries":[\n${entries.map((entry) => JSON.stringify(entry)).join(',\n')}\n]}\n`;
}
