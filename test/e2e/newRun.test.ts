import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { write } from '../support/runFolder';
import { openDemo, type DemoOptions, type DemoWindow } from './support/openDemo';

/** A process of one shell task and one agent task. */
const source = `/**
 * @process demo/count-files
 * @inputs { folder: string, limit: number }
 */
export async function process(inputs, ctx) {
  const counted = await ctx.task(count, inputs);
  return ctx.task(summarize, { counted });
}
const count = {
  id: 'count',
  build: ({ folder }) => ({
    kind: 'shell',
    title: 'Count the files of ' + folder,
    shell: { command: 'sleep 1; ls "$FOLDER" | wc -l; test -e allowed', env: { FOLDER: folder, API_TOKEN: 'hunter2' } },
  }),
};
const summarize = {
  id: 'summarize',
  build: () => ({
    kind: 'agent',
    title: 'Summarize the count',
    agent: { name: 'writer', outputSchema: { type: 'object', required: ['summary'], properties: { summary: { type: 'string' } } } },
  }),
};
`;

const open = (options: DemoOptions = {}): Promise<DemoWindow> =>
  openDemo({
    // What checks JSON is one of them.
    allExtensions: true,
    ...options,
    // What is typed here is meant as it stands.
    settings: {
      'editor.autoClosingBrackets': 'never',
      'editor.autoIndent': 'none',
      'editor.autoSurround': 'never',
    },
    prepare: ({ workspace }) => void write(workspace, '.a5c/processes/count-files.mjs', source),
  });

test('a person makes a run, runs its task, posts what came of it, iterates, and writes the next result', async () => {
  const window = await open();
  const { page, row, notification, screenshot } = window;
  const picker = page.locator('.quick-input-widget');
  const option = (name: RegExp) => picker.getByRole('option', { name });
  const dir = join(window.workspace, '.a5c', 'runs', 'count-20260125');
  /** Writes the whole document in the active editor anew. */
  const rewrite = async (text: string): Promise<void> => {
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
    await page.keyboard.insertText(text);
  };
  const lens = (text: RegExp) => page.locator('.codelens-decoration a').filter({ hasText: text });
  const dialog = page.locator('.monaco-dialog-box');

  // New Run, from the view's title.
  await row(/^Add rate limiting/).hover();
  await page.getByRole('button', { name: 'New Run…' }).first().click();
  await option(/demo\/count-files/).waitFor();
  await screenshot('new-run-process');
  await option(/demo\/count-files/).click();
  await screenshot('new-run-inputs');
  await option(/Edit a JSON document/).click();
  await lens(/Continue with these inputs/).waitFor();
  // The process's own type of its inputs checks what is written.
  await page.locator('.monaco-editor .view-line', { hasText: 'folder' }).waitFor();
  const schema = '"$schema": "babysitter-runs-schema:/schema.json?1"';
  await rewrite(`{\n  ${schema},\n  "folder": "src",\n  "limit": "three"\n}\n`);
  await page.locator('.squiggly-warning').first().waitFor();
  await screenshot('new-run-document');
  await lens(/Continue with these inputs/).click();
  await dialog.getByText(/Expected "number"/).waitFor();
  await screenshot('new-run-does-not-fit');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await page.locator('.monaco-editor .view-lines').last().click();
  await rewrite(`{ ${schema}, "folder": "src", "limit": 3 }`);
  await page.locator('.squiggly-warning').first().waitFor({ state: 'detached' });
  await lens(/Continue with these inputs/).click();
  await picker.getByText('What is the run for?').waitFor();
  await page.keyboard.insertText('Count what is in src');
  await page.keyboard.press('Enter');
  await picker.getByText('The id of the run').waitFor();
  await page.keyboard.insertText('../elsewhere');
  await picker.getByText(/would lead out of the runs folder/).waitFor();
  await screenshot('new-run-bad-id');
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText('count-20260125');
  await page.keyboard.press('Enter');
  await option(/Create and iterate/).click();
  const run = row(/^Count what is in src/);
  await run.waitFor();
  await page
    .getByText(/It now waits for an agent/)
    .first()
    .waitFor();
  expect(JSON.parse(readFileSync(join(dir, 'inputs.json'), 'utf8'))).toEqual({ folder: 'src', limit: 3 });
  expect(JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8'))).toMatchObject({
    prompt: 'Count what is in src',
  });
  expect(journal(dir)).toEqual(['RUN_CREATED', 'EFFECT_REQUESTED']);
  // Used, so it is closed without a question.
  await page.getByRole('tab', { name: /inputs\.json/ }).waitFor({ state: 'detached' });

  // Run Task: shown first, in a terminal, and a failure is posted by nobody.
  await window.runCommand('Babysitter: Run Task…');
  await option(/Count the files of src/).click();
  await dialog.getByText(/sleep 1; ls "\$FOLDER"/).waitFor();
  await screenshot('run-task-confirm');
  const asked = (await dialog.textContent()) ?? '';
  expect(asked).toContain('FOLDER=src');
  expect(asked).toContain('API_TOKEN=•••');
  expect(asked).not.toContain('hunter2');
  await dialog.getByRole('button', { name: 'Run', exact: true }).click();
  await option(/Run Again/).waitFor();
  await screenshot('run-task-failed');
  expect(journal(dir)).toHaveLength(2);
  write(window.workspace, 'allowed', '');
  await option(/Run Again/).click();
  await lens(/Post this as the result of/).waitFor();
  await screenshot('run-task-value');
  expect(journal(dir)).toHaveLength(2);
  await lens(/Post this as the result of/).click();
  await dialog.getByText(/A result cannot be taken back/).waitFor();
  await dialog.getByRole('button', { name: 'Post', exact: true }).click();
  await notification(/Saved the result of "Count the files of src"/).waitFor();
  await screenshot('run-task-posted');
  expect(journal(dir).at(-1)).toBe('EFFECT_RESOLVED');
  const shell = taskDir(dir, '"shell"');
  expect(JSON.parse(readFileSync(join(shell, 'result.json'), 'utf8')).value).toMatchObject({
    success: true,
    exitCode: 0,
  });
  expect(readFileSync(join(shell, 'stdout.log'), 'utf8')).toMatch(/^\s*\d+\n$/);

  await page.getByRole('button', { name: 'Iterate Now' }).click();
  await expect.poll(() => journal(dir).length).toBe(4);

  // Post Task Result: what does not fit is said before it is posted.
  await window.runCommand('Babysitter: Post Task Result…');
  await option(/Summarize the count/).click();
  await option(/Result/)
    .first()
    .click();
  await lens(/Post this as the result of/).waitFor();
  await rewrite('{ "summary": "three files" ');
  await lens(/Post this as the result of/).click();
  await notification(/not valid JSON/).waitFor();
  await page.locator('.monaco-editor .view-lines').last().click();
  await page.keyboard.press('Control+End');
  await page.keyboard.insertText('}');
  await page.keyboard.press('Control+Enter');
  await dialog.getByRole('button', { name: /^Post/ }).click();
  await expect.poll(() => journal(dir).at(-1)).toBe('EFFECT_RESOLVED');
  expect(JSON.parse(readFileSync(join(taskDir(dir, '"agent"'), 'result.json'), 'utf8')).value).toEqual({
    summary: 'three files',
  });
  await screenshot('post-task');

  // The id is taken now: what is there is offered, and nothing is cleared.
  await page.keyboard.press('Escape');
  await window.runCommand('Babysitter: New Run With the Same Inputs…');
  await option(/Count what is in src/).click();
  await option(/The same inputs/).click();
  await picker.getByText('The id of the run').waitFor();
  await page.keyboard.insertText('count-20260125');
  await page.keyboard.press('Enter');
  await option(/Resume the existing run/).waitFor();
  // Enter would do nothing to the run that is there.
  await page.locator('.quick-input-widget [role=option].focused', { hasText: 'Choose another id' }).waitFor();
  await screenshot('new-run-taken');
  await option(/Create a new run with the id count-20260125-2/).click();
  await option(/Creates the run/).click();
  // The engine's first event comes after everything else of a new run.
  await expect.poll(() => journal(`${dir}-2`)).toEqual(['RUN_CREATED']);
  expect(JSON.parse(readFileSync(join(`${dir}-2`, 'inputs.json'), 'utf8'))).toEqual({
    folder: 'src',
    limit: 3,
  });
  expect(journal(dir)).toHaveLength(5);
});

function journal(dir: string): readonly string[] {
  const folder = join(dir, 'journal');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')).type);
}

function taskDir(dir: string, text: string): string {
  const tasks = join(dir, 'tasks');
  const id = readdirSync(tasks).find((name) =>
    readFileSync(join(tasks, name, 'task.json'), 'utf8').includes(text),
  );
  return join(tasks, id ?? '');
}
