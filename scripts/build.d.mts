/** Writes the pages alone, with their font. */
export function buildPages(): Promise<void>;
