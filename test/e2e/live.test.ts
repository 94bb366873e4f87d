import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openDemo, type DemoWindow } from './support/openDemo';

/** While the views are shown, agents go on working. */
describe('The views follow the disk by themselves', () => {
  let window: DemoWindow;
  beforeAll(async () => {
    window = await openDemo();
  });

  test('as the engine creates a run, works on it, and asks a question', async () => {
    const { page, row, engine, workspace } = window;
    const entry = join(workspace, '.a5c', 'processes', 'rate-limiting.mjs');

    const { runDir } = (await engine(
      ...['run:create', '--process-id', 'api/rate-limiting', '--entry', `${entry}#process`],
      ...['--runs-dir', join(workspace, '.a5c', 'runs'), '--prompt', 'Limit the partner API'],
    )) as { runDir: string };
    await row(/^Limit the partner API, not started/).waitFor();

    await engine('run:iterate', runDir);
    await row(/^Limit the partner API, probably working.*1 agent task pending/).waitFor();

    const { tasks } = (await engine('task:list', runDir, '--pending')) as { tasks: { effectId: string }[] };
    const value = JSON.stringify({ summary: 'A token bucket for each partner' });
    await engine(
      ...['task:post', runDir, tasks[0]?.effectId ?? '', '--status', 'ok', '--value-inline', value],
    );
    await row(/^Limit the partner API, ready to continue/).waitFor();

    await engine('run:iterate', runDir);
    await row(/^Breakpoint Approve the limiter: A token bucket for each partner/).waitFor();
    await page.getByRole('tab', { name: /^Babysitter Runs.*4 questions wait for you/ }).waitFor();
    await page.getByRole('button', { name: 'Babysitter Runs: 4 questions wait for you' }).waitFor();

    // Its page is open when the run is deleted.
    await row(/^Breakpoint Approve the limiter/).click();
    await window.webview().getByRole('heading', { name: 'Approve the limiter' }).waitFor();
    rmSync(runDir, { recursive: true });
    await row(/^Breakpoint Approve the limiter/).waitFor({ state: 'detached' });
    await row(/^Limit the partner API/).waitFor({ state: 'detached' });
    await window.webview().getByText('This run was deleted.').waitFor();
    await page.getByRole('tab', { name: /^Babysitter Runs.*3 questions wait for you/ }).waitFor();
  });

  test('a damaged run says what is wrong with it, and the others do not notice', async () => {
    const { row, fold, screenshot } = window;

    await fold(/^Move the price rules.*2 problems/);

    await row(/^Problem: journal\/000005\.\w+\.json is not valid JSON/).waitFor();
    await row(/^Problem: journal\/000007\.\S+ is a temporary file/).waitFor();
    expect(await row(/^(?!Breakpoint|Iteration|Problem|Ready to continue:|Failed:|Damaged:)/).count()).toBe(
      9,
    );
    await screenshot('live-damaged');

    // What is mended is well again, without being asked to look.
    const journal = join(window.runDir('damaged'), 'journal');
    const leftover = readdirSync(journal).find((name) => name.includes('.tmp-')) ?? '';
    rmSync(join(journal, leftover));
    await row(/^Move the price rules.*1 problem/).waitFor();
    await row(/^Problem: journal\/000007/).waitFor({ state: 'detached' });
  });
});
