/** What VS Code gives to a page, once. */
declare function acquireVsCodeApi(): {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
};

/** A message that is answered, perhaps piece by piece; each reply carries its number. */
type Question<Message> = Extract<Message, { readonly type: string; readonly request: number }>;
type Unnumbered<Question> = Question extends unknown ? Omit<Question, 'request'> : never;

/** A page's way to the extension, and what VS Code keeps for it across hiding and reloading. */
export interface PageApi<State, Message> {
  postMessage(message: Message): void;
  /** Posts a question with a number. It makes replies to earlier questions of its type outdated. */
  ask(question: Unnumbered<Question<Message>>): void;
  /** Whether a newer question of this type was asked than the one that is answered. */
  isOutdated(type: Question<Message>['type'], reply: { readonly request: number }): boolean;
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
  /** How many questions were asked, by type. */
  const asked = new Map<string, number>();
  return {
    postMessage: (message) => vscode.postMessage(message),
    ask(question) {
      const request = (asked.get(question.type) ?? 0) + 1;
      asked.set(question.type, request);
      vscode.postMessage({ ...question, request });
    },
    isOutdated: (type, { request }) => request !== (asked.get(type) ?? 0),
    state: () => state,
    keep(change) {
      state = { ...state, ...change };
      vscode.setState(state);
    },
  };
}
