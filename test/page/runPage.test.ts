import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { launchBrowser } from '../../scripts/lib/browser.mjs';
import { showPage, type LookOptions, type ShownPage, type ThemeName } from '../look/shownPage';
import { themes } from '../look/themes.json';
import { executed } from '../look/vscode';
import { eventFile, eventText, start } from '../support/journalBuilder';
import { temporaryFolder, write } from '../support/runFolder';
import { writeStrangeRuns, type StrangeRun } from '../support/strangeRuns';
import { findingsOf, isSeen } from './findings';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

async function show(
  run: StrangeRun,
  options: Partial<LookOptions> = {},
): Promise<ShownPage & { readonly dir: string }> {
  const project = temporaryFolder();
  const dir = writeStrangeRuns(project, [run])[run] ?? expect.fail('no run was made');
  const shown = await showPage(browser, { ...options, project, dir });
  onTestFinished(() => shown.close());
  await shown.page.getByRole('listbox', { name: 'Events' }).getByRole('option').first().waitFor();
  await shown.page.getByRole('heading', { name: 'Timeline' }).waitFor();
  return { ...shown, dir };
}

describe('A question that the page is opened at', () => {
  test.each([
    { width: 1400, height: 1000 },
    { width: 700, height: 500 },
    { width: 370, height: 800 },
  ])('is seen with its title and first answer: $width × $height', async (size) => {
    const { page } = await show('options', { question: 'ask1', size });
    const question = page.getByRole('region', { name: 'Approve migration plan' });
    await question.and(page.locator(':focus')).waitFor();
    expect(await isSeen(question.getByRole('heading', { name: 'Approve migration plan' }))).toBe(true);
    expect(await isSeen(question.getByRole('button', { name: 'Ship it tonight', exact: true }))).toBe(true);
  });

  test('keeps its title where only the head of its card is seen', async () => {
    const { page } = await show('options', { size: { width: 700, height: 500 } });
    const title = page.getByRole('heading', { name: 'Approve migration plan' });
    await page.locator('.answer-bar').waitFor();
    expect(await isSeen(title)).toBe(true);
  });

  test('takes number keys at once, and Escape leaves its text box', async () => {
    const { page, asked } = await show('options', { question: 'ask1' });
    const chosen = (name: string): Locator => page.locator('.chosen:focus').filter({ hasText: name });
    await page.locator('section:focus').waitFor();
    await page.keyboard.press('3');
    await chosen('Request changes').waitFor();
    const words = page.getByLabel('Message to the agent (optional)');
    await words.focus();
    await page.keyboard.type('1 more week');
    expect(await words.inputValue()).toBe('1 more week');
    await page.keyboard.press('Escape');
    await page.locator('button:focus').filter({ hasText: 'Ship it tonight' }).waitFor();
    await page.keyboard.press('2');
    await chosen('Ship it on Monday').waitFor();
    await page.keyboard.press('Control+Enter');
    await expect
      .poll(() => asked.find(({ what }) => what === 'answer')?.args[1])
      .toMatchObject({ effectId: 'ask1', kind: 'option', option: 1, text: '1 more week' });
  });

  test.each([600, 475])('keeps what has the focus clear of the bars above and below: %s', async (height) => {
    const { page } = await show('options', { question: 'ask1', size: { width: 700, height } });
    await page.locator('section:focus').waitFor();
    const bar = page.locator('.answer-bar');
    for (let i = 0; i < 12; i += 1) {
      await page.keyboard.press('Tab');
      const focused = page.locator(':focus');
      expect(await isSeen(focused), `after ${i + 1} tabs`).toBe(true);
      if ((await bar.locator(':focus').count()) > 0) continue;
      const [end, start] = [await focused.boundingBox(), await bar.boundingBox()];
      expect((end?.y ?? 0) + (end?.height ?? 0), `after ${i + 1} tabs`).toBeLessThanOrEqual(start?.y ?? 0);
    }
  });
});

test('A stack opens its file at the line, and folds the frames of the engine', async () => {
  const { page, dir } = await show('stack');
  const failure = page.getByRole('region', { name: 'Failure' });
  await failure.getByText('31 frames of the engine, packages and Node').waitFor();
  await failure.getByRole('link', { name: /^at step3 / }).click();
  await expect
    .poll(() => executed.at(-1))
    .toMatchObject([
      'vscode.open',
      { fsPath: join(dir, '../../processes/demo.mjs') },
      { selection: { startLine: 7, startCharacter: 5 } },
    ]);
  await failure.getByText('node tools/import.mjs --pages 480 --strict').waitFor();
  await failure
    .getByText(/Cannot read properties of undefined/)
    .first()
    .waitFor();
});

test('A completed run has its output and what comes next', async () => {
  const { page, asked } = await show('outcome');
  await page.getByRole('status').getByText('Completed, not successful').waitFor();
  await page.getByRole('status').getByText('The gate was rejected twice.').waitFor();
  const output = page.getByRole('region', { name: 'Output' });
  await output.getByText('Not successful').waitFor();
  await page.getByRole('button', { name: 'New Run With the Same Inputs…' }).click();
  await expect.poll(() => asked.map(({ args }) => args[0])).toContain('run.startAgain');
});

test('300 steps are one lane, with bands to the end', async () => {
  const { page } = await show('steps');
  const timeline = page.getByRole('group', { name: /^Timeline: 1 row\b/ });
  expect((await timeline.boundingBox())?.height).toBeLessThan(150);
  await timeline.locator('.row-label').filter({ hasText: 'Step n' }).waitFor();
  expect(await timeline.locator('.band-label').count()).toBeGreaterThan(5);
});

test('The next failed task is a key away, and an event, its bar and its task are selected together', async () => {
  const { page } = await show('parallel');
  await page.keyboard.press('f');
  const failed = page.locator('.bar.error:focus');
  await failed.waitFor();
  await page.keyboard.press('f');
  await failed.press('Enter');
  const task = page.getByRole('complementary', { name: /^Task / });
  await task.waitFor();
  const name = (await task.getAttribute('aria-label'))?.replace('Task ', '') ?? '';
  await page
    .getByRole('listbox', { name: 'Events' })
    .getByRole('option', { selected: true })
    .getByText(name)
    .waitFor();
  await page.locator('.bar.marked').waitFor();
});

test('What is read stays at its place while the run grows above it', async () => {
  const { page, dir } = await show('steps', { size: { width: 1000, height: 700 } });
  const read = page.getByRole('region', { name: 'Iteration 250' }).getByRole('heading');
  await read.evaluate((heading) => heading.scrollIntoView({ block: 'center' }));
  const place = async (): Promise<number> => Math.round((await read.boundingBox())?.y ?? 0);
  const before = await place();
  append(dir, 601, 'EFFECT_RESOLVED', { effectId: 'step300', status: 'ok' });
  for (let n = 301; n <= 304; n += 1) {
    write(dir, `tasks/step${n}/task.json`, { kind: 'agent', title: `Step ${n}` });
    const key = { invocationKey: `key${n}`, stepId: `S${n}`, taskDefRef: `tasks/step${n}/task.json` };
    append(dir, 301 + n, 'EFFECT_REQUESTED', { effectId: `step${n}`, taskId: 'step', kind: 'agent', ...key });
  }
  await page.getByRole('region', { name: 'Iteration 301' }).waitFor({ state: 'attached' });
  await expect.poll(place).toBe(before);
});

test.each([
  ['parallel', ['work', 'running', 'failed', 'parallel', 'now']],
  ['stack', ['work', 'failed']],
] as const)('The timeline names what is seen, and explains only what it has: %s', async (run, signs) => {
  const { page } = await show(run);
  const legend = page.getByRole('list', { name: 'Legend' }).getByRole('listitem');
  await legend.first().waitFor();
  expect(
    await legend.allInnerTexts().then((texts) => texts.map((text) => text.replace('✗', '').trim())),
  ).toEqual(signs);
  // The first iteration took a second, the second one minutes.
  const names = await page.locator('.band-label').allTextContents();
  expect(names).toContain('Iteration 2');
  expect(names).not.toContain('Iteration 1');
});

test.each(['options', 'stack', 'scored', 'texts'] as const)('Everybody can use the page: %s', async (run) => {
  const { page, useTheme } = await show(run, { size: { width: 900, height: 900 } });
  await page.locator('.task').first().waitFor({ state: 'attached' });
  for (const theme of Object.keys(themes) as ThemeName[]) {
    await useTheme(theme);
    expect(await findingsOf(page), theme).toEqual([]);
  }
});

/** Puts an event into a journal as an engine does. */
function append(dir: string, seq: number, type: string, data: Readonly<Record<string, unknown>>): void {
  const recordedAt = new Date(start + 12_000_000 + seq * 1000).toISOString();
  const file = join(dir, 'journal', eventFile(seq));
  writeFileSync(`${file}.tmp-1-1`, eventText({ type, recordedAt, data }));
  renameSync(`${file}.tmp-1-1`, file);
}
