import { action, commandAction, lineCount, pathIn, toolAction } from '../../../core/sessions/action';
import { isRecord } from '../../../core/run/lenient';
import type { Action, FileChange } from '../../../core/sessions/work';

type Input = Readonly<Record<string, unknown>>;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What a tool call does, in words. An unknown tool is told by its name and the first text of its input. */
export function actionOf(name: string, input: Input, cwd: string | undefined): Action {
  const path = (field: string): string => pathIn(cwd, text(input[field]));
  switch (name) {
    case 'Bash':
    case 'PowerShell':
      return commandAction(text(input['command']), text(input['description']));
    case 'Edit':
    case 'MultiEdit':
    case 'Write':
      return action('editing', path('file_path'));
    case 'NotebookEdit':
      return action('editing', path('notebook_path'));
    case 'Read':
      return action('reading', path('file_path'));
    case 'Grep':
    case 'Glob':
      return action('searching', text(input['pattern']));
    case 'Task':
    case 'Agent':
      return action('delegating:', text(input['description']));
    case 'WebFetch':
      return action('looking up', text(input['url']));
    case 'WebSearch':
      return action('looking up', text(input['query']));
    case 'TodoWrite':
    case 'TaskCreate':
    case 'TaskUpdate':
    case 'ExitPlanMode':
      return action('planning');
    case 'AskUserQuestion':
      return action('asking', firstQuestion(input));
    case 'Skill':
      return action('using the skill', text(input['skill']) || text(input['command']));
    default:
      return toolAction(name, input);
  }
}

function firstQuestion({ questions }: Input): string {
  const first: unknown = Array.isArray(questions) ? questions[0] : undefined;
  return isRecord(first) ? text(first['question']) : '';
}

export function isSpawn(name: string): boolean {
  return name === 'Task' || name === 'Agent';
}

export function asksPerson(name: string): boolean {
  return name === 'AskUserQuestion' || name === 'ExitPlanMode';
}

/** Whether it runs commands, so that what it says of a run is a sign. */
export function isCommand(name: string): boolean {
  return name === 'Bash' || name === 'PowerShell' || name.startsWith('mcp__');
}

const editing: Readonly<Record<string, string>> = {
  Edit: 'file_path',
  Write: 'file_path',
  MultiEdit: 'file_path',
  NotebookEdit: 'notebook_path',
};

/** What a successful call changed; `undefined`: it is no tool that changes files, or names none. */
export function changeOf(name: string, input: Input, result: unknown): FileChange | undefined {
  const field = Object.hasOwn(editing, name) ? editing[name] : undefined;
  const path = field === undefined ? '' : text(input[field]);
  if (path === '') return undefined;
  const { structuredPatch, type } = isRecord(result) ? result : {};
  const patch = Array.isArray(structuredPatch) ? linesOf(structuredPatch) : [];
  const created = type === 'create';
  if (patch.length > 0) return { path, created, ...signed(patch) };
  const edits = Array.isArray(input['edits']) ? input['edits'].filter(isRecord) : [input];
  let [added, removed] = [0, 0];
  for (const edit of edits) {
    added += lineCount(text(edit['new_string']) || text(edit['content']) || text(edit['new_source']));
    removed += lineCount(text(edit['old_string']));
  }
  // What an overwritten file held before is not told.
  return { path, created, added, removed };
}

function linesOf(hunks: readonly unknown[]): readonly string[] {
  return hunks.flatMap((hunk) => {
    const lines = isRecord(hunk) ? hunk['lines'] : undefined;
    return Array.isArray(lines) ? lines.filter((line) => typeof line === 'string') : [];
  });
}

function signed(lines: readonly string[]): Pick<FileChange, 'added' | 'removed'> {
  return {
    added: lines.filter((line) => line.startsWith('+')).length,
    removed: lines.filter((line) => line.startsWith('-')).length,
  };
}
