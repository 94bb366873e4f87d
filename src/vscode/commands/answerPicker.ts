import * as vscode from 'vscode';
import { commandTitle } from '../../core/commands';
import { CancelledError } from '../../core/errors';
import { cutAtWord, firstLine, oneLine, thousands, visible } from '../../core/format';
import {
  isAnswered,
  isApproval,
  otherAnswers,
  type Choice,
  type Decision,
  type QuestionAnswer,
} from '../../core/run/answer';
import type { Breakpoint, BreakpointOption, BreakpointQuestion } from '../../core/run/breakpoint';
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
  /** What goes with the answer besides its words: "3 comments in 2 files"; empty: nothing. */
  readonly alongWith: string;
}

/** How the person went on from the pickers. */
export type Chosen =
  | { readonly type: 'decision'; readonly decision: Decision }
  | { readonly type: 'page' }
  | { readonly type: 'file'; readonly path: string }
  | { readonly type: 'snooze' };

/** What the first picker offers: an answer that still lacks its words, or something else to do. */
type Start =
  | Exclude<Chosen, { type: 'decision' }>
  | { readonly type: 'choice'; readonly choice: Choice }
  /** The questions one after the other. */
  | { readonly type: 'several' };

const mostFiles = 20;

/**
 * Asks, in three steps: which answer, with which words, and whether that is to be recorded. "Back" goes one step back;
 * Escape leaves, and the draft keeps what was typed.
 * @throws CancelledError when the person leaves
 */
export async function askForAnswer(asked: Asked, draft: Draft): Promise<Chosen> {
  for (;;) {
    const start = await chooseAnswer(asked);
    if (start.type !== 'choice' && start.type !== 'several') return start;
    const choice =
      start.type === 'choice' ? start.choice : await answerEach(asked, asked.breakpoint?.questions ?? []);
    const decision = choice && (await finishAnswer(asked, choice, draft));
    if (decision) return { type: 'decision', decision };
  }
}

/** `undefined`: back to the choice of an answer. */
async function finishAnswer(asked: Asked, choice: Choice, draft: Draft): Promise<Decision | undefined> {
  let chosen = choice;
  while ((await writeWords(asked, chosen, draft)) !== 'back') {
    for (;;) {
      const decision: Decision = { ...chosen, text: draft.text };
      const next = await check(asked, decision);
      if (next === 'record') return decision;
      if (next !== 'switch' || chosen.kind !== 'option') break;
      chosen = { ...chosen, approved: !isApproval(chosen) };
    }
  }
  return undefined;
}

/** Asks one question after the other; `undefined`: back before the first. */
async function answerEach(
  { title }: Asked,
  questions: readonly BreakpointQuestion[],
): Promise<Choice | undefined> {
  const answers: QuestionAnswer[] = [];
  while (answers.length < questions.length) {
    const { question, options } = questions[answers.length] as BreakpointQuestion;
    const items = (words: string): readonly Item<QuestionAnswer>[] => [
      ...optionItems(options, words, (option) => ({ question, option, text: '' })),
      { label: '$(dash) No answer to this one', value: { question, text: '' } },
    ];
    const answer = await pickStep(items, {
      title: `${title} (question ${answers.length + 1} of ${questions.length})`,
      placeholder: shown(firstLine(question), 150),
      step: 1,
      back: true,
      typed: (text) => ({ question, text }),
      isCut: options.length > mostOptions,
    });
    if (answer !== 'back') answers.push(answer);
    else if (!answers.pop()) return undefined;
  }
  return answers.some(isAnswered) ? { kind: 'several', answers } : undefined;
}

async function chooseAnswer({ title, runTitle, breakpoint }: Asked): Promise<Start> {
  const { options = [], questions = [], question = '', files: named = [], wordsOnly } = breakpoint ?? {};
  const files = named.slice(0, mostFiles);
  const free = options.length === 0 && questions.length === 0;
  const others = [
    ...otherAnswers(questions.length > 0 ? [] : options, wordsOnly),
    ...(free ? (['text'] as const) : []),
  ];
  const items = (words: string): readonly Item<Start>[] => [
    ...(questions.length > 0
      ? [
          {
            label: `$(list-ordered) Answer the ${questions.length} questions`,
            value: { type: 'several' } as const,
          },
        ]
      : optionItems(
          options,
          words,
          (option) => ({ type: 'choice', choice: { kind: 'option', option } }) as const,
          wordsOnly,
        )),
    ...(free || others.length === 0 ? [] : [separator('Another answer')]),
    ...others.map((kind) => ({
      label: `$(${plainAnswers[kind].icon}) ${plainAnswers[kind].label}`,
      value: { type: 'choice', choice: { kind } } as const,
    })),
    separator('Look at it first'),
    look('open-preview', 'Open the page', { type: 'page' }, shown(withoutMarks(question), 300)),
    ...files.map(({ path }) => look('file', `Open ${shown(path, 100)}`, { type: 'file', path })),
    look('bell-slash', commandTitle('breakpoint.snooze'), { type: 'snooze' }),
  ];
  const placeholder = shown(firstLine(question), 150);
  const picked = await pickStep(items, {
    title: `${title} (${cutAtWord(runTitle, 40)})`,
    placeholder: placeholder === '' ? 'How do you answer?' : placeholder,
    step: 1,
    isCut: options.length > mostOptions,
  });
  if (picked === 'back') throw new CancelledError();
  return picked;
}

const plainAnswers = {
  approve: { icon: 'check', label: 'Approve', prompt: 'Message to the agent (optional).' },
  reject: { icon: 'close', label: 'Reject', prompt: 'What is wrong? The process gets your words.' },
  'request-changes': {
    icon: 'edit',
    label: 'Request changes',
    prompt: 'What should be different? The process gets your words.',
  },
  text: { icon: 'comment', label: 'Answer', prompt: 'Your answer. The process gets your words.' },
} as const;

/** So many options are in a list at once. */
const mostOptions = 200;

/** The first options that have some words in their label, and how many there are more. */
function optionItems<T>(
  options: readonly BreakpointOption[],
  words: string,
  toValue: (option: BreakpointOption) => T,
  wordsOnly?: Parameters<typeof optionItem>[1],
): readonly Item<T>[] {
  const wanted = words.toLowerCase();
  const isCut = options.length > mostOptions;
  const found = isCut ? options.filter(({ label }) => label.toLowerCase().includes(wanted)) : options;
  const left = found.length - mostOptions;
  return [
    ...found
      .slice(0, mostOptions)
      .map((option) => ({ ...optionItem(option, wordsOnly), value: toValue(option) })),
    ...(left > 0
      ? [{ label: `$(ellipsis) ${thousands(left)} more: type to find them`, alwaysShow: true }]
      : []),
  ];
}

function optionItem(option: BreakpointOption, wordsOnly = false): Item<never> {
  const detail = shown(option.description ?? '', 200);
  if (wordsOnly) return { label: `$(comment) ${shown(option.label, 200)}` };
  return {
    label: `$(${option.approved === false ? 'close' : 'check'}) ${shown(option.label, 200)}`,
    description: `counts as ${option.approved === false ? 'rejection' : 'approval'}${option.approved === null ? ' unless you switch it' : ''}`,
    ...(detail === '' ? {} : { detail }),
  };
}

function separator(label: string): Item<never> {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

function look(icon: string, label: string, value: Start, detail = ''): Item<Start> {
  return { label: `$(${icon}) ${label}`, value, ...(detail === '' ? {} : { detail }) };
}

/** Writes into the draft. */
async function writeWords(asked: Asked, answer: Choice, draft: Draft): Promise<'done' | 'back'> {
  const needed = answer.kind === 'text';
  const input = vscode.window.createInputBox();
  input.title = `${wordOf(answer)}: ${asked.title}`;
  input.step = 2;
  input.totalSteps = 3;
  input.prompt =
    answer.kind === 'option' || answer.kind === 'several'
      ? 'Message to the agent (optional).'
      : plainAnswers[answer.kind].prompt;
  input.placeholder = needed ? 'Your answer' : 'Optional';
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
  const wordsOnly = asked.breakpoint?.wordsOnly === true;
  const along = [
    decision.text.trim() !== '' && `the words: ${shown(decision.text, 300)}`,
    asked.alongWith !== '' && asked.alongWith,
  ].filter((part) => part !== false);
  const items = (): readonly Item<'record' | 'switch' | 'back'>[] => [
    {
      label: `$(check) Record: ${wordOf(decision)}`,
      ...(wordsOnly ? {} : { description: `counts as ${counts}` }),
      detail: along.length === 0 ? 'Without words.' : `With ${along.join(', and ')}`,
      value: 'record',
    },
    ...(decision.kind === 'option' && !wordsOnly
      ? [{ label: `$(arrow-swap) Let it count as ${other}`, value: 'switch' as const }]
      : []),
    { label: '$(edit) Change the words', value: 'back' },
  ];
  return pickStep(items, { title: asked.title, placeholder: 'Record this answer?', step: 3 });
}

function wordOf(answer: Choice): string {
  switch (answer.kind) {
    case 'option':
      return shown(answer.option.label, 100);
    case 'several': {
      const answers = answer.answers.filter(isAnswered).map(({ option, text }) => option?.label ?? text);
      return shown(answers.join(', '), 100);
    }
    default:
      return plainAnswers[answer.kind].label;
  }
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

interface Step<T> {
  readonly title: string;
  readonly placeholder: string;
  readonly step: number;
  readonly back?: boolean;
  /** What a text means that was typed instead of choosing; left out: it only filters. */
  readonly typed?: (text: string) => T;
  /** The list has not all there is, and others for other words. */
  readonly isCut?: boolean;
}

/** @throws CancelledError when the person leaves */
async function pickStep<T>(
  items: (words: string) => readonly Item<T>[],
  { title, placeholder, step, back = step > 1, typed, isCut = false }: Step<T>,
): Promise<T | 'back'> {
  const picker = vscode.window.createQuickPick<Item<T>>();
  picker.title = withoutIcons(title);
  picker.placeholder = placeholder;
  picker.step = step;
  picker.totalSteps = 3;
  picker.ignoreFocusOut = true;
  picker.items = items('');
  if (typed || isCut) {
    picker.onDidChangeValue((text) => {
      const own = text.trim();
      const item = typed && { label: `$(comment) ${shown(own, 200)}`, alwaysShow: true, value: typed(own) };
      picker.items = [...(item && own !== '' ? [item] : []), ...items(own)];
    });
  }
  if (back) picker.buttons = [vscode.QuickInputButtons.Back];
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
