import type { CommandId } from '../../commands';

/** What can be done with the runs that are selected. */
export const commandsOfSelection = [
  'run.pin',
  'run.unpin',
  'run.archive',
  'run.unarchive',
  'run.tag',
  'run.markSeen',
  'run.compare',
  'run.export',
  'run.delete',
] as const satisfies readonly CommandId[];

export type CommandOfSelection = (typeof commandsOfSelection)[number];
