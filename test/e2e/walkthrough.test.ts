import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chooseFromMenu } from './support/chooseFromMenu';
import { openDemo } from './support/openDemo';

const migration = /^Move the order lines/;
const question = /^Breakpoint Approve migration plan/;
const scored = /^Raise the relevance/;

test('the first five minutes of the README go as it says, and the journal says so after each step', async () => {
  const window = await openDemo({
    allExtensions: true,
    stores: true,
    size: { width: 1280, height: 1400 },
  });
  const { page, row, webview, runDir, screenshot } = window;
  const journal = (run: 'breakpoint' | 'scored'): readonly string[] => {
    const folder = join(runDir(run), 'journal');
    return readdirSync(folder)
      .toSorted()
      .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')).type);
  };
  const asked = journal('breakpoint');
  expect(asked.at(-1)).toBe('EFFECT_REQUESTED');

  // 1. Needs You lists questions, a damaged run, ready and failed ones.
  await page.getByRole('tab', { name: /Babysitter Runs.*4 questions wait for you/ }).waitFor();
  for (const name of [question, /^Damaged: /, /^Ready to continue: /, /^Failed: /])
    await row(name).first().waitFor();
  await screenshot('walkthrough-1');
  expect(journal('breakpoint')).toEqual(asked);

  // 2. The page has the question, its files and its options; Approve records the answer.
  await row(question).first().click();
  const card = webview().getByRole('region', { name: 'Approve migration plan' });
  await card.getByRole('link', { name: 'artifacts/migration-plan.md' }).waitFor();
  await screenshot('walkthrough-2');
  await card.getByRole('button', { name: 'Approve', exact: true }).click();
  await row(question).waitFor({ state: 'detached' });
  expect(journal('breakpoint')).toEqual([...asked, 'EFFECT_RESOLVED']);
  expect(window.answerTo('breakpoint', '"breakpoint"')).toMatchObject({
    status: 'ok',
    result: { approved: true, option: 'Approve', response: 'Approve' },
    metadata: { surface: 'page' },
  });

  // 3. Resume… and Iterate once complete the run.
  await webview().getByRole('button', { name: 'Resume…' }).first().click();
  await page.getByRole('option', { name: /Iterate once/ }).click();
  await row(/^Move the order lines.*, completed\./)
    .first()
    .waitFor();
  await screenshot('walkthrough-3');
  expect(journal('breakpoint')).toEqual([...asked, 'EFFECT_RESOLVED', 'RUN_COMPLETED']);
  expect(await row(migration).count()).toBeGreaterThan(0);

  // 4. Five scored iterations, the best one starred; the report shows how the score went.
  const before = journal('scored');
  await window.fold(scored);
  await row(/^Iteration 3,.*the best one/).waitFor();
  await expect.poll(() => row(/^Iteration \d+,.* score \d+/).count()).toBe(5);
  await row(scored).first().click({ button: 'right' });
  await chooseFromMenu(page, 'Open Report');
  await webview().locator('.heading', { hasText: 'Iteration 3 of 5 · best' }).waitFor();
  await webview()
    .getByRole('group', { name: /^score over 5 iterations/ })
    .waitFor();
  await screenshot('walkthrough-4');
  expect(journal('scored')).toEqual(before);
});
