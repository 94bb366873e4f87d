import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Locator } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { again } from './support/again';
import { chooseFromMenu } from './support/chooseFromMenu';
import { savedText } from './support/savedText';
import { openDemo, type DemoOptions, type DemoWindow } from './support/openDemo';

const size = { width: 1400, height: 1400 };
const scored = /^Raise the relevance/;

interface ReportWindow extends DemoWindow {
  readonly heading: (text: string | RegExp) => Locator;
  /** What the page said on the console that it should not have. */
  readonly complaints: readonly string[];
}

async function openReports(options: DemoOptions = {}): Promise<ReportWindow> {
  const window = await openDemo({ size, ...options });
  const complaints: string[] = [];
  window.page.on('console', (message) => {
    const { url } = message.location();
    if (/Content Security Policy/.test(message.text()) || /dist\/webview/.test(url)) {
      complaints.push(message.text());
    }
  });
  return {
    ...window,
    complaints,
    heading: (text) => window.webview().locator('.heading', { hasText: text }),
  };
}

/** Chooses from a row's menu, once all runs are read: until then rows are drawn again and again. */
async function choose({ page }: DemoWindow, row: Locator, item: string): Promise<void> {
  await page.getByRole('tab', { name: /^Babysitter Runs.*3 questions wait for you/ }).waitFor();
  await row.click({ button: 'right' });
  await chooseFromMenu(page, item);
}

describe('The report of a run', () => {
  let window: ReportWindow;
  beforeAll(async () => {
    window = await openReports({
      prepare: ({ workspace, runs }) => {
        // The engine keeps what a process stores of its files, each iteration its own.
        const tasks = join(workspace, '.a5c', 'runs', runs.scored, 'tasks');
        for (const id of readdirSync(tasks)) {
          const title = /Iteration ([12]): tune/.exec(readFileSync(join(tasks, id, 'task.json'), 'utf8'));
          if (title?.[1] !== '2') continue;
          const storedAt = `tasks/${id}/artifacts/rank.ts`;
          mkdirSync(join(tasks, id, 'artifacts'));
          writeFileSync(join(tasks, id, 'artifacts', 'rank.ts'), '// The ranking of iteration 2\n');
          writeFileSync(join(tasks, id, 'artifacts.json'), JSON.stringify([{ name: 'rank.ts', storedAt }]));
        }
      },
    });
  });

  test("opens from a run's row, on the best iteration, and says the same as the command line", async () => {
    const { row, heading, webview, screenshot, runDir } = window;
    // Its iterations are read with it; then it is drawn no more.
    await window.fold(scored);
    await row(/^Iteration 1, 3 done, score 61/).waitFor();
    await choose(window, row(scored).first(), 'Open Report');
    await heading('Iteration 3 of 5 · best').waitFor();

    const printed: { metrics: unknown[]; iterations: { metrics: { score: number } }[] } = JSON.parse(
      execFileSync(process.execPath, ['dist/cli.js', 'report', runDir('scored'), '--format', 'json'], {
        encoding: 'utf8',
      }),
    );
    const table = webview().getByRole('region', { name: 'Table of iterations' });
    const scores = await table.locator('tbody tr:not([aria-hidden]) td:nth-of-type(1)').allTextContents();
    expect(scores).toEqual(printed.iterations.map(({ metrics }) => String(metrics.score)));
    const chart = webview().getByRole('group', {
      name: /^score over 5 iterations, from 61 to 92\. Best \(highest\): 92 in iteration 3\. Target: 95\./,
    });
    expect(
      await chart.getByRole('button').evaluateAll((all) => all.map((p) => p.getAttribute('aria-label'))),
    ).toEqual(scores.map((score, i) => `score, iteration ${i + 1}: ${score}${i === 2 ? ', best' : ''}`));
    await webview().getByRole('cell', { name: '0 (92 in iteration 3)' }).waitFor();
    await screenshot('report-best');
  });

  test('finds tasks, opens one, and compares its result with the previous iteration', async () => {
    const { page, webview, screenshot } = window;
    await webview().locator('h1').click();
    await page.keyboard.press('/');
    await page.keyboard.type('score');
    await webview().getByText('1 of 3 tasks').waitFor();
    await webview().getByRole('link', { name: 'Iteration 3: score the relevance' }).click();
    await page.getByRole('tab', { name: /^Iteration 3 score the relevance\.jsonc/ }).waitFor();

    await webview()
      .getByRole('button', {
        name: 'Compare the result of Iteration 3: score the relevance with previous, iteration 2',
      })
      .click();
    const diff = page.getByRole('tab', {
      name: /Iteration 3: score the relevance: result \(iteration 2 ↔ iteration 3\)/,
    });
    await diff.waitFor();
    const editor = page.locator('.monaco-diff-editor');
    await editor.locator('.view-line', { hasText: '"score": 74' }).first().waitFor();
    await editor.locator('.view-line', { hasText: '"score": 92' }).first().waitFor();
    // Only what was found: no ids, no times.
    expect(await editor.locator('.view-line', { hasText: /effectId|startedAt/ }).count()).toBe(0);
    await screenshot('report-diff');
    await page.keyboard.press('Control+F4');
    await webview().getByLabel('Find tasks').fill('');
  });

  test("compares an artefact with the engine's copy, and says what was not kept", async () => {
    const { page, webview, heading, screenshot } = window;
    const artefact = webview().getByRole('listitem').filter({ hasText: 'src/search/rank.ts' });
    await artefact.getByText(/its text at the end of iteration 3 was not kept/).waitFor();
    await artefact
      .getByRole('button', { name: "Compare src/search/rank.ts with the engine's copy of iteration 2" })
      .click();
    await page.getByRole('tab', { name: /rank\.ts \(engine's copy of iteration 2 ↔ now\)/ }).waitFor();
    await page.locator('.view-line', { hasText: 'The ranking of iteration 2' }).first().waitFor();
    await screenshot('report-diff-artefact');
    await webview().getByLabel('What the report shows').selectOption('Whole run');
    await heading('Whole run').waitFor();
    await artefact.getByText('as it is now').waitFor();
    await artefact
      .getByText(/from before the run|Nothing was kept of it from iteration 4 \(previous\)/)
      .first()
      .waitFor();
    await webview().getByLabel('What the report shows').selectOption('3');
  });

  test('saves the chart as a picture', async () => {
    const { page, webview, workspace } = window;
    await webview().getByRole('button', { name: 'Save as SVG…' }).click();
    const dialog = page.locator('.quick-input-widget');
    const input = dialog.locator('.quick-input-box input');
    await expect.poll(() => input.inputValue()).toMatch(/metrics-.*\.svg$/);
    const path = await input.inputValue();
    await dialog.getByRole('button', { name: 'OK' }).click();
    const picture = await savedText(path, /<\/svg>\s*$/);
    expect(dirname(path)).toBe(workspace);
    expect(picture).toMatch(/^<svg [^>]*xmlns=/);
    expect(picture).toContain('★ 92');
    expect(picture).not.toMatch(/class="chart"|tabindex|var\(/);
    writeFileSync('test-results/report-chart.svg', picture);
  });

  test('is as it was left when the window is loaded again', async () => {
    const { webview, heading } = window;
    await heading('Iteration 3').waitFor();
    const byScore = webview().getByRole('region', { name: 'Table of iterations' }).getByRole('button', {
      name: 'score',
    });
    await byScore.click();
    await byScore.click();
    await webview().locator('#findings > summary').click();
    await webview().getByRole('heading', { name: 'Provenance' }).scrollIntoViewIfNeeded();
    await window.reload();
    await heading('Iteration 3 of 5 · best').waitFor();
    await webview()
      .getByRole('columnheader', { name: 'score' })
      .and(webview().locator('[aria-sort=ascending]'))
      .waitFor();
    expect(await webview().locator('#findings').getAttribute('open')).toBeNull();
    await expect
      .poll(() =>
        webview()
          .locator('html')
          .evaluate((html) => html.scrollTop),
      )
      .toBeGreaterThan(100);
    await window.runCommand('View: Close All Editors');
  });

  test("opens from an iteration's row, from the palette and from the page of the run", async () => {
    const { page, webview, heading, row, runCommand } = window;
    const second = row(/^Iteration 2, 3 done, score 74/);
    if (!(await second.isVisible())) await window.fold(scored);
    await second.waitFor();
    await choose(window, second, 'Open Iteration Report');
    await heading('Iteration 2 of 5').waitFor();

    const quickPick = page.locator('.quick-input-widget');
    await again(async () => {
      await webview().locator('h1').click();
      await runCommand('Babysitter: Open Iteration Report');
      // The run is the one whose report is open.
      await quickPick
        .getByRole('option', { name: /^Iteration 4, 3 tasks · score 88/ })
        .click({ timeout: 10_000 });
    });
    await heading('Iteration 4 of 5').waitFor();

    await webview().getByRole('button', { name: 'Open Run' }).click();
    await webview().getByRole('button', { name: 'Report of iteration 1' }).click();
    await heading('Iteration 1 of 5').waitFor();
    await webview()
      .getByRole('button', { name: "Show Iteration 1: tune the ranking in the run's page" })
      .click();
    await webview().getByRole('complementary', { name: 'Task Iteration 1: tune the ranking' }).waitFor();
    await webview().getByRole('button', { name: 'Open Report' }).click();
    await heading('Iteration 1 of 5').waitFor();
  });

  test('complains about nothing', () => {
    expect(window.complaints).toEqual([]);
  });
});
