import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { eventFile, eventText, journal, minute } from '../support/journalBuilder';
import { writeRun } from '../support/runFolder';
import { openDemo, type DemoWindow } from './support/openDemo';

const secret = 'a-secret-of-the-first-run';

/** Two runs of one process, the second a fork of the first after its plan. */
function writeTwoRuns(workspace: string): void {
  const runs = join(workspace, '.a5c', 'runs');
  const ago = (minutes: number) => ({ createdAt: new Date(Date.now() - minutes * minute).toISOString() });
  const gate = { kind: 'breakpoint', metadata: { payload: { title: 'Ship it?', question: 'Good enough?' } } };
  const task = (title: string, inputs: unknown) => ({ kind: 'agent', title, inputs });
  writeRun(runs, 'first', {
    journal: journal()
      .created()
      .done('plan')
      .done('build')
      .requested('q', 'breakpoint')
      .resolved('q')
      .completed(),
    metadata: { ...ago(90), processId: 'shop/cart', prompt: 'Rebuild the cart', completionProof: secret },
    files: {
      'inputs.json': { goal: 'fast', depth: 1, token: secret },
      'state/output.json': { shipped: true },
      'tasks/plan/task.json': task('Plan the cart', { depth: 1 }),
      'tasks/plan/result.json': { status: 'ok', value: { steps: ['model', 'view'] } },
      'tasks/build/task.json': task('Build 2 parts', { parts: 2 }),
      'tasks/build/result.json': { status: 'ok', value: { score: 61, files: ['cart.ts'] } },
      'tasks/q/task.json': gate,
      'tasks/q/result.json': { status: 'ok', value: { approved: true, respondedBy: 'ann' } },
    },
  });
  writeRun(runs, 'second', {
    journal: journal().created().done('plan').done('build').done('measure').requested('q', 'breakpoint'),
    metadata: {
      ...ago(30),
      processId: 'shop/cart',
      prompt: 'Rebuild the cart',
      request: 'fork of first at 3',
    },
    files: {
      'inputs.json': { goal: 'good', depth: 1 },
      'tasks/plan/task.json': task('Plan the cart', { depth: 1 }),
      'tasks/plan/result.json': { status: 'ok', value: { steps: ['model', 'view'] } },
      'tasks/build/task.json': task('Build 3 parts', { parts: 3 }),
      'tasks/build/result.json': { status: 'ok', value: { score: 84, files: ['cart.ts', 'cart.test.ts'] } },
      'tasks/measure/task.json': task('Measure the cart', {}),
      'tasks/q/task.json': gate,
    },
  });
}

describe('Compare Runs…', () => {
  let window: DemoWindow;
  const complaints: string[] = [];

  beforeAll(async () => {
    window = await openDemo({
      size: { width: 1400, height: 1300 },
      prepare: ({ workspace }) => writeTwoRuns(workspace),
    });
    window.page.on('console', (message) => {
      const { url } = message.location();
      if (/Content Security Policy/.test(message.text()) || /dist\/webview/.test(url))
        complaints.push(message.text());
    });
  });

  const picker = (): Locator => window.page.locator('.quick-input-widget');
  const region = (name: string | RegExp): Locator => window.webview().getByRole('region', { name });

  test('asks for two runs, forks and the same process first, and shows what differs first', async () => {
    const { page, webview, runCommand, screenshot } = window;
    await runCommand('Babysitter: Compare Runs…');
    await picker()
      .getByRole('option', { name: /^Rebuild the cart/ })
      .first()
      .click();
    const fork = picker().getByRole('option', { name: /^Rebuild the cart.*fork of it/ });
    await fork.waitFor();
    await screenshot('compare-picker');
    await fork.click();

    await webview()
      .getByText(/B is a fork of A: everything up to event 3/)
      .waitFor();
    await page.getByRole('tab', { name: /Rebuild the cart ↔ Rebuild the cart/ }).waitFor();
    await region(/^Inputs/)
      .getByText('goal')
      .waitFor();
    const tasks = region(/^Tasks/);
    const build = tasks.getByRole('group', { name: 'Build 2 parts' });
    expect(await build.innerText()).toMatch(
      /title\s+Inputs\s+Results[\s\S]*result\.files\[1\]\s+A\s+not set\s+B\s+cart\.test\.ts\s+only in B/,
    );
    await tasks.locator('summary', { hasText: '1 only in B' }).click();
    await tasks.getByRole('group', { name: 'Measure the cart' }).getByText('only in B').waitFor();
    await tasks.locator('summary', { hasText: '1 unchanged' }).click();
    await tasks.getByRole('group', { name: 'Plan the cart' }).getByText('replayed').waitFor();
    expect(
      await region(/^Metrics/)
        .getByRole('row', { name: /best score/ })
        .innerText(),
    ).toMatch(/61.*84.*\+23/s);
    const answer = region(/^Answers/).getByRole('group', { name: 'Ship it?' });
    expect(await answer.innerText()).toMatch(/approved\s+by ann[\s\S]*not answered/);
    expect(await webview().locator('body').innerText()).not.toContain(secret);
    await screenshot('compare-runs');
  });

  test('opens values in the editor’s own diff, without secrets', async () => {
    const { page, webview, runCommand } = window;
    const shown = (text: string): Locator =>
      page.locator('.diff-editor, .monaco-diff-editor').getByText(text).first();
    await webview().getByRole('button', { name: 'Compare Results: Build 2 parts' }).click();
    await page.getByRole('tab', { name: /^Results of Build 2 parts: / }).waitFor();
    await shown('cart.test.ts').waitFor();
    await runCommand('View: Close Editor');
    await webview().getByRole('button', { name: 'Compare Inputs', exact: true }).click();
    await page.getByRole('tab', { name: /^Inputs: / }).waitFor();
    await shown('•••').waitFor();
    expect(await page.locator('.monaco-diff-editor').innerText()).not.toContain(secret);
    await runCommand('View: Close Editor');
    await webview().getByRole('button', { name: 'Whole Runs as Text' }).click();
    await shown('Measure the cart').waitFor();
    await runCommand('View: Close Editor');
  });

  test('is used by keyboard, and its sides are swapped', async () => {
    const { page, webview } = window;
    await webview().getByRole('heading', { name: 'Compare runs' }).click();
    // Past the inputs and the result.
    for (let i = 0; i < 3; i += 1) await page.keyboard.press('j');
    await webview().getByRole('group', { name: 'Build 2 parts' }).and(webview().locator(':focus')).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('measure');
    await region(/^Tasks/)
      .getByRole('group', { name: 'Build 2 parts' })
      .waitFor({ state: 'detached' });
    await webview().getByLabel('Find tasks').fill('');
    await webview().getByRole('button', { name: 'Swap' }).click();
    await webview()
      .getByText(/A is a fork of B/)
      .waitFor();
    expect(
      await region(/^Metrics/)
        .getByRole('row', { name: /best score/ })
        .innerText(),
    ).toMatch(/84.*61.*−23/s);
    await region('Side A').getByText('needs you').waitFor();
  });

  test('follows the runs, and comes back with the window', async () => {
    const { webview, workspace } = window;
    const file = join(workspace, '.a5c', 'runs', 'second', 'journal', eventFile(9));
    const event = {
      type: 'RUN_FAILED',
      recordedAt: new Date().toISOString(),
      data: { error: { message: 'Enough' } },
    };
    writeFileSync(`${file}.tmp-1-1`, eventText(event));
    renameSync(`${file}.tmp-1-1`, file);
    await region('Side A').getByText('failed').waitFor();

    await window.reload();
    await webview()
      .getByText(/A is a fork of B/)
      .waitFor();
    await region('Side A').getByText('failed').waitFor();
  });

  test('compares iterations: the one before is offered first, from the row of an iteration', async () => {
    const { page, row, webview, screenshot } = window;
    await window.runCommand('View: Close All Editors');
    await window.fold(/^Raise the relevance/);
    await row(/^Iteration 4,/).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Compare Runs…' }).hover();
    await page.keyboard.press('Enter');
    await expect
      .poll(async () =>
        (await picker().getByRole('option').allInnerTexts()).map((text) => text.trim().slice(0, 11)),
      )
      .toEqual(['Iteration 3', 'Iteration 5', 'Iteration 2', 'Iteration 1', 'An iteratio']);
    await page.keyboard.press('Enter');
    await webview().getByRole('heading', { name: 'Compare iterations' }).waitFor();
    await region('Side A').getByText('iteration 3').waitFor();
    expect(
      await region(/^Metrics/)
        .getByRole('row', { name: /^score/ })
        .innerText(),
    ).toMatch(/92.*−/s);
    await screenshot('compare-iterations');
  });

  test('compares the two runs that are selected in the runs table', async () => {
    const { page, webview } = window;
    await window.runCommand('Babysitter: Open Runs Table');
    const box = (name: RegExp): Locator => webview().getByRole('checkbox', { name });
    await box(/^Select Rebuild the cart/)
      .first()
      .click();
    const button = webview().getByRole('button', { name: 'Compare Runs…' });
    expect(await button.isDisabled()).toBe(true);
    await box(/^Select Rebuild the cart/)
      .last()
      .click();
    await webview()
      .getByText(/2 selected/)
      .waitFor();
    await button.click();
    // The older one is A, whichever was selected first.
    await webview()
      .getByText(/B is a fork of A/)
      .waitFor();
    await page.getByRole('tab', { name: /Rebuild the cart ↔/ }).waitFor();
  });

  test('complains about nothing', () => {
    expect(complaints).toEqual([]);
  });
});
