import { resolve } from 'node:path';
import { isNetworkPath } from '../core/paths';
import { Forker } from '../engines/babysitter/core/fork/forker';
import { Repairer } from '../engines/babysitter/core/repair/repairer';
import { ChildFeeders } from '../engines/babysitter/node/childFeeder';
import { readProcess } from '../engines/babysitter/node/findProcesses';
import { ForkFolder } from '../engines/babysitter/node/forkFiles';
import { checkProcess } from '../engines/babysitter/node/processCheck';
import { RepairFolder } from '../engines/babysitter/node/repairFiles';
import { sessionsOf } from '../engines/babysitter/node/sessionBindings';
import { Diagnosing, type DiagnosingDeps } from '../engines/babysitter/vscode/diagnose';
import { Forking } from '../engines/babysitter/vscode/fork';
import { inputsOf } from '../engines/babysitter/vscode/inputsOf';
import { Repairing } from '../engines/babysitter/vscode/repair';
import type { Opener } from '../vscode/opener';
import type { Doing } from './doing';
import type { EngineParts } from './engine';
import type { Host } from './host';
import type { Reading } from './reading';

export type Mending = ReturnType<typeof makeMending>;

/**
 * What helps a run that is stuck: why it is, repairs and forks.
 * @param press what a button of a run's page does
 */
export function makeMending(
  { context, env, clock, logger, own }: Host,
  { engine, access, responder, node, nodeOf }: EngineParts,
  { store, opened, activity }: Reading,
  { targets, engineCommands, drafts }: Doing,
  { opener, press }: { readonly opener: Opener; readonly press: DiagnosingDeps['press'] },
) {
  const repairer = new Repairer(store, engine, new RepairFolder(), clock);
  const feeders = new ChildFeeders(
    {
      program: context.asAbsolutePath('dist/feeder.js'),
      locate: (projectDir) => engine.locate(projectDir).found,
      ...{ env, node },
    },
    logger,
  );
  const forker = new Forker(store, engine, feeders, new ForkFolder(), clock);
  const forking = new Forking({
    ...{ store, opened, targets, forker, access, engineCommands, logger, drafts, opener },
    respondedBy: responder.respondedBy,
    inputsOf: (run) => inputsOf(run, { store }),
    inputSchema: ({ location, entry }) =>
      entry && !isNetworkPath(entry.importPath)
        ? readProcess(resolve(location, entry.importPath))?.inputs
        : undefined,
  });
  const repairing = own(new Repairing({ store, repairer, forker, forking, access, logger, opener }));
  const diagnosing = new Diagnosing({
    ...{ store, opened, activity, repairer, engineCommands, logger, opener, press },
    engine: (projectDir) => {
      const { found } = engine.locate(projectDir);
      return { found: found !== undefined, version: found?.version };
    },
    checkProcess: (path, exportName, projectDir) =>
      checkProcess(path, exportName, env, () => nodeOf(projectDir)),
    sessions: (runId) => sessionsOf(runId, env),
    now: () => clock.now(),
  });
  return { forking, repairing, diagnosing };
}
