import { action, commandAction, lineCount, pathIn, toolAction } from '../../../core/sessions/action';
import { jsonLine } from '../../../core/run/jsonText';
import { isRecord, parseJson } from '../../../core/run/lenient';
import { secretFileIn } from '../../../core/sessions/secretFiles';
import type { Action, FileChange, Outcome } from '../../../core/sessions/work';

type Line = Readonly<Record<string, unknown>>;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A call's name, its input as an object where it is one, and as text. */
export function inputOf(item: Line): { readonly name: string; readonly input: Line; readonly words: string } {
  const words = text(item['arguments']) || text(item['input']) || (jsonLine(item['action'] ?? '') ?? '');
  const json = parseJson(words);
  const input = 'value' in json && isRecord(json.value) ? json.value : {};
  return { name: text(item['name']) || text(item['type']), input, words };
}

/** The command that a call runs; `undefined`: it runs none. Of a script that calls tools it is the script. */
export function commandOf(name: string, input: Line, words: string): string | undefined {
  switch (name) {
    case 'shell':
    case 'local_shell_call':
    case 'container.exec':
    case 'shell_command':
      return shellCommand(input['command']);
    case 'exec_command':
      return text(input['cmd']);
    case 'exec':
      return words;
    default:
      return undefined;
  }
}

export function actionOf(name: string, input: Line, words: string, cwd: string | undefined): Action {
  const command = commandOf(name, input, words);
  if (command !== undefined) {
    const inScript = name === 'exec' && secretFileIn(words) === undefined ? commandIn(words) : undefined;
    return commandAction(inScript ?? command);
  }
  switch (name) {
    case 'write_stdin':
      return action('typing into a running command');
    case 'apply_patch': {
      const [, path = ''] =
        /^\*\*\* (?:Add|Update|Delete) File: (.+)$/m.exec(text(input['input']) || words) ?? [];
      return action('editing', pathIn(cwd, path.trim()));
    }
    case 'update_plan':
      return action('planning');
    case 'web_search_call':
      return action('looking up', text(input['query']));
    case 'view_image':
      return action('reading', pathIn(cwd, text(input['path'])));
    case 'spawn_agent':
      return action('delegating:', text(input['message']));
    default:
      return toolAction(name, input);
  }
}

/** The command itself, without the shell that runs it. */
function shellCommand(command: unknown): string {
  if (typeof command === 'string') return command;
  const parts = Array.isArray(command) ? command.filter((part) => typeof part === 'string') : [];
  const [shell = '', flag = '', script] = parts;
  return parts.length === 3 && /(?:^|[/\\])(?:ba|z|da)?sh$/.test(shell) && /^-l?c$/.test(flag)
    ? `${script}`
    : parts.join(' ');
}

/** The command in a script that calls `tools.exec_command({ cmd: "…" })`. */
function commandIn(script: string): string | undefined {
  const [, quoted] =
    /exec_command\(\s*\{[^}]{0,500}?["']?cmd["']?\s*:\s*("(?:[^"\\]|\\.){0,2000}"|'(?:[^'\\]|\\.){0,2000}'|`[^`]{0,2000}`)/.exec(
      script.slice(0, 20_000),
    ) ?? [];
  return quoted?.slice(1, -1).replaceAll(/\\(["'])/g, '$1');
}

/** How a call ended, by what its output says before what the command printed. */
export function outcomeOf(output: string): Outcome {
  const head = output.slice(0, 4000);
  if (/^[^\n]{0,80}\b(?:rejected|denied) by (?:the )?user/i.test(head)) return 'refused';
  if (/^[^\n]{0,40}\baborted(?: by user)?/i.test(head)) return 'interrupted';
  const json = output.startsWith('{') ? parseJson(output) : undefined;
  const metadata = json && 'value' in json && isRecord(json.value) ? json.value['metadata'] : undefined;
  if (isRecord(metadata) && typeof metadata['exit_code'] === 'number') {
    return metadata['exit_code'] === 0 ? 'ok' : 'error';
  }
  const before = head.split(/^Output:/m, 1)[0] ?? '';
  const [, code] =
    /(?:Process exited with code|Exit code:)\s*(-?\d+)/.exec(before) ??
    /"exit_code"\s*:\s*(-?\d+)/.exec(json && 'value' in json ? '' : output) ??
    [];
  return code === undefined || Number(code) === 0 ? 'ok' : 'error';
}

/** The files that a patch changed, from the paths that it names. */
export function changesOf(changes: unknown): readonly FileChange[] {
  if (!isRecord(changes)) return [];
  return Object.entries(changes).map(([path, change]) => {
    const { type, content, unified_diff: diff } = isRecord(change) ? change : {};
    const whole = lineCount(text(content));
    const lines = text(diff).split('\n');
    const count = (sign: string): number =>
      lines.filter((line) => line.startsWith(sign) && !line.startsWith(sign.repeat(3))).length;
    return {
      path,
      created: type === 'add',
      added: type === 'add' ? whole : count('+'),
      removed: type === 'delete' ? whole : count('-'),
    };
  });
}

/** The output of a command lies in JSON, in newer releases as text. */
export function plainOutput(output: string): string {
  const json = output.startsWith('{') ? parseJson(output) : undefined;
  const value = json && 'value' in json && isRecord(json.value) ? json.value['output'] : undefined;
  return typeof value === 'string' ? value : output;
}

/** The texts of a content, which may be one text itself. */
export function wordsOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return Array.isArray(content)
    ? content
        .filter(isRecord)
        .map((part) => text(part['text']))
        .join('\n')
    : '';
}

/** Whether words that stand as a person's were put there by Codex itself. */
export function isFromClient(words: string): boolean {
  return /^\s*<(?:environment_context|user_instructions|turn_aborted|permissions)/.test(words);
}
