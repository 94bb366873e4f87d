import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDemo, type Demo } from '../../scripts/demo.mjs';
import { temporaryFolder } from '../../scripts/lib/atExit.mjs';
import { launchBrowser } from '../../scripts/lib/browser.mjs';
import { showPage, type ShownPage } from '../look/shownPage';
import { findingsOf } from './findings';

const folder = temporaryFolder('babysitter-runs-travel');
let browser: Browser;
let demo: Demo;
let shown: ShownPage;
let page: Page;

beforeAll(async () => {
  demo = await makeDemo(folder.path);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  folder.remove();
});

async function show(run: keyof Demo['runs']): Promise<void> {
  const project = demo.workspace;
  shown = await showPage(browser, { project, dir: join(project, '.a5c', 'runs', demo.runs[run]) });
  ({ page } = shown);
  await events().getByRole('option').first().waitFor();
}

const events = (): Locator => page.getByRole('listbox', { name: 'Events' });
const event = (seq: number): Locator =>
  events()
    .getByRole('option')
    .filter({ hasText: new RegExp(`^\\s*\\S\\s*${seq}\\b`) });
const timeline = (): Locator => page.getByRole('group', { name: /^Timeline/ });
const bar = (): Locator => page.getByRole('region', { name: 'Time travel' });
const slider = (): Locator => bar().getByRole('slider', { name: 'Show the run as of event' });
/** The banner of the past. */
const past = (seq: number): Locator => bar().getByText(`The past, as of event ${seq}.`);
/** What a screen reader says of the slider. */
const told = (): Promise<string | null> => slider().getAttribute('aria-valuetext');

describe('Time travel on the page of a run', () => {
  beforeAll(() => show('scored'));
  afterAll(() => shown.close());

  test('shows the run as it was, stepped through by the keys of the slider', async () => {
    await expect.poll(told).toBe('Now, after 32 events');
    await slider().focus();
    await slider().press('Home');
    await past(1).waitFor();
    await bar().getByText('RUN_CREATED').waitFor();
    await page.getByText('Iterate to begin').waitFor();
    await slider().press('ArrowRight');
    await slider().press('ArrowRight');
    await slider().press('PageUp');
    await past(8).waitFor();
    await expect.poll(told).toMatch(/^Event 8 of 32: EFFECT_REQUESTED, Iteration 2: tune the ranking, /);
    await page.getByText('3 done, 1 pending').first().waitFor();
    await page.getByRole('region', { name: 'Iteration 2' }).getByText('1 pending').first().waitFor();
    expect(await page.getByRole('region', { name: 'Iteration 3' }).count()).toBe(0);
    // The metric of then: one value alone is not the best of anything.
    expect(await page.getByText('★').count()).toBe(0);
    await expect.poll(() => timeline().getByRole('button').count()).toBe(4);

    await slider().press('End');
    await expect.poll(told).toBe('Now, after 32 events');
    await page.getByText(/^15 done · 5 iterations · best is iteration 3/).waitFor();
    await expect.poll(() => timeline().getByRole('button').count()).toBe(15);
  });

  test('is led by the mouse, by keys anywhere on the page, and by the list of events', async () => {
    await slider().fill('20');
    await past(20).waitFor();
    await bar().getByRole('button', { name: 'Previous event' }).click();
    await past(19).waitFor();
    await page.getByRole('heading', { level: 1 }).click();
    await page.keyboard.press(']');
    await past(20).waitFor();
    await page.keyboard.press('[');
    await page.keyboard.press('{');
    await past(14).waitFor();
    await events().getByRole('option', { selected: true }).getByText('you are here').waitFor();

    // Later events are listed, but not how they went on.
    await event(15).getByText('not yet').waitFor();
    expect(await event(15).getByText('Replayed').count()).toBe(0);

    await event(12).hover();
    await event(12).getByTitle('Show the run as of here').click();
    await past(12).waitFor();
    await events().press('k');
    await events().press('k');
    await events().press('t');
    await past(10).waitFor();
    await events().press('j');
    await page.getByRole('button', { name: 'Show the Run as of Here' }).click();
    await past(11).waitFor();
    await page.keyboard.press('n');
    await expect.poll(told).toBe('Now, after 32 events');
    expect(await bar().getByText('The past').count()).toBe(0);
  });

  test('knows of a task only what there was', async () => {
    const panel = page.getByRole('complementary', { name: 'Task Iteration 2: run the relevance benchmark' });
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

  test('is usable by everybody, in all colours', async () => {
    await slider().fill('14');
    await past(14).waitFor();
    await slider().focus();
    await page.getByText('6 done, 1 pending').first().waitFor();
    for (const theme of ['Light 2026', 'Default High Contrast', 'Default High Contrast Light'] as const) {
      await shown.useTheme(theme);
      expect(await findingsOf(page), theme).toEqual([]);
    }
  });
});

test('A failed run is shown before it failed, with what was under way', async () => {
  await show('failed');
  await page.getByText('API rate limit exceeded').first().waitFor();
  await slider().fill('4');
  await past(4).waitFor();
  await page.getByText(/^1 \w+ task pending/).waitFor();
  // Beside the list, which names all events, nothing tells how it ended.
  const texts = page.locator('header, .tasks, run-timeline');
  expect((await texts.allInnerTexts()).join()).not.toMatch(/rate limit|failed [^·]*ago/);
  await events().getByText('waiting', { exact: true }).waitFor();
  await slider().fill('5');
  await page.getByText(/ended with an error: API rate limit exceeded.*; iterating shows whether/).waitFor();
  await slider().press('End');
  await page.getByText('API rate limit exceeded').first().waitFor();
  await shown.close();
});
