import { createHash, hash } from 'node:crypto';
import { isRecord, parseJson } from '../core/run/lenient';

/**
 * Every event carries `checksum`: the SHA-256 of its JSON without that field, written with two spaces and a line end.
 * All engine versions write it, and none looks at it.
 * @param text a journal file that holds a JSON object
 * @returns what is wrong, as a sentence part after the file's name; `undefined`: it fits, or the event has none
 */
export function checksumProblem(text: string): string | undefined {
  // As engines write it the checksum stands last, and is cut off. Anything else is parsed.
  const at = text.length - lastLines.length;
  const written = text.slice(at + before.length, -after.length);
  if (text.startsWith(before, at) && sha256(`${text.slice(0, at)}\n}\n`) === written) return undefined;
  const json = parseJson(text);
  if (!('value' in json) || !isRecord(json.value)) return undefined;
  const { checksum, ...event } = json.value;
  if (checksum === undefined) return undefined;
  const own = checksumOf(event);
  if (own === undefined) return 'is nested too deeply for its checksum to be looked at';
  return own === checksum ? undefined : 'was altered after it was written: its checksum does not fit';
}

/** No engine writes anything deeper, or longer in characters; indented, little that is nested deeply grows to gigabytes. */
const most = { depth: 1000, length: 64 * 1024 * 1024 };

/** Without recursion, as a file may nest a million deep. `undefined`: it is over the limits. */
function checksumOf(event: unknown): string | undefined {
  const digest = createHash('sha256');
  const open: { readonly values: IterableIterator<unknown>; readonly end: string; isEmpty: boolean }[] = [];
  let length = 0;
  const put = (text: string): void => {
    length += text.length;
    digest.update(text);
  };
  const begin = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return put(JSON.stringify(value));
    const isList = Array.isArray(value);
    put(isList ? '[' : '{');
    open.push({
      values: (isList ? (value as readonly unknown[]) : Object.entries(value)).values(),
      end: isList ? ']' : '}',
      isEmpty: true,
    });
  };
  begin(event);
  for (let inner = open.at(-1); inner; inner = open.at(-1)) {
    if (open.length > most.depth || length > most.length) return undefined;
    const next = inner.values.next();
    const line = `\n${'  '.repeat(open.length - (next.done ? 1 : 0))}`;
    if (next.done) {
      open.pop();
      put(inner.isEmpty ? inner.end : line + inner.end);
      continue;
    }
    put(inner.isEmpty ? line : `,${line}`);
    inner.isEmpty = false;
    if (inner.end === ']') begin(next.value);
    else {
      const [name, value] = next.value as readonly [string, unknown];
      put(`${JSON.stringify(name)}: `);
      begin(value);
    }
  }
  put('\n');
  return digest.digest('hex');
}

const before = ',\n  "checksum": "';
const after = '"\n}\n';
const lastLines = `${before}${'0'.repeat(64)}${after}`;

function sha256(text: string): string {
  return hash('sha256', text);
}
