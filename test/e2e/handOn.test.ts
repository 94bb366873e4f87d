import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from '../../scripts/lib/browser.mjs';
import { chooseFromMenu } from './support/chooseFromMenu';
import { openDemo, type DemoWindow } from './support/openDemo';

/** Chooses from a row's menu, once all runs are read: until then rows are drawn again and again. */
async function choose({ page }: DemoWindow, row: Locator, item: string): Promise<void> {
  await page.getByRole('tab', { name: /^Babysitter Runs.*3 questions wait for you/ }).waitFor();
  await row.click({ button: 'right' });
  await chooseFromMenu(page, item);
}

/** Types a path into the dialog for a file, in which the hosted VS Code has no window of the system. */
async function chooseFile({ page, workspace }: DemoWindow, path: string): Promise<void> {
  const input = page.locator('.quick-input-widget .quick-input-box input');
  // It opens with a place of its own in it.
  await expect.poll(() => input.inputValue()).toContain(workspace);
  await input.fill(path);
  await page.keyboard.press('Enter');
}

describe('What is handed on', () => {
  let window: DemoWindow;
  beforeAll(async () => {
    window = await openDemo();
  });

  test('a report is exported as one HTML file, which opens without network and without errors', async () => {
    const { page, screenshot } = window;
    await page.getByRole('tab', { name: /^Babysitter Runs.*3 questions wait for you/ }).waitFor();
    await window.runCommand('Babysitter: Export Report…');
    await page.getByRole('option', { name: /^Raise the relevance/ }).click();
    await page.getByRole('option', { name: /^Iteration 3, .*score 92.*best/ }).waitFor();
    await screenshot('report-extent');
    await page.getByRole('option', { name: /^Whole run/ }).click();
    await page
      .getByPlaceholder(/Choose a format for 15 tasks, 5 iterations, 14 findings and 1 artefact/)
      .waitFor();
    // A look at what it would be, with the choice still open.
    const markdown = page.getByRole('option', { name: /^Markdown/ });
    await markdown.hover();
    await markdown.getByRole('button', { name: 'Preview' }).click();
    await page.locator('.view-line', { hasText: '| Metric | Iteration 3 |' }).waitFor();
    await screenshot('report-preview');
    await page.getByRole('option', { name: /^HTML/ }).click();
    const file = join(window.workspace, 'report.html');
    await page.locator('.quick-input-title', { hasText: 'Export Report' }).waitFor();
    await chooseFile(window, file);
    await page.getByText('The report was written to report.html.').first().waitFor();
    await page.getByRole('tab', { name: /report\.html/ }).waitFor();
    await screenshot('report-written');

    const browser = await launchBrowser();
    const context = await browser.newContext({ offline: true, colorScheme: 'dark' });
    const report = await context.newPage();
    const said: string[] = [];
    report.on('console', (message) => said.push(message.text()));
    report.on('pageerror', (error) => said.push(String(error)));
    report.on('request', (request) =>
      said.push(...(request.url().startsWith('file:') ? [] : [request.url()])),
    );
    await report.goto(`file://${file}`);
    await report.getByRole('heading', { level: 1, name: /^Raise the relevance/ }).waitFor();
    await report
      .getByRole('img', {
        name: /score over 5 iterations.*Best \(highest\): 92 in iteration 3\. Target: 95\./,
      })
      .waitFor();
    expect(await report.getByRole('link', { name: 'src/search/rank.ts' }).getAttribute('href')).toBe(
      './src/search/rank.ts',
    );
    const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
    await report.evaluate(axe);
    const found = await report.evaluate('axe.run().then(({ violations }) => violations.map(({ id }) => id))');
    expect(found).toEqual([]);
    await report.screenshot({ path: 'test-results/report-html.png', fullPage: true });
    expect(said).toEqual([]);
    await browser.close();
  });

  test('a run is exported, deleted, imported with its process file, and iterated to its end', async () => {
    const { page, screenshot } = window;
    const runDir = window.runDir('ready');
    const archive = join(window.workspace, 'flaky.zip');
    const entry = join(window.workspace, '.a5c', 'processes', 'flaky-tests.mjs');
    const row = page.getByRole('treeitem', { name: /^Find out why the token expiry test/ }).first();
    await choose(window, row, 'Export Run…');
    await page.getByRole('option', { name: /^Up to What to do with the flaky test/ }).waitFor();
    await screenshot('export-run-extent');
    await page.getByRole('option', { name: /^Whole run/ }).click();
    await page.getByRole('option', { name: /^With its process file/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/completion proof, a secret that an agent needs/).waitFor();
    await screenshot('export-run-confirm');
    await dialog.getByRole('button', { name: 'Export' }).click();
    await page.locator('.quick-input-title', { hasText: 'Export Run' }).waitFor();
    await chooseFile(window, archive);
    await page
      .getByText(/The run was exported to flaky\.zip: 7 events/)
      .first()
      .waitFor();

    // It goes, and its process file with it, as on another machine.
    rmSync(runDir, { recursive: true });
    rmSync(entry);
    await row.waitFor({ state: 'detached' });

    await window.runCommand('Babysitter: Import Run…');
    await page.locator('.quick-input-title', { hasText: 'Import Run' }).waitFor();
    await chooseFile(window, archive);
    await dialog.getByText('Event checksums verified.').waitFor();
    await screenshot('import-run-confirm');
    await dialog.getByRole('button', { name: 'Import', exact: true }).click();
    await dialog.getByText(/is a program of whoever made the archive/).waitFor();
    await screenshot('import-run-process');
    expect(existsSync(entry)).toBe(false);
    await dialog.getByRole('button', { name: 'Write Process File' }).click();
    await page
      .getByText(/Imported run /)
      .first()
      .waitFor();
    await page.getByRole('tab', { name: /flaky-tests\.mjs/ }).waitFor();
    await row.waitFor();
    expect(await row.getAttribute('aria-label')).toContain('ready to continue');
    await screenshot('import-run-done');

    await choose(window, row, 'Iterate Once');
    await expect.poll(() => types(runDir)).toMatch(/^(?:\w+,){7}EFFECT_REQUESTED$/);
    expect(
      readdirSync(join(window.workspace, '.a5c', 'runs')).filter((name) => name.startsWith('.')),
    ).toEqual([]);
  });
});

function types(runDir: string): string {
  const journal = join(runDir, 'journal');
  return readdirSync(journal)
    .toSorted()
    .map((file) => JSON.parse(readFileSync(join(journal, file), 'utf8')).type as string)
    .join(',');
}
