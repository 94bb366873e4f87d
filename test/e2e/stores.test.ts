import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Locator } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { again } from './support/again';
import { seriousViolations } from './support/axe';
import { chooseFromMenu } from './support/chooseFromMenu';
import { openDemo, type DemoWindow } from './support/openDemo';

const standIn = (name: string): readonly string[] => [process.execPath, resolve('test/support', name)];

/** Changes the workspace's own settings: those that name programs are of the machine, or of a trusted workspace. */
function change(workspace: string, settings: object): void {
  const file = join(workspace, '.vscode/settings.json');
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), ...settings }));
}

/** Chooses from the menu of a row. */
async function choose({ page }: DemoWindow, row: Locator, item: string): Promise<void> {
  await again(async () => {
    await row.click({ button: 'right', timeout: 10_000 });
    await chooseFromMenu(page, item, 10_000);
  });
}

/** Shows what is below a row, which a click on its text does not. */
async function unfold(row: Locator): Promise<void> {
  if ((await row.getAttribute('aria-expanded')) === 'true') return;
  await row.locator('.monaco-tl-twistie').click();
}

describe('Runs of other engines', () => {
  let window: DemoWindow;
  const inQuickInput = (name: RegExp | string): Locator =>
    window.page.locator('.quick-input-widget').getByRole('option', { name });
  /** The files of a job's checkpoints. */
  const checkpoints = (job: string): number =>
    readdirSync(join(window.workspace, 'perstack/jobs', job, 'checkpoints')).length;

  beforeAll(async () => {
    window = await openDemo({
      stores: true,
      size: { width: 1400, height: 1400 },
      prepare: ({ workspace }) =>
        change(workspace, {
          'babysitterRuns.stores.perstack.command': standIn('perstackProgram.mjs'),
          'babysitterRuns.stores.themis.command': standIn('themisProgram.mjs'),
        }),
    });
  });

  test('stand in one list, each with its state', async () => {
    const { row, page, screenshot } = window;
    for (const name of [
      /^planner - 2 steps \(upgrade-postgres\).*needs you/,
      /^planner - 5 steps \(announce-2\.9\).*completed/,
      /^importer - 2 steps \(nightly-import\).*failed/,
      /^support-questions · shop\/answers_v2.*partly failed\. 1 of 5 cases failed: address 429/,
      /^support-questions-long.*ready to continue\. Completed through parse/,
      /^Purchase prices \(kT7vQ2mZx9LrWf4hBn8Ye\) · 4 iterations · best 100 % \(iteration 4\)/,
      /^Competitors.*paused/,
    ]) {
      await row(name).first().waitFor();
    }
    await page.getByRole('tab', { name: /4 questions wait for you/ }).waitFor();
    await screenshot('stores-rows');
  });

  test('keep an answer that the program did not take, and say so', async () => {
    const { row, webview, notification, workspace } = window;
    change(workspace, { 'babysitterRuns.stores.perstack.command': [process.execPath, '--version'] });
    await row(/Which maintenance window/)
      .first()
      .click();
    const card = webview().getByRole('region', { name: /Which maintenance window/ });
    await card.getByRole('textbox').first().fill('Ask Dana first');
    await card.getByRole('button', { name: 'None: use a replica' }).click();
    await notification(/Your answer was not taken: the job still asks the same question/).waitFor();
    expect(await card.getByRole('textbox').first().inputValue()).toBe('Ask Dana first');
    await card.getByRole('textbox').first().fill('');
    change(workspace, { 'babysitterRuns.stores.perstack.command': standIn('perstackProgram.mjs') });
  });

  test('have a question answered by one command in a terminal, and are seen to go on with it', async () => {
    const { row, page, webview, notification, screenshot } = window;
    const question = row(/Which maintenance window/);
    await question.first().click();
    const card = webview().getByRole('region', { name: /Which maintenance window/ });
    await card.getByRole('button', { name: 'Sunday morning' }).waitFor();
    expect(await card.getByText(/counts as/).count()).toBe(0);
    expect(await question.first().getByRole('button').count()).toBe(0);
    await webview()
      .locator('body')
      .evaluate(() => document.fonts.ready);
    await screenshot('stores-question');
    expect(await seriousViolations(window)).toEqual([]);

    await card.getByRole('button', { name: 'Sunday morning' }).click();
    await notification(/The run goes on with it/).waitFor();
    await row(/^planner - 4 steps \(upgrade-postgres\).*completed/).waitFor();
    await question.waitFor({ state: 'detached' });
    expect(checkpoints('upgrade-postgres')).toBe(4);
    await page.locator('.terminal-wrapper:visible').first().waitFor();
    await screenshot('stores-answered');
  });

  test('are branched from a step, and the branches compared', async () => {
    const { row, page, webview, screenshot } = window;
    const job = row(/^planner - 3 steps \(slow-order-search\)/);
    await unfold(job);
    const steps = row(/^planner · steps 1–3/);
    if ((await steps.getAttribute('aria-expanded')) === 'true') await steps.click();
    await steps.click();
    const step = row(/^Step 1 \(/);
    await step.waitFor();
    const before = checkpoints('slow-order-search');
    await choose(window, step, 'Branch From This Checkpoint…');
    const input = page.locator('.quick-input-widget input');
    await input.fill('Use a materialised view');
    await page.keyboard.press('Enter');
    await page.getByText('Options (optional)').first().waitFor();
    await input.fill('--max-steps +5');
    await page.keyboard.press('Enter');
    await expect.poll(() => checkpoints('slow-order-search')).toBe(before + 1);
    await row(/^planner · step 2, resumed from step 1/).waitFor();

    await choose(window, step, 'Compare Runs…');
    await inQuickInput(/^Step 2/)
      .first()
      .click();
    await webview()
      .getByRole('heading', { name: /Step 1.*Step 2|Compar/ })
      .first()
      .waitFor();
    await screenshot('stores-compared');
  });

  test('have a failed case opened by clicks', async () => {
    const { row, page, screenshot } = window;
    await unfold(row(/^support-questions · shop\/answers_v2/).last());
    await row(/^Generate 4\/5/).click();
    await row(/^address/)
      .first()
      .click();
    const document = page.locator('.monaco-editor .view-lines');
    await document.getByText('429 Too Many Requests: rate limit exceeded after 3 attempts').waitFor();
    await document.getByText('Can I change the address after paying?').waitFor();
    await screenshot('stores-case');
  });

  test('are carried on with a config that is chosen once and checked', async () => {
    const { row, page, workspace } = window;
    const commands = join(workspace, 'evals/commands.txt');
    await choose(window, row(/^support-questions · shop\/answers_v2/).last(), 'Resume with Config…');
    await inQuickInput(/support-questions-long\.yaml/).click();
    await page
      .getByText(/makes the run [0-9a-f]{8}, and not [0-9a-f]{8}/)
      .first()
      .waitFor();
    await choose(window, row(/^support-questions · shop\/answers_v2/).last(), 'Resume with Config…');
    await inQuickInput(/support-questions\.yaml/).click();
    await inQuickInput(/^Run Until score/).click();
    await expect
      .poll(() => existsSync(commands) && readFileSync(commands, 'utf8'))
      .toBe(`run --config ${join(workspace, 'evals/support-questions.yaml')} --until-stage score\n`);

    const config = join(workspace, 'evals/support-questions.yaml');
    writeFileSync(config, `${readFileSync(config, 'utf8')}runtime:\n  existing_run_policy: rerun\n`);
    await choose(window, row(/^support-questions · shop\/answers_v2/).last(), 'Resume with Config…');
    await inQuickInput(/^Resume with Config/).click();
    await page
      .getByRole('dialog')
      .getByText(/first deletes 23 events of this run/)
      .waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    expect(readFileSync(commands, 'utf8').trim().split('\n')).toHaveLength(1);
  });

  test('have their best iteration in chart and report, with its topic', async () => {
    const { row, webview, screenshot } = window;
    const run = row(/^Purchase prices/);
    await unfold(run);
    await row(/^Iteration 4.*the best one/).waitFor();
    await choose(window, run, 'Open Report');
    await webview()
      .locator('.heading', { hasText: /Iteration 4.*best/ })
      .waitFor();
    await webview()
      .getByRole('group', {
        name: /^coverage over 4 iterations, from 0\.25 to 1\. Best \(highest\): 1 in iteration 4\. Target: 0\.9\./,
      })
      .waitFor();
    await webview().getByRole('button', { name: 'coverage, iteration 4: 1, best' }).first().waitFor();
    await webview().getByRole('heading', { name: 'About', exact: true }).waitFor();
    await webview().getByText('sales prices are fine').first().waitFor();
    await screenshot('stores-best');
    expect(await seriousViolations(window)).toEqual([]);
  });

  test('stand in the runs table with their engine, and are filtered by it', async () => {
    const { page, webview, screenshot } = window;
    const header = page.locator('.pane-header', { hasText: /^Runs/ });
    await header.hover();
    await header.getByRole('button', { name: 'Open Runs Table', exact: true }).click();
    const grid = webview().getByRole('grid', { name: 'Runs' });
    const engines = async (): Promise<readonly string[]> => [
      ...new Set(await grid.locator('.row [data-column=engine]').allInnerTexts()),
    ];
    await grid.getByRole('button', { name: 'Engine', exact: true }).click();
    await expect.poll(engines).toEqual(['Babysitter', 'Daystrom', 'Perstack', 'Themis']);
    await screenshot('stores-table');
    await webview()
      .getByRole('combobox', { name: 'Engine', exact: true })
      .selectOption({ label: 'Daystrom (2)' });
    await expect.poll(engines).toEqual(['Daystrom']);
    await webview().getByText('Columns', { exact: true }).click();
    await webview().getByRole('checkbox', { name: 'Engine', exact: true }).uncheck();
    await expect.poll(engines).toEqual([]);
    expect(await seriousViolations(window)).toEqual([]);
  });

  test('have a command copied that nobody can run any more, with a word about that', async () => {
    const { row, clipboard, notification } = window;
    await choose(window, row(/^Competitors/), 'Copy CLI Command');
    await notification(/cannot be installed any more.*starts a new run/).waitFor();
    expect(await clipboard()).toBe('daystrom resume --max-iterations 6 -- -3fPq8sVn_Ld6RtY0cGwA');
  });
});
