import { isRecord, parseJson } from '../../../../core/run/lenient';
import type { Schema } from '../../../../core/jsonSchema';

/** A function that a process file exports, by its export name. */
export type ExportName = string;

const name = '[A-Za-z_$][\\w$]{0,100}';

/** What exports look like at the beginning of a line. Each name is the first group; the file is never run. */
const forms: readonly RegExp[] = [
  new RegExp(`^export\\s+(?:async\\s+)?function\\s*\\*?\\s*(${name})\\s*[(<]`, 'gm'),
  new RegExp(
    `^export\\s+(?:const|let|var)\\s+(${name})\\s*(?::[^=\\n]{0,200})?=\\s*(?:async\\b|function\\b|\\()`,
    'gm',
  ),
  new RegExp(`^(?:module\\.)?exports\\.(${name})\\s*=`, 'gm'),
];
const lists = [/^export\s*\{([^}]{0,4000})\}\s*(?:;|$)/gm, /^module\.exports\s*=\s*\{([^}]{0,4000})\}/gm];

/**
 * The functions that a JavaScript or TypeScript file exports, `process` first: found by reading its text, as importing
 * it would run it. What is exported in other ways than the usual ones is not found.
 */
export function exportedFunctions(text: string): readonly ExportName[] {
  const names = forms.flatMap((form) => [...text.matchAll(form)].map(([, found]) => found ?? ''));
  const listed = lists.flatMap((list) =>
    [...text.matchAll(list)].flatMap(([, items]) => (items ?? '').split(',')).flatMap(listedName),
  );
  const isFunction = (found: string): boolean =>
    found === 'process' ||
    new RegExp(`^(?:async\\s+)?function\\s*\\*?\\s*${escape(found)}\\b`, 'm').test(text);
  const all = new Set([
    ...names,
    ...listed.filter(({ local }) => isFunction(local)).map(({ exported }) => exported),
  ]);
  return [...all].toSorted((a, b) => Number(b === 'process') - Number(a === 'process'));
}

/** One item of `export { a as b }` or `module.exports = { b: a }`. */
function listedName(item: string): readonly { readonly local: string; readonly exported: string }[] {
  const match = /^\s*([A-Za-z_$][\w$]*)(?:\s+as\s+([A-Za-z_$][\w$]*)|\s*:\s*([A-Za-z_$][\w$]*))?\s*$/.exec(
    item,
  );
  if (!match) return [];
  const [, first = '', as, value] = match;
  return [{ local: value ?? first, exported: as ?? first }];
}

function escape(text: string): string {
  return text.replace(/[$]/g, '\\$&');
}

/** The name that a process gives itself (`@process area/name`), else one made of its file's name. */
export function processIdOfFile(text: string, fileName: string): string {
  const said = /^\s*(?:\/\*\*|\*)\s*@process\s+([\w./@-]{1,100})\s*$/m.exec(text)?.[1];
  return said ?? (fileName.replace(/\.[cm]?[jt]s$/, '') || 'process');
}

/**
 * What a process says of its inputs: `export const inputSchema = { … }` in plain JSON, else its `@inputs { … }`.
 * @returns a JSON schema; `undefined` when it says nothing that can be read
 */
export function inputsSchema(text: string): Schema | undefined {
  const literal =
    /^(?:export\s+const\s+inputSchema\s*=|exports\.inputSchema\s*=)\s*(\{[\s\S]{0,20000}?^\})/m.exec(
      text,
    )?.[1];
  const json = literal === undefined ? undefined : parseJson(literal);
  if (json && 'value' in json && isRecord(json.value)) return json.value;
  const comment =
    /^\s*(?:\/\*\*|\*)\s*@inputs\s+(\{[\s\S]{0,4000}?\})\s*(?:\n\s*\*\s*@|\*\/|\n\s*\*\s*(?:\n|[A-Z]))/m.exec(
      text,
    )?.[1];
  return comment === undefined ? undefined : typeSchema(comment.replace(/^\s*\*/gm, ''));
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
