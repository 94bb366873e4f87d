import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openDemo, type DemoWindow } from './support/openDemo';

const extension = 'babysitter-runs.babysitter-runs';

describe('A link', () => {
  let window: DemoWindow;
  let run: string;
  let question: string;

  beforeAll(async () => {
    window = await openDemo();
    run = window.runDir('breakpoint');
    question = readdirSync(join(run, 'tasks')).find((id) => !isResolved(id)) ?? '';
  });

  const isResolved = (id: string): boolean => existsSync(join(run, 'tasks', id, 'result.json'));

  /** Follows a link as the system hands it to VS Code, which asks the person first. */
  async function follow(link: string): Promise<void> {
    const { page, runCommand } = window;
    await runCommand('Developer: Open URL');
    await page.keyboard.type(link);
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Open', exact: true }).click();
  }

  test('to a question opens it, and answers nothing', async () => {
    const { webview, screenshot } = window;
    await follow(`vscode://${extension}/run/${basename(run)}/question/${question}`);
    await webview().getByRole('region', { name: 'Approve migration plan' }).waitFor();
    await screenshot('link-question');
    expect(isResolved(question)).toBe(false);
  });

  test('to an event selects it in the list of events', async () => {
    const { webview, screenshot } = window;
    await follow(`vscode://${extension}/run/${basename(run)}/event/2`);
    await webview().getByRole('option', { selected: true }).getByText('2', { exact: true }).waitFor();
    await screenshot('link-event');
  });

  test('to a run that is not here is told, with the way to its folder', async () => {
    const { notification, page } = window;
    await follow(`vscode://${extension}/run/not-here`);
    await notification('The run not-here is not in this window.').waitFor();
    await page.getByRole('button', { name: 'Open Folder…' }).waitFor();
    await follow(`vscode://${extension}/run/..%2F..%2Fetc`);
    await notification('The link leads to no run').waitFor();
  });

  test('is copied by the page', async () => {
    const { webview, page, row } = window;
    await row(/^Breakpoint Approve migration plan/)
      .first()
      .click();
    await webview()
      .getByRole('region', { name: 'Actions' })
      .getByRole('button', { name: 'Copy Link' })
      .click();
    await page.getByText('The link is on the clipboard.').waitFor();
  });
});
