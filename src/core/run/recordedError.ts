/** An error as an engine recorded it. */
export interface RecordedError {
  readonly name: string | undefined;
  readonly message: string | undefined;
  readonly stack: string | undefined;
}
