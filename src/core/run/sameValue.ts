/** Equal as JSON values; the order of keys does not matter. No recursion: a file may nest a million deep. */
export function sameValue(a: unknown, b: unknown): boolean {
  const pairs: [unknown, unknown][] = [[a, b]];
  for (let pair = pairs.pop(); pair; pair = pairs.pop()) {
    const [left, right] = pair;
    if (left === right) continue;
    if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null)
      return false;
    if (Array.isArray(left) !== Array.isArray(right)) return false;
    const entries = Object.entries(left);
    if (entries.length !== Object.keys(right).length) return false;
    for (const [key, value] of entries) {
      if (!Object.hasOwn(right, key)) return false;
      pairs.push([value, (right as Readonly<Record<string, unknown>>)[key]]);
    }
  }
  return true;
}
