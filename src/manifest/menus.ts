import { aliases, type Alias, type CommandId } from '../core/commands';
import { canWord, contextKeys, prefix, type ContextWord } from '../core/contract';
import type { EngineAction } from '../core/engine/runEngine';
import { palette } from './palette';
import {
  all,
  deletableRowOfRunsTable,
  diagnosableRowOfRunsTable,
  draftEditor,
  filtered,
  inEitherView,
  inNeedsYou,
  inRuns,
  notSeveral,
  ofEngineThatCan,
  reviewThread,
  row,
  rowOfNeedsYou,
  rowOfRuns,
  rowOfRunsTable,
  rowOfRunsTableThatIs,
  rowOfSeveral,
  rowThatCan,
  someArchived,
  unfiltered,
  without,
} from './when';

/**
 * A command in a menu.
 * @param group the part of the menu, and its place there
 * @param alternatives it is shown where any of these is true
 */
function entry(id: CommandId, group: string, ...alternatives: readonly [string, ...string[]]): MenuEntry {
  return { command: `${prefix}.${id}`, when: alternatives.join(' || '), group };
}

/** A command that only an engine can carry out: on rows that have any of these words, of runs whose engine can. */
function engineEntry(
  id: EngineAction | Alias,
  group: string,
  first: ContextWord,
  ...more: readonly ContextWord[]
): MenuEntry {
  return entry(id, group, rowThatCan(id, first), ...more.map((word) => rowThatCan(id, word)));
}

/** The same under each name that engines have for it. */
function underEachName(
  id: (typeof aliases)[Alias],
  group: string,
  ...words: readonly [ContextWord, ...ContextWord[]]
): readonly MenuEntry[] {
  return namesOf(id).map((name) => engineEntry(name, group, ...words));
}

/** A command, and those that are the same in the words of an engine. */
function namesOf(id: (typeof aliases)[Alias]): readonly ((typeof aliases)[Alias] | Alias)[] {
  return [id, ...(Object.keys(aliases) as Alias[]).filter((alias) => aliases[alias] === id)];
}

/** The submenus of rows, by the part of their id after ours. */
const submenuTitles = {
  new: 'New Run From This',
  session: 'Agent Session',
  export: 'Export',
  copy: 'Copy',
  manage: 'Manage Run',
} as const;

type Submenu = keyof typeof submenuTitles;

function submenuId(name: Submenu): string {
  return `${prefix}.menu.${name}`;
}

/** What package.json has under the same name. */
export const submenus = (Object.keys(submenuTitles) as Submenu[]).map((name) => ({
  id: submenuId(name),
  label: submenuTitles[name],
}));

/** A submenu, shown where one of its entries is. */
function submenu(name: Submenu, group: string, ...alternatives: readonly [string, ...string[]]): MenuEntry {
  return { submenu: submenuId(name), when: alternatives.join(' || '), group };
}

export interface MenuEntry {
  readonly command?: string;
  readonly submenu?: string;
  readonly when: string;
  readonly group: string;
}

/** Entries of one row, which are not shown where several are selected; what stands at the end of a row stays. */
function ofOne(...entries: readonly MenuEntry[]): readonly MenuEntry[] {
  return entries.map((each) => {
    const alone = each.when.split(' || ').map((alternative) => all(notSeveral, alternative));
    return each.group.startsWith('inline') ? each : { ...each, when: alone.join(' || ') };
  });
}

/** The menus of the extension, by VS Code's names for them. */
export const menus = {
  commandPalette: palette,
  'view/title': [
    entry('run.create', 'navigation@0', inRuns),
    entry('runs.search', 'navigation@1', inRuns),
    entry('runs.filter', 'navigation@2', unfiltered),
    entry('runs.changeFilter', 'navigation@2', filtered),
    entry('runs.clearFilter', 'navigation@3', filtered),
    entry('runs.groupBy', 'navigation@4', unfiltered),
    entry('runs.groupBy', '1_view@1', filtered),
    entry('runs.table', 'navigation@5', inRuns),
    entry('runs.switchView', '1_view@2', inRuns),
    entry('runs.saveView', '1_view@3', inRuns),
    entry('runs.showArchived', '1_view@4', all(inRuns, someArchived)),
    entry('runs.undo', '2_undo@1', all(inRuns, contextKeys.undo)),
    entry('runs.refresh', '1_view@9', filtered),
    entry('runs.refresh', 'navigation@9', unfiltered),
    entry('runs.markFailedSeen', '5_seen@1', all(inNeedsYou, contextKeys.failed)),
    entry('run.importArchive', '6_import@1', inRuns),
    entry('runs.whyMissing', '8_help@1', inRuns),
    entry('walkthrough.open', '8_help@2', inEitherView),
    entry('log.show', '9_log@1', inEitherView),
  ],
  'webview/context': [
    entry('run.open', '1_open@1', rowOfRunsTable),
    entry('run.report', '1_open@2', rowOfRunsTable),
    entry('journal.open', '1_open@3', rowOfRunsTable),
    entry('run.diagnose', '3_go@1', diagnosableRowOfRunsTable),
    entry('run.compare', '4_compare@1', rowOfRunsTable),
    entry('run.pin', '5_order@1', rowOfRunsTableThatIs('!pinned')),
    entry('run.unpin', '5_order@1', rowOfRunsTableThatIs('pinned')),
    entry('run.archive', '5_order@2', rowOfRunsTableThatIs('!archived')),
    entry('run.unarchive', '5_order@2', rowOfRunsTableThatIs('archived')),
    entry('run.rename', '5_order@3', rowOfRunsTable),
    entry('run.tag', '5_order@4', rowOfRunsTable),
    entry('run.export', '7_export@1', rowOfRunsTable),
    entry('run.reveal', '8_copy@1', rowOfRunsTable),
    entry('run.copyId', '8_copy@2', rowOfRunsTable),
    entry('run.copyLink', '8_copy@3', rowOfRunsTable),
    entry('run.delete', '9_delete@1', deletableRowOfRunsTable),
  ],
  'editor/title': [entry('draft.use', 'navigation@1', draftEditor)],
  'comments/commentThread/context': [entry('review.add', 'inline@1', reviewThread)],
  'comments/commentThread/title': [
    entry('review.send', 'navigation@1', all(reviewThread, '!commentThreadIsEmpty')),
  ],
  'comments/comment/title': [entry('review.remove', 'inline@1', reviewThread)],
  'view/item/context': [
    ...ofOne(
      ...namesOf('run.resume').map((name) => entry(name, 'inline@1', row('run', 'resume', canWord(name)))),
      engineEntry('run.repair', 'inline@1', 'repair'),
      entry('run.stop', 'inline@1', row('run', 'stop')),
      entry('run.open', 'inline@2', row('run')),
      entry('breakpoint.approve', 'inline@1', row('breakpoint', 'answer', canWord('breakpoint.approve'))),
      entry('breakpoint.reject', 'inline@2', row('breakpoint', 'answer', canWord('breakpoint.reject'))),
      entry('run.open', '1_open@1', row('run'), row('breakpoint')),
      entry('iteration.report', 'inline@1', rowOfRuns('iteration')),
      entry('iteration.report', '1_open@1', rowOfRuns('iteration')),
      entry('run.report', '1_open@2', row('run')),
      entry('task.open', '1_open@3', row('task'), row('breakpoint')),
      entry('journal.open', '1_open@4', row('run')),
      engineEntry('breakpoint.answer', '2_answer@1', 'breakpoint', 'run'),
      engineEntry('breakpoint.approve', '2_answer@2', 'breakpoint', 'run'),
      engineEntry('breakpoint.reject', '2_answer@3', 'breakpoint', 'run'),
      entry('breakpoint.snooze', '2_answer@4', row('breakpoint'), rowOfNeedsYou('run')),
      entry('run.markSeen', '2_answer@5', rowOfNeedsYou('unseen')),
      engineEntry('task.run', '2_answer@1', 'pending'),
      engineEntry('task.post', '2_answer@2', 'pending'),
      engineEntry('task.cancel', '2_answer@3', 'pending'),
      ...underEachName('run.resume', '3_go@1', 'run'),
      engineEntry('run.iterate', '3_go@2', 'run'),
      engineEntry('run.continue', '3_go@3', 'run'),
      entry('run.stop', '3_go@4', row('run', 'stop')),
      engineEntry('run.diagnose', '3_go@8', 'run'),
      engineEntry('run.repair', '3_go@9', 'run'),
      entry('session.show', 'inline@0', row('run', 'session')),
      submenu('session', '4_more@1', row('run', 'session')),
      submenu(
        'new',
        '4_more@2',
        rowThatCan('run.startAgain', 'run'),
        ...namesOf('run.fork').map((name) => rowThatCan(name, 'run')),
      ),
      // A row that is no run has one way to a new one.
      ...underEachName('run.fork', '4_more@2', 'iteration', 'task'),
      entry('run.compare', '4_more@3', row('run'), rowOfRuns('iteration')),
      submenu('manage', '4_more@4', row('run')),
      submenu('export', '5_out@1', row('run'), rowOfRuns('iteration')),
      submenu('copy', '5_out@2', row('run'), row('breakpoint'), row('task')),
      entry('run.reveal', '5_out@3', row('run')),
    ),
    entry('run.pin', '1_order@1', rowOfSeveral('run')),
    entry('run.unpin', '1_order@2', rowOfSeveral('run')),
    entry('run.archive', '1_order@3', rowOfSeveral('run')),
    entry('run.unarchive', '1_order@4', rowOfSeveral('run')),
    entry('run.tag', '1_order@5', rowOfSeveral('run')),
    entry('run.markSeen', '2_seen@1', rowOfSeveral('run')),
    entry('run.compare', '3_compare@1', rowOfSeveral('run')),
    entry('run.export', '4_out@1', rowOfSeveral('run')),
    entry('run.delete', '5_delete@1', all(rowOfSeveral('run'), ofEngineThatCan('run.delete'))),
  ],
  [submenuId('session')]: [
    entry('session.show', '1_session@1', row('run', 'session')),
    entry('session.resume', '1_session@2', row('run', 'session')),
    entry('session.open', '1_session@3', row('run', 'session')),
  ],
  [submenuId('new')]: [
    engineEntry('run.startAgain', '1_new@1', 'run'),
    ...underEachName('run.fork', '1_new@2', 'run'),
  ],
  [submenuId('manage')]: [
    entry('run.pin', '1_order@1', all(row('run'), without('pinned'))),
    entry('run.unpin', '1_order@1', row('run', 'pinned')),
    entry('run.archive', '1_order@2', all(row('run'), without('archived'))),
    entry('run.unarchive', '1_order@2', row('run', 'archived')),
    entry('run.rename', '1_order@3', row('run')),
    entry('run.tag', '1_order@4', row('run')),
    engineEntry('run.assignProcess', '2_manage@1', 'run'),
    engineEntry('run.halt', '2_manage@2', 'run'),
    engineEntry('run.delete', '3_delete@1', 'run'),
  ],
  [submenuId('export')]: [
    entry('run.export', '1_export@1', row('run'), rowOfRuns('iteration')),
    engineEntry('run.exportArchive', '1_export@2', 'run'),
  ],
  [submenuId('copy')]: [
    entry('run.copyId', '1_copy@1', row('run')),
    entry('run.copyLink', '1_copy@2', row('run'), row('breakpoint'), row('task')),
    entry('session.copyId', '1_copy@3', row('run', 'session')),
    engineEntry('run.copyCommand', '1_copy@4', 'run', 'breakpoint'),
  ],
};
