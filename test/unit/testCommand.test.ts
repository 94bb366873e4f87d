import { describe, expect, test } from 'vitest';
import { readTestCommand } from '../../scripts/lib/testCommand.mjs';

const stages = ['check', 'unit', 'integration', 'e2e'];
const files = new Set(['test/unit/run.test.ts', 'test/integration/review.test.ts', 'test/e2e/live.test.ts']);

function read(...args: readonly string[]) {
  return readTestCommand(args, {
    stages,
    vitestStages: ['unit', 'e2e'],
    exists: (file) => files.has(file),
  });
}

/** "unit, e2e test/e2e/live.test.ts" */
function chosenBy(...args: readonly string[]): string {
  return read(...args)
    .chosen.map(({ stage, files }) => [stage, ...files].join(' '))
    .join(', ');
}

describe('npm test', () => {
  test('without a word runs every stage', () => {
    expect(read()).toEqual({
      chosen: stages.map((stage) => ({ stage, files: [] })),
      options: [],
      headed: false,
    });
  });

  test('runs the stages that are named, in their own order', () => {
    expect(chosenBy('e2e', 'check')).toBe('check, e2e');
  });

  test('finds the stage of a file', () => {
    expect(chosenBy('test/e2e/live.test.ts')).toBe('e2e test/e2e/live.test.ts');
    expect(chosenBy('./test/integration/review.test.ts')).toBe('integration test/integration/review.test.ts');
    expect(chosenBy(String.raw`test\unit\run.test.ts`)).toBe('unit test/unit/run.test.ts');
    expect(chosenBy('test/unit/run.test.ts:12')).toBe('unit test/unit/run.test.ts:12');
  });

  test('runs only the files of a stage when both are named', () => {
    expect(chosenBy('check', 'e2e', 'test/e2e/live.test.ts')).toBe('check, e2e test/e2e/live.test.ts');
  });

  test('hands on what follows the first option, untouched', () => {
    expect(read('e2e', '-t', 'unit', '--bail=1').options).toEqual(['-t', 'unit', '--bail=1']);
    expect(chosenBy('e2e', '-t', 'unit', '--bail=1')).toBe('e2e');
  });

  test('with nothing but options runs the stages that understand them', () => {
    expect(chosenBy('-t', 'a name')).toBe('unit, e2e');
  });

  test('shows the browser, wherever --headed stands', () => {
    expect(read('--headed', 'e2e', '-t', 'name')).toMatchObject({ headed: true, options: ['-t', 'name'] });
    expect(read('e2e', '-t', 'name', '--headed')).toMatchObject({ headed: true, options: ['-t', 'name'] });
    expect(chosenBy('--headed')).toBe(stages.join(', '));
  });

  test.each([
    [['units'], '"units" is no stage and no test file; the stages are check, unit, integration, e2e.'],
    [['test/e2e/gone.test.ts'], '"test/e2e/gone.test.ts" is no stage and no test file'],
    [['test/fixtures/x.ts'], '"test/fixtures/x.ts" is no stage and no test file'],
    [['unit', 'check', '-t', 'name'], '-t is an option of vitest, which does not run check.'],
    [['test/integration/review.test.ts', '-t', 'name'], 'which does not run integration.'],
    [['unit', '--headed'], '--headed shows the windows of e2e, which was not asked for.'],
  ])('refuses %j with a sentence', (args, sentence) => {
    expect(() => read(...args)).toThrow(sentence);
  });
});
