import { pickerTitle } from '../../core/commands';
import type { StoredRun } from '../../core/source/runStore';
import type { Grouping } from '../../core/views/tree/runGroups';
import type { RunArrangement } from '../tree/runArrangement';
import { pick } from './targets';

const choices: readonly { readonly label: string; readonly detail: string; readonly grouping: Grouping }[] = [
  { label: 'State', detail: 'What needs you first, what is completed last', grouping: 'state' },
  { label: 'Engine', detail: 'The program that made them', grouping: 'engine' },
  { label: 'Project', detail: 'The folder that they belong to, by name', grouping: 'project' },
  { label: 'Process', detail: 'By name', grouping: 'process' },
  { label: 'Day', detail: 'The day of the last event, from today on', grouping: 'day' },
  { label: 'None', detail: 'All runs in one list, the newest first', grouping: 'none' },
];

/** Asks what the Runs view is to be grouped by; by project only where there are several. */
export async function groupRuns(arrangement: RunArrangement, all: readonly StoredRun[]): Promise<void> {
  const several = new Set(all.map(({ run }) => run.projectDir)).size > 1;
  const offered = choices.filter(
    ({ grouping }) => grouping !== 'project' || several || arrangement.grouping === 'project',
  );
  const items = offered.map((choice) => ({
    ...choice,
    ...(choice.grouping === arrangement.grouping ? { description: 'as it is now' } : {}),
  }));
  arrangement.grouping = (
    await pick(items, pickerTitle('runs.groupBy'), 'Choose what runs have in common')
  ).grouping;
}
