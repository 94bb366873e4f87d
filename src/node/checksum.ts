import { createHash } from 'node:crypto';
import { isRecord, parseJson } from '../core/run/lenient';

/**
 * Every event carries `checksum`: the SHA-256 of its JSON without that field, written with two spaces and a line end.
 * All engine versions write it, and none looks at it.
 * @param text a journal file that holds a JSON object
 * @returns what is wrong, as a sentence part after the file's name; `undefined`: it fits, or the event has none
 */
export function checksumProblem(text: string): string | undefined {
  // As engines write it: the checksum stands last, so it is cut off.
  const written = /,\n {2}"checksum": "([0-9a-f]{64})"\n\}\n$/.exec(text);
  if (written && sha256(`${text.slice(0, written.index)}\n}\n`) === written[1]) return undefined;
  const json = parseJson(text);
  if (!('value' in json) || !isRecord(json.value)) return undefined;
  const { checksum, ...event } = json.value;
  if (checksum === undefined || checksum === sha256(`${JSON.stringify(event, null, 2)}\n`)) return undefined;
  return 'was altered after it was written: its checksum does not fit';
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
