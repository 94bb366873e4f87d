/** What a person typed as an answer to one question. */
export interface KeptDraft {
  /** The text of the run's key. */
  readonly dir: string;
  readonly effectId: string;
  readonly text: string;
}

/** Where typed answers are kept, over a reload and a crash. */
export interface KeptDrafts {
  all(): readonly KeptDraft[];
  /** An empty text forgets it. Never throws: what cannot be kept still holds in this window. */
  put(draft: KeptDraft): void;
}
