// Every check of the project, on a machine with nothing but Node and npm: `npm test`, or `npm test -- unit e2e`
// (docs/testing.md). What the machine cannot run is skipped, except in CI. The last line of stdout is "N passed, N failed".
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { temporaryFolder } from './lib/atExit.mjs';
import { ensureBrowser, ensureDependencies, ensureHostedVsCode } from './lib/install.mjs';
import { endWithNpm } from './lib/processes.mjs';
import { exitCodeOf, root, runMain } from './lib/run.mjs';
import { hasSqlite } from './lib/themisRun.mjs';
import { readTestCommand } from './lib/testCommand.mjs';
import { runStages } from './lib/testStages.mjs';

/**
 * @typedef {import('./lib/testStages.mjs').Count} Count
 * @typedef {import('./lib/testStages.mjs').Skipped} Skipped
 * @typedef {import('./lib/testStages.mjs').Stage} Stage
 * @typedef {import('./lib/testCommand.mjs').TestCommand & { files: readonly string[] }} Wanted
 */

const results = temporaryFolder('babysitter-runs-results');

/** In the order they run, what is quick and basic first. @type {Record<string, (wanted: Wanted) => Omit<Stage, 'name'>>} */
const stages = {
  check: () => ({ run: () => asOne(node('node_modules/typescript/bin/tsc', '-b')), isGate: true }),
  lint: () => ({ run: () => asOne(npm('run', '--silent', 'lint')) }),
  graph: () => ({ run: () => asOne(node('scripts/graph.mjs', '--check')) }),
  unit: (wanted) => ({ run: () => vitest('unit', wanted) }),
  contract: (wanted) => ({ run: () => vitest('contract', wanted) }),
  adapter: (wanted) => ({ run: () => vitest('adapter', wanted) }),
  sqlite: () => ({
    async prepare() {
      if (!hasSqlite) await ensureHostedVsCode();
    },
    run: sqlite,
  }),
  page: (wanted) => ({
    prepare: () => ensureBrowser({ headed: wanted.headed }).then(() => undefined),
    run: () => vitest('page', wanted),
  }),
  integration: (wanted) => ({ run: () => integration(wanted) }),
  e2e: (wanted) => ({
    async prepare() {
      // The quick one first.
      await ensureBrowser({ headed: wanted.headed });
      await ensureHostedVsCode();
    },
    run: () => vitest('e2e', wanted),
  }),
};
const vitestStages = ['unit', 'contract', 'adapter', 'page', 'e2e'];

/**
 * @param {string} script
 * @param {...string} args
 */
function node(script, ...args) {
  return exitCodeOf(process.execPath, [join(root, script), ...args]);
}

/** @param {...string} args */
function npm(...args) {
  return exitCodeOf('npm', args, { shell: process.platform === 'win32' });
}

/**
 * A check without parts.
 * @param {Promise<number>} exitCode
 */
async function asOne(exitCode) {
  return (await exitCode) === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/**
 * @param {string} project one of those in vitest.config.mts
 * @param {Pick<Wanted, 'files' | 'options' | 'headed'>} wanted
 * @param {string} [program] the Node that runs them
 */
async function vitest(project, { files, options, headed }, program = process.execPath) {
  const report = join(results.path, `${project}.json`);
  // `-t name` may mean a test that another stage has.
  const mayBeEmpty = options.length > 0;
  const args = [
    ...['run', '--project', project, ...files, ...options],
    ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    ...(mayBeEmpty ? ['--passWithNoTests'] : []),
  ];
  const exitCode = await exitCodeOf(program, [join(root, 'node_modules/vitest/vitest.mjs'), ...args], {
    env: { ...process.env, ...(headed ? { BABYSITTER_TEST_HEADED: '1' } : {}) },
  });
  const read = ({ numPassedTests, numFailedTests, testResults }) => ({
    passed: numPassedTests,
    // A file that could not even be loaded has no tests to be counted.
    failed: numFailedTests + testResults.filter(isUnloadable).length,
    failures: testResults.flatMap(failuresIn),
  });
  return count(exitCode, report, read, mayBeEmpty ? 0 : 1);
}

/** @param {{ status: string, assertionResults: { status: string }[] }} file */
function isUnloadable({ status, assertionResults }) {
  return status === 'failed' && !assertionResults.some((test) => test.status === 'failed');
}

/** @param {{ name: string, message: string, status: string, assertionResults: { status: string, fullName: string, failureMessages: string[] }[] }} file */
function failuresIn(file) {
  const name = relative(root, file.name);
  if (isUnloadable(file)) return [`${name}: ${firstLines(file.message)}`];
  return file.assertionResults
    .filter(({ status }) => status === 'failed')
    .map(({ fullName, failureMessages }) => `${name} > ${fullName}: ${firstLines(failureMessages[0] ?? '')}`);
}

/** What is wrong, without where it was thrown. @param {string} text */
function firstLines(text) {
  const [message] = text.split(/\n\s+at /, 1);
  return message.split('\n', 8).join('\n  ').slice(0, 1000);
}

/** What needs a Node with SQLite, where this one has none: that of the hosted VS Code. @returns {Promise<Count>} */
async function sqlite() {
  const program = hasSqlite ? process.execPath : (await ensureHostedVsCode()).node;
  const total = { passed: 0, failed: 0, failures: /** @type {string[]} */ ([]) };
  for (const [project, files] of [
    ['contract', ['sources']],
    ['adapter', ['themis']],
  ]) {
    const {
      passed,
      failed,
      failures = [],
    } = await vitest(project, { files, options: ['-t', 'SQLite'], headed: false }, program);
    total.passed += passed;
    total.failed += failed + (passed === 0 ? 1 : 0);
    total.failures.push(...failures);
  }
  return total;
}

/** @param {Wanted} wanted */
async function integration({ files }) {
  const report = join(results.path, 'integration.json');
  const args = [join(root, 'test', 'integration', 'run.mjs'), ...files];
  const exitCode = await exitCodeOf(process.execPath, args, {
    env: { ...process.env, BABYSITTER_TEST_RESULTS: report },
  });
  return count(exitCode, report, ({ passed, failed, skipped }) =>
    skipped ? { skipped } : { passed, failed },
  );
}

/**
 * @param {number} exitCode
 * @param {string} report the results as JSON, if the tests came that far
 * @param {(results: any) => Count | Skipped} read
 * @param {number} [least] how many tests must have run
 */
function count(exitCode, report, read, least = 1) {
  const outcome = existsSync(report)
    ? read(JSON.parse(readFileSync(report, 'utf8')))
    : { passed: 0, failed: 0 };
  if ('skipped' in outcome || outcome.failed > 0) return outcome;
  if (outcome.passed < least) console.log('No test ran, which counts as a failure.');
  // Whatever else went wrong (an unhandled rejection, a crash) shows in the exit code only.
  return { passed: outcome.passed, failed: exitCode !== 0 || outcome.passed < least ? 1 : 0 };
}

await runMain(async () => {
  const { chosen, ...rest } = readTestCommand(process.argv.slice(2), {
    stages: Object.keys(stages),
    vitestStages,
    exists: (file) => existsSync(join(root, file)),
  });
  endWithNpm();
  await ensureDependencies();
  const { failed } = await runStages(
    chosen.map(({ stage, files }) => ({ name: stage, ...stages[stage]({ ...rest, files }) })),
    { demandsAll: Boolean(process.env.CI), say: console.log },
  );
  if (failed > 0) process.exitCode = 1;
});
