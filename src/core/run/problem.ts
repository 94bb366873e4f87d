/** Something wrong with one file of a run. The run is shown all the same. */
export interface Problem {
  /** Path inside the run, "/" between parts; "." for the run folder itself. */
  readonly file: string;
  /** A sentence part that follows the file: "is empty". */
  readonly what: string;
  /** True when Repair Run can mend it: by the engine's own repair, or by moving the file aside. */
  readonly mendable?: boolean;
}
