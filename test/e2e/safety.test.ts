import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Demo } from '../../scripts/demo.mjs';
import { openDemo, type DemoWindow } from './support/openDemo';

describe('In a workspace that is not trusted', () => {
  let window: DemoWindow;
  beforeAll(async () => {
    window = await openDemo({ trusted: false });
  });

  test('runs are shown, and a message says why they can only be read', async () => {
    const { page, row } = window;

    await page.getByText('The workspace is not trusted: runs can be read, but not answered').waitFor();
    expect(await row(/^Breakpoint/).count()).toBe(3);
  });

  test('Approve, Resume and Iterate refuse, offer trust, and write nothing', async () => {
    const { page, row, workspace, home, notification, runCommand, screenshot } = window;
    const before = filesBelow(workspace, home);
    const refusal = notification(/^This workspace is not trusted/);

    for (const [name, button] of [
      [/^Breakpoint Approve migration plan/, 'Approve Breakpoint'],
      [/^Find out why/, 'Resume Run…'],
    ] as const) {
      await row(name).hover();
      await row(name).getByRole('button', { name: button }).click();
      await refusal.waitFor();
      await runCommand('Notifications: Clear All Notifications');
      await refusal.waitFor({ state: 'detached' });
    }
    await runCommand('Babysitter: Iterate Once');
    await page.getByRole('option', { name: /^Find out why/ }).click();
    await refusal.waitFor();
    await screenshot('untrusted');

    expect(filesBelow(workspace, home)).toEqual(before);
  });

  test('the page shows the question, and its buttons say why they do nothing', async () => {
    const { row, webview } = window;

    await row(/^Breakpoint Approve migration plan/).click();

    const approve = webview().getByRole('button', { name: 'Approve', exact: true });
    await approve.waitFor();
    expect(await approve.isDisabled()).toBe(true);
    const question = webview().getByRole('region', { name: 'Approve migration plan' });
    await question.getByText('The workspace is not trusted, so runs can only be read.').waitFor();
  });

  test('trust that is given works at once', async () => {
    const { page, webview, notification } = window;
    await notification(/^This workspace is not trusted/).waitFor();

    await page.getByRole('button', { name: 'Manage Workspace Trust' }).first().click();
    await page.getByRole('button', { name: 'Trust', exact: true }).click();

    await page.getByText('The workspace is not trusted').waitFor({ state: 'detached' });
    const approve = webview().getByRole('button', { name: 'Approve', exact: true, disabled: false });
    await approve.waitFor();
  });
});

describe('Texts that want to be more than texts', () => {
  let window: DemoWindow;
  beforeAll(async () => {
    window = await openDemo({ prepare: makeHostile });
  });

  test('are plain texts in rows, with what would reorder them spelled out', async () => {
    const { page, row } = window;

    await row(/^Breakpoint \$\(trash\) ⟨U\+202E⟩Delete/)
      .first()
      .waitFor();
    await row(/^⟨U\+202E⟩exe\.tset \$\(error\) \[x\]\(command:workbench\.action\.quit\)/).waitFor();
    // A run whose very name is hostile.
    await row(/^evil⟨U\+0007⟩⟨U\+202E⟩ <b>/).waitFor();
    expect(await page.locator('.monaco-list .codicon-trash, .monaco-list .codicon-error').count()).toBe(
      2, // The icon of the run that failed, in both views.
    );
  });

  test('are plain texts in tooltips', async () => {
    const { page, row } = window;

    await row(/^⟨U\+202E⟩exe/).click();
    // "List: Show Hover" shows what the mouse would, without having to keep it still.
    await page.keyboard.press('Control+K');
    await page.keyboard.press('Control+I');

    const tooltip = page.locator('.workbench-hover').filter({ hasText: 'Prompt:' });
    await tooltip.getByText('[x](command:workbench.action.quit)').first().waitFor();
    expect(await tooltip.locator('a, img, .codicon').count()).toBe(0);
  });

  test('are plain texts in pickers and notifications', async () => {
    const { page, runCommand, notification } = window;
    // Without a page in front, whose run would be meant.
    await runCommand('View: Close All Editors');
    await runCommand('Babysitter: Open Task');
    const quickPick = page.locator('.quick-input-widget');
    await quickPick.getByRole('option', { name: /^⟨U\+202E⟩exe/ }).click();
    await quickPick.getByRole('option', { name: /^\$ \(trash\) ⟨U\+202E⟩Delete/ }).waitFor();
    expect(await quickPick.locator('.codicon-trash').count()).toBe(0);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');

    await window
      .row(/^Breakpoint \$\(trash\)/)
      .first()
      .click();
    await window.webview().getByRole('link', { name: '../../[x](command:workbench.action.quit)' }).click();

    const refused = notification(/is not in the run, its project or the workspace/);
    await refused.waitFor();
    expect(await refused.locator('a').count()).toBe(0);
  });

  test('are on the page no HTML, no image, no form, and no link but to the web', async () => {
    const { webview, screenshot } = window;
    const question = webview().locator('.question').first();

    await question.getByRole('heading', { name: '<script>window.hacked = 1</script>' }).waitFor();
    await question.getByText('<img src=x onerror="window.hacked = 1">').waitFor();
    await question.getByText('⟨U+202E⟩drawkcab').waitFor();
    await screenshot('hostile');

    const links = await question.locator('a').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
    // A relative link is followed by the extension alone, which looks where it leads.
    expect(links).toEqual(['https://example.com/', '#']);
    await question.locator('pre', { hasText: '</code><script>window.hacked = 1</script>' }).waitFor();
    await question.getByText('[root](/etc/passwd) [host](//example.com/x)').waitFor();
    expect(await question.locator('script, img, style, iframe, form, input, button').count()).toBe(0);
    expect(
      await webview()
        .locator('body')
        .evaluate(() => 'hacked' in globalThis),
    ).toBe(false);
  });

  test('do not lead out of the workspace', async () => {
    const { page, webview, notification } = window;

    await webview().getByRole('link', { name: '../../../../../../../../etc/passwd' }).click();

    const refused = notification(
      /etc\/passwd leads out of the run and the workspace, so it is not opened\.$/,
    );
    await refused.waitFor();
    await window.runCommand('Notifications: Clear All Notifications');
    await refused.waitFor({ state: 'detached' });
    await webview().getByRole('link', { name: 'up', exact: true }).click();
    await refused.waitFor();
    // There is nothing to be seen of it but its name.
    const file = webview().getByRole('listitem').filter({ hasText: 'etc/passwd' });
    await file.getByText('leads out of the run and the workspace').waitFor();
    expect(await file.getByRole('button').count()).toBe(0);
    expect(await page.getByRole('tab', { name: /passwd/ }).count()).toBe(0);
  });

  test('are cut where there is too much of them, and the page says so', async () => {
    const { row, webview, page, screenshot } = window;
    await row(/^Breakpoint Release notes for 2\.9\.0/)
      .first()
      .click();
    const question = webview().getByRole('region', { name: 'Release notes for 2.9.0' });
    await question.getByText('The question is longer than this page shows.').waitFor();
    await screenshot('hostile-long');

    // The answer is typed without waiting for the long question each time.
    await question.getByLabel('Message to the agent (optional)').pressSequentially('Too long to read.');
    await question.getByRole('link', { name: 'Read all of it' }).click();

    await page.getByRole('tab', { name: /^Release notes for 2\.9\.0\.jsonc/ }).waitFor();
  });
});

/** What an agent writes into input.json beside a question counts more than all else. */
function makeHostile({ workspace, runs }: Demo): void {
  const runsDir = join(workspace, '.a5c', 'runs');
  rewrite(join(runsDir, runs.breakpoint, 'run.json'), (run) => ({
    ...run,
    prompt: '\u202eexe.tset $(error) [x](command:workbench.action.quit) <img src=x>',
  }));
  writeInput(join(runsDir, runs.breakpoint), {
    title: '$(trash) \u202eDelete [x](command:workbench.action.quit)',
    question: [
      '# <script>window.hacked = 1</script>',
      '<img src=x onerror="window.hacked = 1">',
      '[command](command:workbench.action.quit) [script](javascript:alert(1)) [web](https://example.com/)',
      '<style>body { display: none }</style> <iframe src="https://example.com"></iframe>',
      '<form action="https://example.com"><input><button>Approve</button></form>',
      '\u202edrawkcab',
      '```html\n</code><script>window.hacked = 1</script>\n```',
      '[up](../../../../../../../../etc/passwd) [root](/etc/passwd) [host](//example.com/x)',
    ].join('\n\n'),
    options: ['$(check) [x](command:workbench.action.quit)', '<b>Reject</b>'],
    context: { files: ['../../../../../../../../etc/passwd', '../../[x](command:workbench.action.quit)'] },
  });
  writeInput(join(runsDir, runs.twoBreakpoints), {
    title: 'Release notes for 2.9.0',
    question: 'lorem ipsum '.repeat(90_000),
  });
  const evil = join(runsDir, 'evil\u0007\u202e <b>$(trash)');
  mkdirSync(evil);
  writeFileSync(join(evil, 'run.json'), '{ "runId": 1, ');
}

/** Beside the first breakpoint of a run. */
function writeInput(runDir: string, input: unknown): void {
  const tasks = join(runDir, 'tasks');
  const id = readdirSync(tasks)
    .toSorted()
    .find((name) => JSON.parse(readFileSync(join(tasks, name, 'task.json'), 'utf8')).kind === 'breakpoint');
  writeFileSync(join(tasks, id ?? '', 'input.json'), JSON.stringify(input));
}

function rewrite(file: string, change: (json: Record<string, unknown>) => unknown): void {
  writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8')))));
}

/** Every file by its path, with its content. */
function filesBelow(...folders: readonly string[]): Record<string, string> {
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  return Object.fromEntries(files.map((file) => [file, readFileSync(file, 'utf8')]));
}
