declare const brand: unique symbol;

/**
 * Tells a run apart from all others. Only the run's source and engine know what is in it, and may make one or find a
 * place by it: of everybody else the compiler takes it for no text and no path. It is a string when the program runs, so
 * that keys are compared with `===` and are keys of maps and members of sets.
 */
export interface RunKey {
  readonly [brand]: true;
}

/** The text of a key: for ids, what is kept, and messages to pages. The same run always has the same. */
export function keyText(key: RunKey): string {
  return key as unknown as string;
}

/** The key whose text was kept or came from a page. There may be no such run (any more). */
export function asRunKey(text: string): RunKey {
  return text as unknown as RunKey;
}
