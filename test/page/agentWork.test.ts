import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { launchBrowser } from '../../scripts/lib/browser.mjs';
import type { PageName } from '../look/pageParts';
import { showPage, type ShownPage } from '../look/shownPage';
import { sessionFixtures } from '../support/agentSessions';
import { findingsOf } from './findings';

const project = join(sessionFixtures, 'workspace');
const home = join(sessionFixtures, 'home');
const themes = ['Light 2026', 'Default Dark Modern', 'Default High Contrast'] as const;

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

async function show(kind: PageName): Promise<ShownPage> {
  const dir = join(project, '.a5c/runs/20260504-login');
  const shown = await showPage(browser, { kind, project, home, dir });
  onTestFinished(() => shown.close());
  return shown;
}

async function isUsable({ page, useTheme }: ShownPage): Promise<void> {
  for (const theme of themes) {
    await useTheme(theme);
    expect(await findingsOf(page), theme).toEqual([]);
  }
}

/** What the report's table of agents' work has in its columns of numbers, row by row. */
async function numbers(
  page: Page,
): Promise<readonly (readonly [name: string, ...cells: readonly number[]])[]> {
  const cells = await page
    .getByRole('region', { name: 'Agent work' })
    .locator('tr')
    .evaluateAll((rows) =>
      rows.map((row) => Array.from(row.children, (cell) => cell.textContent?.trim() ?? '')),
    );
  const [head = [], ...rows] = cells;
  const wanted = ['Answers', 'Calls', 'Failed', 'In', 'Out', 'Cache written', 'Cache read'];
  const places = wanted.map((name) => head.indexOf(name));
  return rows.map((row) => [
    row[0] ?? '',
    ...places.map((place) => Number(row[place]?.replaceAll(/[,≥\s]/g, '') ?? 'missing')),
  ]);
}

test('A report tells what agents did in numbers that add up', async () => {
  const shown = await show('report');
  const { page } = shown;
  await page.getByLabel('What the report shows').selectOption('Whole run');
  await page.getByRole('row', { name: /^In all/ }).waitFor();
  const [all, ...parts] = await numbers(page);
  expect(parts.length).toBeGreaterThan(2);
  const [, ...sums] = all ?? expect.fail('there are no numbers');
  expect(sums).toEqual(sums.map((_, i) => parts.reduce((sum, [, ...part]) => sum + (part[i] ?? 0), 0)));
  expect(Math.min(...sums)).toBeGreaterThan(0);
  // What looks like a key in the fixtures has this word in it.
  expect(await page.locator('body').innerText()).not.toContain('EXAMPLE');
  await isUsable(shown);
});

test('The runs table has tokens and files of agents where their columns are chosen', async () => {
  const shown = await show('table');
  const { page } = shown;
  await page.getByText('Columns', { exact: true }).click();
  for (const name of ['Agent tokens', 'Files changed']) await page.getByLabel(name).check();
  await page.keyboard.press('Escape');
  const cell = page.getByRole('row', { name: /login/i }).locator('[data-column=agentTokens]');
  await expect.poll(() => cell.innerText()).toMatch(/\d,\d{3}/);
  expect(await cell.getAttribute('title')).toMatch(/in, .* out\n.* cache written/);
  await isUsable(shown);
});
