import type { FromPage } from '../core/panel/protocol';

/** Kept by VS Code across hiding and reloading. */
export interface PageState {
  /** The run folder, from which the page is brought back. */
  readonly dir: string;
  /** Typed texts by effect id; nothing typed is ever thrown away. */
  readonly drafts: Readonly<Record<string, string>>;
  /** The task that is open; empty: none. */
  readonly task: string;
  readonly taskTab: string;
  readonly newestFirst: boolean;
  readonly eventType: string;
  readonly eventText: string;
  readonly collapseIdle: boolean;
  readonly scroll: number;
}

/** What VS Code gives to a page, once. */
declare function acquireVsCodeApi(): {
  postMessage(message: FromPage): void;
  getState(): unknown;
  setState(state: PageState): void;
};

export const vscode = acquireVsCodeApi();

let state: PageState = {
  dir: document.body.dataset['dir'] ?? '',
  drafts: {},
  task: '',
  taskTab: 'asked',
  newestFirst: false,
  eventType: '',
  eventText: '',
  collapseIdle: true,
  scroll: 0,
  // Written by this page, or by an older version of it.
  ...(vscode.getState() as Partial<PageState> | undefined),
};

/** What this page was left with. */
export function pageState(): PageState {
  return state;
}

/** Keeps something for when the page comes back. */
export function keep(change: Partial<PageState>): void {
  state = { ...state, ...change };
  vscode.setState(state);
}
