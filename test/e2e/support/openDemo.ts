import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Locator } from 'playwright-core';
import { engineEnvironment, makeDemo, type Demo } from '../../../scripts/demo.mjs';
import { temporaryFolder } from '../../../scripts/lib/atExit.mjs';
import { openWindow, type EditorWindow, type WindowOptions } from './openWindow';

type DemoRun = keyof Demo['runs'];

export interface DemoOptions extends Omit<WindowOptions, 'workspace' | 'home'> {
  /** Changes the demo before the window opens. */
  readonly prepare?: (demo: Demo) => void;
  /** The demo has stores of other engines, too, as that of `npm start`. */
  readonly stores?: boolean;
}

/** A window on a copy of the demo, its views shown and its runs read. */
export interface DemoWindow extends EditorWindow {
  /** The folder of one of the demo's runs. */
  runDir(run: DemoRun): string;
  /** A row of either view, by how its accessible name begins. */
  row(name: RegExp): Locator;
  /** Opens or closes a row, as only its twistie does. */
  fold(name: RegExp): Promise<void>;
  /** A notification that says this. */
  notification(text: string | RegExp): Locator;
  /** What the engine recorded as the answer to a question, found by a text in its task.json. */
  answerTo(run: DemoRun, text: string): Recorded;
  /** The engine's own command line, as an agent calls it beside the editor. Gives the JSON it answers with. */
  engine(...args: readonly string[]): Promise<Record<string, unknown>>;
}

export interface Recorded {
  readonly status: string;
  readonly result: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
}

export async function openDemo({
  prepare,
  stores = false,
  ...options
}: DemoOptions = {}): Promise<DemoWindow> {
  const folder = temporaryFolder('babysitter-runs-demo');
  const demo = await makeDemo(folder.path, { stores });
  prepare?.(demo);
  const window = await openWindow({ ...options, workspace: demo.workspace, home: demo.home });
  folder.remove();
  const { page, workspace, home } = window;
  const runDir = (run: DemoRun): string => join(workspace, '.a5c', 'runs', demo.runs[run]);
  const row = (name: RegExp): Locator => page.getByRole('treeitem', { name });
  await window.showViews();
  await row(/^Add rate limiting/).waitFor();
  return {
    ...window,
    runDir,
    row,
    fold: (name) => row(name).first().locator('.monaco-tl-twistie').click(),
    notification: (text) => page.locator('.notifications-toasts').getByText(text),
    answerTo: (run, text) => readAnswer(join(runDir(run), 'tasks'), text),
    async engine(...args) {
      const script = 'node_modules/@a5c-ai/babysitter-sdk/dist/cli/main.js';
      const options = { cwd: workspace, env: engineEnvironment(home) };
      const { stdout } = await promisify(execFile)(process.execPath, [script, ...args, '--json'], options);
      return JSON.parse(stdout);
    },
  };
}

function readAnswer(tasks: string, text: string): Recorded {
  const id = readdirSync(tasks).find((name) =>
    readFileSync(join(tasks, name, 'task.json'), 'utf8').includes(text),
  );
  return JSON.parse(readFileSync(join(tasks, id ?? '', 'result.json'), 'utf8'));
}
