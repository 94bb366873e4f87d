import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../core/disposables';
import { Emitter } from '../../core/event';
import { isRecord } from '../../core/run/lenient';
import { asRunKey, type RunKey } from '../../core/run/runKey';

/** A page in a panel. `Part`: what of it somebody may want to see; `never`: it is always shown as a whole. */
export interface Page<Key, Part> extends Disposable {
  /** Whether it is the page for this key, as it stands now. */
  shows(key: Key): boolean;
  /**
   * Brings it to the front.
   * @param part `undefined`: none in particular is wanted
   * @param preserveFocus the keyboard stays where it is
   */
  reveal(part: Part | undefined, preserveFocus?: boolean): void;
}

/** What distinguishes the pages of one kind from all others. */
export interface PageKind<Key, Part> {
  /** The view type, which names the kind over reloads. */
  readonly type: string;
  /** Of the tab, until the page sets a better one. */
  readonly title: string;
  /** A page that is brought back is kept even where another one for the same key is open. */
  readonly keepsTwins?: boolean;
  /** The key of a page that is brought back, from what its script kept; `undefined`: there is nothing to show. */
  keyOf(state: unknown): Key | undefined;
  /** Whether somebody did something on the page, by what it said; left out: nothing on it is such. */
  isUse?(message: unknown): boolean;
  /** Fills a panel that is new or brought back. */
  create(panel: vscode.WebviewPanel, key: Key): Page<Key, Part>;
}

/** All pages of one kind: at most one for each key, brought back after a reload. */
export class Pages<Key, Part> implements vscode.WebviewPanelSerializer, Disposable {
  readonly #pages = new Map<vscode.WebviewPanel, { readonly key: Key; readonly page: Page<Key, Part> }>();
  /** The page that gives way to the next one. */
  #preview: vscode.WebviewPanel | undefined;
  readonly #disposables = new DisposableStore();
  readonly #lookedAtChanged = this.#disposables.add(new Emitter<void>());

  /** Fires when other pages are seen than before. */
  readonly onDidChangeLookedAt = this.#lookedAtChanged.event;

  constructor(private readonly kind: PageKind<Key, Part>) {
    this.#disposables.add(vscode.window.onDidChangeWindowState(() => this.#lookedAtChanged.fire()));
  }

  /** The keys of the pages that a person sees now; none while the window is in the background. */
  get lookedAt(): readonly Key[] {
    if (!vscode.window.state.focused) return [];
    return [...this.#pages].filter(([panel]) => panel.visible).map(([, { key }]) => key);
  }

  /** The key of the page in front; `undefined`: something else is. */
  get active(): Key | undefined {
    return [...this.#pages].find(([panel]) => panel.active)?.[1].key;
  }

  /** Opens the page for a key, or brings it to the front. */
  open(key: Key, part?: Part): void {
    const panel = this.#find(key);
    if (panel === this.#preview) this.#preview = undefined;
    this.#pages.get(panel ?? this.#create(key, false))?.page.reveal(part);
  }

  /**
   * Shows the page for a key while somebody looks through a list: the keyboard stays there, and the page gives way to the
   * next one unless it is used. Asked for once more, it is opened for good.
   */
  preview(key: Key): void {
    const known = this.#find(key);
    if (known && known === this.#preview && known.visible) {
      this.open(key);
      return;
    }
    const panel = known ?? this.#create(key, true);
    this.#pages.get(panel)?.page.reveal(undefined, true);
    if (known) return;
    const before = this.#preview;
    this.#preview = panel;
    before?.dispose();
  }

  /** Somebody uses the page, so it stays. */
  #keep(panel: vscode.WebviewPanel): void {
    if (panel === this.#preview) this.#preview = undefined;
  }

  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const key = this.kind.keyOf(state);
    const isTwin = key !== undefined && this.#find(key) !== undefined;
    if (key === undefined || (isTwin && this.kind.keepsTwins !== true)) panel.dispose();
    else this.#adopt(panel, key);
    return Promise.resolve();
  }

  dispose(): void {
    for (const { page } of this.#pages.values()) page.dispose();
    this.#disposables.dispose();
  }

  #find(key: Key): vscode.WebviewPanel | undefined {
    return [...this.#pages].find(([, { page }]) => page.shows(key))?.[0];
  }

  #create(key: Key, preserveFocus: boolean): vscode.WebviewPanel {
    const { type, title } = this.kind;
    const place = { viewColumn: vscode.ViewColumn.Active, preserveFocus };
    const panel = vscode.window.createWebviewPanel(type, title, place, { enableFindWidget: true });
    this.#adopt(panel, key);
    return panel;
  }

  #adopt(panel: vscode.WebviewPanel, key: Key): void {
    const page = this.kind.create(panel, key);
    this.#pages.set(panel, { key, page });
    panel.onDidChangeViewState(() => this.#lookedAtChanged.fire());
    this.#lookedAtChanged.fire();
    panel.webview.onDidReceiveMessage((message) => this.kind.isUse?.(message) && this.#keep(panel));
    panel.onDidDispose(() => {
      this.#keep(panel);
      page.dispose();
      this.#pages.delete(panel);
    });
  }
}

/** The run of a page that is brought back: its script keeps the text of the run's key. */
export function keptRunKey(state: unknown): RunKey | undefined {
  const text = isRecord(state) ? state['dir'] : undefined;
  return typeof text === 'string' ? asRunKey(text) : undefined;
}
