import * as vscode from 'vscode';
import { commandTitle, pickerTitle } from '../../core/commands';
import { capital, visible } from '../../core/format';
import { runsText } from '../../core/order/runMarks';
import type { EngineId } from '../../core/run/engineId';
import type { State } from '../../core/run/judgement';
import type { StoredRun } from '../../core/source/runStore';
import { stateWords, tagWord } from '../../core/views/tree/describe';
import { processName, projectName } from '../../core/views/tree/describeList';
import { ages, type Age, type RunFilter } from '../../core/views/tree/runFilter';
import { compareKeys, stateOrder } from '../../core/views/tree/runGroups';
import { withoutIcons } from '../messages';
import type { RunArrangement } from '../tree/runArrangement';

/** What is asked for when the box is checked. */
interface Item extends vscode.QuickPickItem {
  readonly archived?: true;
  readonly pinned?: true;
  readonly tag?: string;
  readonly state?: State;
  readonly engine?: EngineId;
  readonly project?: string;
  readonly process?: string;
  readonly age?: Age;
}

/** Asks which runs the Runs view is to show, in one list of boxes to check. */
export function filterRuns(arrangement: RunArrangement, all: readonly StoredRun[]): void {
  const picker = vscode.window.createQuickPick<Item>();
  const clear = { iconPath: new vscode.ThemeIcon('clear-all'), tooltip: commandTitle('runs.clearFilter') };
  picker.title = pickerTitle('runs.filter');
  picker.placeholder = 'Check what to show; nothing checked shows all runs';
  picker.canSelectMany = true;
  picker.ignoreFocusOut = true;
  picker.matchOnDescription = true;
  picker.buttons = [clear];
  picker.items = itemsFor(arrangement.filter, all);
  picker.selectedItems = picker.items.filter((item) => isIn(item, arrangement.filter));
  let before = picker.selectedItems;
  picker.onDidChangeSelection((selected) => {
    // There is one age: the one checked last.
    const aged = selected.filter(({ age }) => age !== undefined);
    const last = aged.find((item) => !before.includes(item)) ?? aged[0];
    before = aged.length > 1 ? selected.filter((item) => item.age === undefined || item === last) : selected;
    if (before !== selected) picker.selectedItems = before;
  });
  picker.onDidTriggerButton(() => {
    arrangement.clearFilter();
    picker.hide();
  });
  picker.onDidAccept(() => {
    arrangement.filter = {
      archived: before.some(({ archived }) => archived),
      pinned: before.some(({ pinned }) => pinned),
      tags: before.flatMap(({ tag }) => tag ?? []),
      projects: before.flatMap(({ project }) => project ?? []),
      states: before.flatMap(({ state }) => state ?? []),
      engines: before.flatMap(({ engine }) => engine ?? []),
      processes: before.flatMap(({ process }) => process ?? []),
      age: before.find(({ age }) => age !== undefined)?.age,
    };
    picker.hide();
  });
  picker.onDidHide(() => picker.dispose());
  picker.show();
}

/** Everything that occurs or is checked, with how many runs have it; archived runs count as such only. */
function itemsFor(filter: RunFilter, all: readonly StoredRun[]): readonly Item[] {
  const archived = all.filter(({ marks }) => marks?.archived);
  const shown = all.filter(({ marks }) => (marks?.archived ?? false) === filter.archived);
  const pinned = shown.filter(({ marks }) => marks?.pinned);
  const states = counted(filter.states, shown, ({ state }) => [state.state]);
  const tags = counted(filter.tags, shown, ({ marks }) => marks?.tags ?? []);
  const engines = counted(filter.engines, shown, ({ run }) => [run.engine]);
  const projects = counted(filter.projects, shown, ({ run }) => [run.projectDir]);
  const processes = counted(filter.processes, shown, ({ run }) => [run.processId]);
  return [
    ...section('Yours', [
      ...(pinned.length > 0 || filter.pinned
        ? [{ label: 'Pinned', description: runsText(pinned.length), pinned: true as const }]
        : []),
      ...(archived.length > 0 || filter.archived
        ? [{ label: 'Archived', description: runsText(archived.length), archived: true as const }]
        : []),
      ...[...tags].toSorted(byName).map(([tag, n]) => item(tagWord(tag), n, { tag })),
    ]),
    ...section(
      'State',
      stateOrder
        .filter((state) => states.has(state))
        .map((state) => item(capital(stateWords[state]), states.get(state) ?? 0, { state })),
    ),
    ...section(
      'Last event',
      (Object.keys(ages) as Age[]).map((age) => ({ label: `In the last ${age}`, age })),
    ),
    // Who has one engine or project only never chooses between them.
    ...section(
      'Engine',
      engines.size > 1 ? [...engines].map(([engine, n]) => item(capital(engine), n, { engine })) : [],
    ),
    ...section(
      'Project',
      projects.size > 1
        ? [...projects].toSorted(byName).map(([project, n]) => ({
            ...item(projectName(project), n, { project }),
            detail: withoutIcons(visible(project)),
          }))
        : [],
    ),
    ...section(
      'Process',
      [...processes]
        .toSorted(([a], [b]) => compareKeys('process', a, b))
        .map(([process, n]) => item(processName(process), n, { process })),
    ),
  ];
}

/** How many runs have each value; of those that are chosen perhaps none. */
function counted<T>(
  chosen: readonly T[],
  all: readonly StoredRun[],
  valuesOf: (stored: StoredRun) => readonly T[],
): ReadonlyMap<T, number> {
  const counts = new Map<T, number>(chosen.map((value) => [value, 0]));
  for (const stored of all)
    for (const value of valuesOf(stored)) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function byName([a]: readonly [string, number], [b]: readonly [string, number]): number {
  return a.localeCompare(b);
}

function item<P extends Partial<Item>>(label: string, n: number, part: P) {
  return { label: withoutIcons(label), description: runsText(n), ...part };
}

/** Items below a name; nothing where there are none. */
function section(label: string, items: readonly Item[]): readonly Item[] {
  return items.length === 0 ? [] : [{ label, kind: vscode.QuickPickItemKind.Separator }, ...items];
}

function isIn(part: Item, filter: RunFilter): boolean {
  if (part.archived) return filter.archived;
  if (part.pinned) return filter.pinned;
  if (part.tag !== undefined) return filter.tags.includes(part.tag);
  if (part.state !== undefined) return filter.states.includes(part.state);
  if (part.engine !== undefined) return filter.engines.includes(part.engine);
  if (part.project !== undefined) return filter.projects.includes(part.project);
  if (part.process !== undefined) return filter.processes.includes(part.process);
  return part.age !== undefined && filter.age === part.age;
}
