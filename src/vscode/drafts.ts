import * as vscode from 'vscode';
import { draftScheme, schemaScheme } from '../core/contract';
import { DisposableStore } from '../core/disposables';
import { HumanError, messageOf } from '../core/errors';
import { isRecord } from '../core/run/lenient';
import { commandName } from './messages';
import type { Schema } from '../core/jsonSchema';

/** A JSON document that a person writes before something is done with it. */
export interface Draft {
  /** Of the document: "inputs.json". */
  readonly name: string;
  /** What it holds at first. */
  readonly value: unknown;
  /** What it is checked against while it is written; `undefined`: anything goes. */
  readonly schema: Schema | undefined;
  /** The button above the first line. */
  readonly button: string;
  /**
   * What is done with it. True: it is done, and the document is closed; else it stays as it is.
   * @param problems what the editor found wrong with it by its schema
   */
  use(value: unknown, problems: readonly string[]): Promise<boolean>;
}

interface OpenDraft extends Draft {
  text: Uint8Array;
  changedAt: number;
}

/**
 * JSON documents in memory, for what a person writes: inputs and results. They are files of a scheme of our own, so
 * that saving means nothing more than keeping, and closing one throws nothing away that was used.
 */
export class Drafts implements vscode.FileSystemProvider, vscode.CodeLensProvider, vscode.Disposable {
  readonly #disposables = new DisposableStore();
  /** By the number in their URI. */
  readonly #drafts = new Map<string, OpenDraft>();
  readonly #files = this.#disposables.add(new vscode.EventEmitter<vscode.FileChangeEvent[]>());
  readonly onDidChangeFile = this.#files.event;
  #made = 0;

  constructor() {
    const { workspace, languages, window } = vscode;
    this.#disposables.add(workspace.registerFileSystemProvider(draftScheme, this, { isCaseSensitive: true }));
    this.#disposables.add(languages.registerCodeLensProvider({ scheme: draftScheme }, this));
    this.#disposables.add(
      workspace.registerTextDocumentContentProvider(schemaScheme, {
        provideTextDocumentContent: ({ query }) =>
          JSON.stringify(this.#drafts.get(query)?.schema ?? {}, null, 2),
      }),
    );
    this.#disposables.add(
      window.tabGroups.onDidChangeTabs(({ closed }) => {
        for (const uri of closed.flatMap(draftIn)) this.#drafts.delete(uri.query);
      }),
    );
    // Those of an earlier session: what they were for is not known any more.
    const old = window.tabGroups.all.flatMap(({ tabs }) => tabs).filter((tab) => draftIn(tab).length > 0);
    if (old.length > 0) void window.tabGroups.close(old);
  }

  /** Shows a document to be written. Returns when it is shown. */
  async open(draft: Draft): Promise<void> {
    this.#made += 1;
    const query = String(this.#made);
    const schema =
      draft.schema && isRecord(draft.value) ? { $schema: `${schemaScheme}:/schema.json?${query}` } : {};
    const value = isRecord(draft.value) ? { ...schema, ...draft.value } : draft.value;
    const text = new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
    this.#drafts.set(query, { ...draft, text, changedAt: Date.now() });
    const uri = vscode.Uri.from({ scheme: draftScheme, path: `/${draft.name}`, query });
    await vscode.window.showTextDocument(uri, { preview: false });
  }

  /**
   * Does what a document is for.
   * @param argument its URI; anything else means the document in the active editor
   * @throws HumanError when it is not valid JSON, or no document of ours
   */
  async use(argument: unknown): Promise<void> {
    const uri = argument instanceof vscode.Uri ? argument : vscode.window.activeTextEditor?.document.uri;
    const draft = uri?.scheme === draftScheme ? this.#drafts.get(uri.query) : undefined;
    if (!uri || !draft) throw new HumanError('There is no document here that waits to be used.');
    const document = await vscode.workspace.openTextDocument(uri);
    const problems = vscode.languages.getDiagnostics(uri).map(({ message }) => message);
    if (!(await draft.use(valueOf(document), problems))) return;
    await document.save();
    this.#drafts.delete(uri.query);
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    await vscode.window.tabGroups.close(
      tabs.filter((tab) => draftIn(tab).some((other) => other.query === uri.query)),
    );
  }

  provideCodeLenses({ uri }: vscode.TextDocument): vscode.CodeLens[] {
    const draft = this.#drafts.get(uri.query);
    if (!draft) return [];
    const command = {
      title: `$(check) ${draft.button}`,
      command: commandName('draft.use'),
      arguments: [uri],
    };
    return [new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), command)];
  }

  stat(uri: vscode.Uri): vscode.FileStat {
    const { text, changedAt } = this.#find(uri);
    return { type: vscode.FileType.File, ctime: changedAt, mtime: changedAt, size: text.length };
  }

  readFile(uri: vscode.Uri): Uint8Array {
    return this.#find(uri).text;
  }

  writeFile(uri: vscode.Uri, content: Uint8Array): void {
    const draft = this.#find(uri);
    draft.text = content;
    draft.changedAt = Date.now();
    this.#files.fire([{ type: vscode.FileChangeType.Changed, uri }]);
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => {});
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #find(uri: vscode.Uri): OpenDraft {
    const draft = this.#drafts.get(uri.query);
    if (!draft) throw vscode.FileSystemError.FileNotFound(uri);
    return draft;
  }
}

/** What was written, without the schema that we put there. */
function valueOf(document: vscode.TextDocument): unknown {
  let value: unknown;
  try {
    value = JSON.parse(document.getText());
  } catch (error) {
    throw new HumanError(`The document is not valid JSON: ${messageOf(error)}.`);
  }
  if (!isRecord(value)) return value;
  const { $schema, ...rest } = value;
  return typeof $schema === 'string' && $schema.startsWith(`${schemaScheme}:`) ? rest : value;
}

function draftIn({ input }: vscode.Tab): readonly vscode.Uri[] {
  return input instanceof vscode.TabInputText && input.uri.scheme === draftScheme ? [input.uri] : [];
}
