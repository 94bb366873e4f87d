import * as vscode from 'vscode';
import * as z from 'zod/mini';
import type { Disposable } from '../../core/disposables';
import type { Logger } from '../../core/log';
import { showError } from '../messages';

/** A page of ours: a custom element with a script and a style sheet of its own, all called after the page. */
export interface PageShell {
  /** `dist/webview/<name>.js`, `<name>.css` and the element `<name>-page`. */
  readonly name: string;
  /** Of the document; what its tab shows is `panel.title`. */
  readonly title: string;
  /** What the script finds in `document.body.dataset`. */
  readonly data: Readonly<Record<string, string>>;
}

/** Puts a page into a panel: only our own script, style sheets and font load, and nothing from the network. */
export function showPage(panel: vscode.WebviewPanel, extensionUri: vscode.Uri, shell: PageShell): void {
  const { webview } = panel;
  const dist = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
  webview.options = { enableScripts: true, localResourceRoots: [dist] };
  panel.iconPath = {
    light: vscode.Uri.joinPath(extensionUri, 'media', 'run-light.svg'),
    dark: vscode.Uri.joinPath(extensionUri, 'media', 'run-dark.svg'),
  };
  webview.html = html(webview, dist, shell);
}

/**
 * Hands on what a page says, once it was checked; what cannot be done is told to the person.
 * @param page what the log calls it: "The run page"
 */
export function listen<T>(
  panel: vscode.WebviewPanel,
  page: string,
  schema: z.core.$ZodType<T>,
  handle: (message: T) => Promise<void> | void,
  logger: Logger,
): Disposable {
  return panel.webview.onDidReceiveMessage(async (message: unknown) => {
    const parsed = z.safeParse(schema, message);
    if (!parsed.success) {
      logger.warn(`${page} sent something unknown: ${parsed.error.issues[0]?.message}`);
      return;
    }
    try {
      await whileOpen(panel, async () => handle(parsed.data));
    } catch (error) {
      showError(error, logger);
    }
  });
}

/** Does work of a page that may be closed meanwhile: then nothing of the panel can be asked, and no failure counts. */
export async function whileOpen(panel: vscode.WebviewPanel, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (isOpen(panel)) throw error;
  }
}

function isOpen(panel: vscode.WebviewPanel): boolean {
  try {
    return panel.visible || panel.active !== undefined;
  } catch {
    return false;
  }
}

/**
 * Where something opens so that the page is still to be seen. Not `Beside`: that means beside the active editor, which the
 * page is not yet when its button is clicked from another editor.
 */
export function besides({ viewColumn }: vscode.WebviewPanel): vscode.ViewColumn {
  return viewColumn === undefined
    ? vscode.ViewColumn.Beside
    : Math.min(viewColumn + 1, vscode.ViewColumn.Nine);
}

function html(webview: vscode.Webview, dist: vscode.Uri, { name, title, data }: PageShell): string {
  const nonce = crypto.randomUUID().replaceAll('-', '');
  const uri = (file: string): string => webview.asWebviewUri(vscode.Uri.joinPath(dist, file)).toString();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
  ].join('; ');
  const attributes = Object.entries(data).map(([key, value]) => ` data-${key}="${escapeHtml(value)}"`);
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="stylesheet" href="${uri('codicon.css')}" />
    <link rel="stylesheet" href="${uri(`${name}.css`)}" />
    <title>${escapeHtml(title)}</title>
  </head>
  <body${attributes.join('')}>
    <${name}-page></${name}-page>
    <script type="module" nonce="${nonce}" src="${uri(`${name}.js`)}"></script>
  </body>
</html>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
