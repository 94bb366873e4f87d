import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { again } from './support/again';
import { seriousViolations } from './support/axe';
import { openDemo } from './support/openDemo';

const json = (...path: readonly string[]): Record<string, unknown> =>
  JSON.parse(readFileSync(join(...path), 'utf8')) as Record<string, unknown>;

test('a person forks a run at a task with another result, and finds each run from the other', async () => {
  const window = await openDemo({
    size: { width: 1400, height: 1000 },
    // What is typed here is meant as it stands.
    settings: {
      'editor.autoClosingBrackets': 'never',
      'editor.autoIndent': 'none',
      'editor.autoSurround': 'never',
    },
  });
  const { page, notification, screenshot, runDir, webview, runCommand, useTheme } = window;
  const original = runDir('scored');
  const runs = join(original, '..');
  const before = readdirSync(runs);
  const dialog = page.getByRole('dialog');
  const option = (name: RegExp) => page.locator('.quick-input-widget').getByRole('option', { name });
  const lens = page.locator('.codelens-decoration').getByText(/Fork with this result of/);

  // From the page: the first task of the fourth iteration.
  await runCommand('Babysitter: Open Run');
  await option(/^Raise the relevance/).click();
  const fourth = webview().getByRole('region', { name: 'Iteration 4' });
  await fourth.getByRole('heading', { name: /^Iteration 4/ }).click();
  await fourth.getByRole('button', { name: /tune the ranking/ }).click();
  await webview().getByRole('button', { name: 'Fork From Here…' }).click();
  await dialog.getByText(/9 results are replayed and not run again \(about 1s\)/).waitFor();
  await screenshot('fork-page-confirm');
  await dialog.getByRole('button', { name: 'Edit Last Result First…' }).click();

  await lens.waitFor();
  await screenshot('fork-edit-result');
  await page.locator('.monaco-editor .view-lines').last().click();
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText('{ "score": 12, "summary": "worse" }');
  await lens.click();
  await dialog.getByText(/gets the result as you edited it/).waitFor();
  await screenshot('fork-edited-confirm');
  await dialog.getByRole('button', { name: 'Fork', exact: true }).click();
  await notification(/The new run has 9 results of/).waitFor();
  await page.getByRole('tab', { name: /result\.json/ }).waitFor({ state: 'detached' });

  const made = readdirSync(runs).find((name) => !before.includes(name)) ?? '';
  const fork = join(runs, made);
  expect(json(fork, 'run.json')['request']).toMatch(/^fork of \S+ at \d+ with edited result$/);
  const results = readdirSync(join(fork, 'tasks')).flatMap((id) =>
    readdirSync(join(fork, 'tasks', id)).includes('result.json')
      ? [json(fork, 'tasks', id, 'result.json')]
      : [],
  );
  expect(results).toHaveLength(9);
  const edited = results.filter(({ metadata }) => (metadata as { edited?: boolean }).edited);
  expect(edited).toMatchObject([{ value: { score: 12, summary: 'worse' } }]);

  // Each page leads to the other.
  await page.getByRole('button', { name: 'Open Run', exact: true }).first().click();
  const up = webview().getByRole('link', { name: /^Fork of "Raise the relevance.*with edited result$/ });
  await up.scrollIntoViewIfNeeded();
  await screenshot('fork-made-as');
  expect(await seriousViolations(window)).toEqual([]);
  await up.click();
  const down = webview().getByRole('link', {
    name: /^Raise the relevance.*fork at event \d+ with edited result/,
  });
  await down.scrollIntoViewIfNeeded();
  await screenshot('fork-listed');
  for (const theme of ['Light 2026', 'Default High Contrast'] as const) {
    await useTheme(theme);
    await screenshot(`fork-listed-${theme}`);
    expect(await seriousViolations(window)).toEqual([]);
  }
  await down.click();
  await up.waitFor();

  // Edited inputs, from the palette, after everything that was answered.
  await runCommand('View: Close All Editors');
  await again(async () => {
    await runCommand('Babysitter: Fork From Here…');
    await option(/^Find out why/).click();
    await option(/After the last result/).click({ timeout: 10_000 });
  });
  await dialog.getByRole('button', { name: 'Edit Inputs First…' }).click();
  const withInputs = page.locator('.codelens-decoration').getByText('Fork with these inputs');
  await withInputs.waitFor();
  await page.locator('.monaco-editor .view-lines').last().click();
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText('{ "limit": 7 }');
  await withInputs.click();
  await dialog.getByText(/The edited inputs affect only what runs again/).waitFor();
  const known = readdirSync(runs);
  await dialog.getByRole('button', { name: 'Fork', exact: true }).click();
  await page.getByRole('tab', { name: /inputs\.json/ }).waitFor({ state: 'detached' });
  const second = join(runs, readdirSync(runs).find((name) => !known.includes(name)) ?? '');
  expect(json(second, 'inputs.json')).toEqual({ limit: 7 });
  expect(json(second, 'run.json')['request']).toMatch(/ with edited inputs$/);
});
