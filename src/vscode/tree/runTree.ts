import * as vscode from 'vscode';
import type { Attention } from '../../core/attention/attention';
import { type Clock, every } from '../../core/clock';
import { prefix } from '../../core/contract';
import { DisposableStore } from '../../core/disposables';
import type { RunActivity } from '../../core/engine/runActivity';
import { moment } from '../../core/moments';
import { lineageLines } from '../../core/run/lineage';
import type { RunKey } from '../../core/run/runKey';
import type { Outcomes } from '../../core/source/outcomes';
import type { RunStore, StoredRun } from '../../core/source/runStore';
import {
  childNodes,
  describeNode,
  groupNodes,
  sectionNode,
  type OpenedRun,
  type Paging,
} from '../../core/views/tree/buildTree';
import { isOffered } from '../../core/engine/whyNot';
import { contextValue } from '../../core/views/tree/contextValue';
import { type Row } from '../../core/views/tree/describe';
import { describeGroup, describeMore } from '../../core/views/tree/describeList';
import { dayBefore, dayOf, groupKey } from '../../core/views/tree/runGroups';
import { GivenAnswers } from '../../core/views/tree/givenAnswers';
import { ShownRows } from '../../core/views/tree/shownRows';
import {
  treeNode,
  type GroupNode,
  type MoreNode,
  type RunPart,
  type TreeNode,
} from '../../core/views/tree/treeNode';
import { localDay, pageSize } from '../settings';
import { HandedOut } from './handedOut';
import type { OpenedRuns } from './openedRuns';
import { clickCommand, toMarkdown } from './rowItem';
import type { RunArrangement } from './runArrangement';

/** Ages in rows ("2 min ago") are looked at again this often while the view is seen, in milliseconds. */
const redrawEvery = 30_000;

/**
 * How long nothing is drawn again after something was, in milliseconds. VS Code itself waits until nothing has changed
 * for 200 ms. After a list changed it makes all its rows anew, so a list that keeps changing rests longer and longer.
 */
const rest = { rows: 250, list: 1000, longest: 4000 };

/** VS Code knows no rows of a list that changed until it has asked for them again; so long is that waited for, in milliseconds. */
const longestWithoutRows = 5000;

/** The tree of each row that brings more rows. */
const moreRows = new WeakMap<object, RunTree>();

/** Loads more rows where a click on such a row asked for it, else at the top of `otherwise`. */
export async function loadMore(argument: unknown, otherwise: RunTree): Promise<void> {
  const tree = typeof argument === 'object' && argument !== null ? moreRows.get(argument) : undefined;
  await (tree ?? otherwise).loadMore(tree ? (argument as MoreNode).below : '');
}

/** In the ids of rows, so that a link cannot name a row of ours and pass for a click on it. */
const unguessable = crypto.randomUUID();

export interface TreeDeps {
  readonly store: RunStore;
  readonly attention: Attention;
  readonly activity: RunActivity;
  readonly opened: OpenedRuns;
  readonly outcomes: Outcomes;
  readonly clock: Clock;
}

export interface TreeOptions {
  /** The rows at the top. */
  readonly roots: (all: readonly StoredRun[], paging: Paging) => readonly TreeNode[];
  /** Rows at the top stand apart from their run, so they name it. */
  readonly alone: boolean;
  /** How runs are filtered, grouped and nested. Left out: they are not, and the view changes as a whole. */
  readonly arrangement?: RunArrangement;
}

/** One view: rows at the top given by `roots`, everything below by the run. */
export class RunTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  readonly #nodes = new HandedOut();
  readonly #shown = new ShownRows();
  readonly #answers = new GivenAnswers(windowAnswers);
  /** What rows showed when they were last drawn. */
  readonly #last = new WeakMap<TreeNode, Row>();
  /** Something changed since the rows were last compared with what is shown. */
  #stale = false;
  #updating = false;
  /** How many rows are shown below a row (empty: at the top), where a person asked for more than a page. */
  readonly #limits = new Map<string, number>();
  readonly #pinned = new Set<RunKey>();
  readonly #paging: Paging = {
    limit: (below) => this.#limits.get(below) ?? pageSize(),
    pinned: this.#pinned,
  };
  readonly #changed = new vscode.EventEmitter<TreeNode | TreeNode[] | undefined>();
  readonly #disposables = new DisposableStore();
  readonly onDidChangeTreeData = this.#changed.event;
  /** The command of every row. No menu and no palette has it. */
  readonly #click: string;
  readonly view: vscode.TreeView<TreeNode>;

  constructor(
    id: string,
    private readonly deps: TreeDeps,
    private readonly options: TreeOptions,
  ) {
    const { store, activity, clock } = deps;
    this.view = this.#disposables.add(
      vscode.window.createTreeView(id, {
        treeDataProvider: this,
        showCollapseAll: !options.alone,
        canSelectMany: true,
      }),
    );
    this.#click = `${id}.click`;
    this.#disposables.add(vscode.commands.registerCommand(this.#click, () => this.#clicked()));
    this.#disposables.add(this.#changed);
    this.#disposables.add(store.onDidChange(({ keys }) => this.#follow(keys)));
    this.#disposables.add(activity.onDidChangeIterating(() => this.update()));
    if (options.arrangement) {
      this.#disposables.add(options.arrangement.onDidChange(() => this.#fromTheTop()));
    }
    this.#disposables.add(pageSize.onDidChange(() => this.#fromTheTop()));
    this.#disposables.add(this.view.onDidChangeVisibility(() => this.update()));
    this.#disposables.add(this.view.onDidCollapseElement(({ element }) => this.#shown.close(element)));
    this.#disposables.add(
      this.view.onDidExpandElement(({ element }) => {
        if (this.#shown.open(element)) void this.#drawAgain(element);
      }),
    );
    this.#disposables.add(
      every(clock, redrawEvery, () => {
        options.arrangement?.tick();
        this.update();
      }),
    );
  }

  async getChildren(parent?: TreeNode): Promise<TreeNode[]> {
    if (!parent) await this.#whenLoaded();
    const rows = this.#knownBelow(parent) ?? (await this.#children(parent));
    this.#shown.gave(parent, rows);
    this.#answers.gave();
    return rows;
  }

  /** The row above; VS Code asks when a row is to be revealed. `undefined`: it is at the top. */
  getParent(node: TreeNode): TreeNode | undefined {
    const above = this.#above(node);
    return above && this.#nodes.handOut(above);
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    // What has just gone stays as it was until its list is drawn again.
    const row = this.#describe(node) ?? this.#last.get(node);
    if (row) this.#last.set(node, row);
    this.#shown.drew(node, this.#look(node, row));
    const item = new vscode.TreeItem(row?.label ?? 'Gone');
    item.id = `${unguessable}/${node.id}`;
    if (node.kind === 'more') moreRows.set(node, this);
    if (!row) return item;
    item.description = row.description;
    item.iconPath = new vscode.ThemeIcon(
      row.icon.name,
      row.icon.color === undefined ? undefined : new vscode.ThemeColor(row.icon.color),
    );
    item.contextValue = this.#contextValue(node, row);
    item.accessibilityInformation = { label: row.spoken, role: 'treeitem' };
    item.collapsibleState = !row.expandable
      ? vscode.TreeItemCollapsibleState.None
      : node.kind === 'group' && this.#startsOpen(node)
        ? vscode.TreeItemCollapsibleState.Expanded
        : vscode.TreeItemCollapsibleState.Collapsed;
    const command = clickCommand(node, row);
    if (command) item.command = { command: this.#click, title: command.title };
    return item;
  }

  /** Tooltips are built when somebody hovers. */
  resolveTreeItem(item: vscode.TreeItem, node: TreeNode): vscode.TreeItem {
    const row = this.#describe(node);
    if (!row) return item;
    const run = node.kind === 'run' ? this.deps.store.get(node.runKey)?.run : undefined;
    const lineage = run
      ? lineageLines(
          run,
          this.deps.store.all.map((stored) => stored.run),
        )
      : [];
    item.tooltip = toMarkdown([...row.tooltip, ...lineage]);
    return item;
  }

  /** The runs whose rows are selected. */
  get selectedRuns(): readonly RunKey[] {
    return this.view.selection.flatMap((node) => (node.kind === 'run' ? [node.runKey] : []));
  }

  /** Shows one page more below a row (empty: at the top), and leads on to the first new row. */
  async loadMore(below: string): Promise<void> {
    const shown = this.#paging.limit(below);
    const parent = this.#nodes.get(below);
    this.#limits.set(below, shown + pageSize());
    this.#changed.fire(parent);
    const first = (await this.getChildren(parent))[shown];
    if (first) await this.view.reveal(first, { select: true, focus: true });
  }

  /**
   * Shows a run in the view and selects it, wherever it stands.
   * @returns false when the filter hides it, or it is gone
   */
  async reveal(key: RunKey): Promise<boolean> {
    const { store, opened } = this.deps;
    const stored = store.get(key);
    const list = this.options.arrangement?.list;
    if (!stored || this.options.arrangement?.shows(stored) === false) return false;
    // It and the runs above it may lie beyond their pages.
    for (let way: RunKey | undefined = key; way !== undefined; way = list?.parents.get(way)) {
      this.#pinned.add(way);
      if (way !== key) await opened.get(way);
    }
    this.#changed.fire(undefined);
    const row = this.#nodes.handOut(treeNode({ kind: 'run', runKey: key }));
    await this.view.reveal(row, { select: true, focus: false });
    return true;
  }

  /**
   * Draws again what looks different now, and nothing else: VS Code loses a click on a row that it draws again, and puts
   * the focus back into the tree, even away from a picker that is just opening.
   */
  update(): void {
    this.#stale = true;
    if (!this.#updating) void this.#bringUpToDate();
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  /**
   * Does what a click on the selected row does. The command comes without arguments: VS Code keeps them for as long as a row
   * is drawn, so a click on a row that was about to be drawn again would not find them any more.
   */
  async #clicked(): Promise<void> {
    const node = await this.#selected();
    const row = node && (this.#describe(node) ?? this.#last.get(node));
    const command = row && clickCommand(node, row);
    if (command) await vscode.commands.executeCommand(command.command, ...(command.arguments ?? []));
  }

  /** The selected row, as soon as VS Code knows its rows again. `undefined`: there is none. */
  async #selected(): Promise<TreeNode | undefined> {
    for (let waited = 0; this.view.selection.length === 0 && waited < longestWithoutRows; waited += 50)
      await new Promise<void>((resolve) => void this.deps.clock.after(50, resolve));
    return this.view.selection[0];
  }

  #snoozed(key: RunKey, effectId: string): string {
    const until = this.deps.attention.snoozedUntil(key, effectId);
    return until === undefined ? '' : moment(until, this.deps.clock.now());
  }

  /** Everything anew, with a page of each list. */
  #fromTheTop(): void {
    this.#limits.clear();
    this.#pinned.clear();
    this.#changed.fire(undefined);
  }

  async #bringUpToDate(): Promise<void> {
    const { clock, store } = this.deps;
    const now = {
      children: (parent?: TreeNode) => this.#children(parent),
      look: (node: TreeNode) => this.#look(node, this.#describe(node)),
    };
    let pause = rest.rows;
    this.#updating = true;
    try {
      while (this.#stale && this.view.visible) {
        this.#stale = false;
        const rows = await this.#shown.outdated(now);
        if (rows.length === 0) continue;
        // Until VS Code asks for them again, it knows no rows, and a click comes without its row. So it is told when it
        // has time to ask, and has got what it asked for before.
        await this.#answers.arrived();
        const whole = rows.includes(undefined);
        this.#changed.fire(whole ? undefined : rows.filter((row) => row !== undefined));
        pause = whole && store.loaded ? Math.min(rest.longest, Math.max(rest.list, 2 * pause)) : rest.rows;
        await new Promise<void>((resolve) => void clock.after(pause, resolve));
      }
    } finally {
      this.#updating = false;
    }
  }

  async #drawAgain(row: TreeNode): Promise<void> {
    await this.#answers.arrived();
    this.#changed.fire(row);
  }

  #contextValue(node: TreeNode, row: Row): string {
    const stored = 'runKey' in node ? this.deps.store.get(node.runKey) : undefined;
    return contextValue(row, stored?.engine, (action) => stored !== undefined && isOffered(action, stored));
  }

  #look(node: TreeNode, row: Row | undefined): string {
    return row ? JSON.stringify([row, this.#contextValue(node, row)]) : '';
  }

  #describe(node: TreeNode): Row | undefined {
    const { store, activity, opened, outcomes, clock } = this.deps;
    const list = this.options.arrangement?.list;
    if (node.kind === 'more') return describeMore(node.left, pageSize());
    if (node.kind === 'group') {
      const group = list?.groups.get(node.key);
      const today = dayOf(clock.now());
      return group && describeGroup(node, group, { today, yesterday: dayBefore(today), format: localDay });
    }
    const stored = store.get(node.runKey);
    if (stored && node.kind === 'run') outcomes.want(stored);
    return (
      stored &&
      describeNode(node, stored, {
        now: clock.now(),
        iterating: activity.isIterating(node.runKey),
        alone: this.options.alone,
        opened: opened.peek(node.runKey),
        childRuns: list?.children.get(node.runKey)?.length ?? 0,
        snoozed: 'effectId' in node ? this.#snoozed(node.runKey, node.effectId) : '',
      })
    );
  }

  /** Groups that need a person are open at first; so is the newest day, and a group that is the only one. */
  #startsOpen({ by, key }: GroupNode): boolean {
    const groups = this.options.arrangement?.list.groups;
    const [first] = groups?.keys() ?? [];
    return (groups?.get(key)?.needYou ?? 0) > 0 || (first === key && (by === 'day' || groups?.size === 1));
  }

  #above(node: TreeNode): TreeNode | undefined {
    const { arrangement, alone } = this.options;
    if (alone || node.kind === 'group' || node.kind === 'more') return undefined;
    const { runKey } = node;
    if (node.kind === 'task') {
      const iteration = this.deps.opened
        .peek(runKey)
        ?.iterations.list.find(({ effects }) => effects.some(({ effectId }) => effectId === node.effectId));
      return iteration && treeNode({ kind: 'iteration', runKey, n: iteration.n });
    }
    if (node.kind !== 'run') {
      const opened = node.kind === 'iteration' ? this.deps.opened.peek(runKey) : undefined;
      const section = node.kind === 'iteration' && opened && sectionNode(runKey, node.n, opened);
      return section || treeNode({ kind: 'run', runKey });
    }
    const parent = arrangement?.list.parents.get(runKey);
    if (parent !== undefined) return treeNode({ kind: 'run', runKey: parent });
    const stored = this.deps.store.get(runKey);
    if (!arrangement || !stored || arrangement.grouping === 'none') return undefined;
    const by = arrangement.grouping;
    return treeNode({ kind: 'group', by, key: groupKey(by, stored) });
  }

  /** Until every place was looked at there is no answer yet, and VS Code shows that it is waiting. */
  async #whenLoaded(): Promise<void> {
    const { store } = this.deps;
    const known = (): boolean => store.loaded || store.all.length > 0;
    if (known()) return;
    await new Promise<void>((resolve) => {
      const waiting = this.#disposables.add(
        store.onDidChange(() => {
          if (!known()) return;
          this.#disposables.delete(waiting);
          resolve();
        }),
      );
    });
  }

  #children(parent?: TreeNode): TreeNode[] | Promise<TreeNode[]> {
    const { arrangement, roots } = this.options;
    if (!parent) {
      const description = arrangement?.description ?? '';
      if ((this.view.description ?? '') !== description) this.view.description = description;
      return this.#handOut(roots(this.deps.store.all, this.#paging));
    }
    if (parent.kind === 'more') return [];
    if (parent.kind !== 'group') return this.#below(parent);
    return arrangement ? this.#handOut(groupNodes(parent, arrangement.list, this.#paging)) : [];
  }

  async #below(parent: RunPart): Promise<TreeNode[]> {
    const opened = await this.deps.opened.get(parent.runKey);
    return opened ? this.#partsOf(parent, opened) : [];
  }

  /**
   * The rows below a row of a run that was read before, as it was then; what is new follows when it is read. VS Code
   * takes away the rows of which it waits for an answer when the whole tree is drawn again meanwhile, so that other rows
   * come under the pointer for a moment. `undefined`: the run is to be read first.
   */
  #knownBelow(parent?: TreeNode): TreeNode[] | undefined {
    if (!parent || !('runKey' in parent)) return undefined;
    const opened = this.deps.opened.peek(parent.runKey);
    if (!opened) return undefined;
    if (opened.run !== this.deps.store.get(parent.runKey)?.run) this.update();
    return this.#partsOf(parent, opened);
  }

  #partsOf(parent: RunPart, opened: OpenedRun): TreeNode[] {
    const children = this.options.arrangement?.list.children.get(parent.runKey);
    return this.#handOut(childNodes(parent, opened, children, this.#paging));
  }

  #handOut(nodes: readonly TreeNode[]): TreeNode[] {
    return nodes.map((node) => this.#nodes.handOut(node));
  }

  #follow(keys: ReadonlySet<RunKey>): void {
    this.#nodes.forget(new Set([...keys].filter((key) => !this.deps.store.get(key))));
    this.update();
  }
}

/** Comes back when the window has answered, so that it is not busy with something else. No menu asks for the key. */
async function windowAnswers(): Promise<void> {
  await vscode.commands.executeCommand('setContext', `${prefix}.drawn`, true);
}
