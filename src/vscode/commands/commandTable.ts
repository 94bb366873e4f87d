import * as vscode from 'vscode';
import type { Attention } from '../../core/attention/attention';
import { aliases, pickerTitle, type Alias, type CommandId } from '../../core/commands';
import type { EngineAction } from '../../core/engine/runEngine';
import type { KeptOrder } from '../../core/order/keptOrder';
import { taskTitle } from '../../core/run/run';
import type { RunStore } from '../../core/source/runStore';
import { archivedView } from '../../core/views/tree/savedView';
import type { NotifyCommand } from '../notifyCommand';
import type { Opener } from '../opener';
import { journalUri, openRunDocument, taskUri } from '../runDocuments';
import type { OpenedRuns } from '../tree/openedRuns';
import type { RunArrangement } from '../tree/runArrangement';
import { asPreview } from '../tree/rowItem';
import { loadMore, type RunTree } from '../tree/runTree';
import type { Answering } from './answering';
import type { Comparing } from './compare';
import { linkTo } from './linkTo';
import { copyText } from './copyText';
import type { Deleting } from './deleting';
import { exportReport, type ExportReportDeps } from './exportReport';
import { exportReports } from './exportReports';
import { filterRuns } from './filterRuns';
import { findRun } from './findRun';
import { groupRuns } from './groupRuns';
import { openIterationReport } from './iterationReport';
import type { Drafts } from '../drafts';
import type { Review } from '../review';
import type { CommandHandler } from './registerCommands';
import type { Ordering } from './ordering';
import { revealRun } from './revealRun';
import { sessionCommands, type SessionCommandDeps } from './sessionCommands';
import { tellWhyMissing, type WhyMissingDeps } from './whyMissing';
import { saveView, switchView } from './savedViews';
import type { Snoozing } from './snoozing';
import type { Undoing } from './undoing';

/** One handler for each command, so that a forgotten or mistyped one does not compile. Anything may call it. */
export type CommandTable = { readonly [Id in CommandId]: CommandHandler };

/** What only an engine can do with its runs, or to make new ones. */
export type EngineCommandId =
  Exclude<EngineAction, `breakpoint.${string}` | 'run.delete'> | 'run.create' | 'run.importArchive';

/** How an engine carries these out; each finds its own run, and refuses those of other engines. */
export type EngineCommandTable = Pick<CommandTable, EngineCommandId>;

export interface CommandDeps extends SessionCommandDeps {
  readonly store: RunStore;
  readonly opened: OpenedRuns;
  readonly answering: Answering;
  readonly snoozing: Snoozing;
  readonly drafts: Drafts;
  readonly engineCommands: EngineCommandTable;
  readonly order: KeptOrder;
  readonly ordering: Ordering;
  readonly undoing: Undoing;
  readonly deleting: Deleting;
  readonly comparing: Comparing;
  readonly readSources: ExportReportDeps['readSources'];
  readonly sessionWork: ExportReportDeps['sessionWork'];
  readonly inSlices: ExportReportDeps['inSlices'];
  readonly attention: Attention;
  readonly notifyCommand: NotifyCommand;
  readonly review: Review;
  readonly runs: RunTree;
  readonly arrangement: RunArrangement;
  readonly showLog: () => Promise<void>;
  readonly lookAround: WhyMissingDeps['lookAround'];
  readonly keptElsewhere: WhyMissingDeps['keptElsewhere'];
  /** Shows the runs that come with the extension, and opens the page of one. */
  readonly openSample: () => Promise<void>;
  readonly createSample: () => Promise<void>;
  /** The walkthrough's id as VS Code knows it. */
  readonly walkthrough: string;
  readonly opener: Opener;
}

/** Everything a person can ask for, from a row, a page or the palette. The work is done elsewhere. */
export function commandTable(deps: CommandDeps): CommandTable {
  return {
    ...deps.engineCommands,
    ...aliasCommands(deps),
    ...runCommands(deps),
    ...orderCommands(deps),
    ...questionCommands(deps),
    ...taskCommands(deps),
    ...listCommands(deps),
    ...sessionCommands(deps),
  };
}

/** The same in the words of an engine. */
function aliasCommands({ engineCommands }: CommandDeps) {
  const names = Object.entries(aliases) as [Alias, (typeof aliases)[Alias]][];
  return Object.fromEntries(names.map(([name, id]) => [name, engineCommands[id]])) as Pick<
    CommandTable,
    Alias
  >;
}

/** Of one run. */
function runCommands(deps: CommandDeps) {
  const { targets, opener } = deps;
  return {
    'run.open': async (argument, how) => {
      const { stored, effectId, event } = await targets.anyRun(argument, pickerTitle('run.open'));
      if (how === asPreview) opener.preview(stored.run.key);
      else opener.run(stored.run.key, effectId ?? (event === undefined ? undefined : { event }));
    },
    'run.report': async (argument) => {
      const { stored } = await targets.run(argument, pickerTitle('run.report'));
      opener.report(stored.run.key);
    },
    'iteration.report': async (argument) => openIterationReport(argument, deps),
    'run.compare': async (argument, selected) => deps.comparing.compare(argument, selected),
    'run.export': async (argument, selected) => {
      const several = targets.several(argument, selected) ?? [];
      if (several.length > 1) await exportReports(several, deps);
      else await exportReport(argument, deps);
    },
    'journal.open': async (argument) => {
      const { stored } = await targets.run(argument, pickerTitle('journal.open'));
      await openRunDocument(journalUri(stored.run.key, stored.run.runId));
    },
    'run.reveal': async (argument) => {
      const { stored } = await targets.run(argument, pickerTitle('run.reveal'));
      await revealRun(stored.run.location);
    },
    'run.copyId': async (argument) => {
      const { stored } = await targets.run(argument, pickerTitle('run.copyId'));
      await copyText(stored.run.runId, 'The run id');
    },
    'run.copyLink': async (argument) => {
      await copyText(linkTo(await targets.run(argument, pickerTitle('run.copyLink'))), 'The link');
    },
  } satisfies Partial<CommandTable>;
}

/** The order that a person keeps among runs, of one or several. */
function orderCommands(deps: CommandDeps) {
  const { ordering, undoing, deleting, arrangement } = deps;
  return {
    'run.pin': async (...meant) => ordering.mark('run.pin', ...meant),
    'run.unpin': async (...meant) => ordering.mark('run.unpin', ...meant),
    'run.archive': async (...meant) => ordering.mark('run.archive', ...meant),
    'run.unarchive': async (...meant) => ordering.mark('run.unarchive', ...meant),
    'run.rename': async (...meant) => ordering.rename(...meant),
    'run.tag': async (...meant) => ordering.tag(...meant),
    'run.delete': async (...meant) => deleting.delete(...meant),
    'runs.undo': async () => undoing.undoLast(),
    'runs.switchView': async () => switchView(deps),
    'runs.saveView': async () => saveView(deps),
    'runs.showArchived': async () => arrangement.show(archivedView),
  } satisfies Partial<CommandTable>;
}

/** Of one question, and of the comments that answer it. */
function questionCommands({ targets, answering, snoozing, review }: CommandDeps) {
  return {
    'breakpoint.answer': async (argument) => {
      await answering.answerStepByStep(
        await targets.breakpoint(argument, pickerTitle('breakpoint.answer'), 'breakpoint.answer'),
      );
    },
    'breakpoint.approve': async (argument) => {
      await answering.approve(
        await targets.breakpoint(argument, pickerTitle('breakpoint.approve'), 'breakpoint.approve'),
      );
    },
    'breakpoint.reject': async (argument) => {
      await answering.reject(
        await targets.breakpoint(argument, pickerTitle('breakpoint.reject'), 'breakpoint.reject'),
      );
    },
    'breakpoint.snooze': async (argument) => snoozing.snooze(argument),
    'run.markSeen': async (argument, selected) => snoozing.markSeen(argument, selected),
    'review.add': async (argument) => review.add(argument),
    'review.remove': async (argument) => review.remove(argument),
    'review.send': async (argument) => review.send(argument),
  } satisfies Partial<CommandTable>;
}

/** Of one task, and of what somebody writes for it. */
function taskCommands({ targets, opened, drafts }: CommandDeps) {
  return {
    'task.open': async (argument) => {
      const { stored, effect } = await targets.effect(argument, pickerTitle('task.open'));
      const task = (await opened.get(stored.run.key))?.details.tasks.get(effect.effectId);
      await openRunDocument(taskUri(stored.run.key, effect.effectId, taskTitle(effect, task)));
    },
    'draft.use': async (argument) => drafts.use(argument),
  } satisfies Partial<CommandTable>;
}

/** Of all runs. */
function listCommands(deps: CommandDeps) {
  const { store, attention, runs, arrangement, opener, showLog, walkthrough } = deps;
  return {
    'runs.table': async () => opener.table(),
    'runs.search': async () => findRun({ store, runs, arrangement, open: (key) => opener.run(key) }),
    'runs.filter': async () => filterRuns(arrangement, store.all),
    'runs.changeFilter': async () => filterRuns(arrangement, store.all),
    'runs.clearFilter': async () => arrangement.clearFilter(),
    'runs.groupBy': async () => groupRuns(arrangement, store.all),
    'runs.loadMore': async (argument) => loadMore(argument, runs),
    'runs.refresh': async () => store.refresh(),
    'notify.try': async () => deps.notifyCommand.try(),
    'runs.markFailedSeen': async () => attention.lookedAtAll(),
    'runs.whyMissing': async () => tellWhyMissing(deps),
    'sample.open': async () => deps.openSample(),
    'sample.process': async () => deps.createSample(),
    'walkthrough.open': async () => {
      await vscode.commands.executeCommand('workbench.action.openWalkthrough', walkthrough);
    },
    'log.show': async () => showLog(),
  } satisfies Partial<CommandTable>;
}
