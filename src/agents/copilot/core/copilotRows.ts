import { isRecord, parseJson, parseTime } from '../../../core/run/lenient';
import { callText, plainRow, type RowReader, type TranscriptRow } from '../../../core/sessions/transcriptRow';
import { actionOf, argumentsOf, outcomeOf, resultOf, text } from './copilotReader';

/** The rows of one session of Copilot CLI. */
export class CopilotRows implements RowReader {
  rows(line: string): readonly TranscriptRow[] {
    const json = line.trim() === '' ? undefined : parseJson(line);
    if (!json || !('value' in json) || !isRecord(json.value)) return [];
    const { type, timestamp, data: given } = json.value;
    const data = isRecord(given) ? given : {};
    const time = parseTime(text(timestamp));
    const at = Number.isNaN(time) ? undefined : time;
    const id = text(data['toolCallId']);
    const content = text(data['content']);
    switch (type) {
      case 'user.message':
        return [plainRow('prompt', at, content)];
      case 'assistant.message':
        return content.trim() === '' ? [] : [plainRow('words', at, content)];
      case 'assistant.reasoning':
        return [plainRow('thinking', at, content)];
      case 'tool.execution_start': {
        const args = argumentsOf(data['arguments']);
        const action = actionOf(text(data['toolName']), args, undefined);
        return [{ ...plainRow('call', at, callText(action, args)), id, action }];
      }
      case 'tool.execution_complete': {
        return [{ ...plainRow('result', at, resultOf(data)), id, outcome: outcomeOf(data) }];
      }
      case 'session.error':
        return [plainRow('error', at, text(data['message']))];
      case 'session.compaction_complete':
        return [plainRow('compaction', at, 'context compacted')];
      case 'abort':
        return [plainRow('interrupt', at, 'interrupted')];
      default:
        return [];
    }
  }

  rowsOfLong(): readonly TranscriptRow[] {
    return [];
  }
}
