import * as vscode from 'vscode';
import { documentScheme } from '../core/contract';
import type { Logger } from '../core/log';

const name = 'Babysitter Runs';
/** So many of the last lines are kept for a host that keeps none. */
const mostLines = 5000;

/**
 * The extension's log. A VS Code server whose native modules were never built writes no log files and shows empty
 * channels; there, what was logged is shown as a document.
 */
export class LogChannel implements Logger, vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #channel = vscode.window.createOutputChannel(name, { log: true });
  readonly #lines: string[] = [];
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #uri = vscode.Uri.from({ scheme: `${documentScheme}-log`, path: `/${name}.log` });
  readonly #provider: vscode.Disposable;
  readonly onDidChange = this.#changed.event;

  /** @param folder where VS Code keeps the extension's log files */
  constructor(private readonly folder: vscode.Uri) {
    this.#provider = vscode.workspace.registerTextDocumentContentProvider(this.#uri.scheme, this);
  }

  info(message: string): void {
    this.#keep('info', message);
    this.#channel.info(message);
  }

  warn(message: string): void {
    this.#keep('warning', message);
    this.#channel.warn(message);
  }

  error(message: string): void {
    this.#keep('error', message);
    this.#channel.error(message);
  }

  async show(): Promise<void> {
    const file = vscode.Uri.joinPath(this.folder, `${name}.log`);
    const written = await vscode.workspace.fs.stat(file).then(
      () => true,
      () => false,
    );
    if (written) this.#channel.show();
    else await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(this.#uri));
  }

  provideTextDocumentContent(): string {
    return `${this.#lines.join('\n')}\n`;
  }

  dispose(): void {
    this.#provider.dispose();
    this.#changed.dispose();
    this.#channel.dispose();
  }

  #keep(level: string, message: string): void {
    this.#lines.push(`${new Date().toISOString()} [${level}] ${message}`);
    if (this.#lines.length > mostLines) this.#lines.shift();
    this.#changed.fire(this.#uri);
  }
}
