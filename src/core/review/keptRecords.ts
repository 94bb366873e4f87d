import * as z from 'zod/mini';

/** Where what a person typed is kept, over a reload and a crash. */
export interface KeptRecords {
  /** In any order; of any form, as an earlier version may have written them. */
  all(): readonly unknown[];
  /**
   * Keeps JSON under an id; `undefined` forgets it. Never throws: what cannot be kept still holds in this window.
   */
  put(id: string, record: unknown): void;
}

const draftShape = z.object({
  /** The text of the run's key. */
  dir: z.string(),
  effectId: z.string(),
  text: z.string(),
  /** An agent left it, and no person has changed it. */
  agent: z.optional(z.boolean()),
});

/** What a person typed as an answer to one question. */
export type KeptDraft = Readonly<z.infer<typeof draftShape>>;

/** The drafts among records; what is none is left out. */
export function parseDrafts(records: readonly unknown[]): readonly KeptDraft[] {
  return records.flatMap((record) => {
    const parsed = draftShape.safeParse(record);
    return parsed.success ? [parsed.data] : [];
  });
}
