import type { Locator } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { seriousViolations } from './support/axe';
import { openDemo, type DemoWindow } from './support/openDemo';

const migration = /^Breakpoint Approve migration plan/;
const words = 'Message to the agent (optional)';

describe('The page of a run', () => {
  let window: DemoWindow;
  const complaints: string[] = [];

  beforeAll(async () => {
    window = await openDemo();
    window.page.on('console', (message) => {
      const { url } = message.location();
      if (/Content Security Policy/.test(message.text()) || /dist\/webview/.test(url)) {
        complaints.push(message.text());
      }
    });
  });

  test('opens by a click in Needs You, at the question, as its Markdown is meant', async () => {
    const { row, webview, screenshot } = window;

    await row(migration).first().click();

    const question = webview().getByRole('region', { name: 'Approve migration plan' });
    await question.getByRole('heading', { name: 'Split orders into orders and order_lines' }).waitFor();
    expect(await question.getByRole('table').getByRole('row').count()).toBe(6);
    expect(await question.getByRole('cell', { name: 'yes, feature flag' }).count()).toBe(2);
    expect(await question.locator('pre code').innerText()).toContain('INSERT INTO order_lines');
    await screenshot('page-question');
    // Title and answers are seen at once, below what stays at the top, and their keys work at once.
    await question.and(webview().locator(':focus')).waitFor();
    const top = await webview().locator('.top').boundingBox();
    const title = await question.getByRole('heading', { name: 'Approve migration plan' }).boundingBox();
    expect(title?.y).toBeGreaterThanOrEqual((top?.y ?? 0) + (top?.height ?? 0));
    const approve = question.getByRole('button', { name: 'Approve', exact: true });
    expect(await isSeen(approve)).toBe(true);
    await window.page.keyboard.press('1');
    await approve.and(webview().locator('.chosen:focus')).waitFor();
    await question.getByLabel(words).press('2');
    await question.getByLabel(words).press('Escape');
    await approve.and(webview().locator(':focus')).waitFor();
    await question.getByLabel(words).fill('');
  });

  test('opens the files that the question is about beside it', async () => {
    const { page, webview, runCommand } = window;

    await webview().getByRole('link', { name: 'artifacts/migration-plan.md' }).click();

    await page.getByRole('tab', { name: /^migration-plan\.md/ }).waitFor();
    await page.getByText('Migration plan:').first().waitFor();
    // The question is still to be seen.
    expect(await webview().getByRole('heading', { name: 'Approve migration plan' }).isVisible()).toBe(true);
    await runCommand('View: Close All Editors');
  });

  test('keeps what was typed when it is closed, and when the window is loaded again', async () => {
    const { page, row, webview, runCommand } = window;
    const text = webview().getByLabel(words);
    await row(migration).first().click();
    await text.fill('Not before the reporting job has moved.');

    await runCommand('View: Close All Editors');
    await row(migration).first().click();
    await text.waitFor();
    expect(await text.inputValue()).toBe('Not before the reporting job has moved.');

    const loaded = page.waitForEvent('domcontentloaded');
    await runCommand('Developer: Reload Window');
    await loaded;
    await text.waitFor();
    expect(await text.inputValue()).toBe('Not before the reporting job has moved.');
  });

  test('is usable by everybody, as far as axe can tell', async () => {
    expect(await seriousViolations(window)).toEqual([]);
  });

  test('records a rejection with the words that were typed', async () => {
    const { row, webview, answerTo, notification } = window;

    await webview().getByRole('button', { name: 'Abort', exact: true }).click();

    await notification(
      'Rejected "Approve migration plan": Abort. Saved. Continue the run to apply it.',
    ).waitFor();
    await row(migration).first().waitFor({ state: 'detached' });
    await webview().getByText('Your answer is saved. Continue the run to apply it.').waitFor();
    const { status, result, metadata } = answerTo('breakpoint', 'Approve migration plan');
    expect(status).toBe('ok');
    expect(result).toEqual({
      approved: false,
      option: 'Abort',
      response: 'Not before the reporting job has moved.',
      feedback: 'Not before the reporting job has moved.',
      respondedBy: metadata['respondedBy'],
    });
    expect(metadata['surface']).toBe('page');
  });

  test('records an option of the process, and says beforehand what it counts as', async () => {
    const { row, webview, answerTo } = window;
    const notes = /^Breakpoint Release notes for 2\.9\.0/;
    await row(notes).first().click();
    const question = webview().getByRole('region', { name: 'Release notes for 2.9.0' });
    const option = question.getByRole('button', { name: 'Request changes' });
    await option.waitFor();
    expect(await question.getByRole('group', { name: 'Options of the process' }).innerText()).toMatch(
      /1Publish\s+counts as approval/,
    );

    await option.click();

    await row(notes).first().waitFor({ state: 'detached' });
    expect(answerTo('twoBreakpoints', 'Release notes for 2.9.0').result).toMatchObject({
      approved: false,
      option: 'Request changes',
      response: 'Request changes',
    });
  });

  test('takes a double click for one answer, and complains about nothing', async () => {
    const { page, row, webview, answerTo } = window;
    const finding = /^Breakpoint One open security finding/;

    await webview().getByRole('button', { name: 'Accept until the next release' }).dblclick();

    await row(finding).first().waitFor({ state: 'detached' });
    expect(answerTo('twoBreakpoints', 'One open security finding').result).toMatchObject({ approved: true });
    expect(await page.locator('.notifications-toasts .codicon-error').count()).toBe(0);
    await webview().getByText('Your answer is saved. Continue the run to apply it.').waitFor();
  });

  test('asks for nothing that its own policy forbids', () => {
    expect(complaints).toEqual([]);
  });
});

/** Whether all of it lies in the window. */
function isSeen(element: Locator): Promise<boolean> {
  return element.evaluate((button) => {
    const { top, bottom } = button.getBoundingClientRect();
    return top >= 0 && bottom <= window.innerHeight;
  });
}

describe('In other colours, the page', () => {
  let window: DemoWindow;
  beforeAll(async () => {
    window = await openDemo({ size: { width: 1280, height: 1400 } });
    const { row, webview } = window;
    await row(migration).first().click();
    const question = webview().getByRole('region', { name: 'Approve migration plan' });
    await question.getByRole('button', { name: 'Preview src/db/migrate.ts' }).click();
    await question.getByText('Context', { exact: true }).click();
    await question.getByText('What ran before this: 2 tasks').click();
    await question.locator('.preview .hljs-keyword').first().waitFor();
    await question.getByLabel(words).scrollIntoViewIfNeeded();
  });

  const themes = ['Light 2026', 'Default High Contrast', 'Default High Contrast Light'] as const;

  test.each(themes)('shows a question to everybody: %s', async (theme) => {
    await window.useTheme(theme);
    expect(await seriousViolations(window)).toEqual([]);
    await window.screenshot(`page-${theme}`);
  });

  test.each(themes)('shows options to everybody: %s', async (theme) => {
    const { row, webview, screenshot, useTheme } = window;
    await row(/^Breakpoint One open security finding/)
      .first()
      .click();
    const finding = webview().getByRole('region', { name: 'One open security finding' });
    await finding.getByText('Admins upload by hand meanwhile.').waitFor();
    await useTheme(theme);
    expect(await seriousViolations(window)).toEqual([]);
    await screenshot(`page-options-${theme}`);
  });
});
