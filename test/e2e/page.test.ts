import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
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
    const { row, webview, runCommand } = window;
    const text = webview().getByLabel(words);
    await row(migration).first().click();
    await text.fill('Not before the reporting job has moved.');

    await runCommand('View: Close All Editors');
    await row(migration).first().click();
    await text.waitFor();
    expect(await text.inputValue()).toBe('Not before the reporting job has moved.');

    await window.reload();
    await text.waitFor();
    expect(await text.inputValue()).toBe('Not before the reporting job has moved.');
  });

  test('is usable by everybody, in all colours', async () => {
    const { row, webview, useTheme, screenshot } = window;
    const question = webview().getByRole('region', { name: 'Approve migration plan' });
    await question.getByRole('button', { name: 'Preview src/db/migrate.ts' }).click();
    await question.getByText('Context', { exact: true }).click();
    await question.getByText('What ran before this: 2 tasks').click();
    await question.locator('.preview .hljs-keyword').first().waitFor();
    await question.getByLabel(words).scrollIntoViewIfNeeded();
    for (const theme of ['Light 2026', 'Default High Contrast', 'Default High Contrast Light'] as const) {
      await useTheme(theme);
      expect(await seriousViolations(window), theme).toEqual([]);
      await screenshot(`page-${theme}`);
    }
    await row(/^Breakpoint One open security finding/)
      .first()
      .click();
    const finding = webview().getByRole('region', { name: 'One open security finding' });
    await finding.getByText('Admins upload by hand meanwhile.').waitFor();
    expect(await seriousViolations(window)).toEqual([]);
    await screenshot('page-options');
    await useTheme('Default Dark Modern');
    await row(migration).first().click();
    await question.getByLabel(words).waitFor();
  });

  test('has a draft that an agent left beside the answers, and a person writes over it', async () => {
    const { webview, workspace, storage, runDir, screenshot } = window;
    const question = webview().getByRole('region', { name: 'Approve migration plan' });
    await question.getByLabel(words).fill('');
    const runId = runDir('breakpoint').split('/').at(-1) ?? '';
    const drafts = join(storage, 'agentDrafts');
    const { pending } = JSON.parse(callTool(workspace, drafts, 'show_run', { runId })) as {
      readonly pending: readonly { readonly effectId: string }[];
    };
    const effectId = pending[0]?.effectId ?? '';
    callTool(workspace, drafts, 'draft_answer', { runId, effectId, text: 'Looks fine to me.' });

    await question.getByText(/An agent left a draft.*“Looks fine to me\.”/).waitFor();
    await screenshot('agent-draft');
    expect(await question.getByLabel(words).inputValue()).toBe('Looks fine to me.');
    expect(existsSync(join(runDir('breakpoint'), 'tasks', effectId, 'result.json'))).toBe(false);

    // What a person writes instead is theirs.
    await question.getByLabel(words).fill('Not before the reporting job has moved.');
    await question.getByText(/An agent left a draft/).waitFor({ state: 'detached' });
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

/** The text that a tool of the server for agents gives, called as another program does. */
function callTool(workspace: string, drafts: string, name: string, input: object): string {
  const client = {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  };
  const messages = [
    { jsonrpc: '2.0', id: 1, method: 'initialize', params: client },
    { jsonrpc: '2.0', method: 'notifications/initialized' },
    { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name, arguments: input } },
  ];
  const lines = execFileSync(process.execPath, ['dist/mcp.js', workspace, '--drafts', drafts], {
    input: messages.map((message) => `${JSON.stringify(message)}\n`).join(''),
    encoding: 'utf8',
  });
  const replies = lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return replies.find(({ id }) => id === 2).result.content[0].text;
}
