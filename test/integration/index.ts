// Runs inside VS Code's extension host, which calls `run` (docs/testing.md).
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';
import Mocha from 'mocha';

/** What the suites write into the file that BABYSITTER_TEST_RESULTS names, as the host hands on an exit code only. */
export interface Results {
  readonly passed: number;
  readonly failed: number;
  readonly failures: readonly { readonly title: string; readonly message: string }[];
}

// VS Code says a lot on the console; the mark tells the hosted launcher which lines are ours.
Mocha.reporters.Base.consoleLog = (...args: unknown[]) => console.log(`[test] ${format(...args)}`);

export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'tdd', timeout: 20_000, color: false });
  for (const name of readdirSync(__dirname).filter((name) => name.endsWith('.test.js'))) {
    mocha.addFile(join(__dirname, name));
  }
  const results = await resultsOf(mocha);
  const file = process.env['BABYSITTER_TEST_RESULTS'];
  if (file) writeFileSync(file, JSON.stringify(results, undefined, 2));
  if (results.failed > 0) throw new Error(`${results.failed} of the integration tests failed.`);
}

function resultsOf(mocha: Mocha): Promise<Results> {
  return new Promise((resolve) => {
    let passed = 0;
    const failures: { title: string; message: string }[] = [];
    const runner = mocha.run((failed) => resolve({ passed, failed, failures }));
    runner.on('pass', () => (passed += 1));
    runner.on('fail', (test, error: Error) => {
      failures.push({ title: test.fullTitle(), message: error.stack ?? error.message });
    });
  });
}
