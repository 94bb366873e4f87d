import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeDemoSession, type DemoSession } from '../../scripts/demoSession.mjs';
import { seriousViolations } from './support/axe';
import { openRunPages, type PageWindow } from './support/openRunPages';

const row = /^Review all modules/;

describe('The agent of a run', () => {
  let window: PageWindow;
  let session: DemoSession;
  let agent: ChildProcess;
  let call = '';
  beforeAll(async () => {
    window = await openRunPages();
    // Stands for the agent's process: all that is asked of it is to live.
    agent = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    await once(agent, 'spawn');
    const { workspace, home, runDir } = window;
    const runs = { parallel: basename(runDir('parallel')) };
    session = await writeDemoSession({ workspace, home, runs }, { pid: agent.pid ?? 0 });
    call = await session.begins('Bash', { command: 'npm test -- billing' });
  });
  afterAll(() => agent.kill());

  test('is told of once before it is read, and seen at work in one line', async () => {
    const { webview, openPage, screenshot, notification } = window;
    await openPage(row);
    await notification(/reads the transcripts of the agents/).waitFor();
    await webview()
      .getByText(/Claude Code · running npm test -- billing/)
      .first()
      .waitFor();
    await screenshot('sessions-at-work');
  });

  test('changes its line when its file grows while the page is open', async () => {
    const { webview } = window;
    await session.ends(call, 'ok');
    call = await session.begins('Edit', {
      file_path: 'src/billing/invoice.ts',
      old_string: 'a',
      new_string: 'b',
    });
    await webview()
      .getByText(/Claude Code · editing src\/billing\/invoice\.ts/)
      .first()
      .waitFor();
  });

  test('shows numbers by task that add up, and how each was found', async () => {
    const { webview } = window;
    const section = webview().getByRole('region', { name: /^Agent sessions/ });
    const numbers = async (name: RegExp): Promise<readonly number[]> => {
      const cells = section.getByRole('row', { name }).getByRole('cell');
      const texts = await cells.allInnerTexts();
      return texts.slice(0, 3).map((text) => Number(text.replaceAll(',', '')));
    };
    const all = await numbers(/^In all/);
    const rows = await section.locator('tbody tr').count();
    const sums = [0, 0, 0];
    for (let i = 1; i < rows; i += 1) {
      const texts = await section.locator('tbody tr').nth(i).getByRole('cell').allInnerTexts();
      texts.slice(0, 3).forEach((text, n) => (sums[n] = (sums[n] ?? 0) + Number(text.replaceAll(',', ''))));
    }
    expect(sums).toEqual(all);
    expect(all[0]).toBeGreaterThan(10);
    await section
      .getByRole('row', { name: /Found by its post/ })
      .first()
      .waitFor();
    await section
      .getByRole('row', { name: /tasks together/ })
      .first()
      .waitFor();
  });

  test('has its transcript on the page, which follows the end, is filtered and searched', async () => {
    const { webview, screenshot, page } = window;
    const frame = webview();
    await frame.getByRole('button', { name: 'Read Transcript' }).click();
    const rows = frame.getByRole('tree', { name: 'Transcript' });
    await rows.getByText('editing src/billing/invoice.ts').waitFor();
    await frame.getByText(/rows, following the end/).waitFor();
    await session.ends(call, 'ok');
    call = await session.begins('Grep', { pattern: 'toFixed' });
    await rows.getByText('searching toFixed').waitFor();
    await screenshot('sessions-transcript');

    await frame.getByLabel('Rows to show').selectOption('errors');
    await rows.getByText('npm test -- orders').click();
    await rows.getByText(/refunds are rounded/).waitFor();
    await screenshot('sessions-errors');

    await frame.getByLabel('Rows to show').selectOption('all');
    await frame.getByPlaceholder('Find in the transcript').fill('compacted');
    await rows.getByText('searching toFixed').waitFor({ state: 'detached' });
    await rows.getByText('context compacted (167k)').waitFor();
    expect(await rows.getByRole('treeitem').count()).toBe(1);
    await frame.getByPlaceholder('Find in the transcript').fill('');
    await rows.getByText('searching toFixed').waitFor();
    await rows.focus();
    await page.keyboard.press('Home');
    await rows.getByText('/babysit review all modules').waitFor();
    await page.keyboard.press('ArrowDown');
    await rows.locator('[aria-selected="true"]').getByText('I start the run').waitFor();
    await rows
      .getByText(/^searching/)
      .first()
      .click();
    await frame.getByRole('button', { name: 'Show in Events' }).click();
    await window.events().getByRole('option', { selected: true }).waitFor();
    expect(await seriousViolations(window)).toEqual([]);
  });

  test('leads from an event to what the agent did then', async () => {
    const { webview, events } = window;
    await events()
      .getByRole('option', { name: /EFFECT_RESOLVED/ })
      .first()
      .click();
    await webview().getByRole('button', { name: 'Show in Transcript' }).click();
    const rows = webview().getByRole('tree', { name: 'Transcript' });
    await rows
      .locator('[aria-selected="true"]')
      .getByText(/task:post/)
      .waitFor();
  });

  test('needs the person while it waits for leave, and no more when its process is dead', async () => {
    const { page, screenshot } = window;
    const waits = page
      .getByRole('tree', { name: 'Needs You' })
      .getByRole('treeitem', { name: /waiting for your permission: rm -rf dist/ });
    await session.ends(call, 'ok');
    await session.begins('Bash', { command: 'rm -rf dist' });
    await session.is('waiting', 'permission prompt');
    await waits.waitFor();
    await screenshot('sessions-permission');
    agent.kill();
    await waits.waitFor({ state: 'detached' });
    await window
      .webview()
      .getByText(/gone in the middle of rm -rf dist/)
      .first()
      .waitFor();
    await screenshot('sessions-gone');
  });
});
