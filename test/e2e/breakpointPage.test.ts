import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { again } from './support/again';
import { openDemo, type DemoWindow } from './support/openDemo';

const words = 'Message to the agent (optional)';

/** A process that asks everything at once, so that each kind of answer has a question of its own. */
const asking = `
export async function process(inputs, ctx) {
  const answers = await ctx.parallel.all(
    inputs.questions.map((question) => () => ctx.breakpoint(question, { label: question.title })),
  );
  return { answers };
}
`;

const options = [
  { label: 'Ship it', value: 'ship', description: 'Tonight, with the team awake.' },
  { label: 'Abort', value: 'abort' },
];
const questions = [
  { title: 'Approve with words', question: 'Go on?' },
  { title: 'Choose an option', question: 'Which one?', options },
  { title: 'Switch an option', question: 'Which one?', options },
  { title: 'Ask for changes', question: 'Good enough?' },
  { title: 'Answer in words', question: 'What shall it be called?' },
  { title: 'Say no', question: 'Really?' },
  { title: 'Choose by number', question: 'Which one?', options: ['Approve', 'Later', 'Abort'] },
  { title: 'Send by key', question: 'What is missing?', options },
];

describe('On the page of a run that asks many questions', () => {
  let window: DemoWindow;
  let runDir: string;
  const question = (name: string): Locator => window.webview().getByRole('region', { name, exact: true });
  const answer = (title: string): Record<string, unknown> => {
    const tasks = join(runDir, 'tasks');
    const id = readdirSync(tasks).find((name) =>
      readFileSync(join(tasks, name, 'task.json'), 'utf8').includes(`"title": "${title}"`),
    );
    const { status, result } = JSON.parse(readFileSync(join(tasks, id ?? '', 'result.json'), 'utf8'));
    expect(status).toBe('ok');
    const { respondedBy, ...said } = result;
    expect(respondedBy).toMatch(/./);
    return said;
  };

  beforeAll(async () => {
    window = await openDemo({ size: { width: 1280, height: 1100 } });
    const { workspace, engine, row } = window;
    const entry = join(workspace, '.a5c', 'processes', 'ask.mjs');
    writeFileSync(entry, asking);
    writeFileSync(join(workspace, 'questions.json'), JSON.stringify({ questions }));
    ({ runDir } = (await engine(
      ...['run:create', '--process-id', 'ask', '--entry', `${entry}#process`, '--prompt', 'Ask everything'],
      ...['--inputs', join(workspace, 'questions.json'), '--runs-dir', join(workspace, '.a5c', 'runs')],
    )) as { runDir: string });
    await engine('run:iterate', runDir);
    await row(/^Breakpoint Approve with words/)
      .first()
      .click();
    await question('Approve with words').waitFor();
  });

  test('a question can be put off', async () => {
    const { page } = window;
    await question('Say no').getByRole('button', { name: 'Snooze…' }).click();
    await page.locator('.quick-input-widget').getByText('Snooze: Say no').waitFor();
    await page.keyboard.press('Escape');
  });

  test('an approval goes with the words that were typed', async () => {
    await question('Approve with words').getByLabel(words).fill('Mind the gap.');
    await question('Approve with words').getByRole('button', { name: 'Approve', exact: true }).click();
    await question('Approve with words').waitFor({ state: 'detached' });
    expect(answer('Approve with words')).toEqual({
      approved: true,
      response: 'Mind the gap.',
      feedback: 'Mind the gap.',
    });
  });

  test('an option is recorded by its value', async () => {
    const asked = question('Choose an option');
    await asked.getByText('Tonight, with the team awake.').waitFor();
    await asked.getByRole('button', { name: 'Ship it', exact: true }).click();
    await asked.waitFor({ state: 'detached' });
    expect(answer('Choose an option')).toEqual({ approved: true, option: 'ship', response: 'ship' });
  });

  test('an option counts as what the person switched it to', async () => {
    const asked = question('Switch an option');
    const option = asked.getByRole('group', { name: 'Abort' });
    await option.getByRole('button', { name: 'counts as rejection' }).click();
    await option.getByRole('button', { name: 'counts as approval' }).waitFor();
    await asked.getByRole('button', { name: 'Abort', exact: true }).click();
    await asked.waitFor({ state: 'detached' });
    expect(answer('Switch an option')).toEqual({ approved: true, option: 'abort', response: 'abort' });
  });

  test('a request for changes is no approval', async () => {
    const asked = question('Ask for changes');
    await asked.getByLabel(words).fill('Shorter.');
    await asked.getByRole('button', { name: 'Request changes' }).click();
    await asked.waitFor({ state: 'detached' });
    expect(answer('Ask for changes')).toEqual({
      approved: false,
      response: 'Shorter.',
      feedback: 'Shorter.',
    });
  });

  test('words alone answer where there are no options', async () => {
    const asked = question('Answer in words');
    const send = asked.getByRole('button', { name: 'Answer', exact: true });
    expect(await send.isDisabled()).toBe(true);
    await asked.getByLabel(words).fill('Babette');
    await send.click();
    await asked.waitFor({ state: 'detached' });
    expect(answer('Answer in words')).toEqual({ approved: true, response: 'Babette', feedback: 'Babette' });
    // Options are there to be chosen.
    expect(await question('Send by key').getByRole('button', { name: 'Answer', exact: true }).count()).toBe(
      0,
    );
  });

  test('a rejection needs no words', async () => {
    await question('Say no').getByRole('button', { name: 'Reject', exact: true }).click();
    await question('Say no').waitFor({ state: 'detached' });
    expect(answer('Say no')).toEqual({ approved: false });
  });

  test('Ctrl+Enter sends what is chosen, and leads to the choices where nothing is', async () => {
    const { page } = window;
    const asked = question('Send by key');
    await asked.getByLabel(words).focus();
    await page.keyboard.press('Control+Enter');
    await asked.locator('button:focus').filter({ hasText: 'Ship it' }).waitFor();
    await asked.getByLabel(words).focus();
    await page.keyboard.type('A way back. 2');
    await page.keyboard.press('Control+Enter');
    await asked.getByText('Nothing was sent: choose an answer, then press Ctrl+Enter.').waitFor();
    await page.keyboard.press('2');
    await asked.getByText('Ctrl+Enter sends "Abort" with your words.').waitFor();
    await page.keyboard.press('Control+Enter');
    await asked.waitFor({ state: 'detached' });
    expect(answer('Send by key')).toEqual({
      approved: false,
      option: 'abort',
      response: 'A way back. 2',
      feedback: 'A way back. 2',
    });
  });

  test('a number chooses an option of the process by its place, and Ctrl+Enter sends it', async () => {
    const { page, webview, row, engine } = window;
    const asked = question('Choose by number');
    await asked.getByRole('button', { name: 'Approve', exact: true }).focus();
    await page.keyboard.press('3');
    await asked.locator('button.chosen:focus').filter({ hasText: 'Abort' }).waitFor();
    await page.keyboard.press('1');
    await asked.locator('button.chosen:focus').filter({ hasText: 'Approve' }).waitFor();
    await page.keyboard.press('2');
    await asked.locator('button.chosen:focus').filter({ hasText: 'Later' }).waitFor();
    await asked.getByText('Ctrl+Enter sends "Later".').waitFor();
    await page.keyboard.press('Control+Enter');
    await asked.waitFor({ state: 'detached' });
    expect(answer('Choose by number')).toEqual({ approved: true, option: 'Later', response: 'Later' });

    // All is answered: what became of it is told until the process has seen it.
    await webview()
      .getByRole('status')
      .filter({ hasText: 'Your answer is saved. Continue the run to apply it.' })
      .waitFor();
    await engine('run:iterate', runDir);
    await row(/^Ask everything, completed/).waitFor();
    await webview()
      .getByRole('status')
      .filter({ hasText: 'Your answer is applied: the run has gone on.' })
      .waitFor();
    const { answers } = JSON.parse(readFileSync(join(runDir, 'state', 'output.json'), 'utf8'));
    expect(answers).toHaveLength(questions.length);
  });
});

describe('The evidence of a breakpoint', () => {
  let window: DemoWindow;
  const gate = (): Locator => window.webview().getByRole('region', { name: 'Approve migration plan' });
  const file = (name: string): Locator => gate().getByRole('listitem').filter({ hasText: name });

  beforeAll(async () => {
    window = await openDemo({ size: { width: 1500, height: 1100 } });
    await window
      .row(/^Breakpoint Approve migration plan/)
      .first()
      .click();
    await gate().waitFor();
  });

  test('is shown with it: tasks, code in colours, what ran before, and folded values', async () => {
    await gate().locator('pre .hljs-keyword').filter({ hasText: 'INSERT' }).waitFor();
    await gate().getByText('☑ A rehearsal on last night').waitFor();
    await gate().getByText('☐ The reporting job').waitFor();
    await gate().getByText('What ran before this: 2 tasks').click();
    await gate()
      .getByRole('button', { name: /Measure the orders table.*done · \d+[ms]/ })
      .waitFor();

    await gate().getByText('Context', { exact: true }).click();
    await gate().getByText('replicationLagSeconds').waitFor();
  });

  test('has the beginning of each file, in colours', async () => {
    await gate().getByRole('button', { name: 'Preview src/db/migrate.ts' }).click();
    await file('src/db/migrate.ts').locator('pre .hljs-keyword').filter({ hasText: 'import' }).waitFor();
    await gate().getByText('The file goes on.').waitFor();
    await window.screenshot('breakpoint-evidence');
  });

  test('compares files with git, and says where nothing changed', async () => {
    const { page, runCommand, screenshot } = window;
    await file('artifacts/migration-plan.md').getByText('git HEAD (no change)').waitFor();
    await gate().getByRole('button', { name: 'Diff git HEAD: src/db/migrate.ts' }).click();
    await page.getByRole('tab', { name: /^migrate\.ts \(git HEAD \w{8} ↔ now\)/ }).waitFor();
    await page
      .locator('.view-line')
      .filter({ hasText: /BATCH\s=\s20_000/ })
      .first()
      .waitFor();
    await page
      .locator('.view-line')
      .filter({ hasText: /BATCH\s=\s5_000/ })
      .first()
      .waitFor();
    await screenshot('breakpoint-diff');

    await gate().getByRole('button', { name: 'Diff before the run: artifacts/migration-plan.md' }).click();
    await page.getByRole('tab', { name: /^migration-plan\.md \(last commit before the run/ }).waitFor();
    await page
      .locator('.view-line')
      .filter({ hasText: /##\sRisks/ })
      .first()
      .waitFor();
    await runCommand('View: Close All Editors in Group');
  });

  test('opens files beside the question or instead of it, and follows relative links', async () => {
    const { page, row, runCommand } = window;
    await gate().getByRole('button', { name: 'Open beside src/db/migrate.ts' }).click();
    await page.getByRole('tab', { name: /^migrate\.ts/ }).waitFor();
    expect(await gate().isVisible()).toBe(true);

    await gate().getByRole('link', { name: 'plan', exact: true }).click();
    await page.getByRole('tab', { name: /^migration-plan\.md/ }).waitFor();

    await gate().getByRole('button', { name: 'Open src/db/migrate.ts', exact: true }).click();
    await gate().waitFor({ state: 'hidden' });
    await runCommand('View: Close All Editors');
    await row(/^Breakpoint Approve migration plan/)
      .first()
      .click();
    await gate().waitFor();
  });

  test('comments on lines outlive a reload and are sent together as one request for changes', async () => {
    const { page, webview, screenshot, answerTo, row } = window;
    await gate().getByRole('link', { name: 'artifacts/migration-plan.md' }).click();
    await comment(window, 'Steps', 'Say who does each of them.');
    await gate().getByText('1 comment in 1 file').waitFor();
    await gate().getByRole('link', { name: 'src/db/migrate.ts' }).click();
    await comment(window, 'BATCH = 5_000', 'Why not 10_000?');
    await gate().getByText('2 comments in 2 files').waitFor();
    await screenshot('breakpoint-review');

    await window.reload();
    // The extension host starts anew, which takes its time on a busy machine.
    await gate().getByText('2 comments in 2 files').waitFor({ timeout: 90_000 });
    await gate().getByRole('button', { name: 'Remove the comment on artifacts/migration-plan.md' }).click();
    await gate().getByText('1 comment in 1 file').waitFor();

    await gate().getByLabel(words).fill('Nearly there.');
    await gate().getByRole('button', { name: 'Request changes' }).click();
    await row(/^Breakpoint Approve migration plan/)
      .first()
      .waitFor({ state: 'detached' });
    const { result } = answerTo('breakpoint', 'Approve migration plan');
    const text = [
      'Nearly there.',
      '1 comment in 1 file:',
      '**src/db/migrate.ts, line 3**',
      '```\nconst BATCH = 5_000;\n```',
      'Why not 10_000?',
    ].join('\n\n');
    expect(result).toMatchObject({
      approved: false,
      option: 'Request changes',
      response: text,
      feedback: text,
      comments: [
        { file: 'src/db/migrate.ts', line: 3, quote: 'const BATCH = 5_000;', comment: 'Why not 10_000?' },
      ],
    });
    await webview().getByText('Review comments').waitFor({ state: 'detached' });
    await page.locator('.review-widget').waitFor({ state: 'detached' });
  });

  test('of the same gate, asked again, has what was answered before and what changed since', async () => {
    const { engine, runDir, workspace, page, row, screenshot } = window;
    const dir = runDir('breakpoint');
    await engine('run:iterate', dir);
    const { tasks } = (await engine('task:list', dir, '--pending')) as { tasks: { effectId: string }[] };
    const plan = join(workspace, 'artifacts', 'migration-plan.md');
    writeFileSync(plan, readFileSync(plan, 'utf8').replace('## Steps', '## Steps and who does them'));
    const value = JSON.stringify({
      file: 'artifacts/migration-plan.md',
      batchSize: 10_000,
      rehearsalMinutes: 31,
    });
    await engine('task:post', dir, tasks[0]?.effectId ?? '', '--status', 'ok', '--value-inline', value);
    await engine('run:iterate', dir);

    await row(/^Breakpoint Approve migration plan/)
      .first()
      .click();
    await gate()
      .getByText(/asked (?:just now|\d+s ago) · .*attempt 2/)
      .waitFor();
    await gate().getByRole('link', { name: 'requested changes' }).waitFor();
    await gate().getByText('Nearly there.').waitFor();
    await gate().getByText('What ran since the previous breakpoint: 1 task').waitFor();
    await gate()
      .getByRole('button', { name: 'Diff previous breakpoint: artifacts/migration-plan.md' })
      .click();
    await page.getByRole('tab', { name: /^migration-plan\.md \(previous breakpoint ↔ now\)/ }).waitFor();
    await page
      .locator('.view-line')
      .filter({ hasText: /Steps\sand\swho\sdoes\sthem/ })
      .first()
      .waitFor();
    await screenshot('breakpoint-again');
  });

  test('comments are written without a mouse, and outlive an answer that does not have them', async () => {
    const { page, webview, runCommand, answerTo, row, screenshot, engine, runDir } = window;
    await gate().getByRole('link', { name: 'src/db/migrate.ts' }).click();
    await page.getByRole('tab', { name: /^migrate\.ts/ }).waitFor();
    await again(async () => {
      await page
        .locator('.view-line')
        .filter({ hasText: /import\stype/ })
        .first()
        .click();
      await runCommand('Babysitter: Add Review Comment');
      const prompt = page.locator('.quick-input-widget').getByText('What should be different in line 1?');
      await prompt.waitFor({ timeout: 10_000 });
    });
    await page.keyboard.type('Sort the imports.');
    await page.keyboard.press('Enter');
    await gate().getByRole('heading', { name: '1 comment in 1 file' }).waitFor();

    await gate().getByLabel(words).fill('And the exports.');
    const dir = runDir('breakpoint');
    const { tasks } = (await engine('task:list', dir, '--pending')) as { tasks: { effectId: string }[] };
    const value = JSON.stringify({ approved: true, respondedBy: 'Ann' });
    await engine('task:post', dir, tasks[0]?.effectId ?? '', '--status', 'ok', '--value-inline', value);
    await row(/^Breakpoint Approve migration plan/)
      .first()
      .waitFor({ state: 'detached' });
    const left = webview().getByRole('region', { name: /^What you wrote to Approve migration plan/ });
    await left.getByText(/: Ann approved this .* What you wrote was not sent\./).waitFor();
    await left.getByText('And the exports.').waitFor();
    const unsent = webview().getByRole('region', { name: 'Review comments' });
    await unsent.getByText('Their question was answered without them, so they were not sent.').waitFor();
    await unsent.getByText('Sort the imports.').waitFor();
    await screenshot('breakpoint-unsent');
    expect(answerTo('breakpoint', '(revision 2)').result).not.toHaveProperty('comments');

    await unsent.getByRole('button', { name: 'Remove the comment on src/db/migrate.ts, line 1' }).click();
    await unsent.waitFor({ state: 'detached' });
    await left.getByRole('button', { name: 'Discard' }).click();
    await left.waitFor({ state: 'detached' });
  });
});

/** Places a comment on the line that holds a text, in the editor that shows it. */
async function comment({ page }: DemoWindow, line: string, text: string): Promise<void> {
  const shown = page
    .locator('.view-line')
    .filter({ hasText: new RegExp(line.replaceAll(' ', '\\s')) })
    .first();
  await shown.waitFor();
  const box = await shown.boundingBox();
  if (!box) throw new Error(`No line ${line} is shown.`);
  const editor = page.locator('.editor-instance').filter({ has: shown });
  const glyph = editor.locator('.comment-range-glyph');
  await glyph.first().waitFor({ state: 'attached' });
  // The glyph beside the line: those of all lines are drawn over each other's neighbours.
  const left = (await glyph.first().boundingBox())?.x ?? 0;
  await page.mouse.move(left + 4, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.up();
  const widget = page
    .locator('.review-widget')
    .filter({ has: page.getByRole('button', { name: 'Add Review Comment' }) });
  await widget.locator('.monaco-editor').first().click();
  await page.keyboard.type(text);
  await widget.getByRole('button', { name: 'Add Review Comment' }).click();
  await page.locator('.review-widget').getByText(text).waitFor();
}
