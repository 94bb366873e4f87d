export interface TestCommand {
  /** In the order they run; without files, all tests of the stage are meant. */
  readonly chosen: readonly { readonly stage: string; readonly files: readonly string[] }[];
  /** What vitest is given besides, as it came. */
  readonly options: readonly string[];
  /** Whether the browser of the end-to-end tests is shown. */
  readonly headed: boolean;
}

export interface KnownStages {
  readonly stages: readonly string[];
  /** Those of them that understand vitest's options. */
  readonly vitestStages: readonly string[];
  /** Whether there is such a file; its path is relative to the root, with slashes. */
  exists(file: string): boolean;
}

/**
 * Reads the arguments of `npm test`. A file chooses its stage, and narrows it; without any word, all stages are chosen,
 * or with options of vitest all of vitest's. Throws a `Failure` for words that are neither, and for options that a
 * chosen stage does not have.
 */
export function readTestCommand(args: readonly string[], known: KnownStages): TestCommand;
