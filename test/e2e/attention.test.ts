import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { openDemo, type DemoWindow } from './support/openDemo';

/** A row of the Needs You view. */
const needsYou = (page: Page, text: RegExp): Locator =>
  page.getByRole('tree', { name: 'Needs You' }).getByRole('treeitem', { name: text });

const toasts = (page: Page, text: string | RegExp): Locator =>
  page.locator('.notifications-toasts .notification-list-item').filter({ hasText: text });

/** An agent beside the editor brings the run that is not started to its question. */
async function askOfLimiter({ engine, runDir }: DemoWindow): Promise<void> {
  const dir = runDir('notStarted');
  await engine('run:iterate', dir);
  const { tasks } = (await engine('task:list', dir, '--pending')) as { tasks: { effectId: string }[] };
  const value = JSON.stringify({ summary: 'A token bucket for each partner' });
  await engine('task:post', dir, tasks[0]?.effectId ?? '', '--status', 'ok', '--value-inline', value);
  await engine('run:iterate', dir);
}

describe('What needs a person', () => {
  let window: DemoWindow;
  beforeAll(async () => {
    window = await openDemo();
  });

  test('is answered step by step with the keyboard, and what was typed is kept', async () => {
    const { page, runCommand, answerTo, screenshot } = window;
    const { keyboard } = page;
    const picker = page.locator('.quick-input-widget');
    const input = picker.locator('.quick-input-box input');
    const choose = async (name: RegExp, typed: string): Promise<void> => {
      await picker.getByRole('option', { name }).waitFor();
      await keyboard.type(typed);
      await picker.locator('.monaco-list-row.focused').filter({ hasText: name }).waitFor();
      await keyboard.press('Enter');
    };

    await runCommand('Babysitter: Answer Breakpoint…');
    await choose(/Approve migration plan/, 'migration');
    await picker.getByText('Approve migration plan (Move the order lines').waitFor();
    await picker.getByRole('option', { name: /Open artifacts\/migration-plan\.md/ }).waitFor();
    await screenshot('attention-answer');
    await choose(/Request changes/, 'request');
    await picker.getByText(/^Message to the agent/).waitFor();
    await keyboard.type('In smaller batches');
    await screenshot('attention-words');
    await keyboard.press('Escape');
    await picker.waitFor({ state: 'hidden' });

    await runCommand('Babysitter: Answer Breakpoint…');
    await choose(/Approve migration plan/, 'migration');
    await choose(/Request changes/, 'request');
    await expect.poll(() => input.inputValue()).toBe('In smaller batches');
    await keyboard.press('End');
    await keyboard.type(', please');
    await keyboard.press('Enter');
    await picker.getByRole('option', { name: /Record: Request changes, counts as rejection/ }).waitFor();
    await picker.getByText('With the words: In smaller batches, please').waitFor();
    await screenshot('attention-check');
    // One step back, and on again.
    await picker.getByRole('button', { name: 'Back' }).click();
    await expect.poll(() => input.inputValue()).toBe('In smaller batches, please');
    await keyboard.press('Enter');
    await choose(/Record: Request changes/, 'record');

    await picker.getByText('Requested changes to "Approve migration plan"').waitFor();
    await page.getByPlaceholder('Saved. Continue the run to apply it. What now?').waitFor();
    await screenshot('attention-what-now');
    const { result, metadata } = answerTo('breakpoint', 'Approve migration plan');
    expect(result).toMatchObject({
      approved: false,
      option: 'Request changes',
      response: 'In smaller batches, please',
      feedback: 'In smaller batches, please',
    });
    expect(metadata['surface']).toBe('palette');

    // On to the next question, and to the page from there.
    await choose(/Next Question \(2 Left\)/, 'next');
    await picker.getByText(/^Release notes for 2\.9\.0/).waitFor();
    await choose(/Open the page/, 'page');
    await window.webview().getByRole('region', { name: 'Release notes for 2.9.0' }).waitFor();
  });

  test('is put off by its row’s menu, says so where it is still listed, and is woken', async () => {
    const { page, row, screenshot, runCommand } = window;
    const picker = page.locator('.quick-input-widget');
    const notes = needsYou(page, /^Breakpoint Release notes/);
    await page.getByRole('tab', { name: /^Babysitter Runs.*2 questions wait for you/ }).waitFor();

    await notes.click({ button: 'right' });
    const item = page.getByRole('menuitem', { name: 'Snooze…' });
    await item.waitFor();
    // A menu that is just opening misses a click now and then.
    const tomorrow = picker.getByRole('option', { name: /^Tomorrow morning/ });
    await expect
      .poll(
        async () => {
          if (await item.isVisible()) await item.click({ timeout: 1000 }).catch(() => {});
          return tomorrow.isVisible();
        },
        { interval: 300 },
      )
      .toBe(true);
    await screenshot('attention-snooze');
    await picker.getByRole('option', { name: /^Choose a time…/ }).click();
    await picker.getByText(/^For example: 45 min/).waitFor();
    await page.keyboard.type('yesterday');
    await picker.getByText(/That is not a time in the future/).waitFor();
    // A click elsewhere takes nothing that was typed.
    await page.locator('.part.statusbar').click({ position: { x: 300, y: 8 } });
    expect(await picker.locator('.quick-input-box input').inputValue()).toBe('yesterday');
    await picker.locator('.quick-input-box input').fill('3 days');
    await picker.getByText(/^Until /).waitFor();
    await page.keyboard.press('Enter');

    await notes.waitFor({ state: 'detached' });
    await page.getByRole('tab', { name: /^Babysitter Runs.*1 question waits for you/ }).waitFor();
    await window.fold(/^Prepare release 2\.9\.0/);
    await row(/^Breakpoint Release notes.*, snoozed until /).waitFor();
    await screenshot('attention-snoozed');

    // It is kept when the window is opened again.
    await window.reload();
    await page.getByRole('tab', { name: /^Babysitter Runs.*1 question waits for you/ }).waitFor();
    expect(await notes.count()).toBe(0);

    await runCommand('Babysitter: Snooze…');
    await picker.getByRole('option', { name: /^Release notes.*snoozed until/ }).click();
    await picker.getByRole('option', { name: /Wake now/ }).click();
    await notes.waitFor();
  });

  test('is a run that failed until somebody looks at it, and one that is ready until it goes on', async () => {
    const { page, webview, runDir } = window;
    const failed = needsYou(page, /^Failed: Bring the catalog/);
    const ready = needsYou(page, /^Ready to continue: Find out why/);

    await failed.click();
    await webview().getByText('API rate limit exceeded').first().waitFor();
    await failed.waitFor({ state: 'detached' });

    await ready.hover();
    await ready.getByRole('button', { name: 'Resume Run…' }).click();
    await page.getByRole('option', { name: /Iterate once/ }).click();
    await ready.waitFor({ state: 'detached' });
    expect(readFileSync(join(runDir('ready'), 'run.json'), 'utf8')).toContain('runId');
  });

  test('and came while the workspace was closed is summed up once', async () => {
    const { page, screenshot } = window;
    const url = page.url();
    await page.goto('about:blank');
    await askOfLimiter(window);

    await page.goto(url);
    await toasts(page, '1 question came while this workspace was closed and waits for you.').waitFor();
    await screenshot('attention-summary');

    await toasts(page, /came while/)
      .getByRole('button', { name: 'Answer' })
      .click();
    await window.webview().getByRole('region', { name: 'Approve the limiter' }).waitFor();
  });
});

describe('With a choice for all answers', () => {
  test('the run is iterated right after the answer, and the next question is offered', async () => {
    const { page, row, notification, screenshot } = await openDemo({
      settings: { 'babysitterRuns.afterAnswer': 'iterate' },
    });
    const question = needsYou(page, /^Breakpoint Approve migration plan/);

    await question.hover();
    await question.getByRole('button', { name: 'Approve Breakpoint' }).click();

    await notification('The run is completed.').waitFor();
    await row(/^Move the order lines.*, completed\./).waitFor();
    const answered = toasts(page, 'Approved "Approve migration plan".');
    await answered.getByRole('button', { name: 'Next Question (2 Left)' }).waitFor();
    expect(await answered.getByRole('button', { name: 'Iterate Now' }).count()).toBe(0);
    await screenshot('attention-iterated');
  });
});
