import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../scripts/lib/atExit.mjs';
import { writeManyRuns } from '../support/manyRuns';
import { chooseFromMenu } from './support/chooseFromMenu';
import { openWindow, type EditorWindow } from './support/openWindow';
import { openPageBeside } from './support/pages';

/** The order that a person keeps among hundreds of runs, by clicks and keys. */
describe('The order of runs', () => {
  let window: EditorWindow;
  let page: Page;
  let runs: string;

  beforeAll(async () => {
    const folder = temporaryFolder('babysitter-runs-order');
    writeManyRuns(folder.path, 400);
    window = await openWindow({ workspace: folder.path, settings: { 'babysitterRuns.pageSize': 50 } });
    folder.remove();
    page = window.page;
    runs = join(window.workspace, '.a5c', 'runs');
    await window.showViews();
    await row(/^Run number 0 /).waitFor();
  });

  function row(name: RegExp, of: Page = page): Locator {
    return of.getByRole('tree', { name: /^Runs/ }).getByRole('treeitem', { name });
  }

  /** The first row of the Runs view. */
  function first(of: Page = page): Promise<string> {
    return row(/./, of)
      .first()
      .getAttribute('aria-label')
      .then((label) => label ?? '');
  }

  async function choose(name: RegExp, item: string): Promise<void> {
    await row(name).click({ button: 'right' });
    await chooseFromMenu(page, item);
  }

  /** Types into the input that is open, and accepts it. */
  async function type(title: RegExp, text: string): Promise<void> {
    const input = page.locator('.quick-input-widget');
    await input.filter({ hasText: title }).waitFor();
    await input.locator('.quick-input-box input').fill(text);
    await page.keyboard.press('Enter');
  }

  async function select(...names: readonly RegExp[]): Promise<void> {
    for (const name of names) await row(name).click({ modifiers: ['Control'] });
  }

  function dialog(text: string | RegExp): Locator {
    return page.getByRole('dialog').filter({ hasText: text });
  }

  function notice(text: string | RegExp): Locator {
    return page.locator('.notification-list-item').filter({ hasText: text });
  }

  test('pins a run, which is first then', async () => {
    await choose(/^Run number 7 /, 'Pin');
    await expect.poll(() => first()).toMatch(/^Run number 7 .*pinned/);
    await choose(/^Run number 7 /, 'Unpin');
    await expect.poll(() => first()).toMatch(/^Run number 0 /);
    await window.runCommand('Babysitter: Undo Last Change to Runs');
    await expect.poll(() => first()).toMatch(/^Run number 7 /);
  });

  test('archives a run, which a filter finds again, and undoes it', async () => {
    await choose(/^Run number 3 /, 'Archive');
    await row(/^Run number 3 /).waitFor({ state: 'detached' });
    await notice(/Archived "Run number 3 /)
      .getByRole('button', { name: 'Undo' })
      .click();
    await row(/^Run number 3 /).waitFor();

    await choose(/^Run number 0 /, 'Archive');
    await row(/^Run number 0 /).waitFor({ state: 'detached' });
    // Its question still needs somebody.
    const needsYou = page.getByRole('tree', { name: 'Needs You' });
    await needsYou.getByRole('treeitem', { name: /^Breakpoint Ship night 0/ }).waitFor();
    await window.runCommand('Babysitter: Filter Runs…');
    await page
      .locator('.quick-input-widget')
      .getByRole('checkbox', { name: /^Archived/ })
      .first()
      .click();
    await window.screenshot('order-filter');
    await page.keyboard.press('Enter');
    await page.locator('.pane-header', { hasText: 'archived · 1 of 400' }).waitFor();
    await row(/^Run number 0 .*archived/).waitFor();
    await window.runCommand('Babysitter: Clear Filter');
    await row(/^Run number 1 /).waitFor();
  });

  test('gives a run a name of one’s own, by F2, and tags', async () => {
    await select(/^Run number 5 /);
    await page.keyboard.press('F2');
    await type(/^Rename: Run number 5 /, 'The good one');
    await row(/^The good one: Run number 5 /).waitFor();
    await choose(/^The good one/, 'Edit Tags…');
    await type(/^Edit Tags/, 'release, #nightly');
    await row(/^The good one: .*#nightly, #release/).waitFor();
    await select(/^The good one/);
    // "List: Show Hover".
    await page.keyboard.press('Control+K');
    await page.keyboard.press('Control+I');
    await page.locator('.monaco-hover').getByText('Run number 5 of the nightly build').first().waitFor();
    await window.screenshot('order-named');
  });

  test('keeps a filter as a view', async () => {
    await window.runCommand('Babysitter: Filter Runs…');
    const box = (name: RegExp): Locator =>
      page.locator('.quick-input-widget').getByRole('checkbox', { name }).first();
    await box(/^Failed/).click();
    await page.keyboard.press('Enter');
    await page.locator('.pane-header', { hasText: 'failed · 20 of 400' }).waitFor();
    await window.runCommand('Babysitter: Save Filter as View…');
    await type(/^Save Filter as View/, 'Broken nights');
    await page.locator('.pane-header', { hasText: 'Broken nights: failed · 20 of 400' }).waitFor();
    await window.runCommand('Babysitter: Switch View…');
    const view = (name: RegExp): Locator => page.locator('.quick-input-widget').getByRole('option', { name });
    await view(/^Broken nights, 20 runs/).waitFor();
    await window.screenshot('order-views');
    await view(/^All Runs, 399 runs/).click();
    await row(/^Run number 1 /).waitFor();
    await window.runCommand('Babysitter: Switch View…');
    await view(/^Broken nights/).click();
    await page.locator('.pane-header', { hasText: 'Broken nights: failed · 20 of 400' }).waitFor();
    await window.runCommand('Babysitter: Clear Filter');
    await row(/^Run number 2 /).waitFor();
  });

  test('is changed for several runs at once, with exact counts first and undo', async () => {
    await select(/^Run number 1 /, /^Run number 2 /, /^Run number 3 /);
    await row(/^Run number 2 /).click({ button: 'right' });
    await window.screenshot('order-several');
    expect(await page.getByRole('menuitem', { name: 'Open Run' }).count()).toBe(0);
    await chooseFromMenu(page, 'Archive');
    await dialog('Archive 3 runs?').waitFor();
    await window.screenshot('order-question');
    await dialog('Archive 3 runs?').getByRole('button', { name: 'Archive', exact: true }).click();
    await row(/^Run number 1 /).waitFor({ state: 'detached' });
    expect(await row(/^Run number [123] /).count()).toBe(0);
    await notice('Archived 3 runs.').getByRole('button', { name: 'Undo' }).click();
    await row(/^Run number 1 /).waitFor();
    await row(/^Run number 3 /).waitFor();
  });

  test('marks failed runs as seen, and compares two', async () => {
    const needsYou = page.getByRole('tree', { name: 'Needs You' });
    await needsYou.getByRole('treeitem', { name: /^Failed: Run number 1 / }).waitFor();
    await row(/^Run number 2 /).click();
    await select(/^Run number 1 /);
    await row(/^Run number 1 /).click({ button: 'right' });
    await chooseFromMenu(page, 'Mark as Seen');
    const question = dialog('Mark 1 run as seen?');
    await question.getByText('1 run did not fail').waitFor();
    await question.getByRole('button', { name: 'Mark as Seen' }).click();
    await needsYou.getByRole('treeitem', { name: /^Failed: Run number 1 / }).waitFor({ state: 'detached' });
    await notice('Marked 1 run as seen.').getByRole('button', { name: 'Undo' }).click();
    await needsYou.getByRole('treeitem', { name: /^Failed: Run number 1 / }).waitFor();

    await row(/^Run number 1 /).click({ button: 'right' });
    await chooseFromMenu(page, 'Compare Runs…');
    await page.getByRole('tab', { name: /Run number 2 .*Run number 1 / }).waitFor();
  });

  test('is kept when the window is loaded again, and followed by another window', async () => {
    await window.reload();
    await row(/^Run number 7 .*pinned/).waitFor();
    await row(/^The good one: .*#nightly, #release/).waitFor();
    expect(await row(/^Run number 0 /).count()).toBe(0);

    const second = await openPageBeside(page);
    await second.goto(page.url());
    await second.getByRole('tab', { name: /^Babysitter Runs/ }).click();
    await row(/^The good one: .*#nightly, #release/, second).waitFor();
    await choose(/^Run number 9 /, 'Pin');
    await expect.poll(() => first(second)).toMatch(/^Run number 7 /);
    await row(/^Run number 9 .*pinned/, second).waitFor();
    await second.close();
  });

  test('is changed in the table, for all that is selected', async () => {
    await window.runCommand('Babysitter: Open Runs Table');
    const table = window.webview();
    await table.getByText(/^399 of 400 runs/).waitFor();
    await table.getByRole('checkbox', { name: /^Filter of the Runs view: without archived runs/ }).waitFor();
    await table.getByRole('checkbox', { name: 'Select Run number 20 of' }).click();
    await table.getByRole('checkbox', { name: 'Select Run number 21 of' }).click();
    await window.screenshot('order-table');
    await table.getByRole('button', { name: 'Archive', exact: true }).click();
    await dialog('Archive 2 runs?').getByRole('button', { name: 'Archive', exact: true }).click();
    await table.getByText(/^397 of 400 runs/).waitFor();
    await notice('Archived 2 runs.').getByRole('button', { name: 'Undo' }).click();
    await table.getByText(/^399 of 400 runs/).waitFor();
    await window.useTheme('Default High Contrast');
    await window.screenshot('order-contrast');
  });

  test('deletes runs, after saying how many and how large', async () => {
    const before = readdirSync(runs).length;
    await select(/^Run number 10 /, /^Run number 11 /);
    await page.keyboard.press('Delete');
    const question = dialog('Move 2 runs to the trash?');
    await question.getByText(/2 runs, [\d.]+ kB in \d+ files\./).waitFor();
    await window.screenshot('order-delete');
    await question.getByRole('button', { name: 'Move to Trash' }).click();
    // The hosted window has no trash, and says so.
    const permanently = dialog('Delete 2 runs permanently?');
    await permanently.waitFor();
    expect(readdirSync(runs)).toHaveLength(before);
    await permanently.getByRole('button', { name: 'Delete Permanently' }).click();
    await row(/^Run number 10 /).waitFor({ state: 'detached' });
    expect(readdirSync(runs)).toHaveLength(before - 2);
    await row(/^Run number 12 /).waitFor();
  });
});
