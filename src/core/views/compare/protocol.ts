import * as z from 'zod';
import { segment } from '../../run/segmentSchema';
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

/** A run, or one of its iterations, in the state of a page and in what opens one. */
export const sideReference = z.object({
  dir: z.string().min(1).max(10_000),
  n: z.int().min(0).optional(),
});

export type SideReference = z.infer<typeof sideReference>;

/** What brings a page back after a reload. */
export const comparedSides = z.object({ left: sideReference, right: sideReference });

export type ComparedSides = z.infer<typeof comparedSides>;
