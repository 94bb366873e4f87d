import { isRecord, parseJson, parseTime } from '../../../core/run/lenient';
import {
  callText,
  plainRow,
  type RowCut,
  type RowReader,
  type TranscriptRow,
} from '../../../core/sessions/transcriptRow';
import { actionOf, callsOf, text, wordsOf, type Line } from './geminiParts';

/**
 * The rows of one chat of Gemini CLI. A message is told again whenever it changed, so each row has a key; what was undone goes
 * from its first message on, and all where the messages are told anew.
 */
export class GeminiRows implements RowReader {
  rows(line: string): readonly (TranscriptRow | RowCut)[] {
    const json = line.trim() === '' ? undefined : parseJson(line);
    if (!json || !('value' in json) || !isRecord(json.value)) return [];
    const { $set: set, $rewindTo: undone } = json.value;
    if (typeof undone === 'string') return [{ kind: 'cut', from: undone }];
    const messages = isRecord(set) ? set['messages'] : undefined;
    if (!Array.isArray(messages)) return messageRows(json.value);
    return [{ kind: 'cut', from: undefined }, ...messages.filter(isRecord).flatMap(messageRows)];
  }

  rowsOfLong(head: string): readonly (TranscriptRow | RowCut)[] {
    if (!/^\s*\{"\$set":\{"messages":/.test(head.slice(0, 200))) return [];
    return [
      { kind: 'cut', from: undefined },
      plainRow('note', undefined, '(The messages were told anew, in a line too long to be read.)'),
    ];
  }
}

function messageRows(message: Line): readonly TranscriptRow[] {
  const id = text(message['id']);
  // What has no id is never told again.
  if (id === '') return rowsOf(message);
  return rowsOf(message).map((row, part) => ({ ...row, key: `${id} ${row.kind} ${row.id || part}` }));
}

function rowsOf(message: Line): readonly TranscriptRow[] {
  const time = parseTime(text(message['timestamp']));
  const at = Number.isNaN(time) ? undefined : time;
  const words = wordsOf(message['content']);
  const said = words.trim() === '' ? [] : [words];
  switch (message['type']) {
    case 'user':
      // One without words has a row, too, as it may be the one that is gone back to.
      return [plainRow('prompt', at, said[0] ?? '(no words)')];
    case 'info':
    case 'warning':
      return said.map((each) => plainRow('note', at, each));
    case 'error':
      return said.map((each) => plainRow('error', at, each));
    case 'gemini':
      return [
        ...thoughtsOf(message).map((each) => plainRow('thinking', at, each)),
        ...said.map((each) => plainRow('words', at, each)),
        ...callsOf(message, at ?? 0).flatMap(({ id, name, args, outcome, result, at: began }) => {
          const action = actionOf(name, args, undefined);
          const call = { ...plainRow('call', began, callText(action, args)), id, action };
          return outcome === undefined ? [call] : [call, { ...plainRow('result', at, result), id, outcome }];
        }),
      ];
    default:
      return [];
  }
}

function thoughtsOf({ thoughts }: Line): readonly string[] {
  return (Array.isArray(thoughts) ? thoughts.filter(isRecord) : []).map(({ subject, description }) =>
    [text(subject), text(description)].filter(Boolean).join(': '),
  );
}
