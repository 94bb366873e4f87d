import { isRecord, parseJson } from '../../../core/run/lenient';

type Line = Readonly<Record<string, unknown>>;

/**
 * What counts of a line whose content is too long to be parsed, made into a short line of the same shape. Quotes inside
 * texts are escaped, so a name with plain quotes is a name.
 * @returns `undefined`: its beginning does not tell what it is
 */
export function readLongLine(head: string, tail: string): Line | undefined {
  const [, type] = /"type":"(assistant|user|system|progress|attachment)"/.exec(head) ?? [];
  const field = (name: string): string | undefined => lastText(tail, name) ?? firstText(head, name);
  const envelope = {
    ...{ type, timestamp: field('timestamp'), cwd: firstText(head, 'cwd') ?? lastText(tail, 'cwd') },
    ...{ sessionId: field('sessionId'), version: field('version') },
    isSidechain: head.includes('"isSidechain":true'),
  };
  if (type === 'user') {
    const id = firstText(head, 'tool_use_id');
    if (id === undefined) return { ...envelope, message: { content: '' } };
    const result = { type: 'tool_result', tool_use_id: id, is_error: tail.includes('"is_error":true') };
    return { ...envelope, message: { content: [result] } };
  }
  if (type !== 'assistant') return type === undefined ? undefined : envelope;
  const call = /\{"type":"tool_use","id":"([^"]{1,200})","name":"([^"]{1,200})"/.exec(head);
  const input = call && inputOf(head, tail);
  return {
    ...envelope,
    message: {
      id: /"id":"(msg[^"]{1,200})"/.exec(head)?.[1],
      model: firstText(head, 'model'),
      stop_reason: lastText(tail, 'stop_reason') ?? null,
      usage: usageOf(tail),
      content: call ? [{ type: 'tool_use', id: call[1], name: call[2], input }] : [],
    },
  };
}

/** The short texts of a call's input that stand before or behind the long one. */
function inputOf(head: string, tail: string): Line {
  const fields = ['file_path', 'notebook_path', 'description', 'command', 'pattern', 'url'];
  return Object.fromEntries(
    fields.flatMap((name) => {
      const value = firstText(head, name) ?? lastText(tail, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function usageOf(tail: string): unknown {
  const at = tail.lastIndexOf('"usage":{');
  if (at < 0) return undefined;
  // It holds one or two objects; the first end at which it can be parsed is its own.
  for (let end = tail.indexOf('}', at); end >= 0 && end < at + 4000; end = tail.indexOf('}', end + 1)) {
    const json = parseJson(tail.slice(at + '"usage":'.length, end + 1));
    if ('value' in json && isRecord(json.value)) return json.value;
  }
  return undefined;
}

const pattern = (name: string): RegExp => new RegExp(String.raw`"${name}":("(?:[^"\\]|\\.){0,2000}")`, 'g');

function firstText(part: string, name: string): string | undefined {
  return parsed(pattern(name).exec(part)?.[1]);
}

function lastText(part: string, name: string): string | undefined {
  return parsed([...part.matchAll(pattern(name))].at(-1)?.[1]);
}

function parsed(json: string | undefined): string | undefined {
  const read = json === undefined ? undefined : parseJson(json);
  return read && 'value' in read && typeof read.value === 'string' ? read.value : undefined;
}
