import type { FromPage } from '../core/panel/protocol';

/** Kept by VS Code across hiding and reloading. */
export interface PageState {
  /** The run folder, from which the page is brought back. */
  readonly dir: string;
  /** Typed texts by effect id; nothing typed is ever thrown away. */
  readonly drafts: Readonly<Record<string, string>>;
}

/** What VS Code gives to a page, once. */
declare function acquireVsCodeApi(): {
  postMessage(message: FromPage): void;
  getState(): unknown;
  setState(state: PageState): void;
};

export const vscode = acquireVsCodeApi();
