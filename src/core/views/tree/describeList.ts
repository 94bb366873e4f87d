import { capital, count, cutAtWord, thousands, visible } from '../../format';
import type { State } from '../../run/judgement';
import { stateIcons, stateWords, tagWord, type Row } from './describe';
import type { RunFilter } from './runFilter';
import type { Grouping } from './runGroups';
import type { RunGroup } from './runList';
import type { GroupNode } from './treeNode';

/** Runs that have something in common. `today` and `yesterday` are days as groups name them. */
export function describeGroup(
  { by, key }: Pick<GroupNode, 'by' | 'key'>,
  { size, needYou }: Pick<RunGroup, 'size' | 'needYou'>,
  days: { readonly today: string; readonly yesterday: string; format(day: string): string },
): Row {
  const label = groupLabel(by, key, days);
  const runs = count(size, 'run');
  const need =
    by === 'state' || needYou === 0 ? '' : `${thousands(needYou)} ${needYou === 1 ? 'needs' : 'need'} you`;
  // Projects may have the same name.
  const where = by === 'project' ? visible(key) : '';
  return {
    label,
    description: [thousands(size), need, where].filter(Boolean).join(' · '),
    tooltip: [
      ['', [label, runs, need].filter(Boolean).join(', ')],
      ['Folder', where],
    ],
    icon: groupIcon(by, key),
    words: [],
    spoken: [label, runs, need].filter(Boolean).join(', '),
    expandable: true,
  };
}

function groupLabel(
  by: Grouping,
  key: string,
  { today, yesterday, format }: Parameters<typeof describeGroup>[2],
): string {
  if (by === 'state') return capital(stateWords[key as State]);
  if (by === 'process') return processName(key);
  if (by === 'project') return projectName(key);
  if (by === 'engine') return key;
  return key === today ? 'Today' : key === yesterday ? 'Yesterday' : format(key);
}

function groupIcon(by: Grouping, key: string): Row['icon'] {
  if (by === 'state') return stateIcons[key as State];
  const names = { day: 'calendar', engine: 'server-process', project: 'folder', process: 'symbol-method' };
  return { name: names[by === 'none' ? 'process' : by] };
}

/** The row after a page: brings up to `pageSize` of the `left` rows that are not shown. */
export function describeMore(left: number, pageSize: number): Row {
  const label = `Load ${thousands(Math.min(left, pageSize))} more (${thousands(left)} left)`;
  return {
    label,
    description: '',
    tooltip: [['', label]],
    icon: { name: 'ellipsis' },
    words: [],
    spoken: label,
    expandable: false,
  };
}

/** A process id as people see it. */
export function processName(processId: string): string {
  return processId === '' ? 'No process' : visible(cutAtWord(processId, 60));
}

/** A project as people see it: the name of its folder. */
export function projectName(projectDir: string): string {
  return visible(cutAtWord(projectDir.replace(/^.*[/\\](?=.)/, ''), 60));
}

/** "needs you, failed, last week"; empty when nothing is asked for. */
export function describeFilter(filter: RunFilter): string {
  const { states, engines, projects, processes, age, archived, pinned, tags } = filter;
  return [
    ...(archived ? ['archived'] : []),
    ...(pinned ? ['pinned'] : []),
    ...tags.map(tagWord),
    ...states.map((state) => stateWords[state]),
    ...engines.map(capital),
    ...projects.map(projectName),
    ...processes.map(processName),
    ...(age === undefined ? [] : [`last ${age}`]),
  ].join(', ');
}
