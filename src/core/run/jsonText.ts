/**
 * A value as one line of JSON; `undefined`: it is nested too deeply. JSON.parse reads what is nested a million deep, and
 * JSON.stringify, being recursive, does not write it.
 */
export function jsonLine(value: unknown): string | undefined {
  return written(value, undefined, 0);
}

/**
 * A value as JSON to be read by people, or `undefined` as above. Of a value that is both deep and long most would be white
 * space: it is written in one line.
 */
export function prettyJson(value: unknown, replacer?: Replacer): string | undefined {
  return written(value, replacer, indents(value) ? 2 : 0);
}

type Replacer = (name: string, value: unknown) => unknown;

function written(value: unknown, replacer: Replacer | undefined, indent: number): string | undefined {
  try {
    return JSON.stringify(value, replacer, indent);
  } catch {
    return undefined;
  }
}

/** So many characters of white space are put before the lines of a value. */
const mostIndent = 4_000_000;

/** Whether lines that are indented by their depth make up a text of a bearable size. */
function indents(value: unknown): boolean {
  let [level, depth, indent]: [unknown[], number, number] = [[value], 0, 0];
  while (level.length > 0) {
    indent += 2 * depth * level.length;
    if (indent > mostIndent) return false;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
    depth += 1;
  }
  return true;
}
