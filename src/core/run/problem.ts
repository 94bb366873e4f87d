/** Something wrong with one file of a run. The run is shown all the same. */
export interface Problem {
  /** Path inside the run, "/" between parts; "." for the run folder itself. */
  readonly file: string;
  /** A sentence part that follows the file: "is empty". */
  readonly what: string;
  /** True when Repair Run can mend it: by the engine's own repair, or by moving the file aside. */
  readonly mendable?: boolean;
  /**
   * What the engine must not be asked for while this is so, since it would fail or do damage: iterating, or any change.
   * (0.0.187 fails a run whose pending task.json is unreadable, and numbers the next event wrongly beside a leftover.)
   */
  readonly stops?: 'iterate' | 'any';
  /** It may be so, and nothing proves it: told where the run is to go on, and not among what is wrong. */
  readonly hint?: boolean;
}
