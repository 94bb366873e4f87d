import * as vscode from 'vscode';
import { pickerTitle } from '../../core/commands';
import { CancelledError } from '../../core/errors';
import { visible } from '../../core/format';
import type { KeptOrder } from '../../core/order/keptOrder';
import { runsText, toName } from '../../core/order/runMarks';
import type { RunStore } from '../../core/source/runStore';
import { describeFilter } from '../../core/views/tree/describeList';
import { matches } from '../../core/views/tree/runFilter';
import {
  parseView,
  standingViews,
  viewChange,
  viewNamed,
  type SavedView,
} from '../../core/views/tree/savedView';
import { confirm, withoutIcons } from '../messages';
import type { RunArrangement } from '../tree/runArrangement';
import type { Undoing } from './undoing';

export interface SavedViewsDeps {
  readonly store: RunStore;
  readonly order: KeptOrder;
  readonly arrangement: RunArrangement;
  readonly undoing: Undoing;
}

interface Item extends vscode.QuickPickItem {
  readonly view?: SavedView;
}

/** Keeps what the Runs view shows now, filter and groups, under a name. */
export async function saveView({ order, arrangement, undoing }: SavedViewsDeps): Promise<void> {
  const { filter, grouping } = arrangement;
  const views = order.views.map(parseView);
  const typed = await vscode.window.showInputBox({
    title: pickerTitle('runs.saveView'),
    ignoreFocusOut: true,
    prompt: `Keeps ${describe({ name: '', filter, grouping })}.`,
    value: viewNamed(views, arrangement)?.name ?? '',
    validateInput: (text) => (text.trim() === '' ? 'A view has a name.' : undefined),
  });
  const name = toName(typed ?? '');
  if (name === undefined) throw new CancelledError();
  if (views.some((view) => view.name === name)) {
    await confirm(`Replace the view "${visible(name)}"?`, 'You can undo this.', 'Replace');
  }
  const undo = order.change([viewChange(name, { filter, grouping })]);
  undoing.did(`Saved the view "${visible(name)}"`, undo, true);
}

/** Shows the runs as a view says; a button removes one. */
export function switchView({ store, order, arrangement, undoing }: SavedViewsDeps): void {
  const picker = vscode.window.createQuickPick<Item>();
  const remove = { iconPath: new vscode.ThemeIcon('trash'), tooltip: 'Remove View' };
  const now = Date.now();
  const toItem = (view: SavedView, buttons: readonly vscode.QuickInputButton[]): Item => ({
    label: withoutIcons(visible(view.name)),
    description: runsText(store.all.filter((stored) => matches(view.filter, stored, now)).length),
    detail: withoutIcons(describe(view)),
    view,
    buttons,
  });
  const draw = (): void => {
    const own = order.views.map((view) => toItem(parseView(view), [remove]));
    const section: Item = { label: 'Saved', kind: vscode.QuickPickItemKind.Separator };
    picker.items = [
      ...standingViews.map((view) => toItem(view, [])),
      ...(own.length > 0 ? [section, ...own] : []),
    ];
  };
  draw();
  picker.title = pickerTitle('runs.switchView');
  picker.placeholder = `Choose what the Runs view shows; ${pickerTitle('runs.saveView')} adds a view`;
  picker.matchOnDetail = true;
  picker.ignoreFocusOut = true;
  picker.onDidAccept(() => {
    const view = picker.activeItems[0]?.view;
    if (view) arrangement.show(view);
    picker.hide();
  });
  picker.onDidTriggerItemButton(({ item: { view } }) => {
    if (!view) return;
    undoing.did(`Removed the view "${visible(view.name)}"`, order.change([viewChange(view.name, undefined)]));
    draw();
  });
  picker.onDidHide(() => picker.dispose());
  picker.show();
}

/** "failed, last week, grouped by state". */
function describe({ filter, grouping }: SavedView): string {
  return [describeFilter(filter) || 'all runs', grouping === 'none' ? '' : `grouped by ${grouping}`]
    .filter(Boolean)
    .join(', ');
}
