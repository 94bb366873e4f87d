import { action, commandAction, lineCount, pathIn, toolAction } from '../../../core/sessions/action';
import { isRecord, parseTime } from '../../../core/run/lenient';
import {
  tokenCount,
  type Action,
  type FileChange,
  type Outcome,
  type Tokens,
} from '../../../core/sessions/work';

export type Line = Readonly<Record<string, unknown>>;

export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A call of a tool, as a message tells it. */
export interface GeminiCall {
  readonly id: string;
  readonly name: string;
  readonly args: Line;
  readonly at: number;
  /** `undefined`: it has not ended. */
  readonly outcome: Outcome | undefined;
  readonly result: string;
}

/** The calls of a message. */
export function callsOf({ toolCalls }: Line, at: number): readonly GeminiCall[] {
  return (Array.isArray(toolCalls) ? toolCalls.filter(isRecord) : []).flatMap((call) => {
    const id = text(call['id']);
    if (id === '') return [];
    const time = parseTime(text(call['timestamp']));
    const result = resultOf(call);
    const args = isRecord(call['args']) ? call['args'] : {};
    return [
      {
        ...{ id, name: text(call['name']), args, result, at: Number.isNaN(time) ? at : time },
        outcome: outcomeOf(text(call['status']), result),
      },
    ];
  });
}

function outcomeOf(status: string, result: string): Outcome | undefined {
  if (status === 'error') return 'error';
  if (status === 'cancelled') return 'refused';
  if (status !== 'success') return undefined;
  const [, code = '0'] = /^Exit Code: (-?\d+)/m.exec(result.slice(-4000)) ?? [];
  return Number(code) === 0 ? 'ok' : 'error';
}

function resultOf({ result, resultDisplay }: Line): string {
  const said = (Array.isArray(result) ? result.filter(isRecord) : [])
    .map(({ functionResponse }) => (isRecord(functionResponse) ? functionResponse['response'] : undefined))
    .map((response) => (isRecord(response) ? text(response['output']) || text(response['error']) : ''))
    .join('\n');
  return said || text(result) || text(resultDisplay);
}

/** What a call does, in words. */
export function actionOf(name: string, args: Line, cwd: string | undefined): Action {
  const path = pathIn(cwd, text(args['file_path']) || text(args['absolute_path']) || text(args['path']));
  switch (name) {
    case 'run_shell_command':
      return commandAction(text(args['command']), text(args['description']));
    case 'replace':
    case 'write_file':
      return action('editing', path);
    case 'read_file':
    case 'list_directory':
      return action('reading', path);
    case 'glob':
    case 'search_file_content':
    case 'grep_search':
      return action('searching', text(args['pattern']));
    case 'google_web_search':
    case 'web_fetch':
      return action('looking up', text(args['query']) || text(args['prompt']));
    case 'write_todos':
      return action('planning');
    default:
      return toolAction(name, args);
  }
}

export function isCommand(name: string): boolean {
  return name === 'run_shell_command' || name.includes('__');
}

/** What a successful call changed; `undefined`: it is no tool that changes files. */
export function changeOf(name: string, args: Line): FileChange | undefined {
  const path = text(args['file_path']);
  if (path === '' || (name !== 'replace' && name !== 'write_file')) return undefined;
  const added = lineCount(text(args['new_string']) || text(args['content']));
  return { path, created: false, added, removed: lineCount(text(args['old_string'])) };
}

/** Without what the cache gave, which the input holds; thoughts are output. */
export function tokensOf(tokens: unknown): Tokens {
  const fields = isRecord(tokens) ? tokens : {};
  const number = (name: string): number => tokenCount(fields[name]);
  return {
    in: Math.max(0, number('input') - number('cached')) + number('tool'),
    out: number('output') + number('thoughts'),
    cacheWrite: 0,
    cacheRead: number('cached'),
  };
}

/** The words of a content, which may be one text itself. */
export function wordsOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (isRecord(content)) return text(content['text']);
  return (Array.isArray(content) ? content : [])
    .map((part: unknown) => (isRecord(part) ? text(part['text']) : text(part)))
    .join('\n');
}
