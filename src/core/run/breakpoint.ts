import { isRecord } from './lenient';

/** What a breakpoint asks a person. The engine lets processes put anything there; everything is optional. */
export interface Breakpoint {
  readonly title: string | undefined;
  /** Markdown of unknown origin. */
  readonly question: string | undefined;
  readonly options: readonly BreakpointOption[];
  readonly files: readonly ContextFile[];
  readonly expert: string | undefined;
  readonly tags: readonly string[];
  readonly strategy: string | undefined;
  /** The whole payload, for a payload that has nothing of the above. */
  readonly payload: unknown;
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
  return {
    title: textAt('title'),
    question: textAt('question') ?? textAt('message', 'prompt', 'text', 'description'),
    options: first((place) => readOptions(place['options'])) ?? [],
    files: first((place) => readFiles(place['context'])) ?? [],
    expert: nonEmpty(metadata['expert']) ?? textAt('expert'),
    tags: texts(metadata['tags']) ?? first((place) => texts(place['tags'])) ?? [],
    strategy: nonEmpty(metadata['strategy']) ?? textAt('strategy'),
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

// What stands before the first letter ("❌ Reject", "2. Stop") does not turn a refusal into an approval.
const refusal =
  /^[^\p{L}]*(?:reject|request|change|revise|redo|decline|deny|abort|cancel|stop|no)(?![\p{L}\p{M}\p{N}_])/iu;

/** Whether an option's text counts as approval, where the option does not say so itself. */
export function countsAsApproval(label: string): boolean {
  return !refusal.test(label);
}

/** What a person decided. */
export type Decision =
  | { readonly kind: 'approve'; readonly text: string }
  | { readonly kind: 'reject'; readonly text: string }
  | { readonly kind: 'option'; readonly option: BreakpointOption; readonly text: string };

/** The value that is posted as the breakpoint's result (always with status ok). */
export interface BreakpointAnswer {
  readonly approved: boolean;
  readonly option?: string;
  readonly response?: string;
  readonly feedback?: string;
  readonly respondedBy: string;
}

/**
 * The value that processes read: `approved` first, then `response || feedback`. So free text goes into both, and the
 * option stands in for the response only where there is no text; otherwise the text would be lost.
 */
export function toAnswer(decision: Decision, respondedBy: string): BreakpointAnswer {
  const text = decision.text.trim();
  const option =
    decision.kind === 'option' ? decision.option.value : decision.kind === 'reject' ? 'Reject' : undefined;
  const approved = decision.kind === 'option' ? decision.option.approved : decision.kind === 'approve';
  return {
    approved,
    ...(option === undefined ? {} : { option, response: option }),
    ...(text === '' ? {} : { response: text, feedback: text }),
    respondedBy,
  };
}
