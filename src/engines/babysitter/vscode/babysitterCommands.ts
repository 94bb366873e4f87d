import { babysitterKey } from '../core/babysitterRun';
import { pickerTitle } from '../../../core/commands';
import type { RunStore } from '../../../core/source/runStore';
import type { Opener } from '../../../vscode/opener';
import type { EngineCommandTable } from '../../../vscode/commands/commandTable';
import { copyCommandLine } from './copyCommandLine';
import type { Diagnosing } from './diagnose';
import type { EngineCommands } from './engineCommands';
import { exportRun, type ExportRunDeps } from './exportRun';
import type { Forking } from './fork';
import { importRun } from './importRun';
import type { Iterating } from './iterating';
import type { NewRuns } from './newRun';
import type { Posting } from './postTask';
import type { Repairing } from './repair';
import type { TaskRuns } from './runTask';
import type { Targets } from '../../../vscode/commands/targets';

export interface BabysitterCommandDeps extends ExportRunDeps {
  readonly store: RunStore;
  readonly targets: Targets;
  readonly iterating: Iterating;
  readonly newRuns: NewRuns;
  readonly posting: Posting;
  readonly taskRuns: TaskRuns;
  readonly diagnosing: Diagnosing;
  readonly repairing: Repairing;
  readonly forking: Forking;
  readonly engineCommands: EngineCommands;
  readonly opener: Opener;
}

/** What Babysitter does with its runs, by command. */
export function babysitterCommands(deps: BabysitterCommandDeps): EngineCommandTable {
  const { targets } = deps;
  return {
    'run.resume': async (argument) => {
      const { stored } = await targets.run(argument, pickerTitle('run.resume'), 'run.resume');
      await deps.iterating.resume(stored.run.key);
    },
    'run.iterate': async (argument) => {
      const { stored, surface } = await targets.run(argument, pickerTitle('run.iterate'), 'run.iterate');
      await deps.iterating.iterate(stored, surface, 1);
    },
    'run.continue': async (argument) => {
      const { stored, surface } = await targets.run(argument, pickerTitle('run.continue'), 'run.continue');
      await deps.iterating.continue(stored, surface);
    },
    'run.stop': async (argument) => deps.iterating.stop(argument),
    'run.create': async () => deps.newRuns.create(),
    'run.startAgain': async (argument) => {
      const { stored } = await targets.run(argument, pickerTitle('run.startAgain'), 'run.startAgain');
      await deps.newRuns.startAgain(stored);
    },
    'run.diagnose': async (argument) => {
      await deps.diagnosing.tell(await targets.run(argument, pickerTitle('run.diagnose'), 'run.diagnose'));
    },
    'run.repair': async (argument) => {
      await deps.repairing.repair(await targets.run(argument, pickerTitle('run.repair'), 'run.repair'));
    },
    'run.fork': async (argument) => deps.forking.fork(argument),
    'run.halt': async (argument) => deps.engineCommands.halt(argument),
    'run.assignProcess': async (argument) => deps.engineCommands.assignProcess(argument),
    'task.cancel': async (argument) => deps.engineCommands.cancelTask(argument),
    'run.exportArchive': async (argument) =>
      exportRun(await targets.run(argument, pickerTitle('run.exportArchive'), 'run.exportArchive'), deps),
    'run.importArchive': async () =>
      importRun({ ...deps, open: (dir) => deps.opener.run(babysitterKey(dir)) }),
    'run.copyCommand': async (argument) =>
      copyCommandLine(await targets.run(argument, pickerTitle('run.copyCommand'), 'run.copyCommand')),
    'task.post': async (argument) => {
      await deps.posting.post(await targets.pendingTask(argument, pickerTitle('task.post'), 'task.post'));
    },
    'task.run': async (argument) =>
      deps.taskRuns.run(await targets.pendingTask(argument, pickerTitle('task.run'), 'task.run')),
  };
}
