import type { Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import { findingsOf, isSeen } from './findings';
import { useStrangePages } from './strangePages';

const show = useStrangePages();

/** How far an element lies outside of another one, or of the window, at its sides; in pixels. */
function outsideOf(element: Locator, around = 'html'): Promise<number> {
  return element.evaluate((shown, selector) => {
    const outer = (shown.closest(selector) ?? document.documentElement).getBoundingClientRect();
    const inner = shown.getBoundingClientRect();
    return Math.round(Math.max(outer.left - inner.left, inner.right - outer.right, 0));
  }, around);
}

test('A comparison keeps the lines of a text', async () => {
  const page = await show('compare', 'outcome');
  const prompt = page
    .getByRole('row', { name: /^Prompt/ })
    .getByRole('cell')
    .first();
  await expect.poll(() => prompt.innerText()).toContain('Complete without success\n\nMade by hand');
});

test('The search of a comparison tells how many tasks it finds, and Enter goes to the first', async () => {
  const page = await show('compare', 'parallel');
  const search = page.getByRole('searchbox', { name: 'Find tasks' });
  await search.fill('module 28');
  await page
    .getByRole('status')
    .getByText(/^1 of \d+ tasks$/)
    .waitFor();
  await search.press('Enter');
  const task = page.getByRole('group', { name: 'Review the module 28' });
  await task.and(page.locator(':focus')).waitFor();
  expect(await isSeen(task)).toBe(true);
});

test.each([
  ['run', 370, '.jumps button:focus'],
  ['report', 700, '.sort:focus'],
  ['table', 700, '.head button:focus'],
] as const)('What takes the focus is whole at its sides: %s', async (kind, width, selector) => {
  const page = await show(kind, 'scored', { size: { width, height: 700 } });
  const buttons = page.locator(selector.replace(':focus', ''));
  await buttons.first().waitFor();
  for (const key of ['Tab', 'Shift+Tab']) {
    await buttons.nth(key === 'Tab' ? 0 : -1).focus();
    for (let i = await buttons.count(); i > 0; i -= 1) {
      const focused = page.locator(selector);
      expect(await outsideOf(focused), await focused.textContent().then(String)).toBe(0);
      if (i > 1) await page.keyboard.press(key);
    }
  }
});

test('The first row of the table of iterations is not half below its head', async () => {
  const page = await show('report', 'scored');
  const head = page.locator('.iterations thead th').first();
  const bottom = (await head.boundingBox().then((box) => (box ? box.y + box.height : 0))) - 1;
  const rows = page.locator('.iterations tbody tr:not([aria-hidden])');
  const tops = await rows.evaluateAll((all) => all.map((row) => row.getBoundingClientRect().top));
  expect(tops.some((top) => top < bottom && top > bottom - 26)).toBe(false);
});

test('The keyboard goes through the top of a page as it is read', async () => {
  const page = await show('run', 'scored');
  await page.getByRole('button', { name: 'Open Report' }).focus();
  await page.keyboard.press('Tab');
  await page.getByRole('link', { name: 'Output' }).and(page.locator(':focus')).waitFor();
});

test('A timeline says that its filters leave nothing, and keys mean the same after its box was ticked', async () => {
  const page = await show('run', 'scored');
  const status = page.getByLabel('Status of tasks in the timeline');
  await status.selectOption('running or waiting');
  await page.getByRole('status').getByText('No task matches.').waitFor();
  await page.getByRole('button', { name: 'Show all' }).click();
  await page.locator('.bar.ok').first().waitFor();
  const collapse = page.getByLabel('Collapse idle time');
  await collapse.click();
  await page.keyboard.press('f');
  await page.locator('.bar.error:focus').waitFor();
});

test('Titles of bars end within what is seen of them, however much of the run is shown', async () => {
  const page = await show('run', 'parallel', { size: { width: 1000, height: 900 } });
  for (let i = 0; i < 2; i += 1) await page.getByRole('button', { name: 'Zoom in', exact: true }).click();
  const ends = await page.locator('.timeline .bar:has(text)').evaluateAll((bars) =>
    bars.map((bar) => {
      const [text, shape] = [bar.querySelector('text'), bar.querySelector('.shape')];
      const chart = bar.closest('svg')?.getBoundingClientRect().right ?? 0;
      const room = Math.min(shape?.getBoundingClientRect().right ?? 0, chart);
      return (text?.getBoundingClientRect().right ?? 0) - room;
    }),
  );
  expect(ends.length).toBeGreaterThan(10);
  expect(Math.max(...ends)).toBeLessThanOrEqual(1);
});

test('Bars of a row that have no room for their titles say by what they differ', async () => {
  const page = await show('run', 'parallel', { size: { width: 370, height: 800 } });
  const bar = page.locator('[data-bar=module9]');
  await bar.locator('text').waitFor();
  expect(await bar.locator('text').textContent()).toBe('✗ 9');
  expect((await findingsOf(page)).filter((finding) => finding.startsWith('label-content'))).toEqual([]);
});

test('What a task is opened from does not lie below it', async () => {
  const page = await show('run', 'parallel', { size: { width: 370, height: 800 } });
  await page.getByRole('heading', { name: 'Timeline' }).evaluate((heading) => heading.scrollIntoView());
  await page.keyboard.press('f');
  await page.locator('.bar.error:focus').press('Enter');
  await page.getByRole('tab', { name: 'Asked' }).and(page.locator(':focus')).waitFor();
  expect(await isSeen(page.locator('.bar.marked .shape'))).toBe(true);
});

test('What parts labels from bars is seen, and wide enough to be hit', async () => {
  const page = await show('run', 'scored');
  const separator = page.getByRole('separator', { name: 'Width of the labels' });
  expect((await separator.boundingBox())?.width).toBeGreaterThanOrEqual(24);
  const before = await separator.getAttribute('aria-valuenow');
  await separator.focus();
  await page.keyboard.press('ArrowRight');
  expect(await separator.getAttribute('aria-valuenow')).toBe(String(Number(before) + 16));
});

test('Enter leads from one match in a value to the next, which is in nothing folded', async () => {
  const page = await show('run', 'deep');
  const output = page.getByRole('region', { name: 'Output' });
  const search = output.getByRole('searchbox');
  await search.fill('note');
  await output.getByRole('status').getByText('59 found').waitFor();
  expect(await output.locator('[aria-expanded=false]').count()).toBe(0);
  await search.press('Enter');
  await output.getByRole('status').getByText('1 of 59 found').waitFor();
  await search.press('Shift+Enter');
  await output.getByRole('status').getByText('59 of 59 found').waitFor();
  const found = output.locator('.data-row.current');
  await found.getByText('level 2', { exact: true }).waitFor();
  await search.press('Enter');
  await found.getByText('level 60', { exact: true }).waitFor();
  await expect.poll(() => isSeen(found)).toBe(true);
});

test('The table cuts no state at 1,000 pixels, and has room for the tools in a narrow window', async () => {
  const page = await show('table', 'outcome', { size: { width: 1000, height: 700 } });
  const state = page.locator('.row [data-column=state]').filter({ hasText: 'not successful' });
  await state.waitFor();
  expect(await state.evaluate((cell) => cell.scrollWidth - cell.clientWidth)).toBe(0);
  await page.setViewportSize({ width: 370, height: 700 });
  await page.getByRole('button', { name: 'Export as CSV…' }).waitFor();
  expect((await page.getByRole('grid').boundingBox())?.y).toBeLessThan(180);
});

test('Texts of a run that stand beside others keep their own direction', async () => {
  const page = await show('run', 'texts');
  await page
    .getByRole('button', { name: /مراجعة/ })
    .last()
    .click();
  await page.getByRole('complementary').locator('h2 bdi').waitFor();
  expect(await page.locator('.fact-list dd').first().locator('bdi').count()).toBe(1);
});
