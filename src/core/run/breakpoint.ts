import { readApprovalAdvice, type ApprovalAdvice } from './approvalAdvice';
import { isRecord } from './lenient';
import { answerText, type ReviewComment } from '../review/reviewComment';

/** What a breakpoint asks a person. The engine lets processes put anything there; everything is optional. */
export interface Breakpoint {
  readonly title: string | undefined;
  /** Markdown of unknown origin. */
  readonly question: string | undefined;
  readonly options: readonly BreakpointOption[];
  /** Several questions that are answered as one; empty: there is one question, or none. */
  readonly questions: readonly BreakpointQuestion[];
  readonly files: readonly ContextFile[];
  /** What else stands beside the question: any JSON by name. */
  readonly context: Readonly<Record<string, unknown>>;
  readonly expert: string | undefined;
  readonly tags: readonly string[];
  readonly strategy: string | undefined;
  /** The gate's own name, which newer engines record. */
  readonly breakpointId: string | undefined;
  /** Which try this is, where the process counts. */
  readonly attempt: number | undefined;
  /** What the process says was answered last time. */
  readonly previousFeedback: string | undefined;
  readonly advice: ApprovalAdvice | undefined;
  /** The whole payload, for a payload that has nothing of the above. */
  readonly payload: unknown;
}

/** One of several questions of a breakpoint. */
export interface BreakpointQuestion {
  /** Markdown of unknown origin. */
  readonly question: string;
  readonly options: readonly BreakpointOption[];
}

export interface BreakpointOption {
  readonly label: string;
  /** What is recorded when it is chosen. */
  readonly value: string;
  readonly description: string | undefined;
  /** Whether choosing it counts as approval. */
  readonly approved: boolean;
}

export interface ContextFile {
  readonly path: string;
  readonly language: string | undefined;
}

/**
 * Reads what a breakpoint asks. Agents put it in several places; for each field the first place that has it counts,
 * in the engine's own order: the input.json beside it, inputs, breakpoint, metadata.payload.
 */
export function readBreakpoint(task: Readonly<Record<string, unknown>>, inputFile?: unknown): Breakpoint {
  const metadata = isRecord(task['metadata']) ? task['metadata'] : {};
  const payload = metadata['payload'];
  const places = [inputFile, task['inputs'], task['breakpoint'], payload].flatMap((place) =>
    isRecord(place) && place['payload'] !== undefined ? [place['payload'], place] : [place],
  );
  // A payload may be a bare text: then it is the question.
  const records = places.flatMap((place) =>
    isRecord(place) ? [place] : nonEmpty(place) === undefined ? [] : [{ question: place }],
  );
  const first = <T>(read: (place: Readonly<Record<string, unknown>>) => T | undefined): T | undefined => {
    for (const place of records) {
      const found = read(place);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const textAt = (...names: readonly string[]): string | undefined => {
    for (const name of names) {
      const found = first((place) => nonEmpty(place[name]));
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const questions = first((place) => readQuestions(place['questions'])) ?? [];
  const question = textAt('question') ?? textAt('message', 'prompt', 'text', 'description');
  return {
    title: textAt('title'),
    question: question ?? questions[0]?.question,
    options: first((place) => readOptions(place['options'])) ?? questions[0]?.options ?? [],
    questions: questions.length > 1 ? questions : [],
    files: first((place) => readFiles(place['context'])) ?? [],
    context: first((place) => readContext(place['context'])) ?? {},
    expert: nonEmpty(metadata['expert']) ?? textAt('expert'),
    tags: texts(metadata['tags']) ?? first((place) => texts(place['tags'])) ?? [],
    strategy: nonEmpty(metadata['strategy']) ?? textAt('strategy'),
    breakpointId: nonEmpty(metadata['breakpointId']) ?? textAt('breakpointId'),
    attempt: first((place) =>
      Number.isSafeInteger(place['attempt']) ? Number(place['attempt']) : undefined,
    ),
    previousFeedback: textAt('previousFeedback'),
    advice: readApprovalAdvice(task),
    payload: payload ?? places.find((place) => place !== undefined && place !== null),
  };
}

function nonEmpty(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** A text that says something, a number, or true or false, as text. */
function scalarText(value: unknown): string | undefined {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : nonEmpty(value);
}

function texts(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : undefined;
}

function readQuestions(value: unknown): readonly BreakpointQuestion[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const questions = value.flatMap((item: unknown): BreakpointQuestion[] => {
    const question = isRecord(item)
      ? (nonEmpty(item['question']) ?? nonEmpty(item['title']))
      : nonEmpty(item);
    if (question === undefined) return [];
    return [{ question, options: (isRecord(item) ? readOptions(item['options']) : undefined) ?? [] }];
  });
  return questions.length === 0 ? undefined : questions;
}

function readOptions(value: unknown): readonly BreakpointOption[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return value.flatMap((item: unknown): BreakpointOption[] => {
    const plain = scalarText(item);
    if (plain !== undefined) {
      const label = plain;
      return [{ label, value: label, description: undefined, approved: countsAsApproval(label) }];
    }
    if (!isRecord(item)) return [];
    const label =
      nonEmpty(item['label']) ??
      nonEmpty(item['title']) ??
      scalarText(item['value']) ??
      scalarText(item['id']);
    if (label === undefined) return [];
    const own = item['approved'];
    return [
      {
        label,
        value: scalarText(item['value']) ?? label,
        description: nonEmpty(item['description']),
        approved: typeof own === 'boolean' ? own : countsAsApproval(label),
      },
    ];
  });
}

function readFiles(context: unknown): readonly ContextFile[] | undefined {
  const files = isRecord(context) ? context['files'] : undefined;
  if (!Array.isArray(files)) return undefined;
  return files.flatMap((item: unknown): ContextFile[] => {
    const path = typeof item === 'string' ? item : isRecord(item) ? nonEmpty(item['path']) : undefined;
    if (path === undefined) return [];
    return [{ path, language: isRecord(item) ? nonEmpty(item['language']) : undefined }];
  });
}

/** A context may be anything; what is no object counts under the name "context". */
function readContext(context: unknown): Readonly<Record<string, unknown>> | undefined {
  if (context === undefined || context === null) return undefined;
  if (!isRecord(context)) return { context };
  const { files, ...others } = context;
  return Array.isArray(files) ? others : context;
}

// What stands before the first letter ("❌ Reject", "2. Stop") does not turn a refusal into an approval.
const refusal =
  /^[^\p{L}]*(?:reject|request|change|revise|redo|decline|deny|abort|cancel|stop|no)(?![\p{L}\p{M}\p{N}_])/iu;

/** Whether an option's text counts as approval, where the option does not say so itself. */
export function countsAsApproval(label: string): boolean {
  return !refusal.test(label);
}

/** What a person decided. `text`: an answer in the person's own words, where the process offers no options. */
export type Decision =
  | { readonly kind: 'approve' | 'reject' | 'text'; readonly text: string }
  | {
      readonly kind: 'request-changes';
      readonly text: string;
      /** Written to lines of the context files. */
      readonly comments?: readonly ReviewComment[];
    }
  | {
      readonly kind: 'option';
      readonly option: BreakpointOption;
      /** What the person lets it count as; left out: what the option itself counts as. */
      readonly approved?: boolean | undefined;
      readonly text: string;
    };

/** Whether a decision lets the process go on, as opposed to turning back what it asked about. */
export function isApproval(decision: Decision): boolean {
  return decision.kind === 'option'
    ? (decision.approved ?? decision.option.approved)
    : decision.kind === 'approve' || decision.kind === 'text';
}

/** What is recorded as the chosen option; `undefined`: none was chosen. */
function chosenOption(decision: Decision): string | undefined {
  switch (decision.kind) {
    case 'option':
      return decision.option.value;
    case 'reject':
      return 'Reject';
    case 'request-changes':
      return 'Request changes';
    default:
      return undefined;
  }
}

/** The value that is posted as the breakpoint's result (always with status ok). */
export interface BreakpointAnswer {
  readonly approved: boolean;
  readonly option?: string;
  readonly response?: string;
  readonly feedback?: string;
  /** What was written to lines of the context files, which `response` and `feedback` say in readable words, too. */
  readonly comments?: readonly ReviewComment[];
  readonly respondedBy: string;
}

/** A decision's words, with the comments that go with them. */
export function decisionText(decision: Decision): string {
  return answerText(decision.text, decision.kind === 'request-changes' ? (decision.comments ?? []) : []);
}

/**
 * The value that processes read: `approved` first, then `response || feedback`. So free text goes into both, and the
 * option stands in for the response only where there is no text; otherwise the text would be lost.
 */
export function toAnswer(decision: Decision, respondedBy: string): BreakpointAnswer {
  const text = decisionText(decision);
  const option = chosenOption(decision);
  const comments = decision.kind === 'request-changes' ? decision.comments : undefined;
  return {
    approved: isApproval(decision),
    ...(option === undefined ? {} : { option, response: option }),
    ...(text === '' ? {} : { response: text, feedback: text }),
    ...(comments === undefined || comments.length === 0 ? {} : { comments }),
    respondedBy,
  };
}
