import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { chooseFromMenu } from './support/chooseFromMenu';
import { openDemo, type DemoWindow } from './support/openDemo';

describe('A run that is stuck', () => {
  let window: DemoWindow;
  beforeAll(async () => {
    window = await openDemo({
      prepare: ({ workspace, runs }) => {
        const dir = (id: string): string => join(workspace, '.a5c', 'runs', id);
        // The journal's last event is the answer that the run waits to apply.
        const broken =
          readdirSync(join(dir(runs.ready), 'journal'))
            .toSorted()
            .at(-1) ?? '';
        writeFileSync(join(dir(runs.ready), 'journal', broken), '{"type": "EFFECT_RES');
        const file = join(dir(runs.scored), 'run.json');
        const made = JSON.parse(readFileSync(file, 'utf8'));
        writeFileSync(file, JSON.stringify({ ...made, sdkVersion: '6.0.1' }));
      },
    });
  });

  test('a person asks why a run is stuck, sees what a repair would change, and repairs it', async () => {
    const { page, row, notification, screenshot, runDir } = window;
    const dir = runDir('ready');
    const choose = async (item: string): Promise<void> => {
      await chooseFromMenu(page, item);
    };

    // Both damaged runs are in Needs You, with what helps at their ends; one is taken note of.
    const damaged = page
      .getByRole('tree', { name: 'Needs You' })
      .getByRole('treeitem', { name: /^Damaged: / });
    await damaged.nth(1).waitFor();
    await page.getByRole('tab', { name: /^Babysitter Runs.*2 damaged runs need repair/ }).waitFor();
    const other = damaged.filter({ hasNotText: titleOf(dir) });
    await other.hover();
    await other.getByRole('button', { name: 'Repair Run…' }).waitFor();
    await screenshot('damaged-needs-you');
    await other.click({ button: 'right' });
    await choose('Mark as Seen');
    await page.getByRole('tab', { name: /^Babysitter Runs.*1 damaged run needs repair/ }).waitFor();
    await other.waitFor({ state: 'detached' });
    await damaged.click({ button: 'right' });
    await screenshot('diagnose-menu');
    await choose('Why Is This Run Stuck?');
    await notification(/is not valid JSON.*Until that is repaired, the engine fails/).waitFor();
    await screenshot('diagnose-damaged');
    await page.getByRole('button', { name: 'Repair Run…' }).first().click();

    // What would change is shown, and nothing is changed yet.
    const repair = page.getByRole('option', { name: /Repair…/ });
    await repair.waitFor();
    const { modified } = await diffText(page);
    expect(modified).toContain('EFFECT_RESOLVED');
    await screenshot('repair-plan');
    expect(readdirSync(dir).filter((name) => name.includes('.bak.'))).toEqual([]);
    await repair.click();
    const dialog = page.getByRole('dialog').filter({ hasText: 'is posted again' });
    await dialog.waitFor();
    await screenshot('repair-confirm');
    await dialog.getByRole('button', { name: 'Repair', exact: true }).click();

    await notification(/is repaired. 1 answer posted again/).waitFor();
    await screenshot('repair-done');
    const journal = readdirSync(join(dir, 'journal')).toSorted();
    const last = JSON.parse(readFileSync(join(dir, 'journal', journal.at(-1) ?? ''), 'utf8'));
    expect(last.type).toBe('EFFECT_RESOLVED');
    expect(readdirSync(dir).filter((name) => name.startsWith('journal.bak.'))).toHaveLength(1);
    expect(await window.engine('run:status', dir)).toMatchObject({ pendingByKind: {} });

    // A run that failed of an error that nobody catches: only a run forked before it asks the task again.
    const runs = join(dir, '..');
    const before = readdirSync(runs);
    await row(titleOf(runDir('failed')))
      .last()
      .click({ button: 'right' });
    await choose('Why Is This Run Stuck?');
    await notification(/was answered with an error that the process does not catch/).waitFor();
    await screenshot('diagnose-failed');
    await page.getByRole('button', { name: 'Fork From Here…' }).first().click();
    const fork = page.getByRole('dialog').filter({ hasText: 'not run again' });
    await fork.waitFor();
    await screenshot('fork-confirm');
    await fork.getByRole('button', { name: 'Fork', exact: true }).click();
    await notification(/The new run has \d+ results? of/).waitFor();
    await screenshot('fork-done');
    const made = readdirSync(runs).find((name) => !before.includes(name)) ?? '';
    const { request } = JSON.parse(readFileSync(join(runs, made, 'run.json'), 'utf8'));
    expect(request).toMatch(/^fork of \S+ at \d+$/);
    await page
      .getByRole('treeitem', { name: /ready to continue/ })
      .first()
      .waitFor();
  });

  test('a fork can begin at an iteration, the page asks the same question, and what the engine lacks is said', async () => {
    const { page, row, notification, screenshot, runDir } = window;
    const choose = async (name: RegExp, item: string): Promise<void> => {
      await row(name).last().click({ button: 'right' });
      await chooseFromMenu(page, item);
    };
    const scored = titleOf(runDir('scored'));
    await row(scored).last().locator('.monaco-tl-twistie').click();
    await row(/^Iteration 3/).waitFor();
    await choose(/^Iteration 3/, 'Fork From Here…');
    const dialog = page.getByRole('dialog').filter({ hasText: 'Run again' });
    await dialog.getByText(/The original run is not touched/).waitFor();
    await screenshot('fork-iteration');
    await dialog.getByRole('button', { name: 'Cancel' }).click();

    await choose(scored, 'Halt Run…');
    await notification(
      'Halt Run needs an engine of version 6 or newer; version 0.0.187 was found.',
    ).waitFor();

    const engine = page
      .locator('.statusbar')
      .getByRole('button', { name: /made by version 6\.0\.1 of the engine/ });
    expect(await engine.count()).toBe(0);
    await choose(scored, 'Open Run');
    await engine.waitFor();
    await window.runCommand('Babysitter: Why Is This Run Stuck?');
    await notification(/It is not stuck: it is completed, which is final/).waitFor();
    await screenshot('diagnose-page');
  });
});

/** How the run's row begins. */
function titleOf(dir: string): RegExp {
  const { prompt, processId } = JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8'));
  return new RegExp(`^${(prompt ?? processId).slice(0, 20).replaceAll(/[^\w ]/g, '.')}`);
}

async function diffText(page: Page): Promise<{ modified: string }> {
  const lines = page.locator('.monaco-diff-editor .editor.modified .view-line');
  await lines.first().waitFor();
  return { modified: (await lines.allTextContents()).join('\n').replaceAll('\u00a0', ' ') };
}
