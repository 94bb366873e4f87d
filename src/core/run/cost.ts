import { isRecord } from './lenient';

/** Tokens and money. A number that is `undefined` was not told, which is not the same as none. */
export interface Usage {
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  readonly cacheReadTokens: number | undefined;
  readonly cacheCreationTokens: number | undefined;
  /** In US dollars. */
  readonly costUsd: number | undefined;
}

/** What one COST_TRACKED event says. */
export interface CostRecord {
  /** What it shares with other records of the very same spending; `undefined`: it stands for itself. */
  readonly key: string | undefined;
  /** The task it was spent on; `undefined`: the run as a whole. */
  readonly effectId: string | undefined;
  readonly model: string | undefined;
  readonly usage: Usage;
}

/** Each number under the names it has had. Only the first that is there counts: they are names of one number. */
const names = {
  inputTokens: ['inputTokens', 'input_tokens', 'promptTokens', 'prompt_tokens'],
  outputTokens: ['outputTokens', 'output_tokens', 'completionTokens', 'completion_tokens'],
  cacheReadTokens: ['cacheReadTokens', 'cacheReadInputTokens', 'cache_read_input_tokens'],
  cacheCreationTokens: ['cacheCreationTokens', 'cacheCreationInputTokens', 'cache_creation_input_tokens'],
  costUsd: ['costUsd', 'cost_usd', 'totalCostUsd', 'total_cost_usd'],
} as const;

/** The numbers in the order in which they are shown. */
export const usageFields = Object.keys(names) as readonly (keyof Usage)[];

/** Reads the numbers that stand directly in a record; `undefined`: there is none. */
export function readUsage(record: Readonly<Record<string, unknown>>): Usage | undefined {
  const number = (keys: readonly string[]): number | undefined => {
    for (const key of keys) {
      const value = Object.hasOwn(record, key) ? record[key] : undefined;
      if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
    }
    return undefined;
  };
  const parts = [number(['cacheCreation5mTokens']), number(['cacheCreation1hTokens'])];
  const usage: Usage = {
    inputTokens: number(names.inputTokens),
    outputTokens: number(names.outputTokens),
    cacheReadTokens: number(names.cacheReadTokens),
    // The two parts are in the whole already, where that is told.
    cacheCreationTokens: number(names.cacheCreationTokens) ?? parts.reduce(plus, undefined),
    costUsd: number(names.costUsd),
  };
  return usageFields.some((field) => usage[field] !== undefined) ? usage : undefined;
}

/** Reads the data of a COST_TRACKED event; `undefined`: it tells no number. */
export function readCost(data: Readonly<Record<string, unknown>>): CostRecord | undefined {
  const usage = readUsage(data);
  if (!usage) return undefined;
  const text = (name: string): string | undefined => {
    const value = data[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const [key, timestamp] = [text('idempotencyKey'), text('timestamp')];
  const [effectId, model] = [text('effectId'), text('model')];
  return {
    // Without a key, only a record that repeats another one to the last number and moment is the same spending.
    key:
      key ??
      (timestamp && JSON.stringify([timestamp, text('sessionId'), text('source'), effectId, model, usage])),
    effectId,
    model,
    usage,
  };
}

/**
 * What a task's result says of what the task took: its `usage`, `cost` or `tokens`, else the result itself, in that
 * order. `undefined`: nothing.
 */
export function usageOfResult(value: unknown): Usage | undefined {
  if (!isRecord(value)) return undefined;
  const inner = [value['usage'], value['tokens'], value['cost']].flatMap((part) =>
    isRecord(part) ? (readUsage(part) ?? []) : [],
  );
  const found = [...inner, readUsage(value)].filter((usage) => usage !== undefined);
  if (found.length === 0) return undefined;
  // Several places may tell the same number; the first one counts.
  return pick((field) => found.find((usage) => usage[field] !== undefined)?.[field]);
}

/**
 * The sum of records, each spending once: of records with the same key the last one counts, since it is the newer
 * telling of the same numbers.
 */
export function sumCosts(records: readonly CostRecord[]): Usage | undefined {
  return sumUsage(distinctCosts(records).map(({ usage }) => usage));
}

/** The records without those that a later one with the same key replaces. */
export function distinctCosts(records: readonly CostRecord[]): readonly CostRecord[] {
  const last = new Map<string, number>();
  records.forEach(({ key }, i) => key !== undefined && last.set(key, i));
  return records.filter(({ key }, i) => key === undefined || last.get(key) === i);
}

/** Adds what belongs to different spendings; `undefined` when there is nothing. */
export function sumUsage(all: readonly Usage[]): Usage | undefined {
  if (all.length === 0) return undefined;
  return pick((field) => all.map((usage) => usage[field]).reduce(plus, undefined));
}

function pick(number: (field: keyof Usage) => number | undefined): Usage {
  return {
    inputTokens: number('inputTokens'),
    outputTokens: number('outputTokens'),
    cacheReadTokens: number('cacheReadTokens'),
    cacheCreationTokens: number('cacheCreationTokens'),
    costUsd: number('costUsd'),
  };
}

function plus(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : a + b;
}
