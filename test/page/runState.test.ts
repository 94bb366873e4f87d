import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { launchBrowser } from '../../scripts/lib/browser.mjs';
import { showPage, type LookOptions } from '../look/shownPage';
import { temporaryFolder } from '../support/runFolder';
import { writeStrangeRuns, type StrangeRun } from '../support/strangeRuns';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

async function show(run: StrangeRun, options: Partial<LookOptions> = {}): Promise<Page> {
  const project = temporaryFolder();
  const dir = writeStrangeRuns(project, [run])[run] ?? expect.fail('no run was made');
  const { page, close } = await showPage(browser, { ...options, project, dir });
  onTestFinished(() => close());
  await page.locator('run-timeline .bar').first().waitFor();
  return page;
}

const actions = (page: Page): Locator => page.getByRole('region', { name: 'Actions' });

test('A damaged run says so first, and where it stands below', async () => {
  const page = await show('damaged');
  const badge = page.getByRole('status').locator('.badge.tone-bad');
  await badge.getByText('Damaged', { exact: true }).waitFor();
  await badge.locator('.codicon-warning').waitFor();
  await page.getByRole('status').getByText('run.lock names no process').waitFor();
  await page.getByRole('button', { name: 'Repair Run…' }).and(page.locator('.primary')).waitFor();
  await page.getByText(/^Waiting for an agent since /).waitFor();
});

test('A run that is over for good has no buttons that carry it on, one that failed has them', async () => {
  const over = await show('outcome');
  await actions(over).getByRole('button', { name: 'New Run With the Same Inputs…' }).waitFor();
  const carriesOn = /^(Resume|Iterate|Why Is This Run Stuck)/;
  expect(await actions(over).getByRole('button', { name: carriesOn }).count()).toBe(0);
  const failed = await show('stack');
  await actions(failed).getByRole('button', { name: 'Resume…' }).waitFor();
  await actions(failed).getByRole('button', { name: 'Why Is This Run Stuck?' }).waitFor();
});

test('Earlier iterations are shown when they are asked for', async () => {
  const page = await show('steps');
  await page.getByRole('region', { name: 'Iteration 201', exact: true }).waitFor({ state: 'attached' });
  expect(await page.getByRole('region', { name: 'Iteration 200', exact: true }).count()).toBe(0);
  await page.getByRole('button', { name: 'Show 200 earlier iterations' }).click();
  await page.getByRole('region', { name: 'Iteration 1', exact: true }).waitFor({ state: 'attached' });
  await page.getByRole('button', { name: /^Show .* earlier/ }).waitFor({ state: 'detached' });
});

test('The end of stderr keeps its colours, and can be copied', async () => {
  const page = await show('stack');
  const failure = page.getByRole('region', { name: 'Failure' });
  await failure.locator('.ansi-red').getByText('fatal').waitFor();
  expect(await failure.locator('.long-text').innerText()).toMatch(/^warn retrying in 2 s\nfatal Cannot/m);
  await failure.getByRole('button', { name: 'Copy stderr' }).waitFor({ state: 'attached' });
});

test('Ids of a run and of a task can be copied', async () => {
  const page = await show('stack');
  await page.getByRole('button', { name: 'Copy Run', exact: true }).waitFor({ state: 'attached' });
  await page.getByRole('button', { name: 'Show Task' }).click();
  const task = page.getByRole('complementary', { name: /^Task / });
  await task.getByRole('tab', { name: 'Timing' }).click();
  await task.getByRole('button', { name: 'Copy Effect', exact: true }).waitFor({ state: 'attached' });
});

test('Without sessions of agents no event is offered to be shown in a transcript', async () => {
  const page = await show('stack');
  await page.getByRole('button', { name: 'Show the Run as of Here' }).waitFor();
  expect(await page.getByRole('button', { name: 'Show in Transcript' }).count()).toBe(0);
});

test('The keys of failures and events unfold what they lead to, whatever is filtered or zoomed', async () => {
  const page = await show('parallel');
  const fold = (title: string): Promise<void> =>
    page.locator('summary').getByRole('heading', { name: title }).click();
  const failed = page.locator('.bar.error:focus');
  await fold('Timeline');
  await page.keyboard.press('f');
  await failed.waitFor();

  await page.getByLabel('Status of tasks in the timeline').selectOption('pending');
  await page.locator('.timeline .bar.error').first().waitFor({ state: 'detached' });
  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press('f');
  await failed.waitFor();

  // The first task alone is seen, which did not fail.
  await page.locator('.timeline .bar.ok').first().focus();
  for (let i = 0; i < 12; i += 1) await page.keyboard.press('+');
  await page.locator('.timeline .bar.error').first().waitFor({ state: 'detached' });
  await page.getByRole('button', { name: /^\d+ failed$/ }).click();
  await failed.waitFor();

  await fold('Events');
  await page.keyboard.press('/');
  await page.locator('input:focus').waitFor();
});

test.each(['parallel', 'scored', 'texts'] as const)(
  'Moments along a narrow timeline are apart: %s',
  async (run) => {
    const page = await show(run, { size: { width: 370, height: 800 } });
    const labels = await page
      .locator('.timeline .tick-label')
      .evaluateAll((all) =>
        all.map((label) => label.getBoundingClientRect()).map(({ left, right }) => [left, right]),
      );
    expect(labels.length).toBeGreaterThan(0);
    for (const [i, [left = 0]] of labels.entries()) {
      if (i > 0) expect(left).toBeGreaterThan(labels[i - 1]?.[1] ?? 0);
    }
  },
);

test('A narrow list of events gives its room to what happened', async () => {
  const page = await show('parallel', { size: { width: 370, height: 800 } });
  const event = page.getByRole('option').filter({ hasText: 'Review the module 24' }).last();
  await event.scrollIntoViewIfNeeded();
  const title = event.locator('.what bdi');
  expect(await title.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);
});

test('In a narrow window buttons that their pictures explain are no wider than those, and keep their names', async () => {
  const page = await show('outcome', { size: { width: 370, height: 800 } });
  const button = actions(page).getByRole('button', { name: 'Open Journal', exact: true });
  expect((await button.boundingBox())?.width).toBeLessThan(60);
  expect(await button.getAttribute('title')).toBe('Open Journal');
  const whole = actions(page).getByRole('button', { name: 'New Run With the Same Inputs…', exact: true });
  expect((await whole.boundingBox())?.width).toBeGreaterThan(150);
});
