/** Which files each file imports. */
export type ImportGraph = ReadonlyMap<string, ReadonlySet<string>>;

/** What the files of a folder may import besides each other; a `*` stands for the same folder name everywhere in it. */
export interface Rule {
  readonly room: string;
  readonly mayImport: readonly string[];
}

/** The circles: sets of files each of which reaches all others, with the imports among them. */
export function findCircles(graph: ImportGraph): ImportGraph[];

/** One sentence for each import that the rules do not allow, and for each file that lies in no room. */
export function forbiddenArrows(graph: ImportGraph, rules: readonly Rule[]): string[];
