import { figureOrDash } from './figures';
import type { Report, ReportUsage } from './report';
import type { Block } from './blocks';

/** What a run or an iteration took, by model where that is told. */
export function usageBlocks({ usage }: Report): readonly Block[] {
  if (!usage) return [];
  const from =
    usage.from === 'journal'
      ? 'As recorded; each record is counted once.'
      : 'As the results of the tasks tell it; no costs are recorded.';
  const models = (usage.byModel ?? []).map((model) => [model.model, ...usageCells(model)]);
  const [only] = models;
  const all = usageCells(usage);
  // Some of it may belong to no model.
  const isOnly = models.length === 1 && only?.slice(1).join() === all.join();
  return [
    { kind: 'text', text: from },
    {
      kind: 'table',
      head: ['Model', 'Input tokens', 'Output tokens', 'Cache read', 'Cache written', 'US dollars'],
      rows: [...(isOnly ? [] : models), [isOnly ? (only?.[0] ?? '') : 'All', ...all]],
    },
  ];
}

function usageCells(usage: ReportUsage): readonly string[] {
  const { inputTokens, outputTokens, cacheReadTokens, cacheCreationTokens, costUsd } = usage;
  return [
    ...[inputTokens, outputTokens, cacheReadTokens, cacheCreationTokens].map(figureOrDash),
    costUsd === undefined ? '–' : costUsd.toFixed(costUsd < 0.1 ? 4 : 2),
  ];
}
