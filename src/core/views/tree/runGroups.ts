import type { State } from '../../run/judgement';
import type { StoredRun } from '../../source/runStore';

/** What the Runs view can be grouped by. */
export const groupings = ['state', 'engine', 'project', 'process', 'day', 'none'] as const;

export type Grouping = (typeof groupings)[number];

/** What needs a person first, what is over last. */
export const stateOrder = [
  'needs-you',
  'ready',
  'failed',
  'partial',
  'unreadable',
  'working',
  'reading',
  'stopped',
  'waiting',
  'sleeping',
  'created',
  'halted',
  'completed',
] as const satisfies readonly State[];

/** The group a run belongs to: its state, its engine's name, its project's folder, its process id (empty: none), or the day of its last event ("2026-11-21"). */
export function groupKey(grouping: Grouping, { run, state, engine }: StoredRun): string {
  switch (grouping) {
    case 'state':
      return state.state;
    case 'engine':
      return engine.name;
    case 'project':
      return run.projectDir;
    case 'process':
      return run.processId;
    case 'day':
      return dayOf(run.updatedAt);
    case 'none':
      return '';
    default:
      return grouping satisfies never;
  }
}

/** Orders the keys of groups: by urgency, by name with those without a process last, from the newest day. */
export function compareKeys(grouping: Grouping, a: string, b: string): number {
  if (grouping === 'state') return stateOrder.indexOf(a as State) - stateOrder.indexOf(b as State);
  if (grouping === 'day') return a < b ? 1 : -1;
  return Number(a === '') - Number(b === '') || a.localeCompare(b);
}

/** The day that was told last: runs beside each other are mostly of the same day, and dates are slow. */
let last = { from: 0, to: 0, day: '' };

/** The day of a moment in the person's own time zone: "2026-11-21". */
export function dayOf(time: number): string {
  if (time >= last.from && time < last.to) return last.day;
  const date = new Date(time);
  const [year, month, day] = [date.getFullYear(), date.getMonth(), date.getDate()];
  const two = (n: number): string => String(n).padStart(2, '0');
  last = {
    from: new Date(year, month, day).getTime(),
    to: new Date(year, month, day + 1).getTime(),
    day: `${year}-${two(month + 1)}-${two(day)}`,
  };
  return last.day;
}

/** The day before one that {@link dayOf} gave. */
export function dayBefore(day: string): string {
  // At noon no change of daylight saving time leads to another day.
  return dayOf(Date.parse(`${day}T12:00`) - 24 * 3_600_000);
}
