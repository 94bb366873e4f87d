import { isRecord, parseJson } from '../../../../core/run/lenient';
import type { Schema } from '../../../../core/jsonSchema';

/** A function that a process file exports, by its export name. */
export type ExportName = string;

/** White space is bounded, so that a long run of it is gone through once and not from each of its places. */
const space = String.raw`\s{1,80}`;
const gap = String.raw`\s{0,80}`;
const name = String.raw`[A-Za-z_$][\w$]{0,100}`;
const aFunction = String.raw`(?:async${space})?function(?:${gap}\*${gap}|${space})`;

/** What exports look like at the beginning of a line. Each name is the first group; the file is never run. */
const forms: readonly RegExp[] = [
  new RegExp(`^export${space}${aFunction}(${name})${gap}[(<]`, 'gm'),
  new RegExp(
    `^export${space}(?:const|let|var)${space}(${name})${gap}(?::[^=\\n]{0,200})?=${gap}(?:async\\b|function\\b|\\()`,
    'gm',
  ),
  new RegExp(String.raw`^(?:module\.)?exports\.(${name})${gap}=`, 'gm'),
];
const declared = new RegExp(`^${aFunction}(${name})(?![\\w$])`, 'gm');
/** A list, up to its bracket. */
const lists = new RegExp(String.raw`^(?:(export)${gap}|module\.exports${gap}=${gap})\{`, 'gm');
const longestList = 4000;

/**
 * The functions that a JavaScript or TypeScript file exports, `process` first: found by reading its text, as importing
 * it would run it. What is exported in other ways than the usual ones is not found.
 */
export function exportedFunctions(text: string): readonly ExportName[] {
  const names = forms.flatMap((form) => [...text.matchAll(form)].map(([, found]) => found ?? ''));
  const functions = new Set([...text.matchAll(declared)].map(([, found]) => found ?? ''));
  const listed = listedItems(text).flatMap(listedName);
  const all = new Set([
    ...names,
    ...listed.flatMap(({ local, exported }) =>
      local === 'process' || functions.has(local) ? [exported] : [],
    ),
  ]);
  return [...all].toSorted((a, b) => Number(b === 'process') - Number(a === 'process'));
}

/** What stands between the brackets of `export { … }` and `module.exports = { … }`; `export { … } from` is another file's. */
function listedItems(text: string): readonly string[] {
  const items: string[] = [];
  let end = 0;
  for (const { 0: head, 1: isExport, index } of text.matchAll(lists)) {
    const start = index + head.length;
    // It lies in the list before.
    if (start < end) continue;
    end = text.indexOf('}', start);
    if (end === -1) break;
    const isItsOwn = !isExport || /^\s{0,80}(?:;|$)/m.test(text.slice(end + 1, end + 90));
    if (isItsOwn && end - start <= longestList) items.push(...text.slice(start, end).split(','));
  }
  return items;
}

/** One item of `export { a as b }` or `module.exports = { b: a }`. */
function listedName(item: string): readonly { readonly local: string; readonly exported: string }[] {
  const match = /^([A-Za-z_$][\w$]*)(?:\s+as\s+([A-Za-z_$][\w$]*)|\s*:\s*([A-Za-z_$][\w$]*))?$/.exec(
    item.trim(),
  );
  if (!match) return [];
  const [, first = '', as, value] = match;
  return [{ local: value ?? first, exported: as ?? first }];
}

/** The name that a process gives itself (`@process area/name`), else one made of its file's name. */
export function processIdOfFile(text: string, fileName: string): string {
  const said = /^[ \t]{0,80}(?:\/\*\*|\*)\s{0,80}@process[ \t]{1,80}([\w./@-]{1,100})[ \t\r]{0,80}$/m.exec(
    text,
  )?.[1];
  return said ?? (fileName.replace(/\.[cm]?[jt]s$/, '') || 'process');
}

/** A schema is written by hand; longer ones are not looked at, in characters. */
const longestSchema = { json: 20_000, comment: 4000 };

/**
 * What a process says of its inputs: `export const inputSchema = { … }` in plain JSON, else its `@inputs { … }`.
 * @returns a JSON schema; `undefined` when it says nothing that can be read
 */
export function inputsSchema(text: string): Schema | undefined {
  const literal = textAfter(
    text,
    /^(?:export\s{1,80}const\s{1,80}inputSchema\s{0,80}=|exports\.inputSchema\s{0,80}=)\s{0,80}(?=\{)/m,
    longestSchema.json,
  );
  const end = literal?.search(/^\}/m) ?? -1;
  const json = end === -1 ? undefined : parseJson(literal?.slice(0, end + 1) ?? '');
  if (json && 'value' in json && isRecord(json.value)) return json.value;
  const comment = textAfter(
    text,
    /^[ \t]{0,80}(?:\/\*\*|\*)\s{0,80}@inputs\s{1,80}(?=\{)/m,
    longestSchema.comment,
  );
  // It ends before the next tag, sentence or empty line, or with the comment.
  const type = /^[^]*?\}(?=\s{0,80}\*\/|[ \t\r]{0,80}\n[ \t]{0,80}\*[ \t]{0,80}[@A-Z\r\n])/.exec(
    comment ?? '',
  )?.[0];
  return type === undefined ? undefined : typeSchema(type.replace(/^[ \t]*\*/gm, ''));
}

/** What follows the first place that fits, up to a number of characters; `undefined`: none does. */
function textAfter(text: string, place: RegExp, most: number): string | undefined {
  const found = place.exec(text);
  if (!found) return undefined;
  const start = found.index + found[0].length;
  return text.slice(start, start + most);
}

/** A TypeScript type literal as a JSON schema; whatever is not understood allows anything. */
function typeSchema(source: string): Schema | undefined {
  const tokens = source.match(/[\w$]+|'[^'\n]*'|"[^"\n]*"|\[\]|[{}()[\]<>:;,|?]/g) ?? [];
  let at = 0;
  const take = (token: string): boolean => tokens[at] === token && (at += 1) > 0;

  const object = (): Schema | undefined => {
    const properties: Record<string, Schema> = {};
    const required: string[] = [];
    while (!take('}')) {
      const key = tokens[at++]?.replace(/^['"]|['"]$/g, '');
      if (key === undefined || !/^[\w$-]+$/.test(key)) return undefined;
      const optional = take('?');
      if (take(':')) properties[key] = union();
      else properties[key] = {};
      if (!optional) required.push(key);
      if (!take(',')) take(';');
    }
    return { type: 'object', properties, ...(required.length > 0 ? { required } : {}) };
  };
  const single = (): Schema => {
    const token = tokens[at++] ?? '';
    let found: Schema = {};
    if (token === '{') found = object() ?? {};
    else if (/^['"]/.test(token)) found = { const: token.slice(1, -1) };
    else if (/^-?\d+$/.test(token)) found = { const: Number(token) };
    else if (['string', 'number', 'boolean', 'null', 'object'].includes(token)) found = { type: token };
    else if (token === 'Array' && take('<')) {
      found = { type: 'array', items: union() };
      take('>');
    }
    while (take('[]')) found = { type: 'array', items: found };
    return found;
  };
  const union = (): Schema => {
    const parts = [single()];
    while (take('|')) parts.push(single());
    const [only] = parts;
    if (only && parts.length === 1) return only;
    const values = parts.map((part) => part['const']);
    return values.every((value) => value !== undefined) ? { enum: values } : { anyOf: parts };
  };

  return take('{') ? object() : undefined;
}

/** A first value that fits a schema: its defaults, else something empty for everything that is required. */
export function exampleOf(schema: Schema | undefined, depth = 0): unknown {
  if (!schema || depth > 8) return null;
  if ('default' in schema) return schema['default'];
  if ('const' in schema) return schema['const'];
  const { enum: values, anyOf, properties, required, type, items } = schema;
  if (Array.isArray(values)) return values[0] ?? null;
  if (Array.isArray(anyOf)) return isRecord(anyOf[0]) ? exampleOf(anyOf[0], depth + 1) : null;
  switch (Array.isArray(type) ? type[0] : (type ?? (isRecord(properties) ? 'object' : undefined))) {
    case 'string':
      return '';
    case 'number':
    case 'integer':
      return 0;
    case 'boolean':
      return false;
    case 'array':
      return isRecord(items) && isRecord(items['properties']) ? [exampleOf(items, depth + 1)] : [];
    case 'object': {
      const known = isRecord(properties) ? properties : {};
      const wanted = Array.isArray(required) ? required : Object.keys(known);
      return Object.fromEntries(
        wanted
          .filter((key): key is string => typeof key === 'string')
          .map((key) => [key, isRecord(known[key]) ? exampleOf(known[key], depth + 1) : null]),
      );
    }
    default:
      return null;
  }
}
