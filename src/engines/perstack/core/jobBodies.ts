import { isRecord } from '../../../core/run/lenient';

// What is used of the bodies of events and checkpoints. Every field stands alone: what is of another type is left out.

export interface ToolCall {
  readonly id: string;
  readonly skillName: string;
  readonly toolName: string;
  readonly args: unknown;
}

export interface ToolResult {
  readonly id: string;
  readonly toolName: string;
  /** The texts of the result, one below the other. */
  readonly text: string;
}

export interface Tokens {
  readonly input: number;
  readonly output: number;
  readonly cached: number;
  readonly total: number;
}

export interface Checkpoint {
  readonly id: string;
  readonly jobId: string | undefined;
  readonly step: number;
  /** Its own word; empty: none. */
  readonly status: string;
  readonly expertKey: string;
  /** The expert that delegated to it; `undefined`: nobody did. */
  readonly delegatedBy: string | undefined;
  /** Of the job up to here, along this branch. */
  readonly tokens: Tokens | undefined;
  /** From 0 to 1. */
  readonly contextUsage: number | undefined;
  readonly pending: readonly ToolCall[];
  readonly partial: readonly ToolResult[];
  /** The experts it waits for; it stays there when they are done. */
  readonly delegateTo: readonly string[];
  /** Why it stopped; most say it in their event alone. */
  readonly error: string | undefined;
}

type Json = Readonly<Record<string, unknown>>;

export function readCheckpoint(value: unknown): Checkpoint | undefined {
  if (!isRecord(value)) return undefined;
  const { id, stepNumber, expert, delegatedBy, contextWindowUsage } = value;
  if (typeof id !== 'string' || typeof stepNumber !== 'number') return undefined;
  return {
    id,
    jobId: textOf(value['jobId']),
    step: stepNumber,
    status: textOf(value['status']) ?? '',
    expertKey: expertKey(expert),
    delegatedBy: isRecord(delegatedBy) ? expertKey(delegatedBy['expert']) : undefined,
    tokens: readTokens(value['usage']),
    contextUsage: typeof contextWindowUsage === 'number' ? contextWindowUsage : undefined,
    pending: readCalls(value['pendingToolCalls']),
    partial: readResults(value['partialToolResults']),
    delegateTo: records(value['delegateTo']).map((one) => expertKey(one['expert'])),
    error: errorIn(value['error']),
  };
}

export function readTokens(value: unknown): Tokens | undefined {
  if (!isRecord(value)) return undefined;
  const number = (name: string): number => {
    const found = value[name];
    return typeof found === 'number' && Number.isFinite(found) ? found : 0;
  };
  return {
    input: number('inputTokens'),
    output: number('outputTokens'),
    cached: number('cachedInputTokens'),
    total: number('totalTokens'),
  };
}

export function readCalls(value: unknown): readonly ToolCall[] {
  return records(value).flatMap(({ id, skillName, toolName, args }) =>
    typeof id === 'string'
      ? [{ id, skillName: textOf(skillName) ?? '', toolName: textOf(toolName) ?? '', args }]
      : [],
  );
}

/** Results of tools as events and checkpoints have them. */
export function readResults(value: unknown): readonly ToolResult[] {
  return records(value).flatMap(({ id, toolName, result }) =>
    typeof id === 'string' ? [{ id, toolName: textOf(toolName) ?? '', text: partsText(result) }] : [],
  );
}

/** Results of tools as messages have them. */
export function resultsInMessages(messages: unknown): readonly ToolResult[] {
  return records(messages)
    .flatMap(({ contents }) => records(contents))
    .flatMap(({ type, toolCallId, toolName, contents }) =>
      type === 'toolResultPart' && typeof toolCallId === 'string'
        ? [{ id: toolCallId, toolName: textOf(toolName) ?? '', text: partsText(contents) }]
        : [],
    );
}

/** What a person asked for: the texts of the last user message; `undefined`: there is none. */
export function queryIn(messages: unknown): string | undefined {
  const asked = records(messages).findLast(({ type }) => type === 'userMessage');
  const text = partsText(asked?.['contents']);
  return text === '' ? undefined : text;
}

export function expertKey(value: unknown): string {
  return isRecord(value) ? (textOf(value['key']) ?? '') : '';
}

/** The message of an error, or at least its name; `undefined`: there is none. */
export function errorIn(value: unknown): string | undefined {
  return isRecord(value) ? (textOf(value['message']) ?? textOf(value['name'])) : undefined;
}

/** Whether a branch can begin at a checkpoint; at one that asked, with another answer. */
export function canBeginAt({ status, pending }: Checkpoint): boolean {
  const those = ['proceeding', 'completed', 'stoppedByExceededMaxSteps', 'stoppedByError'];
  return those.includes(status) || (status === 'stoppedByInteractiveTool' && pending.length > 0);
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function records(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** The texts of a message or result, one below the other. */
export function partsText(parts: unknown): string {
  return records(parts)
    .flatMap(({ text }) => (typeof text === 'string' ? [text] : []))
    .join('\n');
}

/** Whether the text of a result tells of an error, in one of the two ways in which tools of Perstack do. */
export function tellsError(text: string): string | undefined {
  if (text.startsWith('Error calling tool')) return text;
  if (!text.startsWith('{"error":')) return undefined;
  try {
    const { error, message }: Json = JSON.parse(text);
    return typeof error === 'string' ? (textOf(message) ?? error) : undefined;
  } catch {
    return undefined;
  }
}
