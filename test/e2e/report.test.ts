import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Locator } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { journal } from '../support/journalBuilder';
import { writeRun } from '../support/runFolder';
import { seriousViolations } from './support/axe';
import { again } from './support/again';
import { chooseFromMenu } from './support/chooseFromMenu';
import { openDemo, type DemoOptions, type DemoWindow } from './support/openDemo';

const size = { width: 1400, height: 1400 };
const scored = /^Raise the relevance/;

interface ReportWindow extends DemoWindow {
  readonly heading: (text: string | RegExp) => Locator;
  /** What the page said on the console that it should not have. */
  readonly complaints: readonly string[];
  openReport(name: RegExp): Promise<void>;
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
    async openReport(name) {
      // Of both views, the last one has all runs. The palette's command means the run that is shown.
      const row = window.row(name).last();
      // A menu that is just opening misses a click now and then, and a page that was just opened closes it.
      await again(async () => {
        await row.click({ button: 'right', timeout: 10_000 });
        await window.page
          .getByRole('menuitem', { name: 'Open Report', exact: true })
          .hover({ timeout: 10_000 });
      });
      await window.page.keyboard.press('Enter');
      await window.webview().getByRole('heading', { level: 1, name }).waitFor();
    },
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

  test('goes from iteration to iteration by keys, buttons, the picker, the table and the chart', async () => {
    const { page, heading, webview } = window;
    const picker = webview().getByLabel('What the report shows');
    await webview().locator('h1').click();
    await page.keyboard.press('j');
    await heading('Iteration 4 of 5').waitFor();
    await page.keyboard.press('k');
    await page.keyboard.press('ArrowLeft');
    await heading('Iteration 2 of 5').waitFor();
    expect(await picker.inputValue()).toBe('2');
    await picker.selectOption('Whole run');
    await heading('Whole run, 5 iterations').waitFor();
    await webview().getByText('15 passed, 0 failed, 0 pending').waitFor();
    await picker.selectOption('5');
    await heading('Iteration 5 of 5 · last').waitFor();
    expect(await webview().getByRole('button', { name: 'Next iteration' }).isDisabled()).toBe(true);
    await webview().getByRole('button', { name: 'Previous iteration' }).click();
    await heading('Iteration 4').waitFor();

    const row = webview().getByRole('row', { name: /^1 61/ });
    await row.getByRole('cell').first().click();
    await heading('Iteration 1 of 5').waitFor();
    expect(await row.getAttribute('aria-current')).toBe('true');
    // The Tab key reaches the point of the iteration that is shown; arrows go on from there.
    await webview().getByRole('button', { name: 'score, iteration 1: 61' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await heading('Iteration 3').waitFor();
    await webview()
      .getByRole('button', { name: 'score, iteration 3: 92, best' })
      .and(webview().locator(':focus'))
      .waitFor();
  });

  test('sorts the iterations by each column, either way', async () => {
    const { webview } = window;
    const table = webview().getByRole('region', { name: 'Table of iterations' });
    const numbers = async (): Promise<readonly string[]> =>
      (await table.locator('tbody th').allTextContents()).map((text) => text.trim());
    await table.getByRole('button', { name: 'score' }).click();
    await table.locator('th[aria-sort=descending]', { hasText: 'score' }).waitFor();
    expect(await numbers()).toEqual(['3 ★ best', '5', '4', '2', '1']);
    await table.getByRole('button', { name: 'score' }).press('Enter');
    await table.locator('th[aria-sort=ascending]', { hasText: 'score' }).waitFor();
    expect(await numbers()).toEqual(['1', '2', '4', '5', '3 ★ best']);
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
      name: /Iteration 3: score the relevance: result \(iteration 2 ↔ 3\)/,
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
    await expect.poll(() => existsSync(path), { timeout: 10_000 }).toBe(true);
    expect(dirname(path)).toBe(workspace);
    const picture = readFileSync(path, 'utf8');
    expect(picture).toMatch(/^<svg [^>]*xmlns=/);
    expect(picture).toContain('★ 92');
    expect(picture).not.toMatch(/class="chart"|tabindex|var\(/);
    writeFileSync('test-results/report-chart.svg', picture);
  });

  test('is as it was left when the window is loaded again', async () => {
    const { page, webview, heading, runCommand } = window;
    await heading('Iteration 3').waitFor();
    await webview().locator('#findings > summary').click();
    await webview().getByRole('heading', { name: 'Provenance' }).scrollIntoViewIfNeeded();
    const loaded = page.waitForEvent('domcontentloaded');
    await runCommand('Developer: Reload Window');
    await loaded;
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

  test('follows the run, as the engine iterates it', async () => {
    const { webview, heading, engine, workspace, page } = window;
    const entry = join(workspace, '.a5c', 'processes', 'search-relevance.mjs');
    const inputs = join(workspace, 'inputs.json');
    writeFileSync(inputs, JSON.stringify({ targetQuality: 90, maxIterations: 3 }));
    const { runDir } = (await engine(
      ...['run:create', '--process-id', 'search/live', '--entry', `${entry}#process`, '--inputs', inputs],
      ...['--runs-dir', join(workspace, '.a5c', 'runs'), '--prompt', 'Watch the score grow'],
    )) as { runDir: string };
    await window.row(/^Watch the score grow/).waitFor();
    // What the test before opened takes the focus, and would close a picker.
    await webview().locator('h1').click();
    await window.openReport(/^Watch the score grow/);
    await heading('Whole run').waitFor();

    const results = (score: number) => [
      { summary: 'Changed' },
      { success: true, exitCode: 0, stdout: 'ok' },
      { score, coverage: score - 5, passRate: score / 100, summary: 'Scored' },
    ];
    for (const score of [50, 70]) {
      for (const value of results(score)) {
        await engine('run:iterate', runDir);
        const { tasks } = (await engine('task:list', runDir, '--pending')) as {
          tasks: { effectId: string }[];
        };
        const id = tasks[0]?.effectId ?? '';
        await engine('task:post', runDir, id, '--status', 'ok', '--value-inline', JSON.stringify(value));
      }
    }
    // What was shown first stays, and everything else has grown.
    await heading(/^Iteration 1 of 2/).waitFor();
    const chart = webview().getByRole('group', {
      name: /^score over 2 iterations.*passRate over 2 iterations/,
    });
    await chart.getByRole('button', { name: 'score, iteration 2: 70, best' }).waitFor();
    expect(await chart.locator('line.frame:not(.focus-line)').count()).toBe(2);
    await window.screenshot('report-live');

    // A metric that is not wanted goes, and its scale with it.
    await webview().getByRole('checkbox', { name: 'passRate' }).uncheck();
    const left = webview().getByRole('group', { name: /^score over 2 iterations/ });
    await expect.poll(() => left.locator('polyline').count()).toBe(2);
    expect(await left.locator('line.frame:not(.focus-line)').count()).toBe(1);
    await left.getByRole('button', { name: 'score, iteration 1: 50' }).focus();
    await page.keyboard.press('ArrowDown');
    await left
      .getByRole('button', { name: 'coverage, iteration 1: 45' })
      .and(webview().locator(':focus'))
      .waitFor();
  });

  test('complains about nothing', () => {
    expect(window.complaints).toEqual([]);
  });
});

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

describe('The report of many metrics and iterations', () => {
  let window: ReportWindow;
  beforeAll(async () => {
    window = await openReports({
      prepare: ({ workspace }) => {
        const runs = join(workspace, '.a5c', 'runs');
        const createdAt = new Date().toISOString();
        writeRun(runs, 'long', { ...longRun(500), metadata: { prompt: 'A long search', createdAt } });
        writeRun(runs, 'few', { ...longRun(12), metadata: { prompt: 'A few rounds', createdAt } });
      },
    });
  });

  test('has only the rows in it that are seen, and goes through them quickly', async () => {
    const { page, webview, heading, openReport, screenshot } = window;
    await openReport(/^A long search/);
    await heading(/of 500 · best$/).waitFor();
    const table = webview().getByRole('region', { name: 'Table of iterations' });
    expect(await table.locator('tbody tr:not([aria-hidden])').count()).toBeLessThan(60);
    await screenshot('report-long');

    await table.getByRole('button', { name: 'Iteration', exact: true }).click();
    await table.evaluate((element) => (element.scrollTop = 0));
    await table.getByRole('row', { name: /^500 / }).click();
    await heading('Iteration 500').waitFor();
    for (let n = 0; n < 20; n += 1) await page.keyboard.press('k');
    await heading('Iteration 480 of').waitFor();
    // The row of the iteration that is shown came into view by itself.
    expect(await table.getByRole('row', { name: /^480 / }).getAttribute('aria-current')).toBe('true');
  });

  test('is usable by everybody, in all colours', async () => {
    const { webview, heading, openReport, screenshot, useTheme } = window;
    await openReport(scored);
    await heading('Iteration 3').waitFor();
    const artefact = webview().getByRole('listitem').filter({ hasText: 'src/search/rank.ts' });
    await artefact
      .getByText(/iteration/)
      .first()
      .waitFor();
    const themes = ['Light 2026', 'Default Dark Modern', 'Default High Contrast'] as const;
    for (const theme of themes) {
      await useTheme(theme);
      expect(await seriousViolations(window), theme).toEqual([]);
      await screenshot(`report-scored-${theme}`);
    }
    await openReport(/^A few rounds/);
    await webview().getByLabel('What the report shows').selectOption('Whole run');
    await heading('Whole run, 12 iterations').waitFor();
    for (const theme of themes) {
      await useTheme(theme);
      expect(await seriousViolations(window), theme).toEqual([]);
      await webview().getByRole('heading', { level: 1 }).scrollIntoViewIfNeeded();
      await screenshot(`report-metrics-${theme}`);
      await webview().getByRole('heading', { name: 'Provenance' }).scrollIntoViewIfNeeded();
      await screenshot(`report-below-${theme}`);
    }
    expect(window.complaints).toEqual([]);
  }, 240_000);
});
