import { beforeAll, describe, expect, test } from 'vitest';
import type { Locator } from 'playwright-core';
import { temporaryFolder } from '../../scripts/lib/atExit.mjs';
import { writeManyRuns } from '../support/manyRuns';
import { openWindow, type EditorWindow } from './support/openWindow';

const runs = 400;

/** A workspace with hundreds of runs, of which the view shows fifty at a time. */
describe('Hundreds of runs', () => {
  let window: EditorWindow;
  let tree: Locator;
  let row: (name: RegExp) => Locator;

  beforeAll(async () => {
    const folder = temporaryFolder('babysitter-runs-many');
    writeManyRuns(folder.path, runs);
    window = await openWindow({ workspace: folder.path, settings: { 'babysitterRuns.pageSize': 50 } });
    folder.remove();
    tree = window.page.getByRole('tree', { name: /^Runs/ });
    row = (name) => tree.getByRole('treeitem', { name });
    await window.showViews();
    await row(/^Run number 0 /).waitFor();
  });

  /** Moves to the last row by keyboard, and waits for it. */
  async function toTheEnd(name: RegExp): Promise<void> {
    await window.runCommand('Babysitter Runs: Focus on Runs View');
    await window.page.keyboard.press('End');
    await row(name).and(tree.locator('.focused')).waitFor();
  }

  /** A line of the picker with a box to check; the box itself has the same name. */
  function box(name: RegExp): Locator {
    return window.page.locator('.quick-input-widget').getByRole('checkbox', { name }).first();
  }

  /** A button at the top of the Runs view, which shows when the pointer is there. */
  async function clickViewButton(name: string): Promise<void> {
    const header = window.page.locator('.pane-header', { hasText: /^Runs/ });
    await header.hover();
    await header.getByRole('button', { name, exact: true }).click();
  }

  test('are shown a page at a time, the next by Enter or by a click', async () => {
    const { page } = window;
    await toTheEnd(/^Load 50 more \(346 left\)/);
    await page.keyboard.press('Enter');
    // The focus goes on where reading goes on.
    await tree.locator('.monaco-list-row.focused').filter({ hasText: 'Run number 51 of' }).waitFor();

    await toTheEnd(/^Load 50 more \(296 left\)/);
    await row(/^Load 50 more/).click();
    await tree.locator('.monaco-list-row.focused').filter({ hasText: 'Run number 101 of' }).waitFor();
    await toTheEnd(/^Load 50 more \(246 left\)/);
    await page.keyboard.press('Home');
  });

  test('hang below the run that started them', async () => {
    await window.runCommand('Babysitter Runs: Focus on Runs View');
    await window.page.keyboard.press('Home');
    const parent = row(/^Run number 11 .*1 child run/);
    const twistie = parent.locator('.monaco-tl-twistie');
    await twistie.click();
    const child = row(/^Run number 12 /);
    await child.waitFor();
    expect(await child.getAttribute('aria-level')).toBe('2');
    await twistie.click();
    await child.waitFor({ state: 'detached' });
  });

  test('are filtered by state, process and age in one picker, which the view says and clears', async () => {
    const { page, screenshot } = window;
    await clickViewButton('Filter Runs…');
    await box(/^Failed/).click();
    await box(/^In the last day/).click();
    // There is one age: the one checked last.
    await box(/^In the last week/).click();
    await screenshot('many-filter');
    await page.keyboard.press('Enter');

    await page.locator('.pane-header', { hasText: 'failed, last week · 9 of 400' }).waitFor();
    await row(/^Run number 161 .*failed/).waitFor();
    expect(await row(/./).count()).toBe(9);
    // What needs a person is not hidden.
    const needsYou = page.getByRole('tree', { name: 'Needs You' });
    await needsYou.getByRole('treeitem', { name: /^Breakpoint Ship night 300/ }).waitFor();

    // It is kept when the window is loaded again.
    await window.reload();
    await page.locator('.pane-header', { hasText: 'failed, last week · 9 of 400' }).waitFor();
    await row(/^Run number 1 .*failed/).waitFor();

    await clickViewButton('Clear Filter');
    await row(/^Run number 0 /).waitFor();
    expect(await page.locator('.pane-header', { hasText: 'last week' }).count()).toBe(0);
  });

  test('that no filter lets through leave a text that leads back', async () => {
    const { page } = window;
    await window.runCommand('Babysitter: Filter Runs…');
    await box(/^Failed/).click();
    await box(/^In the last hour/).click();
    await page.keyboard.press('Enter');

    await page.getByText('No runs match the filter.').waitFor();
    await page.getByRole('button', { name: 'Clear Filter' }).last().click();
    await row(/^Run number 0 /).waitFor();
  });

  test('are found by the title of a task that nobody has looked at, wherever they stand', async () => {
    const { page, screenshot } = window;
    await window.runCommand('Babysitter: Find a Run…');
    await page.getByPlaceholder(/^Words of its title/).waitFor();
    await page.keyboard.type('nightly');
    await window.page
      .locator('.quick-input-widget')
      .getByRole('option', { name: /^Run number 0 / })
      .waitFor();
    await page.keyboard.press('ArrowUp');
    await page.getByRole('option', { name: /^300 more/ }).waitFor();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('night 333 plan');
    const found = page.locator('.quick-input-widget').getByRole('option', { name: /^Run number 333 / });
    await found.waitFor();
    await found.getByText('Task: Plan the work of night 333').waitFor();
    await screenshot('many-find');
    await page.keyboard.press('Enter');

    await window.webview().getByRole('heading', { name: 'Run number 333 of the nightly build' }).waitFor();
    // It lies beyond the page; the rows between are not made for it.
    await row(/^Run number 333 /)
      .and(tree.locator('.selected'))
      .waitFor();
    await toTheEnd(/^Load 50 more \(345 left\)/);
  });

  test('are grouped by state, those that need a person open', async () => {
    const { page, screenshot } = window;
    await clickViewButton('Group Runs By…');
    await page
      .locator('.quick-input-widget')
      .getByRole('option', { name: /^State/ })
      .click();

    const group = row(/^Needs you, 4 runs/);
    await group.waitFor();
    expect(await group.getAttribute('aria-expanded')).toBe('true');
    await row(/^Run number 300 .*needs you/).waitFor();
    const completed = row(/^Completed, 376 runs/);
    expect(await completed.getAttribute('aria-expanded')).toBe('false');
    await completed.click();
    await toTheEnd(/^Load 50 more \(322 left\)/);
    await screenshot('many-groups');
  });
});
