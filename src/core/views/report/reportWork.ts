import { workFor, type RunWork } from '../../sessions/runWork';
import type { PartNumbers } from '../../sessions/sessionNumbers';
import type { CleanText } from './cleanText';
import { optional } from './optional';
import type { Report, ReportWork } from './report';

const most = { batches: 200, effectIds: 200 };

/**
 * What agents did for what is reported on.
 * @param ids the tasks of the iteration that is reported on; `undefined`: the whole run
 */
export function reportWork(
  work: RunWork | undefined,
  ids: ReadonlySet<string> | undefined,
  clean: CleanText,
): Report['work'] {
  const total = work && (ids ? workFor(work, ids) : work.total);
  if (!work || !total) return undefined;
  const batches = work.batches.filter(({ effectIds }) => !ids || effectIds.every((id) => ids.has(id)));
  return {
    sessions: work.sessions,
    total: toReportWork(total, clean),
    batches: batches.slice(0, most.batches).map((part) => ({
      effectIds: part.effectIds.slice(0, most.effectIds).map((id) => clean(id, 200)),
      ...toReportWork(part, clean),
    })),
    ...(ids
      ? {}
      : {
          between: toReportWork(work.between, clean),
          ...optional('otherRuns', work.others && toReportWork(work.others, clean)),
        }),
  };
}

/** What agents did for one task; `undefined`: nothing is known of it. */
export function taskWork(
  work: RunWork | undefined,
  effectId: string,
  clean: CleanText,
): (ReportWork & { readonly how: PartNumbers['how'] }) | undefined {
  const part = work?.tasks.get(effectId);
  return part && { ...toReportWork(part, clean), how: part.how };
}

/** What agents did for some tasks together; `undefined`: nothing is known of it. */
export function iterationWork(
  work: RunWork | undefined,
  effects: readonly { readonly effectId: string }[],
  clean: CleanText,
): ReportWork | undefined {
  const part = work && workFor(work, new Set(effects.map(({ effectId }) => effectId)));
  return part && toReportWork(part, clean);
}

function toReportWork(part: PartNumbers, clean: CleanText): ReportWork {
  const { answers, calls, errors, files, added, removed, tokens, atLeast, models, subagents } = part;
  return {
    ...{ answers, calls, failedCalls: errors, filesChanged: files, linesAdded: added, linesRemoved: removed },
    tokens,
    ...(atLeast ? { atLeast: true as const } : {}),
    ...{ subagents, models: models.map((model) => clean(model, 100)) },
    ...{ atWork: part.time, waitedForAnswers: part.waited },
    ...(part.cost && {
      cost: {
        ...part.cost,
        priced: part.cost.priced.map((model) => clean(model, 100)),
        unpriced: part.cost.unpriced.map((model) => clean(model, 100)),
      },
    }),
  };
}
