import { commands, type CommandId } from '../core/commands';
import { contextKeys, possibleKey, prefix } from '../core/contract';
import { engineActions } from '../core/engine/runEngine';
import {
  draftEditor,
  notAllArchived,
  someArchived,
  someFolder,
  somePinned,
  someRuns,
  someSessions,
} from './when';

const never = 'false';

/** When the palette has a command that is no action of an engine; `undefined`: always. */
const others: Readonly<Record<Exclude<CommandId, (typeof engineActions)[number]>, string | undefined>> = {
  'run.open': someRuns,
  'run.report': someRuns,
  'iteration.report': someRuns,
  'run.continueJob': never,
  'run.resumeConfig': never,
  'run.branch': never,
  'run.replay': never,
  'run.create': someFolder,
  'run.importArchive': someFolder,
  'run.compare': someRuns,
  'run.export': someRuns,
  'run.pin': someRuns,
  'run.unpin': somePinned,
  'run.archive': notAllArchived,
  'run.unarchive': someArchived,
  'run.rename': someRuns,
  'run.tag': someRuns,
  'run.reveal': someRuns,
  'run.copyId': someRuns,
  'run.copyLink': someRuns,
  'session.show': someSessions,
  'session.resume': someSessions,
  'session.copyId': someSessions,
  'session.open': someSessions,
  'breakpoint.snooze': `${contextKeys.needs} || ${possibleKey('breakpoint.answer')}`,
  'notify.try': someFolder,
  'runs.markFailedSeen': contextKeys.failed,
  'run.markSeen': `${contextKeys.failed} || ${contextKeys.damaged}`,
  'review.add': possibleKey('breakpoint.answer'),
  'review.remove': contextKeys.comments,
  'review.send': contextKeys.comments,
  'task.open': someRuns,
  'draft.use': draftEditor,
  'journal.open': someRuns,
  'runs.table': someRuns,
  'runs.search': someRuns,
  'runs.filter': someRuns,
  'runs.changeFilter': never,
  'runs.clearFilter': contextKeys.filter,
  'runs.groupBy': someRuns,
  'runs.switchView': someRuns,
  'runs.saveView': someRuns,
  'runs.showArchived': someArchived,
  'runs.undo': contextKeys.undo,
  'runs.loadMore': never,
  'runs.refresh': someFolder,
  'runs.whyMissing': undefined,
  'sample.open': undefined,
  'sample.process': someFolder,
  'walkthrough.open': undefined,
  'log.show': undefined,
};

/** The palette leaves out what could only refuse. */
export const palette: readonly object[] = (Object.keys(commands) as CommandId[]).flatMap((id) => {
  const when = whenOf(id);
  return when === undefined ? [] : [{ command: `${prefix}.${id}`, when }];
});

function whenOf(id: CommandId): string | undefined {
  if (id === 'run.stop') return contextKeys.iterating;
  const action = engineActions.find((known) => known === id);
  return action === undefined ? others[id as keyof typeof others] : possibleKey(action);
}
