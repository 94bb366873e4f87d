import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeDemo } from '../../scripts/demo.mjs';
import { temporaryFolder } from '../../scripts/lib/atExit.mjs';
import { openWindow } from './support/openWindow';

test('a person approves a breakpoint, resumes the run and iterates it to its end, and the journal says so', async () => {
  const folder = temporaryFolder('babysitter-runs-approve');
  const demo = await makeDemo(folder.path);
  const window = await openWindow({ workspace: demo.workspace, home: demo.home });
  const { page, screenshot } = window;
  const runDir = join(window.workspace, '.a5c', 'runs', demo.runs.breakpoint);
  const runRow = page.getByRole('treeitem', { name: /^Move the order lines/ });
  const question = page.getByRole('treeitem', { name: /^Breakpoint Approve migration plan/ });

  await window.showViews();
  await question.waitFor();
  expect(await runRow.getAttribute('aria-label')).toContain('Needs your answer: Approve migration plan');
  await page.getByRole('tab', { name: /Babysitter Runs.*3 questions wait for you/ }).waitFor();

  // Approve, on the row.
  await question.hover();
  await question.getByRole('button', { name: 'Approve Breakpoint' }).click();
  await page.getByText(/^Approved "Approve migration plan" in "Move the order lines/).waitFor();
  await screenshot('approve-undo');
  await page.getByRole('button', { name: 'Undo' }).click();
  await question.waitFor();
  expect(journalTypes(runDir).at(-1)).toBe('EFFECT_REQUESTED');
  await question.hover();
  await question.getByRole('button', { name: 'Approve Breakpoint' }).click();
  await page
    .getByText('Approved "Approve migration plan". Saved. Continue the run to apply it.')
    .first()
    .waitFor();
  await question.waitFor({ state: 'detached' });
  await page.getByRole('treeitem', { name: /^Move the order lines.*ready to continue/ }).waitFor();
  await page.getByRole('tab', { name: /Babysitter Runs.*2 questions wait for you/ }).waitFor();
  await screenshot('approve-recorded');
  expect(journalTypes(runDir).at(-1)).toBe('EFFECT_RESOLVED');

  // Resume, on the row.
  await runRow.hover();
  await runRow.getByRole('button', { name: 'Resume Run…' }).click();
  await page
    .getByPlaceholder(/Everything is answered.*3 results are replayed, nothing is run again/)
    .waitFor();
  await screenshot('approve-resume');
  await page.getByRole('option', { name: /Iterate once/ }).click();
  await page.getByText('The run is completed.').first().waitFor();
  await page.getByRole('treeitem', { name: /^Move the order lines.*, completed\./ }).waitFor();
  await screenshot('approve-completed');

  // What counts is on disk.
  expect(journalTypes(runDir).slice(-2)).toEqual(['EFFECT_RESOLVED', 'RUN_COMPLETED']);
  const output = JSON.parse(readFileSync(join(runDir, 'state', 'output.json'), 'utf8'));
  expect(output).toMatchObject({ decision: 'approved', plan: 'artifacts/migration-plan.md' });
  const answer = resultOfBreakpoint(runDir);
  expect(answer.result).toEqual({
    approved: true,
    option: 'Approve',
    response: 'Approve',
    respondedBy: output.respondedBy,
  });
  expect(answer.metadata).toMatchObject({
    respondedBy: output.respondedBy,
    product: expect.stringMatching(/^Babysitter Runs \d/),
    surface: 'row',
  });

  // The log names every call of the engine, with its outcome.
  await window.runCommand('Babysitter: Show Log');
  const lines = page.locator('.view-line');
  await lines
    .filter({ hasText: /exit\scode\s0.*babysitter\stask:post/ })
    .first()
    .waitFor();
  await lines
    .filter({ hasText: /exit\scode\s0.*babysitter\srun:iterate/ })
    .first()
    .waitFor();
  await screenshot('approve-log');
  folder.remove();
});

function journalTypes(runDir: string): readonly string[] {
  const journal = join(runDir, 'journal');
  return readdirSync(journal)
    .toSorted()
    .map((file) => JSON.parse(readFileSync(join(journal, file), 'utf8')).type);
}

function resultOfBreakpoint(runDir: string) {
  const tasks = join(runDir, 'tasks');
  const id = readdirSync(tasks).find((name) =>
    readFileSync(join(tasks, name, 'task.json'), 'utf8').includes('"breakpoint"'),
  );
  return JSON.parse(readFileSync(join(tasks, id ?? '', 'result.json'), 'utf8'));
}
