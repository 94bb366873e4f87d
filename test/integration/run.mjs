// Runs the integration suites, or those of the files that are named: in a desktop VS Code where one can be had, else in
// the hosted one (docs/testing.md). BABYSITTER_TEST_HOST=desktop or =hosted decides without trying.
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../scripts/lib/atExit.mjs';
import { buildIntegrationTests, buildProduct } from '../../scripts/build.mjs';
import { engineFolders } from '../../scripts/lib/engineHome.mjs';
import { ensureBrowser, ensureHostedVsCode } from '../../scripts/lib/install.mjs';
import { Failure, findOnPath, hasDisplay, progress, root, runMain } from '../../scripts/lib/run.mjs';

const secondsToTry = 10;

/**
 * A program that takes VS Code's arguments, and the arguments it wants before them.
 * @typedef {{ name: string, vscodeExecutablePath: string, before: string[] }} Host
 */

/** @returns {Promise<Host>} */
async function chooseHost() {
  const wanted = process.env.BABYSITTER_TEST_HOST;
  if (wanted === 'hosted') return hostedHost();
  if (wanted === 'desktop') return desktopHost();
  if (wanted) throw new Failure(`BABYSITTER_TEST_HOST is "${wanted}"; it may be "desktop" or "hosted".`);
  let desktop;
  try {
    return await desktopHost();
  } catch (error) {
    desktop = firstLine(error);
  }
  progress(`Testing in the hosted VS Code, since there is no desktop one: ${desktop}`);
  try {
    return await hostedHost();
  } catch (error) {
    throw new Failure(`There is no VS Code. The desktop one: ${desktop} The hosted one: ${firstLine(error)}`);
  }
}

/** @returns {Promise<Host>} */
async function hostedHost() {
  await ensureBrowser();
  await ensureHostedVsCode();
  const launcher = join(root, 'test', 'integration', 'hostedLauncher.mjs');
  return { name: 'hosted', vscodeExecutablePath: process.execPath, before: [launcher] };
}

/** @returns {Promise<Host>} */
async function desktopHost() {
  const virtualDisplay = hasDisplay() ? undefined : findOnPath('xvfb-run');
  if (!hasDisplay() && !virtualDisplay) throw new Failure('There is no display, and no xvfb-run.');
  const vsCode = await downloadDesktop();
  return virtualDisplay
    ? { name: 'desktop', vscodeExecutablePath: virtualDisplay, before: ['-a', vsCode] }
    : { name: 'desktop', vscodeExecutablePath: vsCode, before: [] };
}

/**
 * A download that has begun is waited for; one that has not, after a while, is given up.
 * @returns {Promise<string>} the path of the executable
 */
async function downloadDesktop() {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const begunTooLate = new Promise((_, reject) => {
    const giveUp = () => reject(new Failure('Its download does not begin.'));
    timer = setTimeout(giveUp, secondsToTry * 1000);
  });
  const reporter = {
    report: (/** @type {{ stage: string }} */ { stage }) => stage === 'downloading' && clearTimeout(timer),
    error: () => {},
  };
  const download = downloadAndUnzipVSCode({
    cachePath: join(root, '.vscode-test'),
    extensionDevelopmentPath: root,
    timeout: secondsToTry * 1000,
    reporter,
  });
  try {
    return await Promise.race([download, begunTooLate]);
  } finally {
    clearTimeout(timer);
  }
}

/** @param {unknown} error */
function firstLine(error) {
  return String(error instanceof Error ? error.message : error).split('\n')[0];
}

/**
 * Tells `npm test` that nothing failed but the machine.
 * @param {unknown} error
 * @returns {never}
 */
function reportSkipped(error) {
  const report = process.env.BABYSITTER_TEST_RESULTS;
  if (report && error instanceof Failure) writeFileSync(report, JSON.stringify({ skipped: error.message }));
  throw error;
}

await runMain(async () => {
  const host = await chooseHost().catch(reportSkipped);
  await buildProduct();
  await buildIntegrationTests(process.argv.slice(2));
  const folder = temporaryFolder('babysitter-runs-integration');
  try {
    const [workspace, home] = [join(folder.path, 'workspace'), join(folder.path, 'home')];
    for (const path of [workspace, home]) mkdirSync(path);
    await runTests({
      vscodeExecutablePath: host.vscodeExecutablePath,
      launchArgs: [...host.before, workspace],
      extensionDevelopmentPath: root,
      extensionTestsPath: join(root, 'out', 'test', 'integration', 'index.js'),
      extensionTestsEnv: { HOME: home, ...engineFolders(home) },
    });
  } catch {
    throw new Failure(`The integration tests failed in the ${host.name} VS Code.`);
  } finally {
    folder.remove();
  }
});
// A download that was given up still holds its connection open.
process.exit();
