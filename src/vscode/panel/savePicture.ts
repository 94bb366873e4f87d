import * as vscode from 'vscode';
import { shortId } from '../../core/format';

/**
 * Asks where a picture of a page is to be saved, and saves it there; nothing happens if the person gives it up.
 * @param title of the dialog: "Save Timeline"
 * @param prefix what the file's name begins with: "timeline"
 * @param folder where the dialog begins
 * @param svg checked at the page's border
 */
export async function savePicture(
  title: string,
  prefix: string,
  runId: string,
  folder: string,
  svg: string,
): Promise<void> {
  const name = `${prefix}-${shortId(runId).replace(/[^\w.-]/g, '-')}.svg`;
  const target = await vscode.window.showSaveDialog({
    title,
    defaultUri: vscode.Uri.joinPath(vscode.Uri.file(folder), name),
    filters: { SVG: ['svg'] },
  });
  if (target) await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(svg));
}
