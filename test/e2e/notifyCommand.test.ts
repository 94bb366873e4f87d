import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../scripts/lib/atExit.mjs';
import { openDemo, type DemoWindow } from './support/openDemo';

/** Writes down what it was given; fails as long as a file says so. */
const program = `
const { appendFileSync, existsSync } = require('node:fs');
appendFileSync(__dirname + '/told', JSON.stringify(process.argv.slice(2)) + '\\n');
if (existsSync(__dirname + '/fail')) { console.error('no signal'); process.exit(3); }
`;

test('A question is told once, whichever windows are open, also to people who are away, and so is a failure', async () => {
  const folder = temporaryFolder('babysitter-runs-away');
  const script = join(folder.path, 'tell.cjs');
  writeFileSync(script, program);
  const told = (): readonly string[][] =>
    existsSync(join(folder.path, 'told'))
      ? readFileSync(join(folder.path, 'told'), 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as string[])
      : [];
  const window = await openDemo({
    machineSettings: {
      'babysitterRuns.notify.command': [process.execPath, script, '${title}', '${question}', '${link}'],
    },
  });
  const { page, row, screenshot } = window;
  const second = await page.context().newPage();
  await second.goto(page.url());
  await second.getByRole('tab', { name: /^Babysitter Runs/ }).click();
  await second.getByRole('treeitem', { name: /^Add rate limiting/ }).waitFor();
  const asked = async (title: string): Promise<void> => {
    await ask(window, title);
    const name = new RegExp(`^Breakpoint Approve the limiter: .*in ${title}`);
    await row(name).waitFor();
    await second.getByRole('treeitem', { name }).waitFor();
  };

  await asked('Limit the first API');
  await expect.poll(() => told().length).toBe(1);
  expect(told()[0]).toEqual([
    'Limit the first API',
    expect.stringContaining('A token bucket'),
    expect.stringMatching(/^[\w-]+:\/\/babysitter-runs\.babysitter-runs\/run\/\w+\/question\/\w+$/),
  ]);

  // One of the windows tells it, too, and leads to it.
  const toastIn = (each: Page): Locator =>
    each
      .locator('.notifications-toasts .notification-list-item')
      .filter({ hasText: /A question waits for you: "Approve the limiter" in "Limit the first API"/ });
  const toasts = async (): Promise<number> => (await toastIn(page).count()) + (await toastIn(second).count());
  await expect.poll(toasts).toBe(1);
  await screenshot('attention-notification');
  const teller = (await toastIn(page).count()) === 1 ? page : second;
  await toastIn(teller).getByRole('button', { name: 'Answer' }).click();
  await teller
    .frameLocator('iframe.webview')
    .frameLocator('iframe#active-frame')
    .locator('section:focus')
    .filter({ hasText: 'Approve the limiter' })
    .waitFor();

  writeFileSync(join(folder.path, 'fail'), '');
  await asked('Limit the second API');
  await expect.poll(() => told().length).toBe(2);
  await asked('Limit the third API');
  await expect.poll(() => told().length).toBe(3);

  // Whatever was to be told twice would have been told before the third.
  expect(told().map(([title]) => title)).toEqual([
    'Limit the first API',
    'Limit the second API',
    'Limit the third API',
  ]);
  expect(await toasts()).toBe(0);
  const failures = [page, second].map((each) =>
    each.locator('.notifications-toasts').getByText('The notification command did not work.'),
  );
  await expect
    .poll(async () => (await Promise.all(failures.map((each) => each.count()))).toSorted())
    .toEqual([0, 1]);
  await screenshot('notify-command-failed');
  await second.close();
  folder.remove();
});

/** An agent's work until the process asks. */
async function ask({ engine, workspace }: DemoWindow, title: string): Promise<void> {
  const entry = join(workspace, '.a5c', 'processes', 'rate-limiting.mjs');
  const { runDir } = (await engine(
    ...['run:create', '--process-id', 'api/rate-limiting', '--entry', `${entry}#process`],
    ...['--runs-dir', join(workspace, '.a5c', 'runs'), '--prompt', title],
  )) as { runDir: string };
  await engine('run:iterate', runDir);
  const { tasks } = (await engine('task:list', runDir, '--pending')) as { tasks: { effectId: string }[] };
  const value = JSON.stringify({ summary: 'A token bucket for each partner' });
  await engine(...['task:post', runDir, tasks[0]?.effectId ?? '', '--status', 'ok', '--value-inline', value]);
  await engine('run:iterate', runDir);
}
