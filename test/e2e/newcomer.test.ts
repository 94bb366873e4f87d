import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { again } from './support/again';
import { openWindow, type EditorWindow } from './support/openWindow';

describe('In an empty folder', () => {
  let window: EditorWindow;
  beforeAll(async () => {
    window = await openWindow();
    await window.showViews();
  });

  test('a click in the activity bar shows the views Needs You and Runs, which say what would be there', async () => {
    const { page, screenshot } = window;
    const views = page.locator('.part.sidebar .pane-header');
    await views.filter({ hasText: 'Needs You' }).waitFor();
    await views.filter({ hasText: /^Runs$/ }).waitFor();
    expect(await views.count()).toBe(2);
    await page.getByText(/^No runs yet\./).waitFor();
    await page.getByText('When a run stops at a breakpoint, its question appears here.').waitFor();
    await screenshot('newcomer-empty');
  });

  test('the palette offers only what can do something there', async () => {
    const { page, screenshot } = window;
    await page.keyboard.press('F1');
    const palette = page.locator('.quick-input-widget');
    await palette.locator('.quick-input-box input').fill('>Babysitter: ');
    await palette.getByRole('option', { name: 'Babysitter: Show Log' }).waitFor();
    await screenshot('palette-empty');
    const offered = await palette.getByRole('option', { name: /^Babysitter: / }).allInnerTexts();
    expect(offered.length).toBeLessThan(12);
    for (const title of ['Resume Run…', 'Approve Breakpoint', 'Open Run', 'Clear Filter']) {
      expect(offered.join('\n')).not.toContain(`Babysitter: ${title}`);
    }
    await page.keyboard.press('Escape');
  });

  test('a newcomer is led on: why there is nothing, the walkthrough, a sample', async () => {
    const { page, runCommand, screenshot, webview, workspace } = window;
    await page.getByRole('button', { name: 'Create a Sample Process' }).waitFor();
    await page.getByRole('button', { name: "Why Don't I See My Run?" }).click();
    const picker = page.locator('.quick-input-widget');
    await picker.getByRole('option', { name: /There is no \.a5c\/runs in the workspace/ }).waitFor();
    await screenshot('newcomer-why');
    await page.keyboard.press('Escape');

    // VS Code 1.103 shows its own walkthrough until it has read those of extensions.
    await again(async () => {
      await runCommand('Babysitter: Get Started');
      await page.getByText('See every run').first().waitFor({ timeout: 10_000 });
    });
    await screenshot('newcomer-walkthrough');

    await runCommand('Babysitter: Open Sample Runs');
    await webview()
      .getByRole('heading', { level: 1, name: /Raise the quality/ })
      .waitFor();
    await page.getByText('Nothing needs you.').waitFor();
    await screenshot('newcomer-sample');

    await runCommand('Babysitter: Create a Sample Process');
    await page.getByRole('tab', { name: /sample\.mjs/ }).waitFor();
    expect(readFileSync(join(workspace, '.a5c', 'processes', 'sample.mjs'), 'utf8')).toContain(
      'ctx.breakpoint',
    );
    await screenshot('newcomer-process');
  });

  test('runs are shown as soon as there are any', async () => {
    const { page, workspace } = window;
    cpSync('test/fixtures/captured/0.0.187/workspace/.a5c', join(workspace, '.a5c'), { recursive: true });
    await page
      .getByRole('treeitem', { name: /^Breakpoint Approve migration plan/ })
      .first()
      .waitFor();
    await page.getByText(/^No runs yet\./).waitFor({ state: 'detached' });
  });
});
