/** What VS Code gives to a page, once. */
declare function acquireVsCodeApi(): {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
};

/** A page's way to the extension, and what VS Code keeps for it across hiding and reloading. */
export interface PageApi<State, Message> {
  postMessage(message: Message): void;
  /** What this page was left with. */
  state(): State;
  /** Keeps something for when the page comes back. */
  keep(change: Partial<State>): void;
}

/**
 * To be called once in a page.
 * @param initial what a page begins with that was never left
 */
export function connectPage<State extends object, Message>(initial: State): PageApi<State, Message> {
  const vscode = acquireVsCodeApi();
  // Written by this page, or by an older version of it.
  let state = { ...initial, ...(vscode.getState() as Partial<State> | undefined) };
  return {
    postMessage: (message) => vscode.postMessage(message),
    state: () => state,
    keep(change) {
      state = { ...state, ...change };
      vscode.setState(state);
    },
  };
}
