import { readApprovalAdvice, type ApprovalAdvice } from './approvalAdvice';
import { isRecord } from './lenient';

/** What a breakpoint asks a person. The engine lets processes put anything there; everything is optional. */
export interface Breakpoint {
  readonly title: string | undefined;
  /** Markdown of unknown origin. */
  readonly question: string | undefined;
  readonly options: readonly BreakpointOption[];
  /** Left out: an answer counts as approval or as rejection, too; `true`: it is words or an option, and nothing else. */
  readonly wordsOnly?: true;
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
  /** Whether it is clearly an approval or a rejection; null: neither, which counts as approval. */
  readonly approved: boolean | null;
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
      return [{ label: plain, value: plain, description: undefined, approved: readsAsApproval(plain) }];
    }
    if (!isRecord(item)) return [];
    const label =
      nonEmpty(item['label']) ??
      nonEmpty(item['title']) ??
      scalarText(item['value']) ??
      scalarText(item['id']);
    if (label === undefined) return [];
    const value = scalarText(item['value']) ?? label;
    const own = item['approved'];
    return [
      {
        label,
        value,
        description: nonEmpty(item['description']),
        approved: typeof own === 'boolean' ? own : readsAsApproval(label, value),
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

/** What says that nothing is wrong, though it begins like a refusal: "No changes needed", "Needs no work". */
const allWell =
  /^(?:(?:request|change|revise|redo|needs) (?:no|nothing)|no (?:\p{L}+ )?(?:changes?|issues?|objections?|problems?|concerns?|comments?|corrections?|edits?|fixes|revisions?|remarks?|questions?))(?![\p{L}\p{M}\p{N}])/u;
const refusal =
  /^(?:reject|request|change|revise|redo|decline|deny|abort|cancel|stop|hold|not|needs|no)(?![\p{L}\p{M}\p{N}])/u;
const approval =
  /^(?:approve|yes|ok|accept|allow|go|continue|proceed|merge|ship|publish|keep)(?![\p{L}\p{M}\p{N}])/u;

/**
 * Whether a text that an option is called or recorded by reads as approval (true) or as refusal (false); null: it says
 * neither. Only its first word counts, whole and in any case; what stands before the first letter ("❌ Reject",
 * "2. Stop") does not.
 */
export function readsAsApproval(...texts: readonly string[]): boolean | null {
  const heads = texts.map(wordsOf);
  if (heads.some((head) => refusal.test(head) && !allWell.test(head))) return false;
  return heads.some((head) => approval.test(head)) ? true : null;
}

const changes = /^(?:request|change|revise|redo|needs)(?![\p{L}\p{M}\p{N}])/u;

/** Whether an option that rejects asks for something to be changed, as opposed to ending what was asked about. */
export function asksForChanges({ approved, label, value }: BreakpointOption): boolean {
  return approved === false && [label, value].some((text) => changes.test(wordsOf(text)));
}

/** The beginning of a text as words in lower case, from its first letter on; names in code are taken apart. */
function wordsOf(text: string): string {
  return text
    .slice(0, 200)
    .replace(/^[^\p{L}]+/u, '')
    .replace(/(?<=\p{Ll})(?=\p{Lu})|[\s_-]+/gu, ' ')
    .toLowerCase();
}
