import { beforeAll, describe, expect, test } from 'vitest';
import { write } from '../support/runFolder';
import { openDemo, type DemoWindow } from './support/openDemo';

const nap = `export async function process(inputs, ctx) {
  await ctx.sleepUntil(inputs.until);
  return { slept: true };
}
`;

const failing = `const plan = { id: 'plan', build: () => ({ kind: 'agent', title: 'Plan', agent: {} }) };
export async function process(inputs, ctx) {
  await ctx.task(plan, {});
  throw new Error('The list of prices is empty');
}
`;

describe('Resume Run…', () => {
  let window: DemoWindow;
  beforeAll(async () => {
    window = await openDemo({
      prepare: ({ workspace }) => {
        write(workspace, '.a5c/processes/failing.mjs', failing);
        write(workspace, '.a5c/processes/nap.mjs', nap);
      },
    });
  });

  test('a failed run leads to the place of its error; the agent is chosen from the usual ones', async () => {
    const { page, row, screenshot, workspace } = window;
    const picker = page.locator('.quick-input-widget');
    const option = (name: RegExp) => picker.getByRole('option', { name });
    const create = [
      'run:create',
      '--process-id',
      'demo/failing',
      '--entry',
      '.a5c/processes/failing.mjs#process',
    ];
    const { runDir } = (await window.engine(...create, '--prompt', 'Price it')) as { runDir: string };
    await window.engine('run:iterate', runDir);
    const { tasks } = (await window.engine('task:list', runDir)) as { tasks: { effectId: string }[] };
    await window.engine(
      'task:post',
      runDir,
      tasks[0]?.effectId ?? '',
      '--status',
      'ok',
      '--value-inline',
      '1',
    );
    await window.engine('run:iterate', runDir);
    await row(/^Price it.*failed/)
      .first()
      .waitFor();
    // Changed after the run's last event.
    write(workspace, '.a5c/processes/failing.mjs', `${failing}\n// Changed.\n`);

    await window.runCommand('Babysitter: Resume Run…');
    await option(/^Price it/).click();
    await picker.getByPlaceholder(/The list of prices is empty.*1 result is replayed/).waitFor();
    // The next step stands first.
    await picker.locator('[role=option][data-index="0"]', { hasText: 'Iterate once' }).waitFor();
    await option(/Iterate once.*The process file may have changed/).waitFor();
    await screenshot('resume-failed');
    await option(/Choose the agent/).click();
    await option(/Codex/).waitFor();
    await screenshot('resume-agents');
    await option(/^Codex/).click();
    // It is not installed here, which is said before it is typed into the person's shell.
    const missing = page.getByRole('dialog').filter({ hasText: '"codex" was not found on the PATH' });
    await missing.waitFor();
    await screenshot('resume-missing');
    await missing.getByRole('button', { name: 'Open Terminal Anyway' }).click();
    await page.locator('.terminal-wrapper.active, .terminal-wrapper').first().waitFor();
    await screenshot('resume-typed');

    await window.runCommand('Babysitter: Resume Run…');
    await option(/^Price it/).click();
    await option(/Choose the agent.*last used/).waitFor();
    await option(/Resume an agent.*codex 'Use the babysit skill to resume the run 01/).waitFor();
    await option(/Go to Error: failing\.mjs:4/).click();
    await page.getByRole('tab', { name: /failing\.mjs/ }).waitFor();
    await page.getByText('Ln 4, Col 9').waitFor();
    await screenshot('resume-place');

    // A completed run is final; a new one is offered.
    await window.runCommand('Babysitter: Resume Run…');
    await option(/^Raise the relevance/).click();
    await page.getByRole('button', { name: 'New Run With the Same Inputs…' }).click();
    await option(/The same inputs/).waitFor();
    await page.keyboard.press('Escape');
  });

  test('a run whose sleep is over is offered once, or iterated by itself where a person allows the program', async () => {
    const { page, row, notification, screenshot, workspace } = window;
    for (const automatic of [false, true]) {
      // A setting of the machine, which the person's own settings do not reach on a server.
      write(workspace, '.vscode/settings.json', { 'babysitterRuns.sleep.iterateWhenDue': automatic });
      const title = automatic ? 'Have another nap' : 'Have a nap';
      const inputs = write(workspace, 'nap.json', { until: new Date(Date.now() + 20_000).toISOString() });
      const create = ['run:create', '--process-id', 'demo/nap', '--entry', '.a5c/processes/nap.mjs#process'];
      const { runDir } = (await window.engine(...create, '--prompt', title, '--inputs', inputs)) as {
        runDir: string;
      };
      await window.engine('run:iterate', runDir);
      const run = (state: string) => row(new RegExp(`^${title}, .*${state}`)).first();
      // On a busy machine the sleep may be over by then.
      await run('(?:sleeping|ready to continue)').waitFor();
      if (automatic) {
        await notification(/Iterate runs here by themselves, with .*main\.js\?/).waitFor();
        await page.getByRole('button', { name: 'Always Iterate Here' }).click();
      } else {
        await notification(`"${title}" can go on: its sleep is over.`).waitFor();
        await screenshot('sleep-over');
        await page.getByRole('button', { name: 'Iterate', exact: true }).click();
      }
      await run('completed').waitFor();
      expect(await notification(`"${title}" can go on`).count()).toBe(0);
    }
  });
});
