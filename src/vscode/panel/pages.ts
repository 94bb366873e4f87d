import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../core/disposables';
import { Emitter } from '../../core/event';
import { isRecord } from '../../core/run/lenient';
import { asRunKey, type RunKey } from '../../core/run/runKey';

/** A page in a panel. `Part`: what of it somebody may want to see; `never`: it is always shown as a whole. */
export interface Page<Key, Part> extends Disposable {
  /** Whether it is the page for this key, as it stands now. */
  shows(key: Key): boolean;
  /** Brings it to the front. `undefined`: no part in particular is wanted. */
  reveal(part: Part | undefined): void;
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
  /** Fills a panel that is new or brought back. */
  create(panel: vscode.WebviewPanel, key: Key): Page<Key, Part>;
}

/** All pages of one kind: at most one for each key, brought back after a reload. */
export class Pages<Key, Part> implements vscode.WebviewPanelSerializer, Disposable {
  readonly #pages = new Map<vscode.WebviewPanel, { readonly key: Key; readonly page: Page<Key, Part> }>();
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

  /** Opens the page for a key, or brings it to the front. */
  open(key: Key, part?: Part): void {
    (this.#find(key) ?? this.#create(key)).reveal(part);
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

  #find(key: Key): Page<Key, Part> | undefined {
    return [...this.#pages.values()].find(({ page }) => page.shows(key))?.page;
  }

  #create(key: Key): Page<Key, Part> {
    const { type, title } = this.kind;
    const options = { enableFindWidget: true };
    return this.#adopt(vscode.window.createWebviewPanel(type, title, vscode.ViewColumn.Active, options), key);
  }

  #adopt(panel: vscode.WebviewPanel, key: Key): Page<Key, Part> {
    const page = this.kind.create(panel, key);
    this.#pages.set(panel, { key, page });
    panel.onDidChangeViewState(() => this.#lookedAtChanged.fire());
    this.#lookedAtChanged.fire();
    panel.onDidDispose(() => {
      page.dispose();
      this.#pages.delete(panel);
    });
    return page;
  }
}

/** The run of a page that is brought back: its script keeps the text of the run's key. */
export function keptRunKey(state: unknown): RunKey | undefined {
  const text = isRecord(state) ? state['dir'] : undefined;
  return typeof text === 'string' ? asRunKey(text) : undefined;
}
