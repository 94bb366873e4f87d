import * as vscode from 'vscode';
import { commandTitle } from '../../core/commands';
import { CancelledError } from '../../core/errors';
import { cutAtWord, firstLine, oneLine, visible } from '../../core/format';
import { isApproval, type Breakpoint, type BreakpointOption, type Decision } from '../../core/run/breakpoint';
import { withoutIcons } from '../messages';

/** What was typed as an answer and is not recorded yet. */
export interface Draft {
  text: string;
}

/** The question as pickers show it. */
export interface Asked {
  readonly title: string;
  readonly runTitle: string;
  /** `undefined`: its task.json cannot be read. */
  readonly breakpoint: Breakpoint | undefined;
}

/** How the person went on from the pickers. */
export type Chosen =
  | { readonly type: 'decision'; readonly decision: Decision }
  | { readonly type: 'page' }
  | { readonly type: 'file'; readonly path: string }
  | { readonly type: 'snooze' };

/** What the first picker offers: an answer that still lacks its words, or something else to do. */
type Start = Exclude<Chosen, { type: 'decision' }> | { readonly type: 'answer'; readonly answer: Answer };

/** A decision before its words are known. */
type Answer =
  | { readonly kind: Exclude<Decision['kind'], 'option'> }
  | { readonly kind: 'option'; readonly option: BreakpointOption; readonly approved: boolean };

const mostFiles = 20;

/**
 * Asks, in three steps: which answer, with which words, and whether that is to be recorded. "Back" goes one step back;
 * Escape leaves, and the draft keeps what was typed.
 * @throws CancelledError when the person leaves
 */
export async function askForAnswer(asked: Asked, draft: Draft): Promise<Chosen> {
  for (;;) {
    const start = await chooseAnswer(asked);
    if (start.type !== 'answer') return start;
    const decision = await finishAnswer(asked, start.answer, draft);
    if (decision) return { type: 'decision', decision };
  }
}

/** `undefined`: back to the choice of an answer. */
async function finishAnswer(asked: Asked, answer: Answer, draft: Draft): Promise<Decision | undefined> {
  let chosen = answer;
  while ((await writeWords(asked, chosen, draft)) !== 'back') {
    for (;;) {
      const decision: Decision = { ...chosen, text: draft.text };
      const next = await check(asked, decision);
      if (next === 'record') return decision;
      if (next !== 'switch' || chosen.kind !== 'option') break;
      chosen = { ...chosen, approved: !chosen.approved };
    }
  }
  return undefined;
}

async function chooseAnswer({ title, runTitle, breakpoint }: Asked): Promise<Start> {
  const options = breakpoint?.options ?? [];
  const question = breakpoint?.question ?? '';
  const own = (kind: Exclude<Decision['kind'], 'option'>, icon: string, label: string): Item<Start>[] =>
    // The process's own option of that name is the one to choose.
    options.some((option) => option.label.trim().toLowerCase() === label.toLowerCase())
      ? []
      : [{ label: `$(${icon}) ${label}`, value: { type: 'answer', answer: { kind } } }];
  const look = (icon: string, label: string, value: Start, detail = ''): Item<Start> => ({
    label: `$(${icon}) ${label}`,
    value,
    ...(detail === '' ? {} : { detail }),
  });
  const files = (breakpoint?.files ?? []).slice(0, mostFiles);
  const items = [
    ...options.map((option): Item<Start> => {
      const description = shown(option.description ?? '', 200);
      return {
        label: `$(${option.approved ? 'check' : 'close'}) ${shown(option.label, 200)}`,
        description: `counts as ${option.approved ? 'approval' : 'rejection'}`,
        ...(description === '' ? {} : { detail: description }),
        value: { type: 'answer', answer: { kind: 'option', option, approved: option.approved } },
      };
    }),
    ...own('approve', 'check', 'Approve'),
    ...own('reject', 'close', 'Reject'),
    ...own('request-changes', 'edit', 'Request changes'),
    ...(options.length === 0 ? own('text', 'comment', 'Write an answer') : []),
    { label: 'Look at it first', kind: vscode.QuickPickItemKind.Separator },
    look('open-preview', 'Open the page', { type: 'page' }, shown(withoutMarks(question), 300)),
    ...files.map(({ path }) => look('file', `Open ${shown(path, 100)}`, { type: 'file', path })),
    look('bell-slash', commandTitle('breakpoint.snooze'), { type: 'snooze' }),
  ];
  const placeholder = shown(firstLine(question), 150);
  const picked = await pickStep(items, {
    title: `${title} (${cutAtWord(runTitle, 40)})`,
    placeholder: placeholder === '' ? 'How do you answer?' : placeholder,
    step: 1,
  });
  if (picked === 'back') throw new CancelledError();
  return picked;
}

/** Writes into the draft. */
async function writeWords(asked: Asked, answer: Answer, draft: Draft): Promise<'done' | 'back'> {
  const needed = answer.kind === 'text';
  const input = vscode.window.createInputBox();
  input.title = `${wordOf(answer)}: ${asked.title}`;
  input.step = 2;
  input.totalSteps = 3;
  input.prompt = {
    approve: 'Your words to the agent, if you like.',
    reject: 'What is wrong? The process gets your words.',
    'request-changes': 'What should be different? The process gets your words.',
    text: 'Your answer. The process gets your words.',
    option: 'Your words to go with it, if you like.',
  }[answer.kind];
  input.placeholder = needed ? 'Your answer' : 'May be empty';
  input.value = draft.text;
  input.ignoreFocusOut = true;
  input.buttons = [vscode.QuickInputButtons.Back];
  return new Promise((resolve, reject) => {
    input.onDidChangeValue((text) => {
      draft.text = text;
      input.validationMessage = '';
    });
    input.onDidAccept(() => {
      if (needed && input.value.trim() === '') {
        input.validationMessage = 'Write an answer first.';
        return;
      }
      resolve('done');
      input.dispose();
    });
    input.onDidTriggerButton(() => {
      resolve('back');
      input.dispose();
    });
    input.onDidHide(() => {
      // Without any effect where one of the above came first.
      reject(new CancelledError());
      input.dispose();
    });
    input.show();
  });
}

/** Shows what will be recorded. */
async function check(asked: Asked, decision: Decision): Promise<'record' | 'switch' | 'back'> {
  const counts = isApproval(decision) ? 'approval' : 'rejection';
  const other = isApproval(decision) ? 'rejection' : 'approval';
  const words = shown(decision.text, 300);
  const items: Item<'record' | 'switch' | 'back'>[] = [
    {
      label: `$(check) Record: ${wordOf(decision)}`,
      description: `counts as ${counts}`,
      detail: words === '' ? 'Without words.' : `With the words: ${words}`,
      value: 'record',
    },
    ...(decision.kind === 'option'
      ? [{ label: `$(arrow-swap) Let it count as ${other}`, value: 'switch' as const }]
      : []),
    { label: '$(edit) Change the words', value: 'back' },
  ];
  return pickStep(items, { title: asked.title, placeholder: 'Record this answer?', step: 3 });
}

function wordOf(answer: Answer | Decision): string {
  return {
    approve: 'Approve',
    reject: 'Reject',
    'request-changes': 'Request changes',
    text: 'Write an answer',
    option: answer.kind === 'option' ? shown(answer.option.label, 100) : '',
  }[answer.kind];
}

/** A text without Markdown's marks. */
function withoutMarks(text: string): string {
  return text.split('\n', 20).map(firstLine).filter(Boolean).join(' ');
}

/** Run text in a picker: on one line, nothing hidden in it and no icons made of it. */
function shown(text: string, length: number): string {
  return withoutIcons(visible(cutAtWord(oneLine(text), length)));
}

type Item<T> = vscode.QuickPickItem & { readonly value?: T };

/** @throws CancelledError when the person leaves */
async function pickStep<T>(
  items: readonly Item<T>[],
  { title, placeholder, step }: { title: string; placeholder: string; step: number },
): Promise<T | 'back'> {
  const picker = vscode.window.createQuickPick<Item<T>>();
  picker.title = withoutIcons(title);
  picker.placeholder = placeholder;
  picker.step = step;
  picker.totalSteps = 3;
  picker.ignoreFocusOut = true;
  picker.items = items;
  if (step > 1) picker.buttons = [vscode.QuickInputButtons.Back];
  return new Promise((resolve, reject) => {
    picker.onDidAccept(() => {
      const [item] = picker.selectedItems;
      if (item?.value === undefined) return;
      resolve(item.value);
      picker.dispose();
    });
    picker.onDidTriggerButton(() => {
      resolve('back');
      picker.dispose();
    });
    picker.onDidHide(() => {
      // Without any effect where one of the above came first.
      reject(new CancelledError());
      picker.dispose();
    });
    picker.show();
  });
}
