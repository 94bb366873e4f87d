/** So long a file may be half written, in milliseconds. */
const writingTakes = 2000;

/**
 * Whether a file that cannot be parsed may only be half written as yet.
 * @param modifiedAt in milliseconds since 1970; one far in the future, by another clock, says nothing
 */
export function mayBeHalfWritten(modifiedAt: number): boolean {
  return Math.abs(Date.now() - modifiedAt) < writingTakes;
}
