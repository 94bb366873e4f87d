import { beforeAll, describe, expect, test } from 'vitest';
import { openDemo, type DemoWindow } from './support/openDemo';

describe('Without a mouse', () => {
  let window: DemoWindow;
  beforeAll(async () => {
    window = await openDemo();
  });

  test('a breakpoint is approved from the palette, where the one that waits longest comes first', async () => {
    const { page, row, answerTo, notification } = window;
    const { keyboard } = page;

    await keyboard.press('F1');
    await keyboard.type('Babysitter: Approve Breakpoint');
    await page
      .locator('.quick-input-widget')
      .getByRole('option', { name: /Approve Breakpoint/ })
      .waitFor();
    await keyboard.press('Enter');
    await page.getByRole('option', { name: /^Approve migration plan/ }).waitFor();
    await keyboard.press('Enter');

    await notification('Approved "Approve migration plan". Saved. Continue the run to apply it.').waitFor();
    await row(/^Breakpoint Approve migration plan/)
      .first()
      .waitFor({ state: 'detached' });
    const { result, metadata } = answerTo('breakpoint', 'Approve migration plan');
    expect(result).toMatchObject({ approved: true, option: 'Approve', respondedBy: metadata['respondedBy'] });
    expect(metadata['surface']).toBe('palette');
  });

  test('a breakpoint is read and approved, with words, from the tree and its page', async () => {
    const { page, row, runCommand, webview, answerTo } = window;
    const { keyboard } = page;
    const notes = row(/^Breakpoint Release notes for 2\.9\.0/);
    await runCommand('Babysitter Runs: Focus on Needs You View');
    const needsYou = page.getByRole('tree', { name: 'Needs You' });

    await keyboard.press('Home');
    await needsYou.locator('.monaco-list-row.focused').filter({ hasText: 'Release notes' }).waitFor();
    await keyboard.press('Enter');
    const question = webview().getByRole('region', { name: 'Release notes for 2.9.0' });
    await question.and(webview().locator(':focus')).waitFor();
    await question.getByLabel('Message to the agent (optional)').focus();
    await keyboard.type('Fit to publish.');
    await keyboard.press('Escape');
    await question.locator('button:focus').filter({ hasText: 'Publish' }).waitFor();
    await keyboard.press('Enter');

    await notes.first().waitFor({ state: 'detached' });
    expect(answerTo('twoBreakpoints', 'Release notes for 2.9.0').result).toMatchObject({
      approved: true,
      response: 'Fit to publish.',
      feedback: 'Fit to publish.',
    });
  });

  test('a run is resumed from its context menu, whose picker keeps the focus', async () => {
    const { page, runCommand } = window;
    const { keyboard } = page;
    await runCommand('Babysitter Runs: Focus on Runs View');

    // The failed run: it was read only in part until now, so its row changes while the picker opens.
    await keyboard.press('Home');
    for (let down = 0; down < 5; down += 1) await keyboard.press('ArrowDown');
    const focused = page.getByRole('tree', { name: 'Runs' }).locator('.monaco-list-row.focused');
    await focused.filter({ hasText: 'Bring the catalog' }).waitFor();
    await keyboard.press('Shift+F10');
    const resume = page.getByRole('menuitem', { name: 'Resume Run…' });
    await resume.waitFor();
    // A menu that is just opening misses a key now and then, so the keys are not counted.
    const resumeFocused = resume.and(page.locator(':focus'));
    for (let down = 0; down < 20 && !(await resumeFocused.isVisible()); down += 1) {
      await keyboard.press('ArrowDown');
    }
    await resumeFocused.waitFor();
    await keyboard.press('Enter');

    await page.getByPlaceholder(/^API rate limit exceeded.*2 results are replayed/).waitFor();
    await keyboard.type('agent');
    await page.getByRole('option', { name: /Resume an agent in a terminal/ }).waitFor();
    await keyboard.press('Escape');
  });

  test('the status bar leads to the questions', async () => {
    const { page, runCommand } = window;
    await runCommand('View: Show Explorer');
    await page.getByRole('heading', { name: 'Explorer', exact: true }).waitFor();

    await page.getByRole('button', { name: 'Babysitter Runs: 1 question waits for you' }).click();

    await page.locator('[role=tree][aria-label="Needs You"]:focus').waitFor();
  });
});
