import { isRecord, parseJson, parseTime } from '../../../core/run/lenient';
import { callText, plainRow, type RowReader, type TranscriptRow } from '../../../core/sessions/transcriptRow';
import { actionOf, callsOf, text, wordsOf, type Line } from './geminiParts';

/** The rows of one chat of Gemini CLI. A message is told again whenever it changed, so each row has a key. */
export class GeminiRows implements RowReader {
  rows(line: string): readonly TranscriptRow[] {
    const json = line.trim() === '' ? undefined : parseJson(line);
    if (!json || !('value' in json) || !isRecord(json.value)) return [];
    const set = isRecord(json.value['$set']) ? json.value['$set']['messages'] : undefined;
    const messages: readonly unknown[] = Array.isArray(set) ? set : [json.value];
    return messages.filter(isRecord).flatMap((message) => {
      const id = text(message['id']);
      // What has no id is never told again.
      if (id === '') return rowsOf(message);
      return rowsOf(message).map((row, part) => ({ ...row, key: `${id} ${row.kind} ${row.id || part}` }));
    });
  }

  rowsOfLong(): readonly TranscriptRow[] {
    return [];
  }
}

function rowsOf(message: Line): readonly TranscriptRow[] {
  const time = parseTime(text(message['timestamp']));
  const at = Number.isNaN(time) ? undefined : time;
  const words = wordsOf(message['content']);
  const said = words.trim() === '' ? [] : [words];
  switch (message['type']) {
    case 'user':
      return said.map((each) => plainRow('prompt', at, each));
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
