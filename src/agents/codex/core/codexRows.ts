import { isRecord, parseJson, parseTime } from '../../../core/run/lenient';
import { callText, plainRow, type RowReader, type TranscriptRow } from '../../../core/sessions/transcriptRow';
import { actionOf, commandOf, inputOf, isFromClient, outcomeOf, plainOutput, wordsOf } from './codexTools';

type Line = Readonly<Record<string, unknown>>;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The rows of one rollout of Codex. What its events tell again is left out. */
export class CodexRows implements RowReader {
  #cwd: string | undefined;

  rows(line: string): readonly TranscriptRow[] {
    const json = line.trim() === '' ? undefined : parseJson(line);
    return json && 'value' in json && isRecord(json.value) ? this.#rows(json.value) : [];
  }

  rowsOfLong(head: string, tail: string): readonly TranscriptRow[] {
    const field = (name: string): string => new RegExp(`"${name}":"([^"\\\\]{1,200})"`).exec(head)?.[1] ?? '';
    const timestamp = field('timestamp');
    if (head.includes('"type":"compacted"')) return this.#rows({ timestamp, type: 'compacted', payload: {} });
    const [, type] = /"payload":\{"type":"(\w+_output)"/.exec(head) ?? [];
    if (type === undefined) return [];
    const output = `${head.slice(head.indexOf('"output":'))}\n…\n${tail}`;
    return this.#rows({ timestamp, payload: { type, call_id: field('call_id'), output } });
  }

  #rows(line: Line): readonly TranscriptRow[] {
    const time = parseTime(text(line['timestamp']));
    const at = Number.isNaN(time) ? undefined : time;
    const payload = isRecord(line['payload']) ? line['payload'] : line;
    switch (line['type']) {
      case 'session_meta':
      case 'turn_context':
        this.#cwd ??= text(payload['cwd']) || undefined;
        return [];
      case 'compacted':
        return [plainRow('compaction', at, 'context compacted')];
      case 'event_msg':
        return payload['type'] === 'turn_aborted' ? [plainRow('interrupt', at, 'interrupted')] : [];
      default:
        return this.#item(payload, at);
    }
  }

  #item(item: Line, at: number | undefined): readonly TranscriptRow[] {
    const type = text(item['type']);
    const id = text(item['call_id']) || text(item['id']);
    if (type === 'message') {
      const words = wordsOf(item['content']);
      if (words.trim() === '') return [];
      if (item['role'] === 'assistant') return [plainRow('words', at, words)];
      return [plainRow(item['role'] === 'user' && !isFromClient(words) ? 'prompt' : 'note', at, words)];
    }
    if (type === 'reasoning') return [plainRow('thinking', at, wordsOf(item['summary']))];
    if (type.endsWith('_output')) {
      const said = wordsOf(item['output']);
      const outcome = outcomeOf(said);
      return [{ kind: 'result', at, text: plainOutput(said), id, action: undefined, outcome }];
    }
    if (!type.endsWith('_call')) return [];
    const { name, input, words } = inputOf(item);
    const action = actionOf(name, input, words, this.#cwd);
    const given = commandOf(name, input, words) ?? (Object.keys(input).length > 0 ? input : words);
    return [{ ...plainRow('call', at, callText(action, given)), id, action }];
  }
}
