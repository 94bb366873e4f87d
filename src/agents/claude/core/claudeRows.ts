import { isRecord, parseJson, parseTime } from '../../../core/run/lenient';
import { callText, plainRow, type RowReader, type TranscriptRow } from '../../../core/sessions/transcriptRow';
import { readLongLine } from './claudeLongLine';
import { beginsSilently, blocksOf, compactionWords, errorWords, outcomeOf, textOf } from './claudeParts';
import { actionOf } from './claudeTools';

type Line = Readonly<Record<string, unknown>>;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The rows of one file of Claude Code. */
export class ClaudeRows implements RowReader {
  /** The session's directory, by which paths are told. */
  #cwd: string | undefined;

  passesOver(head: string): boolean {
    return beginsSilently(head);
  }

  rows(line: string): readonly TranscriptRow[] {
    if (line.trim() === '') return [];
    const json = parseJson(line);
    return 'value' in json && isRecord(json.value) ? this.#rows(json.value) : [];
  }

  rowsOfLong(head: string, tail: string): readonly TranscriptRow[] {
    const line = readLongLine(head, tail);
    return line ? this.#rows(line) : [];
  }

  #rows(line: Line): readonly TranscriptRow[] {
    const time = parseTime(text(line['timestamp']));
    const at = Number.isNaN(time) ? undefined : time;
    this.#cwd ??= text(line['cwd']) || undefined;
    const message = isRecord(line['message']) ? line['message'] : {};
    switch (line['type']) {
      case 'assistant':
        return this.#assistant(line, message, at);
      case 'user':
        return userRows(line, message, at);
      case 'system':
        return systemRows(line, at);
      case 'queue-operation': {
        const said = text(line['content']);
        return line['operation'] === 'enqueue' && said !== ''
          ? [plainRow('note', at, `Queued: ${said}`)]
          : [];
      }
      default:
        return [];
    }
  }

  #assistant(line: Line, message: Line, at: number | undefined): readonly TranscriptRow[] {
    const blocks = blocksOf(message['content']);
    if (line['isApiErrorMessage'] === true || message['model'] === '<synthetic>') {
      const limit = line['error'] === 'rate_limit' || line['apiErrorStatus'] === 429;
      return [plainRow(limit ? 'limit' : 'error', at, textOf(blocks) || text(line['error']))];
    }
    return blocks.flatMap((block): readonly TranscriptRow[] => {
      switch (block['type']) {
        case 'text':
          return [plainRow('words', at, text(block['text']))];
        case 'thinking':
        case 'redacted_thinking':
          return [plainRow('thinking', at, text(block['thinking']))];
        case 'tool_use':
        case 'server_tool_use': {
          const input = isRecord(block['input']) ? block['input'] : {};
          const name = text(block['name']);
          const action = actionOf(name, input, this.#cwd);
          return [{ ...plainRow('call', at, callText(action, input)), id: text(block['id']), action }];
        }
        default:
          return [];
      }
    });
  }
}

function userRows(line: Line, message: Line, at: number | undefined): readonly TranscriptRow[] {
  const { content } = message;
  const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : blocksOf(content);
  return blocks.flatMap((block): readonly TranscriptRow[] => {
    if (block['type'] === 'tool_result') {
      const said = textOf(block['content']);
      const outcome = outcomeOf(block['is_error'] === true, said);
      const patch = outcome === 'ok' ? patchText(line['toolUseResult']) : '';
      const id = text(block['tool_use_id']);
      return [{ kind: 'result', at, text: patch || said, id, action: undefined, outcome }];
    }
    if (block['type'] === 'image') return [plainRow('prompt', at, '(a picture)')];
    const words = text(block['text']);
    if (words.trim() === '') return [];
    if (words.startsWith('[Request interrupted by user')) return [plainRow('interrupt', at, 'interrupted')];
    const byProgram =
      line['isMeta'] === true ||
      line['isCompactSummary'] === true ||
      /^(?:<local-command-|<task-notification>|Caveat: )/.test(words);
    return [plainRow(byProgram ? 'note' : 'prompt', at, words)];
  });
}

function systemRows(line: Line, at: number | undefined): readonly TranscriptRow[] {
  switch (line['subtype']) {
    case 'api_error':
      return [plainRow('retry', at, `retried after: ${errorWords(line['error'])}`)];
    case 'compact_boundary':
      return [plainRow('compaction', at, compactionWords(line['compactMetadata']))];
    case 'informational':
    case 'local_command': {
      const said = text(line['content']);
      return said === '' ? [] : [plainRow('note', at, said)];
    }
    default:
      return [];
  }
}

const place = (value: unknown): string => (typeof value === 'number' ? `${value}` : '?');

/** The changes that an edit made, as a diff; empty: it tells none. */
function patchText(result: unknown): string {
  const hunks = isRecord(result) && Array.isArray(result['structuredPatch']) ? result['structuredPatch'] : [];
  return hunks
    .filter(isRecord)
    .flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
      `@@ -${place(oldStart)},${place(oldLines)} +${place(newStart)},${place(newLines)} @@`,
      ...(Array.isArray(lines) ? lines.filter((part) => typeof part === 'string') : []),
    ])
    .join('\n');
}
