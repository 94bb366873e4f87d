import * as z from 'zod/mini';
import { count, dollars } from '../format';
import type { SessionReport } from './agentSessions';
import type { Cost } from './tally';
import type { How, Part } from './attribute';

/** Of what is more than this the surplus is left out, so that the rest can be read again. */
const most = { effectIds: 10_000, models: 20, modelName: 100, parts: 10_000, sessions: 100 };

const text = (longest: number) => z.string().check(z.maxLength(longest));
const number = z.number().check(z.minimum(0));

const modelNames = z.array(text(most.modelName)).check(z.maxLength(most.models));

const part = z.object({
  effectIds: z.array(text(200)).check(z.maxLength(most.effectIds)),
  how: z.enum(['post', 'time', 'sign', 'shared']),
  answers: number,
  calls: number,
  files: number,
  added: number,
  removed: number,
  ownFiles: number,
  tokens: z.object({ in: number, out: number, cacheWrite: number, cacheRead: number }),
  atLeast: z.boolean(),
  errors: number,
  models: modelNames,
  subagents: number,
  time: number,
  waited: number,
  cost: z.optional(z.object({ month: text(20), usd: number, priced: modelNames, unpriced: modelNames })),
});

const session = z.object({
  agent: text(100),
  id: text(128),
  /** Milliseconds since 1970 of its last sign. */
  lastAt: z.number(),
  shift: z.number(),
  parts: z.array(part).check(z.maxLength(most.parts)),
});

/** What was done for one task, for several that pended together, or between tasks (no effect id): numbers only. */
export type PartNumbers = Readonly<z.infer<typeof part>>;

/** What is kept of a session when its transcript is gone: numbers and ids, none of its words. */
export type SessionNumbers = Readonly<z.infer<typeof session>>;

const record = z.object({ run: text(4000), sessions: z.array(z.unknown()) });

/** The numbers of all sessions of one run, as they are kept. */
export interface RunSessionNumbers {
  readonly run: string;
  readonly sessions: readonly SessionNumbers[];
}

/** What of kept records can be read. */
export function parseSessionNumbers(records: readonly unknown[]): readonly RunSessionNumbers[] {
  return records.flatMap((each) => {
    const { data } = record.safeParse(each);
    const sessions = newest(data?.sessions ?? []).flatMap((one) => session.safeParse(one).data ?? []);
    return data ? [{ run: data.run, sessions }] : [];
  });
}

/** As many as are kept of one run. @param sessions the newest last */
export function newest<T>(sessions: readonly T[]): readonly T[] {
  return sessions.slice(-most.sessions);
}

/** The numbers of a session that was read whole. */
export function toSessionNumbers({ agent, id, lastAt, attribution }: SessionReport): SessionNumbers {
  const { tasks, batches, between, shift } = attribution;
  const parts: readonly Part[] = [
    ...tasks.values(),
    ...batches,
    { effectIds: [], totals: between, how: 'time' },
  ];
  return { agent: agent.id, id, lastAt, shift, parts: fewer(parts.map(toPartNumbers)) };
}

/** As many as are kept; what is too much is put together, so that the sum stays what it is. */
function fewer(parts: PartNumbers[]): PartNumbers[] {
  if (parts.length <= most.parts) return parts;
  const rest = parts.slice(most.parts - 2, -1);
  const effectIds = rest.flatMap((part) => part.effectIds).slice(0, most.effectIds);
  return [
    ...parts.slice(0, most.parts - 2),
    { ...sumParts(rest), effectIds, how: 'shared' },
    ...parts.slice(-1),
  ];
}

export function toPartNumbers({ effectIds, totals, how }: Part): PartNumbers {
  const { files, tokens, cost, ...numbers } = totals;
  const changes = [...files.values()];
  return {
    ...{ ...numbers, effectIds: effectIds.slice(0, most.effectIds), how, files: files.size },
    models: fewNames(numbers.models),
    ...(cost && {
      cost: {
        ...{ month: cost.month, usd: finite(cost.usd) },
        ...{ priced: fewNames(cost.priced), unpriced: fewNames(cost.unpriced) },
      },
    }),
    // What a hostile transcript adds up to may be no number that JSON knows.
    tokens: {
      in: finite(tokens.in),
      out: finite(tokens.out),
      cacheWrite: finite(tokens.cacheWrite),
      cacheRead: finite(tokens.cacheRead),
    },
    time: finite(numbers.time),
    waited: finite(numbers.waited),
    added: changes.reduce((sum, { added }) => sum + added, 0),
    removed: changes.reduce((sum, { removed }) => sum + removed, 0),
  };
}

function fewNames(models: readonly string[]): string[] {
  return models.slice(0, most.models).map((model) => model.slice(0, most.modelName));
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}

/** The sum of parts: a session's total, or several sessions' work on a task. Times are added up. */
export function sumParts(parts: readonly PartNumbers[]): PartNumbers {
  const sum = (of: (part: PartNumbers) => number): number => parts.reduce((all, each) => all + of(each), 0);
  return {
    effectIds: [],
    how: parts[0]?.how ?? ('time' satisfies How),
    answers: sum(({ answers }) => answers),
    calls: sum(({ calls }) => calls),
    files: sum(({ files }) => files),
    added: sum(({ added }) => added),
    removed: sum(({ removed }) => removed),
    ownFiles: sum(({ ownFiles }) => ownFiles),
    tokens: {
      in: sum(({ tokens }) => tokens.in),
      out: sum(({ tokens }) => tokens.out),
      cacheWrite: sum(({ tokens }) => tokens.cacheWrite),
      cacheRead: sum(({ tokens }) => tokens.cacheRead),
    },
    atLeast: parts.some(({ atLeast }) => atLeast),
    errors: sum(({ errors }) => errors),
    models: [...new Set(parts.flatMap(({ models }) => models))],
    subagents: sum(({ subagents }) => subagents),
    time: sum(({ time }) => time),
    waited: sum(({ waited }) => waited),
    ...sumCosts(parts),
  };
}

/** Nothing where nothing was estimated. */
export function sumCosts(parts: readonly { readonly cost?: Cost | undefined }[]): {
  readonly cost?: NonNullable<PartNumbers['cost']>;
} {
  const costs = parts.flatMap(({ cost }) => cost ?? []);
  const [newest] = costs.toSorted((a, b) => (a.month < b.month ? 1 : -1));
  if (!newest) return {};
  const names = (of: (cost: Cost) => readonly string[]): string[] => [...new Set(costs.flatMap(of))];
  return {
    cost: {
      ...{ month: newest.month, usd: costs.reduce((sum, { usd }) => sum + usd, 0) },
      ...{ priced: names(({ priced }) => priced), unpriced: names(({ unpriced }) => unpriced) },
    },
  };
}

/** "≈ $0.42"; empty: it was not estimated, or no model has a price. */
export function costText({ cost }: { readonly cost?: Cost | undefined }): string {
  return cost && cost.priced.length > 0 ? `≈ ${dollars(cost.usd)}` : '';
}

/** "estimate at list prices of 2026-09, 3 of 5 models priced"; empty: it was not estimated. */
export function costBasis({ cost }: { readonly cost?: Cost | undefined }): string {
  if (!cost) return '';
  const { month, priced, unpriced } = cost;
  const all = priced.length + unpriced.length;
  return `estimate at list prices of ${month}, ${priced.length} of ${count(all, 'model')} priced`;
}
