/**
 * Whether a version is another one or a later one. What is no version of three numbers is older than any.
 * @param least three numbers: 2.1.139
 */
export function isAtLeast(version: string | undefined, least: string): boolean {
  const [parts, wanted] = [version ?? '', least].map(
    (text) => /^(\d+)\.(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number) ?? [],
  );
  if (!parts || !wanted || parts.length === 0) return false;
  const different = wanted.findIndex((part, i) => part !== parts[i]);
  return different < 0 || (parts[different] ?? 0) > (wanted[different] ?? 0);
}
