import * as vscode from 'vscode';
import { commandTitle, pickerTitle } from '../../core/commands';
import { capital, count } from '../../core/format';
import type { EngineId } from '../../core/run/engineId';
import type { State } from '../../core/run/judgement';
import type { StoredRun } from '../../core/source/runStore';
import { stateWords } from '../../core/views/tree/describe';
import { processName } from '../../core/views/tree/describeList';
import { ages, type Age, type RunFilter } from '../../core/views/tree/runFilter';
import { compareKeys, stateOrder } from '../../core/views/tree/runGroups';
import { withoutIcons } from '../messages';
import type { RunArrangement } from '../tree/runArrangement';

interface Item extends vscode.QuickPickItem {
  readonly state?: State;
  readonly engine?: EngineId;
  readonly process?: string;
  readonly age?: Age;
}

/** Asks which runs the Runs view is to show: states, processes and age in one list of boxes to check. */
export function filterRuns(arrangement: RunArrangement, all: readonly StoredRun[]): void {
  const picker = vscode.window.createQuickPick<Item>();
  const clear = { iconPath: new vscode.ThemeIcon('clear-all'), tooltip: commandTitle('runs.clearFilter') };
  picker.title = pickerTitle('runs.filter');
  picker.placeholder = 'Check what to show; nothing checked shows all runs';
  picker.canSelectMany = true;
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

/** Everything that occurs or is checked, with how many runs have it. */
function itemsFor(filter: RunFilter, all: readonly StoredRun[]): readonly Item[] {
  const states = new Map<State, number>(filter.states.map((state) => [state, 0]));
  const engines = new Map<EngineId, number>(filter.engines.map((engine) => [engine, 0]));
  const processes = new Map<string, number>(filter.processes.map((process) => [process, 0]));
  for (const { run, state } of all) {
    states.set(state.state, (states.get(state.state) ?? 0) + 1);
    engines.set(run.engine, (engines.get(run.engine) ?? 0) + 1);
    processes.set(run.processId, (processes.get(run.processId) ?? 0) + 1);
  }
  const section = (label: string): Item => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const runs = (n: number): string => count(n, 'run');
  return [
    section('State'),
    ...stateOrder
      .filter((state) => states.has(state))
      .map((state) => ({
        label: capital(stateWords[state]),
        description: runs(states.get(state) ?? 0),
        state,
      })),
    section('Last event'),
    ...(Object.keys(ages) as Age[]).map((age) => ({ label: `In the last ${age}`, age })),
    // Who has one engine only never chooses between them.
    ...(engines.size > 1
      ? [
          section('Engine'),
          ...[...engines].map(([engine, n]) => ({ label: capital(engine), description: runs(n), engine })),
        ]
      : []),
    section('Process'),
    ...[...processes]
      .toSorted(([a], [b]) => compareKeys('process', a, b))
      .map(([process, n]) => ({ label: withoutIcons(processName(process)), description: runs(n), process })),
  ];
}

function isIn({ state, engine, process, age }: Item, filter: RunFilter): boolean {
  if (state !== undefined) return filter.states.includes(state);
  if (engine !== undefined) return filter.engines.includes(engine);
  if (process !== undefined) return filter.processes.includes(process);
  return age !== undefined && filter.age === age;
}
