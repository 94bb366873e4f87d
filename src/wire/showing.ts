import * as vscode from 'vscode';
import { QuestionTeller } from '../core/attention/questionTeller';
import { prefix } from '../core/contract';
import { messageOf } from '../core/errors';
import type { RunsPlace } from '../core/source/runSource';
import { belongsHere } from '../engines/babysitter/node/belongsHere';
import { indexOfPlace } from '../engines/babysitter/node/digestIndex';
import { FsRunSource } from '../engines/babysitter/node/fsRunSource';
import { showAttention } from '../vscode/attention';
import { showEngineStatus } from '../engines/babysitter/vscode/engineStatus';
import { followPossible } from '../vscode/paletteKeys';
import { guarded } from '../vscode/messages';
import { hasNotifyCommand } from '../vscode/hasNotifyCommand';
import { showNotifications } from '../vscode/notifications';
import type { Opener } from '../vscode/opener';
import type { LookedAt } from '../vscode/panel/lookedAt';
import { onSettingsChange } from '../vscode/settings';
import { followWorkspace, workspaceFolders } from '../vscode/workspacePlaces';
import type { EngineParts } from './engine';
import { rowsFirst, type Host } from './host';
import { later } from './later';
import type { Work } from './work';
import type { Reading } from './reading';

export type Showing = ReturnType<typeof showAll>;

/** What is shown beside views and pages: badge, status bar and notifications. */
export function showAll(
  { clock, own }: Host,
  { engine, access }: EngineParts,
  { store, activity, attention, shared, mine, needsYou, runs, arrangement }: Reading,
  pages: LookedAt,
  opener: Opener,
) {
  own(followPossible({ store, activity, attention }));
  own(showEngineStatus({ store, pages, version: access.version }));
  const message = (): string | undefined => {
    // VS Code shows either a message or the welcome text, which leads out of the filter.
    if (arrangement.hidesAll) return undefined;
    if (!vscode.workspace.isTrusted) {
      return 'The workspace is not trusted: runs can be read, but not answered or resumed.';
    }
    const project = workspaceFolders()[0];
    return project === undefined || engine.locate(project).found
      ? undefined
      : `No Babysitter command line was found: runs can be read, but not driven. See the setting ${prefix}.engine.path.`;
  };
  const shownAttention = own(showAttention({ store, attention, needsYou, runs, pages, message }));
  own(
    showNotifications({
      ...{ clock, store, attention, shared, pages, opener },
      workspace: workspaceFolders().join('\n'),
      isIterating: (key) => activity.isIterating(key),
      isMine: (key) => mine.has(key),
    }),
  );
  return shownAttention;
}

/** Runs the person's own command for new questions. @param work what runs it, loaded when there is one */
export function tellAway(
  { clock, logger, own }: Host,
  { attention, shared }: Reading,
  work: () => Promise<Work>,
): void {
  own(
    new QuestionTeller({
      ...{ clock, attention, shared },
      isOn: hasNotifyCommand,
      tell: ({ run }, effect) => guarded(logger, async () => (await work()).notifyCommand.tell(run, effect)),
    }),
  );
}

/** Reads the runs of the workspace, and follows what changes while the window is open. */
export function follow(
  host: Host,
  { store, opened, arrangement, agents, judgeOptions }: Reading,
  shownAttention: Showing,
): void {
  const { clock, own, logger, storage } = host;
  own(
    onSettingsChange(['activityWindow', 'metrics.key', 'metrics.best', 'metrics.lowerIsBetter'], () => {
      opened.clear();
      store.reclassify(judgeOptions());
    }),
  );
  own(onSettingsChange(['agentSessions.read'], () => agents.update()));
  own(vscode.workspace.onDidGrantWorkspaceTrust(() => agents.update()));
  own(onSettingsChange(['engine.path'], () => shownAttention.update()));
  own(arrangement.onDidChange(() => shownAttention.update()));
  own(vscode.workspace.onDidGrantWorkspaceTrust(() => shownAttention.update()));
  own(vscode.window.onDidChangeWindowState(({ focused }) => focused && void store.check()));
  const digests = storage('digests');
  const open = (place: RunsPlace): FsRunSource =>
    new FsRunSource(place, logger, indexOfPlace(digests, place));
  own(followWorkspace(store, open, belongsHere));
  const looking = store.expectMore();
  own(
    clock.after(rowsFirst, () => {
      void later
        .stores()
        .then(({ followStores }) => followStores(host, store))
        .catch((error: unknown) => logger.error(`Stores of other engines: ${messageOf(error)}`))
        .finally(() => looking.dispose());
    }),
  );
  shownAttention.update();
}
