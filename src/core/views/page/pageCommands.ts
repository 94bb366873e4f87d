import type { CommandId } from '../../commands';

/** Commands that the page's buttons may ask for. */
export const pageCommands = [
  'run.report',
  'run.resume',
  'run.iterate',
  'run.continue',
  'run.stop',
  'run.repair',
  'run.fork',
  'run.assignProcess',
  'run.startAgain',
  'run.diagnose',
  'journal.open',
  'run.reveal',
] as const satisfies readonly CommandId[];

export type PageCommand = (typeof pageCommands)[number];

/** Forking so that a task that failed is done anew. */
export const forkLabel = 'Fork From Before This Task…';
