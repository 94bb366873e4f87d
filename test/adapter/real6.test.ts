import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { useCli, type ShownRun } from '../support/cli';

const folder = fileURLToPath(new URL('../fixtures/real-6.0.0', import.meta.url));
const runs = join(folder, 'workspace', '.a5c', 'runs');
const now = ['--now', '2026-12-01T00:00:00Z'];
const cli = useCli();

interface Real {
  readonly why: string;
  readonly right: Record<string, unknown>;
  readonly also?: (run: ShownRun) => void;
}

const next = (action: string | null): object => ({ action });

const real: Readonly<Record<string, Real>> = {
  done: {
    why: 'Two tasks were answered, and it was iterated to its end.',
    right: { state: 'completed', metricKey: 'score', outcome: { success: true }, next: next(null) },
  },
  never2: { why: 'The process asks nothing.', right: { state: 'completed', next: next(null) } },
  never: { why: 'It was only created.', right: { state: 'created', next: next('run.iterate') } },
  'gate-waiting': {
    why: 'It asks, after a stop hook was recorded.',
    right: { state: 'needs-you', pending: [{ kind: 'breakpoint' }], next: next('breakpoint.answer') },
  },
  'gate-rejected': {
    why: 'It was rejected once, refined and asked again.',
    right: { state: 'needs-you', pending: [{ question: 'Try 2: is it good?' }] },
    also: ({ answers }) => expect(answers.map(({ answer }) => answer)).toEqual(['rejected']),
  },
  'approve-cli': {
    why: 'The answer came with metadata and the invocation key.',
    right: { state: 'completed' },
    also: ({ answers }) =>
      expect(answers).toMatchObject([{ answer: 'approved', by: 'Ann', automatic: false }]),
  },
  'odd-question': {
    why: 'Several questions are asked as one.',
    right: { state: 'needs-you', pending: [{ question: 'Which database?' }] },
  },
  'process-error': {
    why: 'The process itself threw; iterating again is of no use, recovering is.',
    right: { state: 'failed', reason: 'cannot read the config', next: next('run.resume') },
    also: ({ actions }) => expect(actions).not.toContain('run.iterate'),
  },
  'process-error-recovered': {
    why: 'It was recovered after the file was mended; the engine keeps a copy of the error beside.',
    right: { state: 'completed', problems: [] },
  },
  'task-error': {
    why: 'A task was answered with an error, of which the engine writes no failure.',
    right: { state: 'ready', reason: expect.stringContaining('quota reached'), next: next('run.iterate') },
  },
  'shell-failed': {
    why: 'A shell task that was posted as an error is recorded as ok, not successful.',
    right: { state: 'ready', effects: { ok: 1, error: 0, notPassed: 1 } },
  },
  halted: { why: 'The process halted it.', right: { state: 'halted', next: next(null) } },
  'sealed-done': {
    why: 'A person sealed it while a task was open.',
    right: { state: 'completed', reason: expect.stringMatching(/^Sealed as completed/), next: next(null) },
  },
  sleeping: {
    why: 'It sleeps until 2099.',
    right: { state: 'sleeping', next: { action: null, at: '2099-01-01T00:00:00.000Z' } },
  },
  parallel: {
    why: 'Of three tasks asked at once two are answered; an iterate brings nothing while the third is open.',
    right: { state: 'waiting', effects: { pending: 1 }, next: next('run.resume') },
  },
  parent: {
    why: 'It waits for a child run.',
    right: { state: 'waiting', pending: [{ kind: 'subprocess' }] },
  },
  'parent-plain': {
    why: 'Child runs are not allowed there, which ended it; an iterate would repeat that.',
    right: { state: 'failed', next: next('run.fork') },
    also: ({ actions }) => expect(actions).not.toContain('run.iterate'),
  },
  bare: {
    why: 'It was created without a process.',
    right: { state: 'created', next: next('run.assignProcess') },
  },
  assigned: {
    why: 'It was given a process, and keeps the id of a bare run.',
    right: { state: 'waiting', processId: 'bare-run' },
  },
  logs: { why: 'The process wrote to the log.', right: { state: 'completed', problems: [] } },
};

it('every run has its line', () => {
  expect(readdirSync(runs).toSorted()).toEqual(Object.keys(real).toSorted());
});

it.each(Object.keys(real))('%s is told as it is', (name) => {
  const { right, also, why } = real[name] ?? expect.fail(name);
  const run = cli.show(join(runs, name), ...now);
  expect(run, why).toMatchObject({ engineVersion: '6.0.0', ...right });
  also?.(run);
});

it('runs of the home-wide folder are told by the folder that they were started in', () => {
  const [run, ...others] = cli.list(join(folder, 'home', '.a5c', 'runs'), ...now);
  expect([run?.state, others.length]).toEqual(['created', 0]);
});
