import { pickerTitle } from '../../core/commands';
import { whyNot } from '../../core/engine/whyNot';
import { NotNowError } from '../../core/errors';
import { keyText } from '../../core/run/runKey';
import type { EngineId } from '../../core/run/engineId';
import type { EngineCommandTable } from './commandTable';
import type { RunTarget, Targets } from './targets';

/** Commands that several engines carry out, each in its own way. */
const shared = ['run.resume', 'run.fork', 'run.copyCommand'] as const;

/** How an engine carries these out. What its judge says against it has been looked at. */
export type RunHandlers = {
  readonly [Id in (typeof shared)[number]]?: (target: RunTarget) => Promise<void>;
};

/**
 * The commands of all engines: the run that is meant decides whose they are.
 * @param first has all of them
 */
export function byEngine(
  first: EngineCommandTable,
  targets: Targets,
  others: ReadonlyMap<EngineId, RunHandlers>,
): EngineCommandTable {
  const handlerOf =
    (id: (typeof shared)[number]) =>
    async (argument: unknown): Promise<void> => {
      const target = await targets.run(argument, pickerTitle(id), id);
      const { stored } = target;
      const handler = others.get(stored.engine.id)?.[id];
      if (!handler) {
        await first[id](argument ?? { dir: keyText(stored.run.key) });
        return;
      }
      const illegal = whyNot(id, stored);
      if (illegal !== undefined) throw new NotNowError(illegal);
      await handler(target);
    };
  return { ...first, ...Object.fromEntries(shared.map((id) => [id, handlerOf(id)])) };
}
