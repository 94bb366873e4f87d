import * as vscode from 'vscode';
import type { Clock } from '../../core/clock';
import { DisposableStore } from '../../core/disposables';
import type { RunDriver } from '../../core/engine/runDriver';
import type { RunStore, StoredRun } from '../../core/source/runStore';
import { childNodes, describeNode } from '../../core/tree/buildTree';
import type { Row } from '../../core/tree/describe';
import type { TreeNode } from '../../core/tree/treeNode';
import { commandName } from '../messages';
import { fileUri } from '../runDocuments';
import type { OpenedRuns } from './openedRuns';

/** Ages in rows ("2 min ago") are drawn again this often while the view is seen, in milliseconds. */
const redrawEvery = 30_000;

/**
 * Nodes that our trees handed to VS Code. A command that comes with one of these very objects comes from a click on
 * our row; anything else only looks like it.
 */
const handedOut = new WeakSet<object>();

export function isOurNode(argument: unknown): argument is TreeNode {
  return typeof argument === 'object' && argument !== null && handedOut.has(argument);
}

/** In the ids of rows, so that a link cannot name a row of ours and pass for a click on it. */
const unguessable = crypto.randomUUID();

export interface TreeDeps {
  readonly store: RunStore;
  readonly driver: RunDriver;
  readonly opened: OpenedRuns;
  readonly clock: Clock;
}

export interface TreeOptions {
  /** The rows at the top. */
  readonly roots: (all: readonly StoredRun[]) => readonly TreeNode[];
  /** Rows at the top stand apart from their run, so they name it. */
  readonly alone: boolean;
}

/** One view: rows at the top given by `roots`, everything below by the run. */
export class RunTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  readonly #nodes = new Map<string, TreeNode>();
  /** The readings that the rows were last drawn from. */
  readonly #drawn = new Map<string, StoredRun>();
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
    this.#disposables.add(
      store.onDidChange(({ dirs, membership }) => this.#redraw(this.#changedOf(dirs), membership)),
    );
    this.#disposables.add(driver.onDidChangeIterating((dir) => this.#redraw(new Set([dir]), false)));
    const tick = (): void => {
      timer = clock.after(redrawEvery, () => {
        if (this.view.visible) this.#changed.fire(undefined);
        tick();
      });
    };
    let timer = { dispose(): void {} };
    tick();
    this.#disposables.add({ dispose: () => timer.dispose() });
  }

  getChildren(parent?: TreeNode): TreeNode[] | Promise<TreeNode[]> {
    if (!parent) return this.#whenLoaded();
    return this.#below(parent);
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
    item.contextValue = row.words.join(' ');
    item.accessibilityInformation = { label: row.spoken, role: 'treeitem' };
    item.collapsibleState = row.expandable
      ? vscode.TreeItemCollapsibleState.Collapsed
      : vscode.TreeItemCollapsibleState.None;
    const command = clickCommand(node);
    if (command) item.command = command;
    return item;
  }

  /** Tooltips are built when somebody hovers. */
  resolveTreeItem(item: vscode.TreeItem, node: TreeNode): vscode.TreeItem {
    const row = this.#describe(node);
    if (row) item.tooltip = toMarkdown(row);
    return item;
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #describe(node: TreeNode): Row | undefined {
    const { store, driver, opened, clock } = this.deps;
    const stored = store.get(node.dir);
    return (
      stored &&
      describeNode(node, stored, {
        now: clock.now(),
        iterating: driver.isIterating(node.dir),
        alone: this.options.alone,
        opened: opened.peek(node.dir),
      })
    );
  }

  /** Until every place was looked at there is no answer yet, and VS Code shows that it is waiting. */
  #whenLoaded(): TreeNode[] | Promise<TreeNode[]> {
    const { store } = this.deps;
    const list = (): TreeNode[] => this.#handOut(this.options.roots(store.all));
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

  async #below(parent: TreeNode): Promise<TreeNode[]> {
    const opened = await this.deps.opened.get(parent.dir);
    return opened ? this.#handOut(childNodes(parent, opened)) : [];
  }

  /** The same row is always the same object, as VS Code tells rows apart by identity when they are redrawn. */
  #handOut(nodes: readonly TreeNode[]): TreeNode[] {
    return nodes.map((node) => {
      const known = this.#nodes.get(node.id);
      if (known) return known;
      this.#nodes.set(node.id, node);
      handedOut.add(node);
      return node;
    });
  }

  /**
   * Those that look different now. Runs that were only read again are passed over, as VS Code puts the focus back into
   * a tree that is drawn again, even away from a picker that is just opening.
   */
  #changedOf(dirs: ReadonlySet<string>): ReadonlySet<string> {
    const changed = new Set<string>();
    for (const dir of dirs) {
      const before = this.#drawn.get(dir);
      const now = this.deps.store.get(dir);
      if (now) this.#drawn.set(dir, now);
      else this.#drawn.delete(dir);
      if (!before || !now || !looksSame(before, now)) changed.add(dir);
    }
    return changed;
  }

  #redraw(dirs: ReadonlySet<string>, membership: boolean): void {
    // Without any run, it is only told that a place was looked at.
    if (dirs.size === 0 && this.deps.store.all.length > 0) return;
    for (const dir of dirs) {
      if (this.deps.store.get(dir)) continue;
      for (const [id, node] of this.#nodes) if (node.dir === dir) this.#nodes.delete(id);
    }
    const rows = [...this.#nodes.values()].filter(({ kind, dir }) => kind === 'run' && dirs.has(dir));
    // A view of single effects changes as a whole; one of runs, row by row while the same runs are in it.
    if (membership || rows.length === 0 || rows.length > 20) this.#changed.fire(undefined);
    else for (const row of rows) this.#changed.fire(row);
  }
}

/** Events never change, so the same fold is the same journal; what lies beside it is compared. */
function looksSame(a: StoredRun, b: StoredRun): boolean {
  const beside = ({ run, state }: StoredRun): string =>
    JSON.stringify([
      ...[state, run.lock, run.metadata, run.eventFiles, run.problems],
      ...run.pendingTasks.keys(),
    ]);
  return a.run.fold === b.run.fold && beside(a) === beside(b);
}

/** What a click on a row does. Rows with rows below open and close instead. */
function clickCommand(node: TreeNode): vscode.Command | undefined {
  switch (node.kind) {
    case 'breakpoint':
      return { command: commandName('run.open'), title: 'Open Run', arguments: [node] };
    case 'task':
      return { command: commandName('task.open'), title: 'Open Task', arguments: [node] };
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
function toMarkdown({ tooltip }: Row): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString();
  for (const [name, text] of tooltip) {
    if (text === '') continue;
    if (name !== '') markdown.appendMarkdown(`**${name}:** `);
    markdown.appendText(text).appendMarkdown('\n\n');
  }
  return markdown;
}
