// Every check of the project, on a machine with nothing but Node and npm: `npm test`, or `npm test -- unit e2e`.
// The last line of stdout is "N passed, N failed" over all of them.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './lib/atExit.mjs';
import { ensureBrowser, ensureDependencies, ensureHostedVsCode } from './lib/install.mjs';
import { endWithNpm } from './lib/processes.mjs';
import { exitCodeOf, Failure, root, runMain } from './lib/run.mjs';

/** @typedef {{ passed: number, failed: number }} Count */

const results = temporaryFolder('babysitter-runs-results');

/** In the order they run, what is quick and basic first. @type {Record<string, () => Promise<Count>>} */
const stages = {
  check: () => asOne(node('node_modules/typescript/bin/tsc', '-b')),
  lint: () => asOne(exitCodeOf('npm', ['run', '--silent', 'lint'], { shell: process.platform === 'win32' })),
  graph: () => asOne(node('scripts/graph.mjs', '--check')),
  unit: () => vitest('unit'),
  contract: () => vitest('contract'),
  adapter: () => vitest('adapter'),
  integration,
  e2e: () => vitest('e2e'),
};

/**
 * @param {string} script
 * @param {...string} args
 */
function node(script, ...args) {
  return exitCodeOf(process.execPath, [join(root, script), ...args]);
}

/**
 * A check without parts.
 * @param {Promise<number>} exitCode
 */
async function asOne(exitCode) {
  return (await exitCode) === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** @param {string} project one of those in vitest.config.mts */
async function vitest(project) {
  const file = join(results.path, `${project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const exitCode = await node('node_modules/vitest/vitest.mjs', 'run', '--project', project, ...reporters);
  return count(exitCode, file, ({ numPassedTests, numFailedTests, testResults }) => ({
    passed: numPassedTests,
    // A file that could not even be loaded has no tests to be counted.
    failed: numFailedTests + testResults.filter(isUnloadable).length,
  }));
}

/** @param {{ status: string, assertionResults: { status: string }[] }} file */
function isUnloadable({ status, assertionResults }) {
  return status === 'failed' && !assertionResults.some((test) => test.status === 'failed');
}

async function integration() {
  const file = join(results.path, 'integration.json');
  const exitCode = await exitCodeOf(process.execPath, [join(root, 'test', 'integration', 'run.mjs')], {
    env: { ...process.env, BABYSITTER_TEST_RESULTS: file },
  });
  return count(exitCode, file, ({ passed, failed }) => ({ passed, failed }));
}

/**
 * @param {number} exitCode
 * @param {string} file the results as JSON, if the tests came that far
 * @param {(results: any) => Count} read
 * @returns {Count}
 */
function count(exitCode, file, read) {
  const { passed, failed } = existsSync(file)
    ? read(JSON.parse(readFileSync(file, 'utf8')))
    : { passed: 0, failed: 0 };
  if (passed + failed === 0) console.log('No test ran, which counts as a failure.');
  // Whatever else went wrong (an unhandled rejection, a crash) shows in the exit code only.
  const elsewhere = failed === 0 && (exitCode !== 0 || passed === 0);
  return { passed, failed: elsewhere ? 1 : failed };
}

await runMain(async () => {
  const names = process.argv.slice(2);
  const unknown = names.filter((name) => !Object.hasOwn(stages, name));
  if (unknown.length > 0) {
    throw new Failure(`There is no stage "${unknown[0]}"; there are ${Object.keys(stages).join(', ')}.`);
  }
  endWithNpm();
  const chosen = Object.entries(stages).filter(([name]) => names.length === 0 || names.includes(name));
  await ensureDependencies();
  if (chosen.some(([name]) => name === 'integration' || name === 'e2e')) {
    await ensureHostedVsCode();
    await ensureBrowser();
  }

  const total = { passed: 0, failed: 0 };
  for (const [name, stage] of chosen) {
    const start = performance.now();
    console.log(`\n── ${name} ──`);
    const { passed, failed } = await stage();
    total.passed += passed;
    total.failed += failed;
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(`── ${name}: ${passed} passed, ${failed} failed in ${seconds} s ──`);
    if (name === 'check' && failed > 0) break; // What does not compile is not worth testing.
  }
  console.log(`${total.passed} passed, ${total.failed} failed`);
  if (total.failed > 0) process.exitCode = 1;
});
