import * as z from 'zod/mini';
import { segment } from '../../run/segmentSchema';
import { asRunKey, keyText, type RunKey } from '../../run/runKey';
import type { Comparison } from './comparison';

const side = z.enum(['left', 'right']);

/** What the page of a comparison says to the extension. Everything is checked: a page shows hostile text. */
export const fromCompare = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('swap') }),
  /** A value, or the whole run as text, in the editor's own diff. */
  z.object({ type: z.literal('diff'), what: z.enum(['inputs', 'output', 'story']) }),
  z.object({
    type: z.literal('diffTask'),
    what: z.enum(['task-inputs', 'task-result']),
    left: segment,
    right: segment,
  }),
  z.object({ type: z.literal('openTask'), side, effectId: segment }),
  z.object({ type: z.literal('openRun'), side }),
]);

export type FromCompare = z.infer<typeof fromCompare>;

/** What the extension says to the page of a comparison. */
export type ToCompare =
  | { readonly type: 'view'; readonly view: Comparison }
  /** What is compared is not there any more, as a sentence. */
  | { readonly type: 'gone'; readonly sentence: string };

const keptSide = z.object({
  dir: z.string().check(z.minLength(1), z.maxLength(10_000)),
  n: z.optional(z.int().check(z.minimum(0))),
});

/** A run, or one of its iterations. */
export interface SideReference {
  readonly runKey: RunKey;
  readonly n?: number | undefined;
}

export interface ComparedSides {
  readonly left: SideReference;
  readonly right: SideReference;
}

const keptSides = z.object({ left: keptSide, right: keptSide });

/** What brings a page back after a reload; a side's `dir` is the text of its run's key. */
export type KeptSides = z.infer<typeof keptSides>;

export function toKeptSides({ left, right }: ComparedSides): KeptSides {
  const kept = ({ runKey, n }: SideReference) => ({ dir: keyText(runKey), n });
  return { left: kept(left), right: kept(right) };
}

/** Reads what a page kept; `undefined`: it is not what a page keeps. */
export function parseKeptSides(kept: unknown): ComparedSides | undefined {
  const { data } = keptSides.safeParse(kept);
  const side = ({ dir, n }: KeptSides['left']): SideReference => ({ runKey: asRunKey(dir), n });
  return data && { left: side(data.left), right: side(data.right) };
}
