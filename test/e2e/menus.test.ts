import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chooseFromMenu } from './support/chooseFromMenu';
import { openDemo } from './support/openDemo';
import { openWindow } from './support/openWindow';

test('the palette of an empty folder offers only what can do something there', async () => {
  const { page, showViews, screenshot } = await openWindow();
  await showViews();
  await page.getByText(/No runs yet/).waitFor();
  await page.keyboard.press('F1');
  const palette = page.locator('.quick-input-widget');
  await palette.locator('.quick-input-box input').fill('>Babysitter: ');
  await palette.getByRole('option', { name: 'Babysitter: Show Log' }).waitFor();
  await screenshot('palette-empty');
  const offered = await palette.getByRole('option', { name: /^Babysitter: / }).allInnerTexts();
  expect(offered.length).toBeLessThan(12);
  for (const title of ['Resume Run…', 'Approve Breakpoint', 'Open Run', 'Clear Filter']) {
    expect(offered.join('\n')).not.toContain(`Babysitter: ${title}`);
  }
});

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

test('a newcomer is led on: empty views, the walkthrough, a sample, and why there is nothing', async () => {
  const { page, showViews, runCommand, screenshot, webview, workspace } = await openWindow();
  await showViews();
  await page.getByRole('button', { name: 'Create a Sample Process' }).waitFor();
  await screenshot('newcomer-empty');
  await page.getByRole('button', { name: "Why Don't I See My Run?" }).click();
  const picker = page.locator('.quick-input-widget');
  await picker.getByRole('option', { name: /There is no \.a5c\/runs in the workspace/ }).waitFor();
  await screenshot('newcomer-why');
  await page.keyboard.press('Escape');

  await runCommand('Babysitter: Get Started');
  await page.getByText('See every run').first().waitFor();
  await screenshot('newcomer-walkthrough');

  await runCommand('Babysitter: Open Sample Runs');
  await webview()
    .getByRole('heading', { level: 1, name: /Raise the quality/ })
    .waitFor();
  await page.getByText('Nothing needs you.').waitFor();
  await screenshot('newcomer-sample');

  await runCommand('Babysitter: Create a Sample Process');
  await page.getByRole('tab', { name: /sample\.mjs/ }).waitFor();
  expect(readFileSync(join(workspace, '.a5c', 'processes', 'sample.mjs'), 'utf8')).toContain(
    'ctx.breakpoint',
  );
  await screenshot('newcomer-process');
});
