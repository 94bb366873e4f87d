import { mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { eventFile, eventText, journal } from '../support/journalBuilder';
import { writeRun } from '../support/runFolder';
import { savedText } from './support/savedText';
import { openRunPages, type PageWindow } from './support/openRunPages';

const rows = {
  scored: /^Raise the relevance/,
  failed: /^Bring the catalog/,
  parallel: /^Review all modules/,
  question: /^Move the order lines/,
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

/** Writes the next event of a run, as an agent's stop hook does. */
function append(dir: string): void {
  const seq = readdirSync(join(dir, 'journal')).length + 1;
  const file = join(dir, 'journal', eventFile(seq));
  const data = { sessionId: 'session-7', decision: 'block' };
  const event = { type: 'STOP_HOOK_INVOKED', recordedAt: new Date().toISOString(), data };
  writeFileSync(`${file}.tmp-1-1`, eventText(event));
  renameSync(`${file}.tmp-1-1`, file);
}

describe('The page of a run', () => {
  let window: PageWindow;
  const bar = (): Locator => window.webview().getByRole('region', { name: 'Time travel' });
  const slider = (): Locator => bar().getByRole('slider', { name: 'Show the run as of event' });
  /** The banner of the past. */
  const past = (event: number): Locator => bar().getByText(`The past, as of event ${event}.`);
  /** What a screen reader says of the slider. */
  const told = (): Promise<string | null> => slider().getAttribute('aria-valuetext');

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
    await page.getByText(/^15 done · 5 iterations · best is iteration 3/).waitFor();
    await page.getByRole('button', { name: 'New Run With the Same Inputs…' }).waitFor();
    await page.getByRole('region', { name: 'Output' }).waitFor();
    expect(await page.getByRole('button', { name: /^(Resume|Iterate)/ }).count()).toBe(0);
    await screenshot('runPage-scored');
  });

  test('draws the tasks along the time, iteration by iteration', async () => {
    const { page, webview } = window;
    const timeline = webview().getByRole('group', { name: /^Timeline: 3 rows/ });

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
    await failure.getByRole('button', { name: 'Show Task' }).click();
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

    const timeline = webview().getByRole('group', { name: /^Timeline: 6 rows/ });
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

    const picture = await savedText(path, /<\/svg>\s*$/);
    expect(path.startsWith(workspace)).toBe(true);
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
    await origin.getByText(/ by claude-code/).waitFor();
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

  test('is as it was left when the window is loaded again, in time, too', async () => {
    const { page, webview, runCommand, openPage, events } = window;
    await runCommand('View: Close All Editors');
    await openPage(rows.failed);
    await slider().fill('4');
    await past(4).waitFor();
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
    await webview().getByText('Inputs', { exact: true }).click();
    await webview().getByText('targetQuality').waitFor();
    await events().press('Home');
    for (let i = 0; i < 4; i += 1) await events().press('j');
    const selected = events().getByRole('option', { selected: true });
    await selected.getByText('Iteration 1: run the relevance benchmark').waitFor();
    await events().press('Space');
    const panel = webview().getByRole('complementary', { name: /^Task Iteration 1: run the relevance/ });
    await panel.getByRole('tab', { name: /^Files/ }).click();

    await window.reload();
    await selected.getByText('Iteration 1: run the relevance benchmark').waitFor();
    await webview().getByText('targetQuality').waitFor();
    await timeline.getByText(/^Iteration 3/).waitFor();
    expect(await timeline.getByText(/^Iteration [15]/).count()).toBe(0);
    await panel.getByRole('tab', { name: /^Files/, selected: true }).press('Escape');
    await panel.waitFor({ state: 'detached' });
    await timeline.press('0');

    await page.getByRole('tab', { name: /^Bring the catalog/ }).click();
    await past(4).waitFor();
    await slider().press('ArrowLeft');
    await past(3).waitFor();
    await page.getByRole('tab', { name: /^Raise the relevance/ }).click();
    await past(3).waitFor({ state: 'detached' });
    await page.getByRole('tab', { name: /^Bring the catalog/ }).click();
    await past(3).waitFor();
  });

  test('of the past is compared with now, as a diff of two texts', async () => {
    const { page } = window;
    await window.runCommand('View: Close All Editors');
    await window.openPage(rows.scored);
    await slider().fill('11');
    await past(11).waitFor();
    await bar().getByRole('button', { name: 'Compare With Now' }).click();
    await page.getByRole('tab', { name: /event 11 ↔ now/ }).waitFor();
    const side = (name: 'original' | 'modified'): Locator => page.locator(`.editor.${name} .view-lines`);
    await side('original').getByText('- State: ready to continue').waitFor();
    await side('original').getByText('- Events: 11').waitFor();
    await side('modified').getByText('- State: completed').waitFor();
    await window.screenshot('travel-compare');
    await page.getByRole('tab', { name: /event 11 ↔ now/ }).click();
    await page.keyboard.press('Control+w');
    await page.getByRole('tab', { name: /event 11 ↔ now/ }).waitFor({ state: 'detached' });
  });

  test('of the past offers a fork after the event that is shown', async () => {
    const { page, openPage } = window;
    await openPage(rows.scored);
    await slider().fill('7');
    await past(7).waitFor();
    await bar().getByRole('button', { name: 'Fork From Here…' }).click();
    await page.getByText('up to event 7 of 32').waitFor();
    await page.keyboard.press('Escape');
  });

  test('of the past lets nobody answer, tells what comes meanwhile, and leads back', async () => {
    const { page, webview, runDir, openPage } = window;
    const dir = runDir('breakpoint');
    const files = (): readonly string[] => readdirSync(join(dir, 'journal'));
    append(dir);
    await openPage(rows.question);
    const question = webview().getByRole('region', { name: 'Approve migration plan' });
    await question.getByRole('textbox').waitFor();
    const all = files().length;
    await webview().getByRole('heading', { level: 1 }).click();
    await page.keyboard.press('[');
    await past(all - 1).waitFor();
    await question.getByText('This is the past').waitFor();
    expect(await question.getByRole('textbox').count()).toBe(0);
    const approve = question.getByRole('button', { name: 'Approve', exact: true });
    expect(await approve.isDisabled()).toBe(true);
    for (const name of ['Resume…', 'Iterate Once']) {
      expect(await webview().getByRole('button', { name }).isDisabled()).toBe(true);
    }
    expect(
      await webview()
        .getByRole('button', { name: /Snooze|Stuck|Report/ })
        .count(),
    ).toBe(0);
    await window.screenshot('travel-question');

    // Even a page that did ask would get nothing recorded.
    await approve.evaluate((button) => button.removeAttribute('disabled'));
    await approve.click();
    await page.locator('.notifications-toasts').getByText('This is the past').waitFor();
    expect(files()).toHaveLength(all);

    append(dir);
    await bar().getByText('1 new event since.').waitFor();
    append(dir);
    await bar().getByText('2 new events since.').waitFor();
    await past(all - 1).waitFor();
    await bar().getByRole('button', { name: 'Back to Now' }).click();
    await question.getByRole('textbox').waitFor();
    expect(await told()).toBe(`Now, after ${all + 2} events`);
    expect(await approve.isDisabled()).toBe(false);
  });

  test('complains about nothing', () => {
    expect(window.complaints).toEqual([]);
  });
});
