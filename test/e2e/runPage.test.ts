import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { eventFile, eventText, journal } from '../support/journalBuilder';
import { writeRun } from '../support/runFolder';
import { seriousViolations } from './support/axe';
import { openRunPages, type PageWindow } from './support/openRunPages';

const rows = {
  scored: /^Raise the relevance/,
  failed: /^Bring the catalog/,
  parallel: /^Review all modules/,
  long: /^A long night/,
};

const spent = { idempotencyKey: 'k1', effectId: 'plan1', model: 'opus' };
const priced = journal()
  .created()
  .requested('plan1')
  .add('COST_TRACKED', { ...spent, inputTokens: 1000, outputTokens: 100, costUsd: 0.5 })
  // The same spending, told again as it grows.
  .add('COST_TRACKED', { ...spent, inputTokens: 2400, outputTokens: 200, costUsd: 1.25 })
  .resolved('plan1')
  .requested('build1', 'shell');

describe('The page of a run', () => {
  let window: PageWindow;
  beforeAll(async () => {
    window = await openRunPages({
      prepare: ({ workspace }) => {
        const runs = join(workspace, '.a5c', 'runs');
        const metadata = { createdAt: new Date().toISOString() };
        writeRun(runs, 'priced', {
          journal: priced,
          metadata: {
            ...metadata,
            ...{ prompt: 'Count what it takes', harness: 'claude-code', sdkVersion: '6.0.0' },
            ...{ processRevision: 'r12', processCodeHash: 'c0ffee00'.repeat(8) },
          },
        });
        const nested = { parentRunId: 'priced' };
        writeRun(runs, 'child', {
          journal: journal().created(),
          metadata: { ...metadata, prompt: 'A child', nested },
        });
      },
    });
  });

  test('says first how the run stands, what is done, and what can be done about it', async () => {
    const { webview, openPage, screenshot } = window;
    await openPage(rows.scored);

    const page = webview();
    await page.getByRole('status').getByText('Completed', { exact: true }).waitFor();
    await page.getByText(/^The run is completed, which is final/).waitFor();
    await page.getByText(/^15 done · 5 iterations · best is iteration 3/).waitFor();
    await page.getByRole('button', { name: 'New Run With the Same Inputs…' }).waitFor();
    await page.getByRole('region', { name: 'Output' }).waitFor();
    expect(await page.getByRole('button', { name: 'Resume…' }).isDisabled()).toBe(true);
    await screenshot('runPage-scored');
  });

  test('draws the tasks along the time, iteration by iteration', async () => {
    const { page, webview } = window;
    const timeline = webview().getByRole('group', { name: /^Timeline: 3 tasks/ });

    expect(await timeline.getByRole('button').count()).toBe(15);
    await timeline.getByText('Iteration 3 ★').waitFor();
    const bar = (label: string): Locator => timeline.locator(`[aria-label^="${label}"]:focus`);
    await timeline
      .getByRole('button', { name: /^tune the ranking, iteration 1, done, 1\dm( \d+s)?$/ })
      .focus();
    await page.keyboard.press('ArrowRight');
    await bar('tune the ranking, iteration 2').waitFor();
    await page.keyboard.press('ArrowDown');
    await bar('run the relevance benchmark, iteration 2').waitFor();
    await page.keyboard.press('+');
    await timeline.getByText('Iteration 5', { exact: true }).waitFor({ state: 'detached' });
    await page.keyboard.press('0');
    await timeline.getByText('Iteration 5', { exact: true }).waitFor();
  });

  test('opens a task with tabs: what was asked, what came of it, and its files', async () => {
    const { page, webview, screenshot } = window;
    const timeline = webview().getByRole('group', { name: /^Timeline/ });
    await timeline.locator('[aria-label^="run the relevance benchmark, iteration 2"]').press('Enter');

    const panel = webview().getByRole('complementary', {
      name: 'Task Iteration 2: run the relevance benchmark',
    });
    await panel
      .getByRole('tab', { name: 'Asked', selected: true })
      .and(webview().locator(':focus'))
      .waitFor();
    await panel.getByRole('tab', { name: 'Asked' }).press('ArrowRight');
    await panel.getByRole('tabpanel', { name: 'Result' }).getByText('exitCode').waitFor();
    await panel.getByRole('tab', { name: 'Output' }).click();
    await panel.getByText('queries 20').waitFor();
    await panel.getByRole('tab', { name: 'Timing' }).click();
    await panel.getByText('At work').waitFor();
    await panel.getByRole('tab', { name: 'Raw' }).click();
    await panel.getByText('"kind": "shell"').waitFor();
    await screenshot('runPage-task');
    await panel.getByRole('tab', { name: /^Files/ }).click();
    await panel.getByRole('link', { name: /stdout\.log$/ }).click();
    await page.getByRole('tab', { name: /^stdout\.log/ }).waitFor();
  });

  test('keeps the open task when the window is loaded again, and closes it by Escape', async () => {
    const { page, webview, runCommand } = window;
    const loaded = page.waitForEvent('domcontentloaded');
    await runCommand('Developer: Reload Window');
    await loaded;

    const panel = webview().getByRole('complementary', { name: /^Task Iteration 2/ });
    await panel.getByRole('tab', { name: /^Files/, selected: true }).press('Escape');
    await panel.waitFor({ state: 'detached' });
  });

  test('says where the run comes from, and opens its process at the function', async () => {
    const { page, webview } = window;
    const section = webview().getByRole('region', { name: 'Provenance' });
    await section.getByText('0.0.x (version not recorded)').waitFor();
    await section.getByText('Inputs').click();
    await section.getByText('targetQuality').waitFor();

    await section.getByRole('link', { name: /search-relevance\.mjs#process$/ }).click();

    await page.getByRole('tab', { name: /^search-relevance\.mjs/ }).waitFor();
    const line = readFileSync(join(window.workspace, '.a5c/processes/search-relevance.mjs'), 'utf8')
      .split('\n')
      .findIndex((text) => text.startsWith('export async function process'));
    await page.getByRole('button', { name: `Ln ${line + 1}, Col 1` }).waitFor();
    await window.runCommand('View: Close All Editors');
  });

  test('shows the step that failed, and what it wrote', async () => {
    const { webview, openPage, events } = window;
    await openPage(rows.failed);

    const last = events().getByRole('option', { selected: true });
    await last.getByText('RUN_FAILED').waitFor();
    await webview().getByRole('button', { name: 'Fork From Before This Task…' }).first().waitFor();
    const failure = webview().getByRole('region', { name: 'Failure' });
    await failure.getByText('API rate limit exceeded').first().waitFor();
    await failure.getByText('giving up after 5 attempts').waitFor();
    await failure.getByRole('button', { name: 'Look at the Task' }).click();
    const panel = webview().getByRole('complementary', { name: 'Task Import 480 pages of products' });
    await panel.getByRole('tab', { name: 'Output' }).click();
    await panel.getByText('giving up after 5 attempts').waitFor();
    await panel.getByRole('button', { name: 'Close the task' }).click();
  });

  test('is moved through by keys: events, filter, help, and the file of an event', async () => {
    const { page, webview, events } = window;
    const selected = events().getByRole('option', { selected: true });
    // The task that was looked at has selected its event.
    await events().getByRole('option').last().click();
    await selected.getByText('RUN_FAILED').waitFor();
    await webview().getByRole('heading', { level: 1 }).click();
    await page.keyboard.press('k');
    await selected.getByText('EFFECT_RESOLVED').waitFor();
    await page.keyboard.press('k');
    await page.keyboard.press('j');
    await selected.getByText('RateLimitError').or(selected.getByText('API rate limit')).first().waitFor();

    await page.keyboard.press('?');
    await webview().getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    await page.keyboard.type('import pages');
    await webview().getByText('2 of 6 events').waitFor();
    await webview().getByLabel('Type of events').selectOption('EFFECT_RESOLVED');
    await webview().getByText('1 of 6 events').waitFor();
    await events().press('j');
    await events().press('Enter');
    await page.getByRole('tab', { name: /^000005\..*\.json/ }).waitFor();
  });

  test('shows what was asked for together, and what waits', async () => {
    const { webview, openPage, events, screenshot } = window;
    await window.runCommand('View: Close All Editors');
    await openPage(rows.parallel);

    const timeline = webview().getByRole('group', { name: /^Timeline: 6 tasks/ });
    await timeline.getByRole('button', { name: /^Review billing, pending/ }).waitFor();
    expect(await timeline.locator('path.parallel').count()).toBe(1);
    expect(await events().getByText('waiting', { exact: true }).count()).toBe(3);
    await screenshot('runPage-parallel');
  });

  test('saves the timeline as a picture', async () => {
    const { page, webview, workspace } = window;
    await webview().getByRole('button', { name: 'Save as SVG…' }).click();
    const dialog = page.locator('.quick-input-widget');
    const input = dialog.locator('.quick-input-box input');
    await expect.poll(() => input.inputValue()).toMatch(/timeline-.*\.svg$/);
    const path = await input.inputValue();
    await dialog.getByRole('button', { name: 'OK' }).click();

    await expect.poll(() => existsSync(path), { timeout: 10_000 }).toBe(true);
    expect(path.startsWith(workspace)).toBe(true);
    const picture = readFileSync(path, 'utf8');
    expect(picture).toMatch(/^<svg [^>]*xmlns=/);
    expect(picture).toContain('Review billing');
    expect(picture).not.toMatch(/class="timeline"|<!--|var\(/);
  });

  test('counts tokens and cost once, and says of what code and session the run is', async () => {
    const { page, webview, openPage, screenshot, home } = window;
    const state = join(home, '.a5c', 'state');
    mkdirSync(state, { recursive: true });
    writeFileSync(join(state, 'session-9.md'), '---\nactive: true\nrun_id: "priced"\n---\nDo it\n');
    await window.runCommand('View: Close All Editors');
    await openPage(/^Count what it takes/);
    const section = webview().getByRole('region', { name: 'Tokens and cost' });
    const cells = (name: string): Promise<string> => section.getByRole('row', { name }).innerText();
    await section.waitFor();
    expect(await cells('In all')).toMatch(/In all\s+2,400\s+200\s+1\.25/);
    expect(await cells('opus')).toMatch(/opus\s+2,400\s+200\s+1\.25/);
    expect(await cells('Do plan1')).toMatch(/Do plan1\s+2,400\s+200\s+1\.25/);
    const origin = webview().getByRole('region', { name: 'Provenance' });
    for (const fact of ['r12', `sha256 ${'c0ffee00'.repeat(8)}`, '6.0.0', 'session-9 (bound, at work)']) {
      await origin.getByText(fact, { exact: true }).waitFor();
    }
    await origin.getByText(/ by claude-code$/).waitFor();
    await screenshot('runPage-cost');
    // As of the first telling it was less.
    await webview().getByRole('slider', { name: 'Show the run as of event' }).fill('3');
    await expect.poll(() => cells('In all')).toMatch(/In all\s+1,000\s+100\s+0\.50/);
    await webview().getByRole('button', { name: 'Back to Now' }).click();
    await expect.poll(() => cells('In all')).toMatch(/2,400/);

    await origin.getByRole('link', { name: 'A child' }).click();
    await page.getByRole('tab', { name: /^A child/ }).waitFor();
    await webview().getByRole('region', { name: 'Provenance' }).getByRole('link', { name: 'priced' }).click();
    await section.waitFor();
  });

  test('shows what a task writes while it is under way', async () => {
    const { webview, workspace } = window;
    await webview()
      .getByRole('button', { name: /^Do build1, .*pending/ })
      .press('Enter');
    const panel = webview().getByRole('complementary', { name: 'Task Do build1' });
    await panel.getByRole('tab', { name: 'Output' }).click();
    await panel.getByText('No output is recorded.').waitFor();
    const output = join(workspace, '.a5c', 'runs', 'priced', 'tasks', 'build1', 'stdout.log');
    writeFileSync(output, 'compiling 1 of 2\n');
    await panel.getByText('compiling 1 of 2').waitFor();
    writeFileSync(output, 'compiling 1 of 2\ncompiling 2 of 2\n');
    await panel.getByText('compiling 2 of 2').waitFor();
  });

  test('keeps the part of the timeline, the selected event and what is unfolded over a reload', async () => {
    const { page, webview, runCommand, openPage, events } = window;
    await runCommand('View: Close All Editors');
    await openPage(rows.scored);
    const timeline = webview().getByRole('group', { name: /^Timeline/ });
    const box = (await timeline.boundingBox()) ?? expect.fail('there is no timeline');
    const drag = async (from: number, to: number): Promise<void> => {
      await page.mouse.move(box.x + box.width * from, box.y + 30);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * to, box.y + 30, { steps: 4 });
      await page.mouse.up();
    };
    await drag(0.5, 0.7);
    await timeline.getByText(/^Iteration 5/).waitFor({ state: 'detached' });
    await timeline.getByText(/^Iteration 1/).waitFor({ state: 'detached' });
    await events().press('Home');
    for (let i = 0; i < 4; i += 1) await events().press('j');
    const selected = events().getByRole('option', { selected: true });
    await selected.getByText('Iteration 1: run the relevance benchmark').waitFor();
    await webview().getByText('Inputs', { exact: true }).click();
    await webview().getByText('targetQuality').waitFor();

    const loaded = page.waitForEvent('domcontentloaded');
    await runCommand('Developer: Reload Window');
    await loaded;
    await selected.getByText('Iteration 1: run the relevance benchmark').waitFor();
    await webview().getByText('targetQuality').waitFor();
    await timeline.getByText(/^Iteration 3/).waitFor();
    expect(await timeline.getByText(/^Iteration [15]/).count()).toBe(0);
    await timeline.press('0');
  });

  test('complains about nothing', () => {
    expect(window.complaints).toEqual([]);
  });
});

describe('A run of ten thousand events', () => {
  let window: PageWindow;
  let dir: string;
  const story = journal().created();
  for (let n = 1; n < 5000; n += 1) story.done(`step${n}`);
  story.requested('last1', 'agent', { label: 'The last one' });

  beforeAll(async () => {
    window = await openRunPages({
      prepare: ({ workspace }) => {
        const metadata = { prompt: 'A long night', createdAt: new Date().toISOString() };
        writeRun(join(workspace, '.a5c', 'runs'), 'long', { journal: story, metadata });
      },
    });
    dir = join(window.workspace, '.a5c', 'runs', 'long');
  });

  test('opens at the step that waits, with as many rows as are seen', async () => {
    const { openPage, webview, events } = window;
    await openPage(rows.long);

    await events().getByRole('option', { selected: true }).getByText('waiting', { exact: true }).waitFor();
    await webview().getByText('10,000 events').waitFor();
    expect(await events().getByRole('option').count()).toBeLessThan(60);
    expect(await webview().locator('.bar').count()).toBeLessThan(1600);
  });

  test('takes a new event without losing the place, in both orders', async () => {
    const { webview, events } = window;
    const scrollTop = (): Promise<number> => events().evaluate((list) => list.scrollTop);
    const append = (type: string, data: Record<string, unknown>, seq: number): void => {
      const file = join(dir, 'journal', eventFile(seq));
      writeFileSync(`${file}.tmp-1-1`, eventText({ type, recordedAt: new Date().toISOString(), data }));
      renameSync(`${file}.tmp-1-1`, file);
    };
    await events().press('Home');
    await events().getByText('RUN_CREATED').waitFor();
    await events().evaluate((list) => (list.scrollTop = 26_000));
    await events()
      .getByRole('option')
      .filter({ hasText: /^\s*\S\s*1005\b/ })
      .waitFor();

    append('EFFECT_RESOLVED', { effectId: 'last1', status: 'ok' }, 10_001);
    await webview().getByText('10,001 events').waitFor();
    expect(await scrollTop()).toBe(26_000);

    await webview().getByRole('button', { name: 'Oldest first' }).click();
    const newest = events().getByRole('option').filter({ hasText: '10001' });
    await newest.getByText('Not yet replayed').waitFor();
    await events().evaluate((list) => (list.scrollTop = 26_000));
    const seen = events()
      .getByRole('option')
      .filter({ hasText: /^\s*\S\s*8998\b/ });
    await seen.waitFor();
    /** In the list, which the sections above it may push down. */
    const placeInList = async (): Promise<number> =>
      ((await seen.boundingBox())?.y ?? 0) - ((await events().boundingBox())?.y ?? 0);
    const place = await placeInList();
    append('STOP_HOOK_INVOKED', { sessionId: 'session-7', decision: 'block' }, 10_002);
    await webview().getByText('10,002 events').waitFor();
    await expect.poll(scrollTop).toBe(26_026);
    await expect.poll(placeInList).toBe(place);
  });

  test('is searched whole', async () => {
    const { webview } = window;
    await webview().getByLabel('Find events').fill('step4321');
    await webview().getByText('2 of 10,002 events').waitFor();
    await webview().getByLabel('Find events').fill('');
    await webview().getByText('10,002 events').waitFor();
  });

  test('is shown as it was, far back and step by step', async () => {
    const { webview, events } = window;
    const slider = webview().getByRole('slider', { name: 'Show the run as of event' });
    await slider.fill('5001');
    await webview().getByText('The past, as of event 5001.').waitFor();
    await webview().getByText('2,500 done').first().waitFor();
    await slider.press('ArrowLeft');
    await webview().getByText('2,499 done, 1 pending').first().waitFor();
    await events().getByRole('option', { selected: true }).getByText('waiting', { exact: true }).waitFor();
  });
});

test('The page of a run is usable by everybody, in all colours', async () => {
  const themes = [
    'Light 2026',
    'Default Dark Modern',
    'Default High Contrast',
    'Default High Contrast Light',
  ] as const;
  const window = await openRunPages();
  const { webview, row, screenshot, openPage, useTheme } = window;
  await openPage(rows.parallel);
  await webview()
    .getByRole('button', { name: /^Review billing, pending/ })
    .press('Enter');
  await webview().getByRole('tabpanel').getByText('code-reviewer').waitFor();
  for (const theme of themes) {
    await useTheme(theme);
    expect(await seriousViolations(window), theme).toEqual([]);
    await screenshot(`runPage-parallel-${theme}`);
  }

  await row(/^Breakpoint One open security finding/)
    .first()
    .click();
  // Only then the other page is gone.
  await webview().getByRole('region', { name: 'One open security finding' }).waitFor();
  await webview()
    .getByRole('group', { name: /^Timeline/ })
    .scrollIntoViewIfNeeded();
  await webview().getByRole('listbox', { name: 'Events' }).getByRole('option').first().waitFor();
  await webview()
    .getByRole('button', { name: /, waits for you/ })
    .first()
    .waitFor();
  for (const theme of themes) {
    await useTheme(theme);
    expect(await seriousViolations(window), theme).toEqual([]);
    await screenshot(`runPage-question-${theme}`);
  }

  await openPage(rows.failed);
  await webview()
    .getByRole('button', { name: /^Import 480 pages.*, failed/ })
    .waitFor();
  for (const theme of themes) {
    await useTheme(theme);
    await screenshot(`runPage-failed-${theme}`);
  }
}, 240_000);
