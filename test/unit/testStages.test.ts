import { describe, expect, test } from 'vitest';
import { Failure } from '../../scripts/lib/run.mjs';
import { runStages, type Stage } from '../../scripts/lib/testStages.mjs';

const unit: Stage = { name: 'unit', run: async () => ({ passed: 3, failed: 0 }) };
const e2e: Stage = {
  name: 'e2e',
  prepare: () => Promise.reject(new Failure('It needs a browser.')),
  run: () => Promise.reject(new Error('must not be run')),
};
const integration: Stage = { name: 'integration', run: async () => ({ skipped: 'There is no VS Code.' }) };

/** The lines without their times. */
async function run(stages: readonly Stage[], { demandsAll = false } = {}) {
  const lines: string[] = [];
  const total = await runStages(stages, {
    demandsAll,
    say: (line) => lines.push(line.replace(/ in \d+\.\d s/, '')),
  });
  const summary = lines.slice(lines.lastIndexOf('') + 1);
  return { lines, total, summary };
}

describe('the stages of npm test', () => {
  test('are summed up, and their sum is the last line', async () => {
    const { total, summary } = await run([
      unit,
      { name: 'adapter', run: async () => ({ passed: 4, failed: 2, failures: ['a.test.ts > a: Error'] }) },
    ]);
    expect(total).toEqual({ passed: 7, failed: 2 });
    expect(summary).toEqual([
      'failed: a.test.ts > a: Error',
      'unit: 3 passed, 0 failed',
      'adapter: 4 passed, 2 failed',
      '7 passed, 2 failed',
    ]);
  });

  test('that the machine cannot run are skipped with the reason, which is no failure', async () => {
    const { lines, summary } = await run([integration, e2e, unit]);
    expect(lines[0]).toBe('e2e cannot run here. It needs a browser.');
    expect(summary).toEqual([
      'integration: skipped. There is no VS Code.',
      'e2e: skipped. It needs a browser.',
      'unit: 3 passed, 0 failed',
      '3 passed, 0 failed',
    ]);
  });

  test('are failures where all are demanded, and the others run', async () => {
    const { summary } = await run([integration, e2e, unit], { demandsAll: true });
    expect(summary).toEqual([
      'integration: not run, which counts as a failure here. There is no VS Code.',
      'e2e: not run, which counts as a failure here. It needs a browser.',
      'unit: 3 passed, 0 failed',
      '3 passed, 2 failed',
    ]);
  });

  test('are not run after one whose failure makes them pointless', async () => {
    const check: Stage = { name: 'check', isGate: true, run: async () => ({ passed: 0, failed: 1 }) };
    const { summary } = await run([check, { ...e2e, prepare: async () => {} }]);
    expect(summary).toEqual([
      'check: 0 passed, 1 failed',
      'e2e: skipped. check failed.',
      '0 passed, 1 failed',
    ]);
  });

  test('fail together when no test ran at all', async () => {
    const { summary } = await run([e2e]);
    expect(summary).toEqual([
      'e2e: skipped. It needs a browser.',
      'No test ran, which counts as a failure.',
      '0 passed, 1 failed',
    ]);
  });

  test('are not excused by a fault of their own preparation', async () => {
    const faulty = { ...e2e, prepare: () => Promise.reject(new TypeError('a bug')) };
    await expect(run([faulty])).rejects.toThrow('a bug');
  });
});
