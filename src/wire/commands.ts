import { readReportSources } from '../engines/babysitter/node/readReportSources';
import { runArchives } from '../engines/babysitter/node/runArchive';
import { inSlices } from '../node/slices';
import { babysitterCommands } from '../engines/babysitter/vscode/babysitterCommands';
import { byEngine } from '../vscode/commands/byEngine';
import { commandTable } from '../vscode/commands/commandTable';
import type { Opener } from '../vscode/opener';
import { pageActions } from '../vscode/panel/pageActions';
import type { Doing } from './doing';
import type { EvidenceParts } from './evidence';
import type { Host } from './host';
import type { Mending } from './mending';
import type { Reading } from './reading';

export type Commands = ReturnType<typeof makeCommands>;

/** Every command, and what the buttons of run pages do, which is mostly the same. */
export function makeCommands(
  { logger }: Host,
  { store, opened, attention, runs, arrangement, agents, sessions }: Reading,
  doing: Doing,
  { review }: EvidenceParts,
  mending: Mending,
  opener: Opener,
) {
  const own = babysitterCommands({
    ...{ store, opened, opener, ...doing, ...mending, archives: runArchives, inSlices },
  });
  const engineCommands = byEngine(own, doing.targets, doing.handlers);
  const commands = commandTable({
    ...{ store, opened, attention, runs, arrangement, review, opener, ...doing, engineCommands },
    ...{ readSources: readReportSources, inSlices, agents, sessions },
    showLog: () => logger.show(),
  });
  return { commands, actions: pageActions({ ...{ store, commands }, ...doing }) };
}
