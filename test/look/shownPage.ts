import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type * as vscode from 'vscode';
import { systemClock, type Clock } from '../../src/core/clock';
import { toDisposable } from '../../src/core/disposables';
import { Emitter } from '../../src/core/event';
import { enginesOf } from '../../src/core/engine/runEngine';
import { silentLogger } from '../../src/core/log';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import { RunStore } from '../../src/core/source/runStore';
import { babysitterEngine } from '../../src/engines/babysitter/core/babysitterEngine';
import { babysitterKey } from '../../src/engines/babysitter/core/babysitterRun';
import { FsRunSource } from '../../src/engines/babysitter/node/fsRunSource';
import { inSlices } from '../../src/node/slices';
import { classifyOptions } from '../../src/vscode/settings';
import { OpenedRuns } from '../../src/vscode/tree/openedRuns';
import { FakeClock } from '../support/fakeClock';
import { pageIn, type PageName } from './pageParts';
import { style, themes } from './themes.json';

export type ThemeName = keyof typeof themes;

export interface LookOptions {
  /** The project that holds the run. */
  readonly project: string;
  readonly dir: string;
  /** Which page; left out: the run's own. */
  readonly kind?: PageName;
  /** The folder of the run with which it is compared. */
  readonly other?: string;
  readonly theme?: ThemeName;
  readonly size?: { readonly width: number; readonly height: number };
  /** The home folder in which agents keep their sessions; left out: none are read. */
  readonly home?: string;
  /** The question that the page is opened at. */
  readonly question?: string;
  /** The moment at which the run is looked at; left out: five minutes after its last event. */
  readonly now?: number;
}

/** A page in a browser, without VS Code: the page as it ships, told by the extension's own code. */
export interface ShownPage {
  readonly page: Page;
  /** What the page asked the extension for, beyond what its own panel answers. */
  readonly asked: readonly { readonly what: string; readonly args: readonly unknown[] }[];
  /** Gives the page other colours, as VS Code does when its theme is changed. */
  useTheme(theme: ThemeName): Promise<void>;
  close(): Promise<void>;
}

const address = 'http://page.test/';

/** The bundle must have been built (`npm run build`). */
export async function showPage(browser: Browser, options: LookOptions): Promise<ShownPage> {
  const { project, dir, theme = 'Default Dark Modern', size = { width: 1400, height: 1000 } } = options;
  let clock: Clock = new FakeClock(0);
  const moving: Clock = { now: () => clock.now(), after: systemClock.after };
  const store = new RunStore(moving, enginesOf(babysitterEngine), {
    activityWindow: defaultActivityWindow,
  });
  const following = store.add(new FsRunSource({ dir: project, holds: 'project' }, silentLogger));
  const key = babysitterKey(dir);
  await new Promise<void>((resolve) => {
    const check = (): void => void (store.get(key) && store.loaded && resolve());
    store.onDidChange(check);
    check();
  });
  clock = new FakeClock(options.now ?? (store.get(key)?.run.updatedAt ?? 0) + 5 * 60_000);
  store.reclassify(classifyOptions());

  const page = await browser.newPage({ viewport: size });
  const asked: { what: string; args: readonly unknown[] }[] = [];
  const told = new Emitter<unknown>();
  let html = '';
  await page.exposeBinding('toExtension', (_, message: unknown) => told.fire(message));
  const post = (message: unknown): Promise<boolean> =>
    page
      .evaluate((sent) => window.postMessage(sent, '*'), message)
      .then(() => true)
      .catch(() => false);
  const panel = fakePanel(told, post, (text) => (html = text));
  await page.route(`${address}**`, (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/') return route.fulfill({ body: html, contentType: 'text/html' });
    const file = join('dist', 'webview', basename(pathname));
    return route.fulfill({
      body: readFileSync(file),
      contentType: contentTypes[file.split('.').at(-1) ?? ''] ?? '',
    });
  });
  await page.addInitScript(beVsCode, { style, first: themes[theme] });
  const opened = new OpenedRuns(store, inSlices);
  const parts = { store, opened, clock: moving, project, asked, home: options.home };
  const shown = pageIn(panel, parts, options);
  await page.goto(address);
  return {
    page,
    asked,
    useTheme: (other) =>
      page.evaluate(
        (colours) => (globalThis as unknown as { useTheme(theme: unknown): void }).useTheme(colours),
        themes[other],
      ),
    async close() {
      await page.close();
      shown.dispose();
      following.dispose();
      store.dispose();
    },
  };
}

const contentTypes: Readonly<Record<string, string>> = {
  js: 'text/javascript',
  css: 'text/css',
  ttf: 'font/ttf',
};

interface Theme {
  readonly kind: string;
  readonly colours: Readonly<Record<string, string | undefined>>;
}

/** In the page: what VS Code gives to a page, its colours and its own style sheet. */
function beVsCode({ style, first }: { readonly style: string; readonly first: Theme }): void {
  let state: unknown = JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined;
  const useTheme = ({ kind, colours }: Theme): void => {
    document.body.className = kind;
    const { style } = document.documentElement;
    // One theme names colours that another one does not have.
    for (const name of Array.from(style)) if (name.startsWith('--vscode-')) style.removeProperty(name);
    for (const [name, value] of Object.entries(colours)) style.setProperty(name, value ?? '');
  };
  Object.assign(globalThis, {
    useTheme,
    acquireVsCodeApi: () => ({
      postMessage: (message: unknown) =>
        (globalThis as unknown as { toExtension(message: unknown): void }).toExtension(message),
      getState: () => state,
      setState: (next: unknown) => {
        state = next;
        sessionStorage.setItem('state', JSON.stringify(next));
      },
    }),
  });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  document.adoptedStyleSheets = [sheet];
  document.addEventListener('DOMContentLoaded', () => useTheme(first));
}

function fakePanel(
  told: Emitter<unknown>,
  post: (message: unknown) => Promise<boolean>,
  onHtml: (html: string) => void,
): vscode.WebviewPanel {
  const never = (): { dispose(): void } => toDisposable(() => {});
  const webview = {
    options: {},
    cspSource: address,
    set html(text: string) {
      onHtml(text);
    },
    asWebviewUri: (uri: { readonly path: string }) => ({ toString: () => address + uri.path }),
    postMessage: post,
    onDidReceiveMessage: told.event,
  };
  const panel = {
    ...{ webview, visible: true, active: true, viewColumn: 1, title: '' },
    ...{ onDidChangeViewState: never, onDidDispose: never, reveal: () => {}, dispose: () => {} },
  };
  return panel as unknown as vscode.WebviewPanel;
}
