import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDemo } from '../../scripts/demo.mjs';
import { temporaryFolder } from '../../scripts/lib/atExit.mjs';
import { launchBrowser } from '../../scripts/lib/browser.mjs';
import { showPage, type ShownPage } from '../look/shownPage';
import { eventFile, eventText, journal } from '../support/journalBuilder';
import { write, writeRun } from '../support/runFolder';
import { findingsOf } from './findings';

const folder = temporaryFolder('babysitter-runs-report');
const dirs: Record<string, string> = {};
let project: string;
let browser: Browser;
let shown: ShownPage;
let page: Page;

beforeAll(async () => {
  const { workspace, runs: ids } = await makeDemo(folder.path);
  project = workspace;
  const runs = join(workspace, '.a5c', 'runs');
  dirs['scored'] = join(runs, ids.scored);
  for (const [name, iterations] of Object.entries({ long: 500, few: 12, live: 1 })) {
    dirs[name] = writeRun(runs, name, { ...longRun(iterations), metadata: { prompt: name } });
  }
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  folder.remove();
});

async function show(run: string): Promise<void> {
  shown = await showPage(browser, { kind: 'report', project, dir: dirs[run] ?? expect.fail(run) });
  ({ page } = shown);
  await page.getByRole('heading', { level: 1 }).waitFor();
}

const heading = (text: string | RegExp): Locator => page.locator('.heading', { hasText: text });

/** Scores that rise and fall, with two metrics on one scale and one on another. */
function longRun(iterations: number) {
  const story = journal().created();
  const files: Record<string, unknown> = {};
  for (let n = 1; n <= iterations; n += 1) {
    const id = `step${n}`;
    story
      .requested(id, n % 7 === 0 ? 'shell' : 'agent')
      .after(40_000 * (1 + (n % 5)))
      .resolved(id);
    files[`tasks/${id}/task.json`] = { title: `Iteration ${n}: measure`, inputs: { iteration: n } };
    const wave = Math.sin(n / 40) * 20;
    const result = {
      ...{ score: Math.round(60 + wave + (n % 13)), coverage: Math.round(50 + wave / 2 + (n % 5)) },
      ...{ confidence: Math.round(50 + (n % 50)) / 100, summary: `Measured ${n} times` },
      criticalIssues: n % 3 === 0 ? ['The **cache** is not cleared', 'p95 is above 80 ms'] : [],
      ...(n % 7 === 0 ? { exitCode: 1, success: false } : {}),
    };
    files[`tasks/${id}/result.json`] = { status: 'ok', result };
    if (n % 6 === 0) {
      story.requested(`gate${n}`, 'breakpoint').after(600_000).resolved(`gate${n}`);
      files[`tasks/gate${n}/task.json`] = {
        title: 'Go on?',
        breakpoint: { question: 'Shall it go on?' },
        inputs: { iteration: n },
      };
      const answer = {
        approved: n % 12 === 0,
        response: 'Go on, but look at p95.',
        respondedBy: 'dana',
      };
      files[`tasks/gate${n}/result.json`] = { status: 'ok', result: answer };
    }
  }
  return { journal: story, files };
}

describe('The report of a run', () => {
  beforeAll(() => show('scored'));
  afterAll(() => shown.close());

  test('goes from iteration to iteration by keys, buttons, the picker, the table and the chart', async () => {
    const picker = page.getByLabel('What the report shows');
    await page.locator('h1').click();
    await page.keyboard.press('j');
    await heading('Iteration 4 of 5').waitFor();
    await page.keyboard.press('k');
    await page.keyboard.press('ArrowLeft');
    await heading('Iteration 2 of 5').waitFor();
    expect(await picker.inputValue()).toBe('2');
    await picker.selectOption('Whole run');
    await heading('Whole run, 5 iterations').waitFor();
    await page.getByText('15 passed, 0 failed, 0 pending').waitFor();
    await picker.selectOption('5');
    await heading('Iteration 5 of 5 · last').waitFor();
    expect(await page.getByRole('button', { name: 'Next iteration' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Previous iteration' }).click();
    await heading('Iteration 4').waitFor();

    const row = page.getByRole('row', { name: /^1 61/ });
    await row.getByRole('cell').first().click();
    await heading('Iteration 1 of 5').waitFor();
    expect(await row.getAttribute('aria-current')).toBe('true');
    // The Tab key reaches the point of the iteration that is shown; arrows go on from there.
    await page.getByRole('button', { name: 'score, iteration 1: 61' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await heading('Iteration 3').waitFor();
    await page
      .getByRole('button', { name: 'score, iteration 3: 92, best' })
      .and(page.locator(':focus'))
      .waitFor();
  });

  test('sorts the iterations by each column, either way', async () => {
    const table = page.getByRole('region', { name: 'Table of iterations' });
    const numbers = async (): Promise<readonly string[]> =>
      (await table.locator('tbody th').allTextContents()).map((text) => text.trim());
    await table.getByRole('button', { name: 'score' }).click();
    await table.locator('th[aria-sort=descending]', { hasText: 'score' }).waitFor();
    expect(await numbers()).toEqual(['3 ★ best', '5', '4', '2', '1']);
    await table.getByRole('button', { name: 'score' }).press('Enter');
    await table.locator('th[aria-sort=ascending]', { hasText: 'score' }).waitFor();
    expect(await numbers()).toEqual(['1', '2', '4', '5', '3 ★ best']);
  });
});

describe('The report of many metrics and iterations', () => {
  test('has only the rows in it that are seen, and goes through them quickly', async () => {
    await show('long');
    await heading(/of 500 · best$/).waitFor();
    const table = page.getByRole('region', { name: 'Table of iterations' });
    expect(await table.locator('tbody tr:not([aria-hidden])').count()).toBeLessThan(60);

    await table.getByRole('button', { name: 'Iteration', exact: true }).click();
    await table.evaluate((element) => (element.scrollTop = 0));
    await table.getByRole('row', { name: /^500 / }).click();
    await heading('Iteration 500').waitFor();
    for (let n = 0; n < 20; n += 1) await page.keyboard.press('k');
    await heading('Iteration 480 of').waitFor();
    // The row of the iteration that is shown came into view by itself.
    expect(await table.getByRole('row', { name: /^480 / }).getAttribute('aria-current')).toBe('true');
  });

  test('follows the run, and leaves out a metric that is not wanted', async () => {
    await show('live');
    await heading('Iteration 1').waitFor();
    const dir = dirs['live'] ?? '';
    const { journal: story, files } = longRun(3);
    for (const [path, content] of Object.entries(files)) write(dir, path, content);
    story.events.slice(3).forEach(({ type, recordedAt, data }, i) => {
      const file = join(dir, 'journal', eventFile(4 + i));
      writeFileSync(`${file}.tmp-1-1`, eventText({ type, recordedAt, data }));
      renameSync(`${file}.tmp-1-1`, file);
    });
    // What was shown first stays, and everything else has grown.
    await heading(/^Iteration 1 of 3/).waitFor();
    const chart = page.getByRole('group', { name: /^score over 3 iterations/ });
    await chart.getByRole('button', { name: /^score, iteration 3: / }).waitFor();

    const whole = page.getByRole('group', { name: /confidence over 3 iterations/ });
    await whole.waitFor();
    await page.getByRole('checkbox', { name: 'confidence' }).uncheck();
    await whole.waitFor({ state: 'detached' });
    await chart.getByRole('button', { name: /^score, iteration 1: / }).focus();
    await page.keyboard.press('ArrowDown');
    await chart
      .getByRole('button', { name: /^coverage, iteration 1: / })
      .and(page.locator(':focus'))
      .waitFor();
    await shown.close();
  });

  test('is usable by everybody, in all colours', async () => {
    await show('few');
    await page.getByLabel('What the report shows').selectOption('Whole run');
    await heading('Whole run, 12 iterations').waitFor();
    for (const theme of ['Light 2026', 'Default Dark Modern', 'Default High Contrast'] as const) {
      await shown.useTheme(theme);
      // Targets in rows that are drawn as they are seen are not judged here.
      expect(await findingsOf(page, false), theme).toEqual([]);
    }
    await shown.close();
  });
});
