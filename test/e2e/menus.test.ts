import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { chooseFromMenu } from './support/chooseFromMenu';
import { openDemo } from './support/openDemo';

test('a click on a run previews its page, its menu has submenus, and the palette acts on the page', async () => {
  const { page, row, runDir, clipboard, runCommand, screenshot, webview } = await openDemo();
  await page.getByRole('tab', { name: /^Babysitter Runs.*3 questions wait for you/ }).waitFor();
  const tabs = page.locator('.tabs-container').getByRole('tab');
  await row(/^Raise the relevance/)
    .first()
    .click();
  await page.getByRole('tab', { name: /^Raise the relevance/ }).waitFor();
  await row(/^Bring the catalog/)
    .first()
    .click();
  await page.getByRole('tab', { name: /^Bring the catalog/ }).waitFor();
  await expect.poll(() => tabs.count()).toBe(1);
  // Clicked once more it stays, as a double click does.
  await row(/^Bring the catalog/)
    .first()
    .click();
  await row(/^Raise the relevance/)
    .first()
    .click();
  await expect.poll(() => tabs.count()).toBe(2);
  await webview()
    .getByRole('heading', { level: 1, name: /Raise the relevance/ })
    .waitFor();

  const runId = basename(runDir('scored'));
  await runCommand('Babysitter: Copy Run ID');
  await expect.poll(clipboard).toBe(runId);

  const openMenu = (): Promise<void> =>
    row(/^Raise the relevance/)
      .first()
      .click({ button: 'right' });
  await openMenu();
  await page.getByRole('menuitem', { name: 'Copy', exact: true }).hover();
  await page.getByRole('menuitem', { name: 'Copy CLI Command' }).waitFor();
  await screenshot('row-submenu');
  await chooseFromMenu(page, 'Copy CLI Command');
  await expect.poll(clipboard).toMatch(new RegExp(`babysitter .*${runId}`));
  await openMenu();
  await chooseFromMenu(page, 'Copy Run ID');
  await expect.poll(clipboard).toBe(runId);
});
