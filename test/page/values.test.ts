import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { launchBrowser } from '../../scripts/lib/browser.mjs';
import { showPage, type LookOptions, type ShownPage } from '../look/shownPage';
import { sessionFixtures } from '../support/agentSessions';
import { temporaryFolder } from '../support/runFolder';
import { writeStrangeRuns } from '../support/strangeRuns';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

async function show(options: LookOptions): Promise<ShownPage> {
  const shown = await showPage(browser, options);
  onTestFinished(() => shown.close());
  return shown;
}

test('The search of a value counts what matches, not what that is in', async () => {
  const project = temporaryFolder();
  const dir = writeStrangeRuns(project, ['deep']).deep ?? expect.fail('no run was made');
  const { page } = await show({ project, dir });
  const output = page.getByRole('region', { name: 'Output' });
  await output.getByRole('searchbox').fill('levels down');
  await output.getByText('bottom', { exact: true }).waitFor();
  await output.getByRole('status').getByText('1 found').waitFor();
});

test('A result tells how far its numbers are from the previous and the best iteration', async () => {
  const project = temporaryFolder();
  const dir = writeStrangeRuns(project, ['scored']).scored ?? expect.fail('no run was made');
  const { page } = await show({ project, dir });
  const iteration = page.getByRole('region', { name: 'Iteration 40' });
  await iteration.getByText('(+6 vs previous · −17 vs best)').waitFor();
  await iteration.getByText('Iteration 40', { exact: false }).first().click();
  await iteration.getByRole('button', { name: /verify the ranking/ }).click();
  const task = page.getByRole('complementary', { name: /^Task / });
  await task.getByRole('tab', { name: 'Result' }).click();
  const p95 = task.locator('.data-row').filter({ hasText: /p95/ });
  await p95.getByText('−1 vs previous · −30 vs best').waitFor();
});

test('A call of a transcript shows its patch with what was added, and keys scroll it', async () => {
  const project = join(sessionFixtures, 'workspace');
  const dir = join(project, '.a5c/runs/20260504-login');
  const { page } = await show({ project, dir, home: join(sessionFixtures, 'home') });
  await page.getByRole('button', { name: 'Read Transcript' }).first().click();
  const rows = page.getByRole('tree', { name: 'Transcript' });
  await page.getByRole('searchbox', { name: 'Find in the transcript' }).fill('editing src/server.ts');
  await page.getByText('1 row, following the end').waitFor();
  await rows.getByRole('treeitem').click();
  await rows.locator('.row-detail .line.added').first().waitFor();
  const selected = await rows.getAttribute('aria-activedescendant');
  const text = rows.locator('.long-text').first();
  await text.focus();
  await text.press('ArrowDown');
  expect(await rows.getAttribute('aria-activedescendant')).toBe(selected);
});
