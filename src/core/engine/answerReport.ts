/** What became of an answer. */
export type AnswerReport =
  | { readonly recorded: true }
  /** Nothing was recorded by us; whatever was typed is still the person's. */
  | {
      readonly recorded: false;
      readonly sentence: string;
      /** The question is not open any more: trying again is of no use. */
      readonly closed?: true;
    };
