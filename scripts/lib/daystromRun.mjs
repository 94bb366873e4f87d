// Writes runs in the format of Daystrom 1.15.0: for the demo.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {object} Topic
 * @property {string} name
 * @property {string} description
 * @property {readonly string[]} examples
 *
 * @typedef {object} Round
 * @property {number} number may leave gaps
 * @property {Topic} topic
 * @property {readonly (readonly [prompt: string, expected: boolean, actual: boolean])[]} tests
 * @property {string} summary
 * @property {readonly string[]} [suggestions]
 */

/**
 * @param {string} folder
 * @param {object} run
 * @param {string} run.id
 * @param {number} run.at when it began, in milliseconds since 1970
 * @param {string} run.status
 * @param {Record<string, unknown>} run.userInput
 * @param {readonly Round[]} run.rounds
 */
export function writeDaystromRun(folder, { id, at, status, userInput, rounds }) {
  const time = (/** @type {number} */ minutes) => new Date(at + minutes * 60_000).toISOString();
  const iterations = rounds.map(({ number, topic, tests, summary, suggestions = [] }, i) => {
    const testResults = tests.map(([prompt, expectedTriggered, actualTriggered], n) => ({
      testCase: { prompt, expectedTriggered, category: 'direct', source: 'generated' },
      ...{ actualTriggered, scanAction: actualTriggered ? 'block' : 'allow', scanId: `scan-${number}-${n}` },
      ...{ reportId: `report-${number}-${n}`, correct: expectedTriggered === actualTriggered },
    }));
    const wrong = (/** @type {boolean} */ triggered) =>
      tests.flatMap(([prompt, expected, actual]) =>
        expected !== actual && actual === triggered ? [prompt] : [],
      );
    return {
      ...{ iteration: number, timestamp: time(i * 4), durationMs: 180_000, topic, testResults },
      testCases: testResults.map(({ testCase }) => testCase),
      metrics: metricsOf(tests),
      analysis: {
        ...{ summary, falsePositivePatterns: wrong(true), falseNegativePatterns: wrong(false), suggestions },
      },
    };
  });
  const best = iterations.reduce((a, b) => (b.metrics.coverage > a.metrics.coverage ? b : a));
  const json = {
    ...{ id, createdAt: time(0), updatedAt: time(rounds.length * 4), userInput, iterations, status },
    ...{ currentIteration: rounds.at(-1)?.number, bestIteration: best.iteration },
    bestCoverage: best.metrics.coverage,
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${id}.json`), JSON.stringify(json, null, 2));
}

/** @param {Round['tests']} tests */
function metricsOf(tests) {
  const count = (/** @type {boolean} */ expected, /** @type {boolean} */ actual) =>
    tests.filter(([, wanted, was]) => wanted === expected && was === actual).length;
  const [tp, tn, fp, fn] = [count(true, true), count(false, false), count(false, true), count(true, false)];
  const share = (/** @type {number} */ part, /** @type {number} */ of) => (of === 0 ? 1 : part / of);
  const [truePositiveRate, trueNegativeRate] = [share(tp, tp + fn), share(tn, tn + fp)];
  return {
    ...{ truePositives: tp, trueNegatives: tn, falsePositives: fp, falseNegatives: fn },
    ...{ truePositiveRate, trueNegativeRate, accuracy: share(tp + tn, tests.length) },
    coverage: Math.min(truePositiveRate, trueNegativeRate),
    f1Score: share(2 * tp, 2 * tp + fp + fn),
  };
}
