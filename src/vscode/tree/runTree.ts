import * as vscode from 'vscode';
import type { Attention } from '../../core/attention/attention';
import { type Clock, every } from '../../core/clock';
import { commandTitle } from '../../core/commands';
import { DisposableStore } from '../../core/disposables';
import type { RunActivity } from '../../core/engine/runActivity';
import { lineageLines } from '../../core/run/lineage';
import type { RunStore, StoredRun } from '../../core/source/runStore';
import { childNodes, describeNode, groupNodes, type Paging } from '../../core/views/tree/buildTree';
import { contextValue } from '../../core/views/tree/contextValue';
import { describeGroup, describeMore, type Row } from '../../core/views/tree/describe';
import { dayBefore, dayOf, groupKey } from '../../core/views/tree/runGroups';
import {
  treeNode,
  type GroupNode,
  type MoreNode,
  type RunPart,
  type TreeNode,
} from '../../core/views/tree/treeNode';
import { commandName } from '../messages';
import { fileUri } from '../runDocuments';
import { localDay, localTime, pageSize } from '../settings';
import type { OpenedRuns } from './openedRuns';
import type { RunArrangement } from './runArrangement';

/** Ages in rows ("2 min ago") are drawn again this often while the view is seen, in milliseconds. */
const redrawEvery = 30_000;

/**
 * Nodes that our trees handed to VS Code. A command that comes with one of these very objects comes from a click on
 * our row; anything else only looks like it.
 */
const handedOut = new WeakSet<object>();

export function isOurNode(argument: unknown): argument is RunPart {
  return typeof argument === 'object' && argument !== null && handedOut.has(argument);
}

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
  readonly driver: RunActivity;
  readonly opened: OpenedRuns;
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
  readonly #nodes = new Map<string, TreeNode>();
  /** The readings that the rows were last drawn from. */
  readonly #drawn = new Map<string, StoredRun>();
  /** How many rows are shown below a row (empty: at the top), where a person asked for more than a page. */
  readonly #limits = new Map<string, number>();
  readonly #pinned = new Set<string>();
  readonly #paging: Paging = {
    limit: (below) => this.#limits.get(below) ?? pageSize(),
    pinned: this.#pinned,
  };
  readonly #changed = new vscode.EventEmitter<TreeNode | undefined>();
  readonly #disposables = new DisposableStore();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly view: vscode.TreeView<TreeNode>;

  constructor(
    id: string,
    private readonly deps: TreeDeps,
    private readonly options: TreeOptions,
  ) {
    const { store, driver, clock } = deps;
    this.view = this.#disposables.add(
      vscode.window.createTreeView(id, { treeDataProvider: this, showCollapseAll: !options.alone }),
    );
    this.#disposables.add(this.#changed);
    this.#disposables.add(store.onDidChange(({ dirs, membership }) => this.#follow(dirs, membership)));
    this.#disposables.add(driver.onDidChangeIterating((dir) => this.#redraw(new Set([dir]), false)));
    if (options.arrangement) {
      this.#disposables.add(options.arrangement.onDidChange(() => this.#fromTheTop()));
    }
    this.#disposables.add(pageSize.onDidChange(() => this.#fromTheTop()));
    this.#disposables.add(
      every(clock, redrawEvery, () => {
        options.arrangement?.tick();
        if (this.view.visible) this.#changed.fire(undefined);
      }),
    );
  }

  getChildren(parent?: TreeNode): TreeNode[] | Promise<TreeNode[]> {
    const { arrangement } = this.options;
    if (!parent) return this.#whenLoaded();
    if (parent.kind === 'more') return [];
    if (parent.kind !== 'group') return this.#below(parent);
    return arrangement ? this.#handOut(groupNodes(parent, arrangement.list, this.#paging)) : [];
  }

  /** The row above; VS Code asks when a row is to be revealed. `undefined`: it is at the top. */
  getParent(node: TreeNode): TreeNode | undefined {
    const above = this.#above(node);
    return above && this.#handOut([above])[0];
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    const row = this.#describe(node);
    const item = new vscode.TreeItem(row?.label ?? 'Gone');
    item.id = `${unguessable}/${node.id}`;
    if (!row) return item;
    item.description = row.description;
    item.iconPath = new vscode.ThemeIcon(
      row.icon.name,
      row.icon.color === undefined ? undefined : new vscode.ThemeColor(row.icon.color),
    );
    item.contextValue = contextValue(row, 'dir' in node ? this.deps.store.get(node.dir)?.engine : undefined);
    item.accessibilityInformation = { label: row.spoken, role: 'treeitem' };
    item.collapsibleState = !row.expandable
      ? vscode.TreeItemCollapsibleState.None
      : node.kind === 'group' && this.#startsOpen(node)
        ? vscode.TreeItemCollapsibleState.Expanded
        : vscode.TreeItemCollapsibleState.Collapsed;
    const command = clickCommand(node, row);
    if (command) item.command = command;
    return item;
  }

  /** Tooltips are built when somebody hovers. */
  resolveTreeItem(item: vscode.TreeItem, node: TreeNode): vscode.TreeItem {
    const row = this.#describe(node);
    if (!row) return item;
    const run = node.kind === 'run' ? this.deps.store.get(node.dir)?.run : undefined;
    const lineage = run
      ? lineageLines(
          run,
          this.deps.store.all.map((stored) => stored.run),
        )
      : [];
    item.tooltip = toMarkdown([...row.tooltip, ...lineage]);
    return item;
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
  async reveal(dir: string): Promise<boolean> {
    const { store, opened } = this.deps;
    const stored = store.get(dir);
    const list = this.options.arrangement?.list;
    if (!stored || this.options.arrangement?.shows(stored) === false) return false;
    // It and the runs above it may lie beyond their pages.
    for (let way: string | undefined = dir; way !== undefined; way = list?.parents.get(way)) {
      this.#pinned.add(way);
      if (way !== dir) await opened.get(way);
    }
    this.#changed.fire(undefined);
    const [row] = this.#handOut([treeNode({ kind: 'run', dir })]);
    if (row) await this.view.reveal(row, { select: true, focus: false });
    return true;
  }

  /** Draws everything again, after something changed that is not in the runs. */
  redraw(): void {
    this.#changed.fire(undefined);
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #snoozed(dir: string, effectId: string): string {
    const until = this.deps.attention.snoozedUntil(dir, effectId);
    return until === undefined ? '' : localTime(until);
  }

  /** Everything anew, with a page of each list. */
  #fromTheTop(): void {
    this.#limits.clear();
    this.#pinned.clear();
    this.#changed.fire(undefined);
  }

  #describe(node: TreeNode): Row | undefined {
    const { store, driver, opened, clock } = this.deps;
    const list = this.options.arrangement?.list;
    if (node.kind === 'more') return describeMore(node.left, pageSize());
    if (node.kind === 'group') {
      const group = list?.groups.get(node.key);
      const today = dayOf(clock.now());
      return group && describeGroup(node, group, { today, yesterday: dayBefore(today), format: localDay });
    }
    const stored = store.get(node.dir);
    return (
      stored &&
      describeNode(node, stored, {
        now: clock.now(),
        iterating: driver.isIterating(node.dir),
        alone: this.options.alone,
        opened: opened.peek(node.dir),
        childRuns: list?.children.get(node.dir)?.length ?? 0,
        snoozed: 'effectId' in node ? this.#snoozed(node.dir, node.effectId) : '',
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
    const { dir } = node;
    if (node.kind === 'task') {
      const iteration = this.deps.opened
        .peek(dir)
        ?.iterations.list.find(({ effects }) => effects.some(({ effectId }) => effectId === node.effectId));
      return iteration && treeNode({ kind: 'iteration', dir, n: iteration.n });
    }
    if (node.kind !== 'run') return treeNode({ kind: 'run', dir });
    const parent = arrangement?.list.parents.get(dir);
    if (parent !== undefined) return treeNode({ kind: 'run', dir: parent });
    const stored = this.deps.store.get(dir);
    if (!arrangement || !stored || arrangement.grouping === 'none') return undefined;
    const by = arrangement.grouping;
    return treeNode({ kind: 'group', by, key: groupKey(by, stored) });
  }

  /** Until every place was looked at there is no answer yet, and VS Code shows that it is waiting. */
  #whenLoaded(): TreeNode[] | Promise<TreeNode[]> {
    const { store } = this.deps;
    const list = (): TreeNode[] => {
      const { description } = this.options.arrangement ?? {};
      if (this.view.description !== description) this.view.description = description ?? '';
      return this.#handOut(this.options.roots(store.all, this.#paging));
    };
    if (store.loaded || store.all.length > 0) return list();
    return new Promise((resolve) => {
      const waiting = this.#disposables.add(
        store.onDidChange(() => {
          if (!store.loaded && store.all.length === 0) return;
          this.#disposables.delete(waiting);
          resolve(list());
        }),
      );
    });
  }

  async #below(parent: RunPart): Promise<TreeNode[]> {
    const opened = await this.deps.opened.get(parent.dir);
    const children = this.options.arrangement?.list.children.get(parent.dir);
    return opened ? this.#handOut(childNodes(parent, opened, children, this.#paging)) : [];
  }

  /** The same row is always the same object, as VS Code tells rows apart by identity when they are redrawn. */
  #handOut(nodes: readonly TreeNode[]): TreeNode[] {
    return nodes.map((node) => {
      const known = this.#nodes.get(node.id);
      // How many rows are left is part of the object.
      if (known && node.kind !== 'more') return known;
      this.#nodes.set(node.id, node);
      if (node.kind === 'more') moreRows.set(node, this);
      else if (node.kind !== 'group') handedOut.add(node);
      return node;
    });
  }

  /**
   * Draws again what looks different now. Runs that were only read again are passed over, as VS Code puts the focus
   * back into a tree that is drawn again, even away from a picker that is just opening.
   */
  #follow(dirs: ReadonlySet<string>, membership: boolean): void {
    const { arrangement } = this.options;
    const changed = new Set<string>();
    let moved = membership;
    if (membership) arrangement?.forget();
    for (const dir of dirs) {
      const before = this.#drawn.get(dir);
      const now = this.deps.store.get(dir);
      if (now) this.#drawn.set(dir, now);
      else this.#drawn.delete(dir);
      if (before && now && looksSame(before, now)) continue;
      changed.add(dir);
      if (before && now && arrangement?.follow(before, now)) moved = true;
    }
    this.#redraw(changed, moved);
  }

  #redraw(dirs: ReadonlySet<string>, moved: boolean): void {
    // Without any run, it is only told that a place was looked at.
    if (dirs.size === 0 && this.deps.store.all.length > 0) return;
    const gone = new Set([...dirs].filter((dir) => !this.deps.store.get(dir)));
    if (gone.size > 0) {
      for (const [id, node] of this.#nodes) if ('dir' in node && gone.has(node.dir)) this.#nodes.delete(id);
    }
    const rows = [...dirs].flatMap((dir) => this.#nodes.get(treeNode({ kind: 'run', dir }).id) ?? []);
    // A view of single effects changes as a whole; one of runs row by row while they stay in their places. Runs beyond
    // the page have no row.
    const whole = moved || rows.length > 20 || (rows.length === 0 && !this.options.arrangement);
    if (whole) this.#changed.fire(undefined);
    else for (const row of rows) this.#changed.fire(row);
  }
}

/** Events never change, so the same fold is the same journal; what lies beside it is compared. */
function looksSame(a: StoredRun, b: StoredRun): boolean {
  if (a.run.story !== b.run.story || a.state.state !== b.state.state || a.state.reason !== b.state.reason) {
    return false;
  }
  const beside = ({ run, state }: StoredRun): string =>
    JSON.stringify([
      ...[state, run.processId, run.prompt, run.engineVersion, run.parentRunId, run.origin],
      ...[run.eventCount, run.problems],
      ...run.pendingTasks.keys(),
    ]);
  return beside(a) === beside(b);
}

/** What a click on a row does. Rows with rows below open and close instead. */
function clickCommand(node: TreeNode, row: Row): vscode.Command | undefined {
  switch (node.kind) {
    case 'run':
      return row.expandable
        ? undefined
        : { command: commandName('run.open'), title: commandTitle('run.open'), arguments: [node] };
    case 'breakpoint':
      return { command: commandName('run.open'), title: commandTitle('run.open'), arguments: [node] };
    case 'task':
      return { command: commandName('task.open'), title: commandTitle('task.open'), arguments: [node] };
    case 'more':
      return {
        command: commandName('runs.loadMore'),
        title: commandTitle('runs.loadMore'),
        arguments: [node],
      };
    case 'problem':
      // The run folder and its journal are folders.
      return /\.\w/.test(node.file)
        ? { command: 'vscode.open', title: 'Open File', arguments: [fileUri(node.dir, node.file)] }
        : undefined;
    default:
      return undefined;
  }
}

/** Run text goes in as text only: nothing in it becomes Markdown, a link or a command. */
function toMarkdown(lines: Row['tooltip']): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString();
  for (const [name, text] of lines) {
    if (text === '') continue;
    if (name !== '') markdown.appendMarkdown(`**${name}:** `);
    markdown.appendText(text).appendMarkdown('\n\n');
  }
  return markdown;
}
