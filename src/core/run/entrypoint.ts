/** Where the code of a process lies. */
export interface Entrypoint {
  /** Relative to the run folder with "/" between parts, or absolute. */
  readonly importPath: string;
  readonly exportName: string;
}
