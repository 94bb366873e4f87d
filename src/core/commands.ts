export interface Command {
  readonly title: string;
  /** The name of a codicon. */
  readonly icon?: string;
}

/**
 * Every command by its id, without the prefix. Each may be called with a node of our tree, an `EffectReference`, or
 * nothing, and then asks. Titles stand here and in the README only: package.json is written from this table.
 */
export const commands = {
  'run.open': { title: 'Open Run', icon: 'open-preview' },
  'run.report': { title: 'Open Report', icon: 'graph' },
  'iteration.report': { title: 'Open Iteration Report', icon: 'graph' },
  'run.resume': { title: 'Resume Run…', icon: 'debug-continue' },
  'run.iterate': { title: 'Iterate Once', icon: 'debug-step-over' },
  'run.continue': { title: 'Iterate Until It Needs You…', icon: 'run-all' },
  'run.stop': { title: 'Stop Iterating', icon: 'debug-stop' },
  'run.create': { title: 'New Run…', icon: 'add' },
  'run.startAgain': { title: 'New Run With the Same Inputs…' },
  'run.diagnose': { title: 'Why Is This Run Stuck?', icon: 'question' },
  'run.repair': { title: 'Repair Run…', icon: 'wrench' },
  'run.fork': { title: 'Fork From Here…', icon: 'repo-forked' },
  'run.continueJob': { title: 'Continue Job…', icon: 'debug-continue' },
  'run.resumeConfig': { title: 'Resume with Config…', icon: 'debug-continue' },
  'run.branch': { title: 'Branch From This Checkpoint…', icon: 'repo-forked' },
  'run.replay': { title: 'Replay From Stage…', icon: 'repo-forked' },
  'run.halt': { title: 'Halt Run…' },
  'run.assignProcess': { title: 'Assign Process…' },
  'run.compare': { title: 'Compare Runs…', icon: 'git-compare' },
  'run.export': { title: 'Export Report…', icon: 'export' },
  'run.exportArchive': { title: 'Export Run…', icon: 'archive' },
  'run.importArchive': { title: 'Import Run…' },
  'run.pin': { title: 'Pin', icon: 'pin' },
  'run.unpin': { title: 'Unpin', icon: 'pinned' },
  'run.archive': { title: 'Archive', icon: 'archive' },
  'run.unarchive': { title: 'Unarchive' },
  'run.rename': { title: 'Rename…', icon: 'edit' },
  'run.tag': { title: 'Edit Tags…', icon: 'tag' },
  'run.delete': { title: 'Delete…', icon: 'trash' },
  'run.reveal': { title: 'Reveal Run Folder' },
  'run.copyId': { title: 'Copy Run ID' },
  'run.copyLink': { title: 'Copy Link', icon: 'link' },
  'run.copyCommand': { title: 'Copy CLI Command' },
  'session.show': { title: 'Show Session', icon: 'comment-discussion' },
  'session.resume': { title: 'Resume in Terminal', icon: 'terminal' },
  'session.copyId': { title: 'Copy Session ID' },
  'session.open': { title: 'Open Transcript' },
  'breakpoint.answer': { title: 'Answer Breakpoint…', icon: 'comment' },
  'breakpoint.approve': { title: 'Approve Breakpoint', icon: 'check' },
  'breakpoint.reject': { title: 'Reject Breakpoint…', icon: 'close' },
  'breakpoint.snooze': { title: 'Snooze…', icon: 'bell-slash' },
  'run.markSeen': { title: 'Mark as Seen', icon: 'check' },
  'notify.try': { title: 'Try the Notification Command' },
  'runs.markFailedSeen': { title: 'Mark Failed Runs as Seen', icon: 'check-all' },
  'review.add': { title: 'Add Review Comment' },
  'review.remove': { title: 'Remove Review Comment', icon: 'trash' },
  'review.send': { title: 'Send Review as Request Changes', icon: 'send' },
  'task.open': { title: 'Open Task', icon: 'go-to-file' },
  'task.post': { title: 'Post Task Result…', icon: 'pass' },
  'task.run': { title: 'Run Task…', icon: 'play' },
  'task.cancel': { title: 'Cancel Task…' },
  'draft.use': { title: 'Use This Document', icon: 'check' },
  'journal.open': { title: 'Open Journal', icon: 'list-ordered' },
  'runs.table': { title: 'Open Runs Table', icon: 'table' },
  'runs.search': { title: 'Find a Run…', icon: 'search' },
  'runs.filter': { title: 'Filter Runs…', icon: 'filter' },
  'runs.changeFilter': { title: 'Filter Runs…', icon: 'filter-filled' },
  'runs.clearFilter': { title: 'Clear Filter', icon: 'clear-all' },
  'runs.groupBy': { title: 'Group Runs By…', icon: 'group-by-ref-type' },
  'runs.switchView': { title: 'Switch View…', icon: 'layout' },
  'runs.saveView': { title: 'Save Filter as View…', icon: 'bookmark' },
  'runs.showArchived': { title: 'Show Archived Runs', icon: 'archive' },
  'runs.undo': { title: 'Undo Last Change to Runs', icon: 'discard' },
  'runs.loadMore': { title: 'Load More' },
  'runs.refresh': { title: 'Refresh', icon: 'refresh' },
  'runs.whyMissing': { title: "Why Don't I See My Run?", icon: 'question' },
  'sample.open': { title: 'Open Sample Runs' },
  'sample.process': { title: 'Create a Sample Process' },
  'walkthrough.open': { title: 'Get Started' },
  'log.show': { title: 'Show Log', icon: 'output' },
} as const satisfies Readonly<Record<string, Command>>;

export type CommandId = keyof typeof commands;

/** Commands that are other ones in the words of an engine: menus of its runs have them instead. */
export const aliases = {
  'run.continueJob': 'run.resume',
  'run.resumeConfig': 'run.resume',
  'run.branch': 'run.fork',
  'run.replay': 'run.fork',
} as const satisfies Partial<Record<CommandId, CommandId>>;

export type Alias = keyof typeof aliases;

export const commandIds = Object.keys(commands) as readonly CommandId[];

/** A command's title as menus and buttons show it. */
export function commandTitle(id: CommandId): string {
  return commands[id].title;
}

/** A command's title as its own pickers and questions show it: without the "…" that announced them. */
export function pickerTitle(id: CommandId): string {
  return commandTitle(id).replace(/…$/, '');
}
