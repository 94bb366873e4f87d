import * as vscode from 'vscode';
import { commandTitle, pickerTitle } from '../../core/commands';
import { DisposableStore, toDisposable } from '../../core/disposables';
import { count, shortId, thousands, visible } from '../../core/format';
import { moment } from '../../core/moments';
import { shownTitle } from '../../core/order/runMarks';
import type { Run } from '../../core/run/run';
import { keyText, type RunKey } from '../../core/run/runKey';
import type { RunStore, StoredRun } from '../../core/source/runStore';
import { describeRun, stateWord } from '../../core/views/tree/describe';
import { archivedView } from '../../core/views/tree/savedView';
import { searchEntry, searchRuns, type Found, type SearchEntry } from '../../core/views/tree/runSearch';
import { tell, withoutIcons } from '../messages';
import type { RunArrangement } from '../tree/runArrangement';
import type { RunTree } from '../tree/runTree';
import { revealRun } from './revealRun';

/** So many runs are shown at most; more words bring the others. */
const mostShown = 100;
/** Preparing pauses after so many milliseconds, so that typing is never felt to hang. */
const sliceMilliseconds = 8;
/** While tasks are being read, the list is drawn again this often, in milliseconds. */
const redrawEvery = 250;

export interface FindRunDeps {
  readonly store: RunStore;
  readonly runs: RunTree;
  readonly arrangement: RunArrangement;
  open(key: RunKey): void;
}

interface Item extends vscode.QuickPickItem {
  /** `undefined`: the line that says how many more there are. */
  readonly stored: StoredRun | undefined;
}

/** Titles that were read once, for as long as that reading of the run lives. */
const readTitles = new WeakMap<Run, readonly string[]>();

/**
 * Finds a run by words in its title, id, prompt, process, questions and tasks, and opens it. The tasks of runs that
 * nobody looked into are read meanwhile, the newest run first, for as long as the picker is open.
 */
export async function findRun(deps: FindRunDeps): Promise<void> {
  const chosen = await new RunFinder(deps.store).pick();
  if (!chosen) return;
  const { key } = chosen.run;
  deps.open(key);
  if ((await deps.runs.reveal(key)) || !deps.store.get(key)) return;
  const title = visible(shownTitle(chosen));
  const { archived } = deps.arrangement.filter;
  if (chosen.marks?.archived && !archived) {
    tell('info', `"${title}" is archived, so the Runs view hides it.`, [
      { title: commandTitle('runs.showArchived'), run: () => deps.arrangement.show(archivedView) },
    ]);
    return;
  }
  tell('info', `"${title}" is hidden in the Runs view by its filter.`, [
    { title: commandTitle('runs.clearFilter'), run: () => deps.arrangement.clearFilter() },
  ]);
}

class RunFinder {
  readonly #disposables = new DisposableStore();
  readonly #picker = vscode.window.createQuickPick<Item>();
  readonly #ended = new AbortController();
  readonly #all: readonly StoredRun[];
  readonly #entries: SearchEntry[] = [];
  /** How many runs' tasks are still to be read. */
  #unread = 0;
  #reading = false;
  #shown = '';

  constructor(private readonly store: RunStore) {
    this.#all = store.all;
  }

  /** `undefined`: the person chose nothing. */
  pick(): Promise<StoredRun | undefined> {
    const chosen = new Promise<StoredRun | undefined>((resolve) => {
      this.#disposables.add(
        this.#picker.onDidAccept(() => {
          const stored = this.#picker.activeItems[0]?.stored;
          if (!stored) return;
          resolve(stored);
          this.#picker.hide();
        }),
      );
      this.#disposables.add(
        this.#picker.onDidHide(() => {
          resolve(undefined);
          this.#disposables.dispose();
        }),
      );
    });
    this.#show();
    return chosen;
  }

  #show(): void {
    const picker = this.#disposables.add(this.#picker);
    picker.title = pickerTitle('runs.search');
    picker.placeholder = 'Words of its title, id, prompt, process, questions or tasks';
    picker.keepScrollPosition = true;
    picker.ignoreFocusOut = true;
    // Not in the typings yet; without it VS Code sorts what we have sorted by the words' places in the label.
    (picker as { sortByLabel?: boolean }).sortByLabel = false;
    this.#disposables.add(toDisposable(() => this.#ended.abort()));
    this.#disposables.add(
      picker.onDidChangeValue(() => {
        this.#draw();
        void this.#read();
      }),
    );
    this.#disposables.add(
      picker.onDidTriggerItemButton(({ item }) => item.stored && void revealRun(item.stored.run.location)),
    );
    picker.show();
    void this.#prepare();
  }

  async #prepare(): Promise<void> {
    const add = (stored: StoredRun): unknown =>
      this.#entries.push(searchEntry(stored, readTitles.get(stored.run) ?? []));
    this.#picker.busy = true;
    // What is shown before anything is typed.
    this.#all.slice(0, mostShown).forEach(add);
    this.#draw();
    await this.#inSlices(this.#all.slice(mostShown), add);
    if (this.#ended.signal.aborted) return;
    this.#picker.busy = false;
    this.#draw();
    await this.#read();
  }

  /** Reads the tasks' titles of every run, once something is searched for. */
  async #read(): Promise<void> {
    const ready = this.#entries.length === this.#all.length && this.#picker.value.trim() !== '';
    if (!ready || this.#reading) return;
    this.#reading = true;
    const { signal } = this.#ended;
    const unread = [...this.#entries.keys()].filter((i) => !readTitles.has(this.#entryAt(i).stored.run));
    this.#unread = unread.length;
    this.#picker.busy = unread.length > 0;
    let drawn = performance.now();
    for (const i of unread) {
      const { stored } = this.#entryAt(i);
      const titles = await this.store.readTitles(stored.run.key, signal);
      if (signal.aborted) return;
      readTitles.set(stored.run, titles);
      this.#entries[i] = searchEntry(stored, titles);
      this.#unread -= 1;
      if (performance.now() - drawn < redrawEvery) continue;
      this.#draw();
      drawn = performance.now();
    }
    this.#picker.busy = false;
    this.#draw();
  }

  #entryAt(i: number): SearchEntry {
    return this.#entries[i] as SearchEntry;
  }

  #draw(): void {
    const { found, more } = searchRuns(this.#entries, this.#picker.value, mostShown);
    const left = this.#unread > 0 ? ` (reading tasks, ${count(this.#unread, 'run')} to go)` : '';
    this.#picker.title = `${pickerTitle('runs.search')}${left}`;
    // Drawing the same list anew would take the selection away from whom moves in it.
    const shown = JSON.stringify([
      found.map(({ stored, matched }) => [keyText(stored.run.key), matched]),
      more,
    ]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    // Who has moved stays there; who has not stays on the first.
    const active = this.#picker.activeItems[0];
    const chosen = active === this.#picker.items[0] ? undefined : active?.stored;
    const items = found.map(toItem);
    this.#picker.items = more > 0 ? [...items, moreItem(more)] : items;
    const again = items.find(({ stored }) => stored === chosen);
    if (again) this.#picker.activeItems = [again];
  }

  async #inSlices<T>(items: readonly T[], work: (item: T) => void): Promise<void> {
    let end = performance.now() + sliceMilliseconds;
    for (const item of items) {
      if (performance.now() >= end) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        if (this.#ended.signal.aborted) return;
        end = performance.now() + sliceMilliseconds;
      }
      work(item);
    }
  }
}

function toItem({ stored, matched }: Found): Item {
  const { run } = stored;
  const now = Date.now();
  return {
    label: withoutIcons(visible(shownTitle(stored))),
    iconPath: new vscode.ThemeIcon(describeRun(stored, now, false).icon.name),
    description: [stateWord(stored), shortId(visible(run.runId)), moment(run.updatedAt, now)].join(' · '),
    ...(matched === '' ? {} : { detail: withoutIcons(visible(matched)) }),
    buttons: [{ iconPath: new vscode.ThemeIcon('folder-opened'), tooltip: commandTitle('run.reveal') }],
    // We have matched ourselves, over texts that are not in the item.
    alwaysShow: true,
    stored,
  };
}

function moreItem(more: number): Item {
  return {
    label: `${thousands(more)} more`,
    description: 'Type more words to find them.',
    iconPath: new vscode.ThemeIcon('ellipsis'),
    alwaysShow: true,
    stored: undefined,
  };
}
