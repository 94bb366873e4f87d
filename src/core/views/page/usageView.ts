import { cutAtWord, thousands, visible } from '../../format';
import { distinctCosts, sumCosts, usageFields, type Usage } from '../../run/cost';
import { taskTitle } from '../../run/run';
import { maskSecrets } from '../../run/secrets';
import { countingUsage, usageInAll } from '../../run/usage';
import type { Sliced } from '../../sliced';
import type { OpenedRun } from '../tree/buildTree';

/** Tokens and cost as tables: bounded, serialisable, its texts made visible. */
export interface UsageView {
  /** Where the numbers are from, as a sentence. */
  readonly from: string;
  /** The numbers that are told at all. */
  readonly head: readonly string[];
  readonly total: readonly string[];
  readonly models: readonly UsageRow[];
  /** Those that took most first; what belongs to no task at the end. */
  readonly tasks: readonly UsageRow[];
  /** Tasks that are left out because there are too many. */
  readonly leftTasks: number;
}

export interface UsageRow {
  readonly name: string;
  /** Names a task to the extension; empty: it is none. */
  readonly effectId: string;
  readonly cells: readonly string[];
}

const most = { models: 20, tasks: 50 };

const names: Readonly<Record<keyof Usage, string>> = {
  inputTokens: 'Input tokens',
  outputTokens: 'Output tokens',
  cacheReadTokens: 'Cache read',
  cacheCreationTokens: 'Cache written',
  costUsd: 'US dollars',
};

/** What a run took, every spending counted once; `undefined`: neither the journal nor a result tells any. */
export function* makingUsageView({ run, details }: OpenedRun): Sliced<UsageView | undefined> {
  const { costs, effects } = run.story;
  const byTask = yield* countingUsage(costs, details.results);
  const inAll = usageInAll(costs, byTask);
  if (!inAll) return undefined;
  // What a task's result tells besides is not in the sum, so it is not shown beside it.
  const counted = new Set(inAll.from === 'journal' ? costs.map(({ effectId }) => effectId) : byTask.keys());
  const told = usageFields.filter((field) => inAll.total[field] !== undefined);
  const cells = (usage: Usage): readonly string[] => told.map((field) => cell(field, usage[field]));
  const tasks = [...byTask].flatMap(([effectId, usage]) => {
    const effect = effects.get(effectId);
    return effect && counted.has(effectId) ? [{ effect, usage }] : [];
  });
  yield;
  tasks.sort((a, b) => weight(b.usage) - weight(a.usage));
  const rows = tasks.slice(0, most.tasks).map(({ effect, usage }): UsageRow => {
    const name = visible(maskSecrets(taskTitle(effect, details.tasks.get(effect.effectId))));
    return { name, effectId: effect.effectId, cells: cells(usage) };
  });
  const others = sumCosts(
    distinctCosts(costs).filter(({ effectId }) => effectId === undefined || !effects.has(effectId)),
  );
  if (others) rows.push({ name: 'Of no task', effectId: '', cells: cells(others) });
  const models = [...inAll.byModel].slice(0, most.models);
  return {
    from:
      inAll.from === 'journal'
        ? 'As recorded; each record is counted once.'
        : 'As the results of the tasks tell it; no costs are recorded.',
    head: told.map((field) => names[field]),
    total: cells(inAll.total),
    models: models.map(([model, usage]) => ({
      name: visible(cutAtWord(maskSecrets(model), 100)),
      effectId: '',
      cells: cells(usage),
    })),
    tasks: rows,
    leftTasks: Math.max(0, tasks.length - most.tasks),
  };
}

/** By money where it is told, else by tokens. */
function weight({ costUsd, inputTokens = 0, outputTokens = 0 }: Usage): number {
  return (costUsd ?? 0) * 1e12 + inputTokens + outputTokens;
}

function cell(field: keyof Usage, number: number | undefined): string {
  if (number === undefined) return '–';
  return field === 'costUsd' ? number.toFixed(number < 0.1 ? 4 : 2) : thousands(number);
}
