import { firstLine } from '../format';
import { answerText, type ReviewComment } from '../review/reviewComment';
import { asksForChanges, type Breakpoint, type BreakpointOption } from './breakpoint';

/** What is answered to one of several questions. */
export interface QuestionAnswer {
  readonly question: string;
  readonly option?: BreakpointOption | undefined;
  /** Words of the person's own; empty: none. */
  readonly text: string;
}

/** What a person chose: `text` is an answer in own words, `option` one that the process declared. */
export type Choice =
  | { readonly kind: 'approve' | 'reject' | 'request-changes' | 'text' }
  | {
      readonly kind: 'option';
      readonly option: BreakpointOption;
      /** What the person lets it count as; left out: what the option itself counts as. */
      readonly approved?: boolean | undefined;
    }
  | { readonly kind: 'several'; readonly answers: readonly QuestionAnswer[] };

/** A choice, with the words and the comments that go with it, whatever was chosen. */
export type Decision = Choice & {
  readonly text: string;
  /** Written to lines of the context files. */
  readonly comments?: readonly ReviewComment[];
};

/** The value that is posted as the breakpoint's result (always with status ok). Nothing in it was made up for a person. */
export interface BreakpointAnswer {
  readonly approved: boolean;
  /** The value of a declared option. */
  readonly option?: string;
  /** The person's words; without words the declared option; of several questions the answers as lines. */
  readonly response?: string;
  /** The person's words, with the comments as readable text. */
  readonly feedback?: string;
  readonly comments?: readonly ReviewComment[];
  /** Of several questions, those that were answered. */
  readonly answers?: readonly {
    readonly question: string;
    readonly option?: string;
    readonly response?: string;
  }[];
  readonly respondedBy: string;
}

/** Whether an option lets the process go on; one that does not say counts as approval. */
export function optionApproves({ approved }: BreakpointOption): boolean {
  return approved !== false;
}

/** Whether a choice lets the process go on, as opposed to turning back what it asked about. */
export function isApproval(choice: Choice): boolean {
  switch (choice.kind) {
    case 'option':
      return choice.approved ?? optionApproves(choice.option);
    case 'several':
      return choice.answers.every(({ option }) => option === undefined || optionApproves(option));
    default:
      return choice.kind === 'approve' || choice.kind === 'text';
  }
}

/** What was done by a choice, without a full stop: 'Approved "Ship it?"'. `title` and `cut`: made safe to be shown. */
export function choiceWords(choice: Choice, title: string, cut: (text: string) => string): string {
  switch (choice.kind) {
    case 'approve':
      return `Approved "${title}"`;
    case 'reject':
      return `Rejected "${title}"`;
    case 'request-changes':
      return `Requested changes to "${title}"`;
    case 'option': {
      const { option } = choice;
      const approved = choice.approved ?? option.approved ?? undefined;
      const verb =
        approved === undefined
          ? 'Answered'
          : approved
            ? 'Approved'
            : asksForChanges(option)
              ? 'Requested changes to'
              : 'Rejected';
      // A label that only repeats the verb says nothing.
      const says =
        approved === undefined || !/^(?:approved?|reject(?:ed)?|request changes)$/i.test(option.label.trim());
      return `${verb} "${title}"${says ? `: ${cut(option.label)}` : ''}`;
    }
    case 'text':
    case 'several':
      return `Answered "${title}"`;
    default:
      return choice satisfies never;
  }
}

/** A decision's words, with the comments that go with them. */
export function decisionText({ text, comments = [] }: Decision): string {
  return answerText(text, comments);
}

/**
 * The value that processes read: `approved` first, then `response || feedback`. So words go into both, and an option
 * stands in for the response only where there are none.
 */
export function toAnswer(decision: Decision, respondedBy: string): BreakpointAnswer {
  const words = decisionText(decision);
  const { comments = [] } = decision;
  const option = decision.kind === 'option' ? decision.option.value : undefined;
  const answers = decision.kind === 'several' ? decision.answers.filter(isAnswered) : [];
  const response = [...answers.map(asLine), words].filter(Boolean).join('\n') || option;
  return {
    approved: isApproval(decision),
    ...(option === undefined ? {} : { option }),
    ...(response === undefined ? {} : { response }),
    ...(words === '' ? {} : { feedback: words }),
    ...(comments.length === 0 ? {} : { comments }),
    ...(answers.length === 0 ? {} : { answers: answers.map(recorded) }),
    respondedBy,
  };
}

/** Whether one of several questions has an answer. */
export function isAnswered({ option, text }: QuestionAnswer): boolean {
  return option !== undefined || text.trim() !== '';
}

function recorded({
  question,
  option,
  text,
}: QuestionAnswer): NonNullable<BreakpointAnswer['answers']>[number] {
  const response = text.trim() || option?.value;
  return {
    question,
    ...(option === undefined ? {} : { option: option.value }),
    ...(response === undefined ? {} : { response }),
  };
}

/** "Which database? Postgres, the newest". */
function asLine({ question, option, text }: QuestionAnswer): string {
  const asked = firstLine(question);
  const said = [option?.label, text.trim()].filter(Boolean).join(', ');
  return `${asked}${/[?:.!]$/.test(asked) ? '' : ':'} ${said}`;
}

/**
 * What a button without a choice of its own (the row's ✓, *Approve Breakpoint*, *Request changes*) answers: the one
 * declared option that clearly says so, or, where nothing is declared, just that.
 * @returns `undefined`: the person has to choose
 */
export function plainChoice(
  asks: Pick<Breakpoint, 'options' | 'questions' | 'wordsOnly'> | undefined,
  kind: 'approve' | 'reject' | 'request-changes',
): Choice | undefined {
  const options = asks?.options ?? [];
  if (asks && (asks.questions.length > 0 || asks.wordsOnly)) return undefined;
  if (options.length === 0) return { kind };
  if (kind === 'request-changes') {
    const fitting = options.filter(asksForChanges);
    return fitting.length === 0 ? { kind } : only(fitting);
  }
  if (options.some(({ approved }) => approved === null)) return undefined;
  return only(options.filter(({ approved }) => approved === (kind === 'approve')));
}

/** The answers besides the declared options: those that no declared option covers, or words where they are the answer. */
export function otherAnswers(
  options: readonly BreakpointOption[],
  wordsOnly = false,
): readonly ('approve' | 'reject' | 'request-changes' | 'text')[] {
  if (wordsOnly) return options.length > 0 ? ['text'] : [];
  return [
    ...(options.some(optionApproves) ? [] : ['approve' as const]),
    ...(options.some((option) => option.approved === false && !asksForChanges(option))
      ? []
      : ['reject' as const]),
    ...(options.some(asksForChanges) ? [] : ['request-changes' as const]),
  ];
}

function only([first, ...more]: readonly BreakpointOption[]): Choice | undefined {
  return first && more.length === 0 ? { kind: 'option', option: first } : undefined;
}
