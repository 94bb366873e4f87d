// Runs the stages of `npm test` one after the other, as far as the machine can.
import { Failure } from './run.mjs';

/** So many tests that failed are named at the end. */
const mostFailures = 50;

/** @type {import('./testStages.mjs').runStages} */
export async function runStages(stages, { demandsAll, say }) {
  // Before anything runs, so that what will be missing is known at once, and no download comes in the middle.
  const reasons = new Map();
  for (const { name, prepare } of stages) {
    const reason = await prepare?.().then(() => undefined, sentenceOf);
    if (!reason) continue;
    reasons.set(name, reason);
    say(`${name} cannot run here. ${reason}`);
  }

  const total = { passed: 0, failed: 0 };
  const summary = [];
  /** @type {string[]} */
  const failures = [];
  let failedGate;
  for (const { name, run, isGate } of stages) {
    const start = performance.now();
    say(`\n── ${name} ──`);
    const reason = failedGate ? `${failedGate} failed.` : reasons.get(name);
    const outcome = reason ? { skipped: reason } : await run();
    const { passed, failed } = 'skipped' in outcome ? { passed: 0, failed: demandsAll ? 1 : 0 } : outcome;
    total.passed += passed;
    total.failed += failed;
    if ('failures' in outcome) failures.push(...(outcome.failures ?? []));
    if (isGate && failed > 0) failedGate = name;
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    const line =
      'skipped' in outcome
        ? `${name}: ${demandsAll ? 'not run, which counts as a failure here' : 'skipped'}. ${outcome.skipped}`
        : `${name}: ${passed} passed, ${failed} failed in ${seconds} s`;
    say(`── ${line} ──`);
    summary.push(line);
  }

  say('');
  for (const line of failures.slice(0, mostFailures)) say(`failed: ${line}`);
  if (failures.length > mostFailures) say(`failed: ${failures.length - mostFailures} more`);
  for (const line of summary) say(line);
  if (total.passed + total.failed === 0) {
    say('No test ran, which counts as a failure.');
    total.failed = 1;
  }
  say(`${total.passed} passed, ${total.failed} failed`);
  return total;
}

/** @param {unknown} error what is wrong with the machine; anything else is thrown again */
function sentenceOf(error) {
  if (error instanceof Failure) return error.message;
  throw error;
}
