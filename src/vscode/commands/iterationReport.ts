import { pickerTitle } from '../../core/commands';
import { HumanError, NotNowError, runDeleted } from '../../core/errors';
import type { Opener } from '../opener';
import type { OpenedRuns } from '../tree/openedRuns';
import { pickIteration } from './pickIteration';
import type { Targets } from './targets';

export interface IterationReportDeps {
  readonly targets: Targets;
  readonly opened: OpenedRuns;
  readonly opener: Pick<Opener, 'report'>;
}

/** Opens the report of the iteration that was named, or that has the task that was named, else of one that is picked. */
export async function openIterationReport(
  argument: unknown,
  { targets, opened, opener }: IterationReportDeps,
): Promise<void> {
  const { stored, effectId, iteration } = await targets.run(argument, pickerTitle('iteration.report'));
  const { key } = stored.run;
  const run = await opened.get(key);
  if (!run) throw new HumanError(runDeleted);
  const { list } = run.iterations;
  if (list.length === 0) throw new NotNowError('The run has no iterations yet.');
  const named = list.find(
    ({ n, effects }) => n === iteration || effects.some((effect) => effect.effectId === effectId),
  );
  if (iteration !== undefined && !named) throw new HumanError(`The run has no iteration ${iteration}.`);
  const only = list.length === 1 ? list[0] : undefined;
  opener.report(key, (named ?? only)?.n ?? (await pickIteration(run, pickerTitle('iteration.report'))));
}
