import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../core/disposables';
import { Emitter } from '../../core/event';
import type { RunKey } from '../../core/run/runKey';

/** Which runs a person sees on pages of their own, and when that changes. */
export interface LookedAt {
  /** None while the window is in the background. */
  readonly lookedAt: readonly RunKey[];
  readonly onDidChangeLookedAt: (listener: () => void) => Disposable;
}

/** What pages show, for views that are there before the pages are. */
export class LookedAtPages implements LookedAt, Disposable {
  readonly #disposables = new DisposableStore();
  readonly #changed = this.#disposables.add(new Emitter<void>());
  #pages: LookedAt | undefined;

  readonly onDidChangeLookedAt = this.#changed.event;

  get lookedAt(): readonly RunKey[] {
    return this.#pages?.lookedAt ?? [];
  }

  /** The pages are there from now on. */
  follow(pages: LookedAt): void {
    this.#pages = pages;
    this.#disposables.add(pages.onDidChangeLookedAt(() => this.#changed.fire()));
  }

  dispose(): void {
    this.#disposables.dispose();
  }
}

/** Hands a panel that VS Code brings back to its kind's pages, which are loaded for it where they are not yet. */
export function restorePages(
  type: string,
  pages: () => Promise<vscode.WebviewPanelSerializer>,
): vscode.Disposable {
  return vscode.window.registerWebviewPanelSerializer(type, {
    deserializeWebviewPanel: async (panel, state) => (await pages()).deserializeWebviewPanel(panel, state),
  });
}
