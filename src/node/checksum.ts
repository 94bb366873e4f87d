import { hash } from 'node:crypto';
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
  if (checksum === undefined || checksum === sha256(`${JSON.stringify(event, null, 2)}\n`)) return undefined;
  return 'was altered after it was written: its checksum does not fit';
}

const before = ',\n  "checksum": "';
const after = '"\n}\n';
const lastLines = `${before}${'0'.repeat(64)}${after}`;

function sha256(text: string): string {
  return hash('sha256', text);
}
