import { homedir } from 'node:os';
import { join } from 'node:path';
import { walkthroughId } from '../core/contract';
import type { Disposable } from '../core/disposables';
import { babysitterKey } from '../engines/babysitter/core/babysitterRun';
import { belongsHere } from '../engines/babysitter/node/belongsHere';
import { FsRunSource } from '../engines/babysitter/node/fsRunSource';
import { lookAround } from '../engines/babysitter/node/lookAround';
import { createSampleProcess } from '../engines/babysitter/vscode/sampleProcess';
import { places } from '../vscode/workspacePlaces';
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
import type { SessionParts } from './sessionWork';
import { storeKinds } from './storeKinds';
import { storePlaces } from './storeSettings';

export type Commands = ReturnType<typeof makeCommands>;

/** Every command, and what the buttons of run pages do, which is mostly the same. */
export function makeCommands(
  { context, logger, env, own: keep }: Host,
  { store, opened, attention, order, runs, arrangement, agents, sessions }: Reading,
  doing: Doing,
  { review }: EvidenceParts,
  mending: Mending,
  { sessionWork }: SessionParts,
  opener: Opener,
) {
  const own = babysitterCommands({
    ...{ store, opened, opener, ...doing, ...mending, archives: runArchives, inSlices },
  });
  let sample: Disposable | undefined;
  const openSample = async (): Promise<void> => {
    const dir = context.asAbsolutePath('sample');
    sample ??= keep(store.add(new FsRunSource({ dir, holds: 'runs' }, logger)));
    opener.run(babysitterKey(join(dir, 'sample-iterations')));
  };
  const engineCommands = byEngine(own, doing.targets, doing.handlers);
  const commands = commandTable({
    ...{ store, opened, attention, order, runs, arrangement, review, opener, ...doing, engineCommands },
    ...{ readSources: readReportSources, inSlices, agents, sessions, sessionWork },
    showLog: () => logger.show(),
    lookAround: () =>
      inSlices(
        lookAround(
          places(belongsHere),
          store.all.map(({ run }) => run.location),
        ),
      ),
    keptElsewhere: async () => {
      const { searched } = storePlaces(storeKinds, homedir(), env);
      const said = searched.flatMap(({ root, kinds }) =>
        kinds.map((kind) => (kind.keptElsewhere ? inSlices(kind.keptElsewhere(root)) : [])),
      );
      return (await Promise.all(said)).flat();
    },
    openSample: () => openSample(),
    createSample: createSampleProcess,
    walkthrough: `${context.extension.id}#${walkthroughId}`,
  });
  return { commands, actions: pageActions({ ...{ store, commands }, ...doing }) };
}
