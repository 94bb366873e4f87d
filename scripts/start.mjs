// Shows the extension at work on the demo project: `npm start`, or `npm start -- --no-open` to be given an address only.
// In the desktop VS Code if there is one, else in the hosted one and a browser (docs/testing.md).
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { editorPlaces } from './lib/editorPlaces.mjs';
import { engineFolders, engineHome } from './lib/engineHome.mjs';
import { startHostedVsCode } from './lib/hostedVsCode.mjs';
import { ensureDependencies, ensureHostedVsCode } from './lib/install.mjs';
import { endWithNpm } from './lib/processes.mjs';
import { exitCodeOf, Failure, findOnPath, hasDisplay, progress, root, runMain } from './lib/run.mjs';

/** @typedef {{ workspace: string, home: string }} Demo */

/**
 * Develops against the built folder, so that a reload of the window shows the next build.
 * @param {string} code the path of VS Code's command
 * @param {Demo} demo
 */
async function startDesktop(code, { workspace, home }) {
  progress('Building the extension…');
  const { buildProduct } = await import('./build.mjs');
  await buildProduct();
  progress('Opening VS Code; this ends when its window is closed…');
  // The agent of the demo is at work until the window is closed.
  const args = [`--extensionDevelopmentPath=${root}`, '--new-window', '--wait', workspace];
  // On Windows `code` is a batch file, which only a shell can start.
  const shell = process.platform === 'win32';
  const [command, ...quoted] = [code, ...args].map((text) => (shell ? `"${text}"` : text));
  // Not HOME: VS Code itself would be looking for its settings there.
  const exitCode = await exitCodeOf(command, quoted, {
    shell,
    env: { ...process.env, ...engineFolders(home) },
  });
  if (exitCode !== 0) throw new Failure(`${code} ended with exit code ${exitCode}.`);
}

/**
 * Serves until it is interrupted; then nothing is left of it (scripts/lib/atExit.mjs).
 * @param {Demo} demo
 * @param {boolean} opensBrowser
 */
async function startHosted({ workspace, home }, opensBrowser) {
  await ensureHostedVsCode();
  const { ensureVsix } = await import('./package.mjs');
  const vsix = await ensureVsix();
  progress('Starting the hosted VS Code…');
  const server = await startHostedVsCode({ vsix, env: engineHome(home), connectionToken: true });
  const address = server.url(workspace);
  const opener = opensBrowser ? browserOpener() : undefined;
  progress(
    opener
      ? 'VS Code opens in the browser; its address is'
      : 'VS Code is ready. Open this address in a browser on this machine:',
  );
  console.log(address);
  progress('Ctrl+C ends it.');
  // Whoever has no browser after all still has the address.
  if (opener) spawn(opener, [address], { stdio: 'ignore' }).once('error', () => {});
}

/** The program that opens an address in the person's browser. The hosted VS Code knows Linux and macOS only. */
function browserOpener() {
  return hasDisplay() ? findOnPath(process.platform === 'darwin' ? 'open' : 'xdg-open') : undefined;
}

/** The command of VS Code, or of an editor made from it, wherever it is installed. */
function findEditor() {
  return editorPlaces(process).find((path) => existsSync(path));
}

await runMain(async () => {
  const { values } = parseArgs({ options: { 'no-open': { type: 'boolean', default: false } } });
  endWithNpm();
  await ensureDependencies();
  progress('Preparing the demo project…');
  const { ensureDemo } = await import('./demo.mjs');
  const demo = await ensureDemo({ say: progress });
  // An agent is at work on one of the runs, as long as this program runs.
  const { playDemoSession, writeDemoSession } = await import('./demoSession.mjs');
  const stop = playDemoSession(await writeDemoSession(demo, { pid: process.pid }));
  const code = hasDisplay() && !values['no-open'] ? findEditor() : undefined;
  if (code) await startDesktop(code, demo).finally(stop);
  else await startHosted(demo, !values['no-open']);
});
