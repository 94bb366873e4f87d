// Stands for VS Code where a page is looked at without it: it takes every call and answers as little as pages need.
import { prefix } from '../../src/core/contract';
import { settings } from '../../src/core/settings';

/** Whatever is asked for that is not here: a function that does nothing, and gives something that does nothing. */
export const lenient = <T extends object>(known: T): T =>
  new Proxy(known, {
    get: (target, name) =>
      Reflect.get(target, name) ?? (typeof name === 'string' && name !== 'then' ? nothing : undefined),
  });

const nothing = (): { dispose(): void } => lenient({ dispose: () => {} });

export const workspace = lenient({
  isTrusted: true,
  workspaceFolders: [],
  getConfiguration: (section: string) => ({
    get: (name: string) => (section === prefix ? Reflect.get(settings, name)?.default : undefined),
  }),
});
/** What a person would have been told. */
const tell = (...words: readonly unknown[]): Promise<void> => {
  process.stderr.write(`${words.join(' ')}\n`);
  return Promise.resolve();
};
export const window = lenient({
  showErrorMessage: tell,
  showWarningMessage: tell,
  showInformationMessage: tell,
  createQuickPick: () => lenient({ value: '', items: [], dispose: () => {} }),
  createInputBox: () => lenient({ value: '', dispose: () => {} }),
});
/** What was asked of VS Code's own commands. */
export const executed: (readonly unknown[])[] = [];
export const commands = lenient({
  executeCommand: (...args: readonly unknown[]) => Promise.resolve(void executed.push(args)),
});
export const env = { language: 'en', shell: '/bin/bash' };
export const ProgressLocation = { Notification: 15 };
export const ViewColumn = { Beside: -2, Active: -1, One: 1, Two: 2, Nine: 9 };
export const Uri = {
  file: (path: string) => ({
    ...{ path, fsPath: path, scheme: 'file', toString: () => path },
    with: (parts: object) => Uri.from({ path, ...parts }),
  }),
  joinPath: (base: { path: string }, ...parts: readonly string[]) =>
    Uri.file([base.path, ...parts].join('/')),
  from: (parts: object) => ({ ...parts, toString: () => JSON.stringify(parts) }),
};
export class MarkdownString {
  value = '';
  appendText(text: string): this {
    this.value += text;
    return this;
  }
  appendMarkdown(text: string): this {
    return this.appendText(text);
  }
}
export class Range {
  constructor(
    readonly startLine: number,
    readonly startCharacter: number,
  ) {}
}
export class EventEmitter {
  event = nothing;
  fire(): void {}
  dispose(): void {}
}
