import { describe, expect, test } from 'vitest';
import type { PageName } from '../look/pageParts';
import type { ThemeName } from '../look/shownPage';
import type { StrangeRun } from '../support/strangeRuns';
import { findingsOf, isSeen } from './findings';
import { useStrangePages } from './strangePages';

const show = useStrangePages();

const kinds: readonly PageName[] = ['run', 'report', 'compare', 'table'];
const runs: readonly StrangeRun[] = ['scored', 'stack', 'texts', 'options'];

describe.each(kinds)('The page of kind %s', (kind) => {
  test.each(runs)('is no wider than the window: %s', async (run) => {
    const page = await show(kind, run, { size: { width: 370, height: 900 } });
    await expect.poll(() => page.locator('main').count()).toBe(1);
    for (const width of [370, 700, 1000]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    }
  });
});

test.each(kinds)('Every icon of the page of kind %s is in the style sheet that ships', async (kind) => {
  const page = await show(kind, 'stack');
  await page.locator('main .codicon').first().waitFor();
  const missing = await page
    .locator('.codicon')
    .evaluateAll((icons) =>
      icons
        .filter((icon) => getComputedStyle(icon, '::before').content === 'none')
        .map((icon) => icon.className),
    );
  expect(missing).toEqual([]);
});

const themes: readonly ThemeName[] = ['Default Dark Modern', 'Default High Contrast Light'];

describe.each(kinds.slice(1))('Everybody can use the page of kind %s', (kind) => {
  test.each(themes)('%s', async (theme) => {
    const page = await show(kind, 'outcome', { theme, size: { width: 900, height: 900 } });
    await page
      .getByText(/completed, not successful|Raise the ranking/i)
      .first()
      .waitFor();
    expect(await findingsOf(page)).toEqual([]);
  });
});

test('In a narrow window the table shows the title and the state of each run', async () => {
  const page = await show('table', 'outcome', { size: { width: 370, height: 700 } });
  const row = page.getByRole('row', { name: /Complete without success/ });
  // The outcome is read once the row is seen.
  await row.getByText('completed, not successful').waitFor();
  for (const column of ['title', 'state']) {
    const cell = row.locator(`[data-column=${column}]`);
    expect(await cell.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);
    expect(await cell.evaluate((shown) => shown.getBoundingClientRect().right)).toBeLessThan(370);
  }
  const [title, state] = await row.locator('[data-column=title], [data-column=state]').all();
  expect((await state?.boundingBox())?.y).toBeGreaterThan((await title?.boundingBox())?.y ?? 0);
});

test('The names of columns that take the focus lie below no pinned column', async () => {
  const page = await show('table', 'outcome', { size: { width: 700, height: 700 } });
  await page.getByRole('button', { name: 'Title', exact: true }).focus();
  const focused = page.locator('.head button:focus');
  const count = await page.locator('.head button').count();
  for (const key of ['Tab', 'Shift+Tab']) {
    for (let i = 1; i < count; i += 1) {
      await page.keyboard.press(key);
      expect(await isSeen(focused), `${key}: ${await focused.getAttribute('title')}`).toBe(true);
    }
  }
});

test('Dates of the table are not cut', async () => {
  const page = await show('table', 'outcome', { size: { width: 1400, height: 700 } });
  const dates = page.locator('.row [data-column=created]');
  await dates.getByText('2026').first().waitFor();
  const hidden = await dates.evaluateAll((all) => all.map((cell) => cell.scrollWidth - cell.clientWidth));
  expect(hidden).toEqual(hidden.map(() => 0));
});

test('A report on paper is dark on white, unfolded and whole', async () => {
  const page = await show('report', 'scored', { theme: 'Default Dark Modern' });
  await page.keyboard.press('w');
  await page.getByRole('status').getByText('Whole run, 40 iterations').waitFor();
  await page.getByRole('heading', { name: 'Tasks' }).click();
  const rows = page.locator('.iterations tbody tr:not([aria-hidden])');
  const tasks = page.locator('.report-task');
  await rows.first().waitFor();
  expect(await rows.count()).toBeLessThan(40);
  await page.emulateMedia({ media: 'print' });
  await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
  await expect.poll(() => rows.count()).toBe(40);
  await expect.poll(() => tasks.count()).toBe(120);
  expect(await tasks.last().evaluate((task) => task.checkVisibility({ contentVisibilityAuto: true }))).toBe(
    true,
  );
  expect(await page.locator('.bar, .filters, .keys').filter({ visible: true }).count()).toBe(0);
  const colours = await page
    .locator('body')
    .evaluate((body) => [getComputedStyle(body).backgroundColor, getComputedStyle(body).color]);
  expect(colours).toEqual(['rgb(255, 255, 255)', 'rgb(17, 17, 17)']);
  await page.emulateMedia({ media: 'screen' });
  await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  await expect.poll(() => rows.count()).toBeLessThan(40);
});

test('A comparison says of each value what is so at its places', async () => {
  const page = await show('compare', 'outcome');
  await page.getByRole('heading', { name: 'Result 1 differs · 3 only in A · 3 only in B' }).waitFor();
  await page.getByRole('region', { name: 'Side A' }).getByText('completed, not successful').waitFor();
});

test('A report does not show a run that was not successful as one that was', async () => {
  const page = await show('report', 'outcome');
  await page.locator('header .codicon-warning').waitFor();
});

test('What has the focus on a report lies below no bar', async () => {
  const page = await show('report', 'scored', { size: { width: 700, height: 800 } });
  await page.locator('main .chart-place svg').waitFor();
  const focused = page.locator('main :focus');
  for (const key of ['Tab', 'Shift+Tab']) {
    for (let i = 0; i < 30; i += 1) {
      await page.keyboard.press(key);
      if ((await focused.count()) === 1)
        expect(await isSeen(focused), `${key}: ${await focused.textContent()}`).toBe(true);
    }
  }
});
