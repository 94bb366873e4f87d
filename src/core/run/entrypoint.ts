/** Where the code of a process lies. */
export interface Entrypoint {
  /** Relative to the run folder with "/" between parts, or absolute. */
  readonly importPath: string;
  readonly exportName: string;
}

const known = new Map<string, Entrypoint>();
/** Where every run has a process of its own, sharing is not worth it. */
const mostKnown = 10_000;

/** One and the same object for an equal one: thousands of runs are of one process. */
export function entrypoint(importPath: string, exportName: string): Entrypoint {
  const key = `${importPath}#${exportName}`;
  const same = known.get(key);
  if (same?.exportName === exportName) return same;
  const entry = { importPath, exportName };
  if (known.size < mostKnown) known.set(key, entry);
  return entry;
}
