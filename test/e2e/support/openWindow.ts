import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FrameLocator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { temporaryFolder } from '../../../scripts/lib/atExit.mjs';
import type { Settings } from '../../../scripts/lib/hostedVsCode.mjs';
import { again } from './again';
import { copyOrCreate, giveBack, takeHost } from './hosts';

export interface WindowOptions {
  /**
   * The folder to open. The window gets a copy of its own, so a test may change what it likes. Or what writes one that
   * cannot be copied, into an empty folder. Left out: an empty folder.
   */
  readonly workspace?: string | ((folder: string) => void);
  /** What lies in the person's home folder, to be copied too: `~/.a5c/runs` for instance. */
  readonly home?: string;
  readonly theme?: Theme;
  /** `false`: Restricted Mode. Trusted, when left out. */
  readonly trusted?: boolean;
  /** With all the extensions that come with VS Code, as a person has them. Few, when left out: a window opens in half the time. */
  readonly allExtensions?: boolean;
  readonly settings?: Settings;
  /** Settings that only the machine may have, as programs to start. */
  readonly machineSettings?: Settings;
  readonly size?: { readonly width: number; readonly height: number };
}

export type Theme =
  | 'Default Dark Modern'
  | 'Dark 2026'
  | 'Light 2026'
  | 'Default High Contrast'
  | 'Default High Contrast Light';

/** A real window of VS Code with the packed extension in it. */
export interface EditorWindow {
  readonly page: Page;
  /** The copy of the workspace that is open. */
  readonly workspace: string;
  readonly home: string;
  /** The folder of the extension for what it keeps beyond a workspace. */
  readonly storage: string;
  /** Opens the extension's views by a click in the activity bar. */
  showViews(): Promise<void>;
  /** Runs a command from the palette, by its whole title: "Babysitter: Refresh". */
  runCommand(title: string): Promise<void>;
  /** Loads the window again, with what was open and how, as a person finds it who did not do that within seconds. */
  reload(): Promise<void>;
  /** The content of the webview that is shown. */
  webview(): FrameLocator;
  /** Changes the colours of the window to other ones, which is much faster than opening another window. */
  useTheme(theme: Theme): Promise<void>;
  /** The text on the clipboard, as soon as the window has the focus, without which it may not read it. */
  clipboard(): Promise<string>;
  /** The last errors that VS Code told on its console. They say why it did not show what it was given. */
  readonly errors: readonly string[];
  /** Puts a picture into test-results/ and gives its path. */
  screenshot(name: string): Promise<string>;
  /** For a test that wants to be done early: whatever is still open at the end of a test file is disposed of anyway. */
  dispose(): Promise<void>;
}

const settingsOfTests = {
  // A row that comes under a pointer at rest shows its tooltip, which lies over the rows that a test clicks next.
  'workbench.hover.delay': 600_000,
};

/** The windows of this test file that are open. */
export const openWindows = new Set<EditorWindow>();

/** Opens a window. Those that were opened before are closed, as a test that is done does not need its own any more. */
export async function openWindow(options: WindowOptions = {}): Promise<EditorWindow> {
  for (const done of openWindows) await done.dispose();
  const folder = temporaryFolder('babysitter-runs-e2e');
  const workspace = join(folder.path, 'workspace');
  const { workspace: source } = options;
  await copyOrCreate(typeof source === 'string' ? source : undefined, workspace);
  if (typeof source === 'function') source(workspace);
  const user = {
    ...settingsOfTests,
    'workbench.colorTheme': options.theme ?? 'Default Dark Modern',
    ...options.settings,
  };
  const settings = { user, machine: options.machineSettings ?? {} };
  const kind = { trusted: options.trusted !== false, allExtensions: options.allExtensions === true };
  const host = await takeHost(kind, settings, options.home);
  const { home, server, page } = host;
  await page.setViewportSize(options.size ?? { width: 1280, height: 800 });
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && errors.push(message.text().slice(0, 500)) > 20) errors.shift();
  });

  const window: EditorWindow = {
    page,
    errors,
    workspace,
    home,
    storage: join(server.globalStorage, 'babysitter-runs.babysitter-runs'),
    async showViews() {
      await page.getByRole('tab', { name: /^Babysitter Runs/ }).click();
      await page.getByRole('heading', { name: /Babysitter Runs/ }).waitFor();
    },
    async runCommand(title) {
      const palette = page.locator('.quick-input-widget');
      await again(async () => {
        await page.keyboard.press('F1');
        await palette.locator('.quick-input-box input').fill(`>${title}`, { timeout: 10_000 });
        await palette.getByRole('option', { name: title }).first().click({ timeout: 10_000 });
      });
    },
    async reload() {
      // In a browser, VS Code keeps what is open once in five seconds, as soon as it has time for it, and does not tell.
      await page.evaluate(
        () =>
          new Promise((resolve) => {
            setTimeout(() => requestIdleCallback(() => setTimeout(resolve, 500)), 5_500);
          }),
      );
      const loaded = page.waitForEvent('domcontentloaded');
      await window.runCommand('Developer: Reload Window');
      await loaded;
    },
    async useTheme(theme) {
      const workbench = page.locator('.monaco-workbench');
      const before = await workbench.getAttribute('class');
      const file = join(workspace, '.vscode', 'settings.json');
      const settings: object = existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : {};
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, JSON.stringify({ ...settings, 'workbench.colorTheme': theme }));
      await page.waitForFunction(
        (old) => document.querySelector('.monaco-workbench')?.getAttribute('class') !== old,
        before,
      );
    },
    webview: () => page.frameLocator('iframe.webview').frameLocator('iframe#active-frame'),
    async clipboard() {
      const read = await page.waitForFunction(() =>
        navigator.clipboard.readText().then(
          (text) => ({ text }),
          () => undefined,
        ),
      );
      const { text } = (await read.jsonValue()) ?? expect.fail('nothing was read');
      return text;
    },
    async screenshot(name) {
      const path = join('test-results', `${name.replaceAll(/[^\w.-]+/g, '-')}.png`);
      await page.screenshot({ path });
      return path;
    },
    async dispose() {
      openWindows.delete(window);
      await giveBack(host);
      folder.remove();
    },
  };
  openWindows.add(window);
  await page.goto(server.url(workspace));
  await page.locator('.monaco-workbench .part.statusbar').waitFor();
  return window;
}
