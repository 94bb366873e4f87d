import { expect, test } from 'vitest';
import { openWindow } from './support/openWindow';

test('a click in the activity bar shows the views Needs You and Runs', async () => {
  const { page, screenshot } = await openWindow();

  await page.getByRole('tab', { name: /^Babysitter Runs/ }).click();

  const views = page.locator('.part.sidebar .pane-header');
  await views.filter({ hasText: 'Needs You' }).waitFor();
  await views.filter({ hasText: /^Runs$/ }).waitFor();
  expect(await views.count()).toBe(2);
  await screenshot('activity-bar');
});
