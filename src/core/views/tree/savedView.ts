import type { KeptView } from '../../order/keptOrder';
import type { OrderChange } from '../../order/orderEntry';
import { isOpen, noFilter, parseFilter, type RunFilter } from './runFilter';
import { groupings, type Grouping } from './runGroups';

/** A way to see the runs, under a name: what is shown, and what it is grouped by. */
export interface SavedView {
  readonly name: string;
  readonly filter: RunFilter;
  readonly grouping: Grouping;
}

/** Reads a view that was kept, perhaps by another version: what it does not know it neither filters nor groups. */
export function parseView({ name, filter, grouping }: KeptView): SavedView {
  return {
    name,
    filter: parseFilter(filter),
    grouping: groupings.find((known) => known === grouping) ?? 'none',
  };
}

/** Keeps a view, in place of another one of the same name; `undefined`: there is none of that name any more. */
export function viewChange(name: string, view: Omit<SavedView, 'name'> | undefined): OrderChange {
  return { what: 'view', of: name, value: view ? { filter: view.filter, grouping: view.grouping } : null };
}

export const archivedView: SavedView = {
  name: 'Archived Runs',
  filter: { ...noFilter, archived: true },
  grouping: 'none',
};

/** Views that are always there. */
export const standingViews: readonly SavedView[] = [
  { name: 'All Runs', filter: noFilter, grouping: 'none' },
  { name: 'Pinned Runs', filter: { ...noFilter, pinned: true }, grouping: 'none' },
  archivedView,
];

/** The view that shows just this; `undefined`: none does, or it shows everything. */
export function viewNamed(
  views: readonly SavedView[],
  shown: Omit<SavedView, 'name'>,
): SavedView | undefined {
  if (isOpen(shown.filter) && shown.grouping === 'none') return undefined;
  return views.find((view) => textOf(view) === textOf(shown));
}

/** The order in which boxes were checked means nothing. */
function textOf({ filter, grouping }: Omit<SavedView, 'name'>): string {
  const parts = Object.entries(filter).map(([name, part]) => [
    name,
    Array.isArray(part) ? part.toSorted() : part,
  ]);
  return JSON.stringify([grouping, parts.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1))]);
}
