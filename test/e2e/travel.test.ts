import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { eventFile, eventText } from '../support/journalBuilder';
import { seriousViolations } from './support/axe';
import { openRunPages, type PageWindow } from './support/openRunPages';

const rows = {
  scored: /^Raise the relevance/,
  failed: /^Bring the catalog/,
  question: /^Move the order lines/,
};

/** What stands on the page about time. */
interface Travel {
  readonly bar: () => Locator;
  readonly slider: () => Locator;
  /** The banner of the past. */
  past(event: number): Locator;
  /** What a screen reader says of the slider. */
  told(): Promise<string | null>;
}

function travelOf({ webview }: PageWindow): Travel {
  const bar = (): Locator => webview().getByRole('region', { name: 'Time travel' });
  const slider = (): Locator => bar().getByRole('slider', { name: 'Show the run as of event' });
  return {
    bar,
    slider,
    past: (event) => bar().getByText(`The past, as of event ${event}.`),
    told: () => slider().getAttribute('aria-valuetext'),
  };
}

/** Writes the next event of a run, as an agent's stop hook does. */
function append(dir: string): void {
  const seq = readdirSync(join(dir, 'journal')).length + 1;
  const file = join(dir, 'journal', eventFile(seq));
  const data = { sessionId: 'session-7', decision: 'block' };
  const event = { type: 'STOP_HOOK_INVOKED', recordedAt: new Date().toISOString(), data };
  writeFileSync(`${file}.tmp-1-1`, eventText(event));
  renameSync(`${file}.tmp-1-1`, file);
}

describe('Time travel on the page of a run', () => {
  let window: PageWindow;
  let travel: Travel;
  const timeline = (): Locator => window.webview().getByRole('group', { name: /^Timeline/ });

  beforeAll(async () => {
    window = await openRunPages();
    travel = travelOf(window);
    await window.openPage(rows.scored);
  });

  test('shows the run as it was, stepped through by the keys of the slider', async () => {
    const { webview, screenshot } = window;
    const { bar, slider, past, told } = travel;
    expect(await told()).toBe('Now, after 32 events');
    await slider().focus();
    await slider().press('Home');
    await past(1).waitFor();
    await bar().getByText('RUN_CREATED').waitFor();
    await webview().getByText('Iterate to begin').waitFor();
    await slider().press('ArrowRight');
    await slider().press('ArrowRight');
    await slider().press('PageUp');
    await past(8).waitFor();
    await expect.poll(told).toMatch(/^Event 8 of 32: EFFECT_REQUESTED, Iteration 2: tune the ranking, /);
    await webview().getByText('3 done, 1 pending').first().waitFor();
    await webview().getByRole('region', { name: 'Iteration 2' }).getByText('1 pending').first().waitFor();
    expect(await webview().getByRole('region', { name: 'Iteration 3' }).count()).toBe(0);
    // The metric of then: one value alone is not the best of anything.
    expect(await webview().getByText('★').count()).toBe(0);
    await expect.poll(() => timeline().getByRole('button').count()).toBe(4);
    await screenshot('travel-scored');

    await slider().press('End');
    await expect.poll(told).toBe('Now, after 32 events');
    await webview()
      .getByText(/^15 done · 5 iterations · best is iteration 3/)
      .waitFor();
    await expect.poll(() => timeline().getByRole('button').count()).toBe(15);
  });

  test('is led by the mouse, by keys anywhere on the page, and by the list of events', async () => {
    const { page, webview, events } = window;
    const { bar, slider, past, told } = travel;
    await slider().fill('20');
    await past(20).waitFor();
    await bar().getByRole('button', { name: 'Previous event' }).click();
    await past(19).waitFor();
    await webview().getByRole('heading', { level: 1 }).click();
    await page.keyboard.press(']');
    await past(20).waitFor();
    await page.keyboard.press('[');
    await page.keyboard.press('{');
    await past(14).waitFor();
    await events().getByRole('option', { selected: true }).getByText('you are here').waitFor();

    // Later events are listed, but not how they went on.
    const later = events()
      .getByRole('option')
      .filter({ hasText: /^\s*\S\s*15\b/ });
    await later.getByText('not yet').waitFor();
    expect(await later.getByText('Replayed').count()).toBe(0);

    const row = (seq: number): Locator =>
      events()
        .getByRole('option')
        .filter({ hasText: new RegExp(`^\\s*\\S\\s*${seq}\\b`) });
    await row(12).hover();
    await row(12).getByTitle('Show the run as of here').click();
    await past(12).waitFor();
    await events().press('k');
    await events().press('k');
    await events().press('t');
    await past(10).waitFor();
    await events().press('j');
    await webview().getByRole('button', { name: 'Show the Run as of Here' }).click();
    await past(11).waitFor();
    await page.keyboard.press('n');
    await expect.poll(told).toBe('Now, after 32 events');
    expect(await bar().getByText('The past').count()).toBe(0);
  });

  test('knows of a task only what there was', async () => {
    const { page, webview } = window;
    const { slider, past } = travel;
    const panel = webview().getByRole('complementary', {
      name: 'Task Iteration 2: run the relevance benchmark',
    });
    await timeline().locator('[aria-label^="run the relevance benchmark, iteration 2"]').press('Enter');
    await panel.getByRole('tab', { name: 'Result' }).click();
    await panel.getByText('exitCode').waitFor();
    await slider().fill('10');
    await past(10).waitFor();
    await panel.getByText('There is no result yet.').waitFor();
    await panel.getByRole('tab', { name: 'Output' }).click();
    await panel.getByText('What it had written by then is not recorded.').waitFor();
    await panel.getByRole('tab', { name: 'Raw' }).click();
    await panel.getByText('"kind": "shell"').waitFor();
    expect(await panel.getByText('relevance.json').count()).toBe(0);
    await slider().fill('9');
    await panel.waitFor({ state: 'detached' });
    await slider().fill('11');
    await panel.getByRole('tab', { name: 'Result' }).click();
    await panel.getByText('exitCode').waitFor();
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
  });

  test('is compared with now, as a diff of two texts', async () => {
    const { page } = window;
    const { bar, past } = travel;
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

  test('stays where it was in time when the page is hidden and when the window is loaded again', async () => {
    const { page, runCommand, webview } = window;
    const { past, slider, told } = travel;
    const loaded = page.waitForEvent('domcontentloaded');
    await runCommand('Developer: Reload Window');
    await loaded;
    await past(11).waitFor();
    await webview().getByText('Everything is answered; iterate to go on').waitFor();
    await expect.poll(told).toMatch(/^Event 11 of 32: EFFECT_RESOLVED/);
    await slider().press('ArrowLeft');
    await past(10).waitFor();
    await window.openPage(rows.failed);
    await page.getByRole('tab', { name: /^Raise the relevance/ }).click();
    await past(10).waitFor();
    await webview().getByText('4 done, 1 pending').first().waitFor();
  });

  test('shows a failed run before it failed, with what was under way', async () => {
    const { page, webview, events } = window;
    const { slider, past } = travel;
    await page.getByRole('tab', { name: /^Bring the catalog/ }).click();
    await webview().getByText('API rate limit exceeded').first().waitFor();
    await slider().fill('4');
    await past(4).waitFor();
    await webview()
      .getByText(/^1 \w+ task pending/)
      .waitFor();
    // Beside the list, which names all events, nothing tells how it ended.
    const texts = webview().locator('header, .tasks, run-timeline');
    expect((await texts.allInnerTexts()).join()).not.toMatch(/rate limit|failed [^·]*ago/);
    await events().getByText('waiting', { exact: true }).waitFor();
    await window.screenshot('travel-failed');
    await slider().fill('5');
    await webview()
      .getByText(/ended with an error: API rate limit exceeded.*; iterating shows whether/)
      .waitFor();
    await slider().press('End');
    await webview().getByText('API rate limit exceeded').first().waitFor();
  });

  test('lets nobody answer there, tells what comes meanwhile, and leads back', async () => {
    const { page, webview, runDir, openPage } = window;
    const { bar, past, told } = travel;
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

  test('offers a fork after the event that is shown', async () => {
    const { page, openPage } = window;
    const { bar, slider, past } = travel;
    await openPage(rows.scored);
    await slider().fill('7');
    await past(7).waitFor();
    await bar().getByRole('button', { name: 'Fork From Here…' }).click();
    await page.getByText('up to event 7 of 32').waitFor();
    await page.keyboard.press('Escape');
  });

  test('complains about nothing', () => {
    expect(window.complaints).toEqual([]);
  });
});

test('The past is usable by everybody, in all colours', async () => {
  const themes = ['Light 2026', 'Default High Contrast', 'Default High Contrast Light'] as const;
  const window = await openRunPages();
  const { slider, past } = travelOf(window);
  await window.openPage(rows.scored);
  await slider().fill('14');
  await past(14).waitFor();
  await slider().focus();
  await window.webview().getByText('6 done, 1 pending').first().waitFor();
  for (const theme of themes) {
    await window.useTheme(theme);
    expect(await seriousViolations(window), theme).toEqual([]);
    await window.screenshot(`travel-${theme}`);
  }
}, 240_000);
