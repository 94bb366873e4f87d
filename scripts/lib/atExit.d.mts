/** Does this when the process ends, by itself or by a signal. Gives a function that takes it back. */
export function atExit(cleanUp: () => void): () => void;

/** A new folder, removed at the end of the process at the latest. */
export function temporaryFolder(prefix: string): { readonly path: string; remove(): void };
