import { expect, test } from 'vitest';
import { chooseFromMenu } from './support/chooseFromMenu';
import { openDemo } from './support/openDemo';

test('a click on a run previews its page, its menu has submenus, and the palette acts on the page', async () => {
  const { page, row, runCommand, screenshot, webview } = await openDemo();
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

  // A test before may have left an id.
  await page.evaluate(() => navigator.clipboard.writeText(''));
  await runCommand('Babysitter: Copy Run ID');
  const id = () => page.evaluate(() => navigator.clipboard.readText());
  await expect.poll(id).toMatch(/^01/);
  const shown = await id();

  await row(/^Raise the relevance/)
    .first()
    .click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Copy', exact: true }).hover();
  await page.getByRole('menuitem', { name: 'Copy CLI Command' }).waitFor();
  await screenshot('row-submenu');
  await page.evaluate(() => navigator.clipboard.writeText(''));
  await chooseFromMenu(page, 'Copy Run ID');
  await expect.poll(id).toBe(shown);
});
