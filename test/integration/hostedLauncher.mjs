// Stands in for VS Code's executable: takes the arguments that @vscode/test-electron gives it, runs the suites in the
// hosted VS Code, and ends with their exit code.
import { format, parseArgs } from 'node:util';
import { launchBrowser } from '../../scripts/lib/browser.mjs';
import { startHostedVsCode } from '../../scripts/lib/hostedVsCode.mjs';
import { Failure, runMain } from '../../scripts/lib/run.mjs';

const minutesToRun = 5;

/** What our suites say is marked (index.ts); the rest, VS Code's own talk, is for whoever looks for a fault in the host. */
const mark = '[test] ';
const showsEverything = process.env.BABYSITTER_TEST_VERBOSE === '1';

/** @param {string[]} args VS Code's; those that only a desktop understands are passed over */
async function runSuites(args) {
  const { values, positionals } = parseArgs({
    args,
    options: { extensionDevelopmentPath: { type: 'string' }, extensionTestsPath: { type: 'string' } },
    allowPositionals: true,
    strict: false,
  });
  const server = await startHostedVsCode({ smokeTestDriver: true });
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    const remote = (/** @type {unknown} */ path) => `vscode-remote://${server.authority}${path}`;
    const exitCode = new Promise((resolve, reject) => {
      const late = () => reject(new Failure(`The suites did not end within ${minutesToRun} minutes.`));
      setTimeout(late, minutesToRun * 60_000).unref();
      void page.exposeFunction('codeAutomationExit', (/** @type {number} */ code) => resolve(code));
    });
    await page.exposeFunction(
      'codeAutomationLog',
      (/** @type {string} */ _type, /** @type {unknown[]} */ args) => {
        const text = format(...args);
        if (text.startsWith(mark)) console.log(text.slice(mark.length));
        else if (showsEverything) console.log(text);
      },
    );
    await page.goto(
      server.url(positionals[0], [
        ['extensionDevelopmentPath', remote(values.extensionDevelopmentPath)],
        ['extensionTestsPath', remote(values.extensionTestsPath)],
        ['skipWelcome', 'true'],
      ]),
    );
    process.exitCode = Number(await exitCode);
  } finally {
    await browser.close();
    await server.dispose();
  }
}

// Our end of a pipe that the runner holds: it closes when the runner is gone, however it went.
process.stdin.once('end', () => process.exit(1)).resume();

await runMain(() => runSuites(process.argv.slice(2)));
process.exit();
