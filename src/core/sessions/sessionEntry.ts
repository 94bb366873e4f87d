import { toIso } from '../format';
import type { SessionReport } from './agentSessions';
import type { NowKind } from './agentNow';
import { sumCosts } from './sessionNumbers';
import { plus, type Cost, type Totals } from './tally';
import { noTokens, type Tokens } from './work';

/** What an agent did, as the command line prints it. Subagents are in the numbers. */
export interface WorkEntry {
  readonly answers: number;
  readonly calls: number;
  /** Without those of the run itself. A file counts once for each task that changed it. */
  readonly filesChanged: number;
  readonly tokens: Tokens;
  readonly errors: number;
  /** An estimate at list prices; left out: it was not asked for. */
  readonly cost?: Cost;
}

/** A session as `show --sessions` prints it. Tasks, batches and what is between them add up to the totals. */
export interface SessionEntry {
  readonly agent: string;
  readonly id: string;
  readonly title?: string;
  readonly now: {
    readonly kind: NowKind;
    readonly text: string;
    readonly since: string;
    readonly until?: string;
  };
  readonly totals: WorkEntry;
  readonly tasks: Readonly<Record<string, WorkEntry>>;
  /** Work on several tasks that were pending together. */
  readonly batches: readonly (WorkEntry & { readonly effectIds: readonly string[] })[];
  readonly between: WorkEntry;
  /** What is missing in the numbers because files cannot be read; left out: nothing. */
  readonly leftOut?: string;
}

export function toSessionEntry({ agent, id, title, now, attribution, leftOut }: SessionReport): SessionEntry {
  const tasks = [...attribution.tasks].map(
    ([effectId, { totals }]) => [effectId, toWorkEntry(totals)] as const,
  );
  const batches = attribution.batches.map(({ effectIds, totals }) => ({ effectIds, ...toWorkEntry(totals) }));
  const between = toWorkEntry(attribution.between);
  return {
    agent: agent.id,
    id,
    ...(title === undefined ? {} : { title }),
    now: {
      kind: now.kind,
      text: now.text,
      since: toIso(now.since),
      ...(now.until === undefined ? {} : { until: toIso(now.until) }),
    },
    totals: sumOf([...tasks.map(([, task]) => task), ...batches, between]),
    tasks: Object.fromEntries(tasks),
    batches,
    between,
    ...(leftOut === undefined ? {} : { leftOut }),
  };
}

export function toWorkEntry({ answers, calls, files, tokens, errors, cost }: Totals): WorkEntry {
  return { answers, calls, filesChanged: files.size, tokens, errors, ...(cost && { cost }) };
}

function sumOf(entries: readonly WorkEntry[]): WorkEntry {
  const sum = (number: (entry: WorkEntry) => number): number =>
    entries.reduce((total, entry) => total + number(entry), 0);
  return {
    answers: sum((entry) => entry.answers),
    calls: sum((entry) => entry.calls),
    filesChanged: sum((entry) => entry.filesChanged),
    tokens: entries.map(({ tokens }) => tokens).reduce(plus, noTokens),
    errors: sum((entry) => entry.errors),
    ...sumCosts(entries),
  };
}
