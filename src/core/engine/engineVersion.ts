/** The major number of an engine's version; `undefined`: there is none, or it is no version. */
export function majorOf(version: string | undefined): number | undefined {
  const match = /^(\d+)\./.exec(version ?? '');
  return match ? Number(match[1]) : undefined;
}
