/** Writes the pages alone, with their font. */
export function buildPages(): Promise<void>;

/** Writes the programs as they ship into a folder, an absolute path. */
export function buildPrograms(outdir: string): Promise<void>;
