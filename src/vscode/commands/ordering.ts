import * as vscode from 'vscode';
import { pickerTitle } from '../../core/commands';
import { CancelledError, NotNowError } from '../../core/errors';
import { list, visible } from '../../core/format';
import type { KeptOrder } from '../../core/order/keptOrder';
import type { OrderChange } from '../../core/order/orderEntry';
import { planMarks, type MarkCommand } from '../../core/order/planMarks';
import {
  markLimits,
  runsText,
  shownTitle,
  sortedTags,
  tagsOf,
  toName,
  toTags,
} from '../../core/order/runMarks';
import { runTitle } from '../../core/run/run';
import { keyText } from '../../core/run/runKey';
import type { RunStore, StoredRun } from '../../core/source/runStore';
import { confirm, withoutIcons } from '../messages';
import type { Targets } from './targets';
import type { Undoing } from './undoing';

export interface OrderingDeps {
  readonly store: RunStore;
  readonly order: KeptOrder;
  readonly targets: Targets;
  readonly undoing: Undoing;
}

/** The order that a person keeps among runs. Several runs are counted and asked for first; everything can be undone. */
export class Ordering {
  constructor(private readonly deps: OrderingDeps) {}

  async mark(command: MarkCommand, argument: unknown, selected: unknown): Promise<void> {
    const chosen = await this.deps.targets.runs(argument, selected, pickerTitle(command));
    const plan = planMarks(command, chosen);
    if (plan.nothing !== undefined) throw new NotNowError(plan.nothing);
    if (chosen.length > 1) await confirm(plan.question, plan.detail, pickerTitle(command));
    // A pin is seen where it was set; what is archived goes out of sight.
    this.#change(plan.changes, plan.done, chosen.length === 1 && plan.changes[0]?.what === 'pinned');
  }

  async rename(argument: unknown, selected: unknown): Promise<void> {
    const title = pickerTitle('run.rename');
    const several = this.deps.targets.several(argument, selected);
    if (several && several.length !== 1) throw new NotNowError('Select one run to rename it.');
    const stored = several?.[0] ?? (await this.deps.targets.run(argument, title)).stored;
    const before = stored.marks?.name;
    const own = visible(runTitle(stored.run));
    const typed = await vscode.window.showInputBox({
      title: withoutIcons(`${title}: ${own}`),
      ignoreFocusOut: true,
      prompt: 'Shown in place of its title, which stays beside it. Empty: the title again.',
      value: before ?? runTitle(stored.run),
      validateInput: (text) =>
        text.trim().length > markLimits.name
          ? `A name has ${markLimits.name} characters at most.`
          : undefined,
    });
    if (typed === undefined) throw new CancelledError();
    const name = toName(typed);
    // A name that is the title would hide that the title changes.
    const value = name === undefined || name === runTitle(stored.run) ? null : name;
    if (value === (before ?? null)) return;
    const done = value === null ? `"${own}" has its title again` : `Renamed "${own}" to "${visible(value)}"`;
    this.#change([{ what: 'name', of: keyText(stored.run.key), value }], done, true);
  }

  /** Of several runs, tags that all of them have are edited; those of only some of them stay. */
  async tag(argument: unknown, selected: unknown): Promise<void> {
    const title = pickerTitle('run.tag');
    const chosen = await this.deps.targets.runs(argument, selected, title);
    const [first, ...others] = chosen.map(({ marks }) => marks?.tags ?? []);
    const common = (first ?? []).filter((tag) => others.every((tags) => tags.includes(tag)));
    const known = tagsOf(this.deps.store.all).slice(0, 12);
    const typed = await vscode.window.showInputBox({
      title: withoutIcons(`${title}: ${nameOf(chosen)}`),
      ignoreFocusOut: true,
      prompt: `Tags with commas between them.${known.length === 0 ? '' : ` Used so far: ${list(known)}.`}`,
      value: common.join(', '),
      validateInput: (text) =>
        text.split(',').some((tag) => tag.trim().replace(/^#/, '').length > markLimits.tag)
          ? `A tag has ${markLimits.tag} characters at most.`
          : undefined,
    });
    if (typed === undefined) throw new CancelledError();
    const wanted = toTags(typed);
    const removed = new Set(common.filter((tag) => !wanted.includes(tag)));
    const changes = chosen.flatMap(({ run, marks }): readonly OrderChange[] => {
      const before = marks?.tags ?? [];
      const value = [...sortedTags([...before.filter((tag) => !removed.has(tag)), ...wanted])];
      return value.join() === before.join() ? [] : [{ what: 'tags', of: keyText(run.key), value }];
    });
    if (changes.length === 0) return;
    const done = `Changed the tags of ${changes.length === chosen.length ? nameOf(chosen) : runsText(changes.length)}`;
    this.#change(changes, done, chosen.length === 1);
  }

  #change(changes: readonly OrderChange[], done: string, quietly: boolean): void {
    this.deps.undoing.did(done, this.deps.order.change(changes), quietly);
  }
}

function nameOf(chosen: readonly StoredRun[]): string {
  const [only] = chosen;
  return only && chosen.length === 1 ? `"${visible(shownTitle(only))}"` : runsText(chosen.length);
}
