import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { useCli, type ShownRun } from '../support/cli';
import { journal } from '../support/journalBuilder';
import { projectFolder, write, writeRun, type RunFolderParts } from '../support/runFolder';

const folder = fileURLToPath(new URL('../fixtures/kinds', import.meta.url));
const now = ['--now', '2027-01-01T00:00:00Z'];
const cli = useCli();

interface Kind {
  readonly why: string;
  /** What is right of its only run, as the command line tells it; `undefined`: the folder holds no run. */
  readonly right: Record<string, unknown> | undefined;
}

const passed = (run: ShownRun): readonly (boolean | null)[] => run.tasks.map((task) => task.passed);
const words = (run: ShownRun): readonly string[] => run.answers.map((answer) => answer.words);

const kinds: Readonly<Record<string, Kind & { readonly also?: (run: ShownRun) => void }>> = {
  'answer-words': {
    why: "A person's words stand under many names.",
    right: { state: 'completed' },
    also: (run) =>
      expect(words(run)).toEqual([
        ...['Phase 2 approved, go on', 'Only the listed routes', 'Plan is fine'],
        ...['continue / Test and continue', 'Investigate first', 'iterate_on_fixes', 'Looks solid'],
      ]),
  },
  'breakpoint-no-payload': {
    why: "A question of which nothing is known is not called by the engine's own name.",
    right: { state: 'needs-you', pending: [{ kind: 'breakpoint', title: 'Breakpoint' }] },
  },
  'completed-but-aborted': {
    why: 'The process returned early and says so.',
    right: {
      state: 'completed',
      reason: 'Completed, not successful: rejected at the first question',
      outcome: { success: false, summary: 'rejected at the first question' },
      output: { aborted: true, success: false, reason: 'rejected at the first question' },
    },
  },
  'error-without-message': {
    why: 'The error was posted as an object of a form of its own.',
    right: { state: 'failed', reason: 'Suite ended by timeout; one test needs debugging' },
  },
  'failed-after-completed': {
    why: 'The engine looked once more at a completed run, and recorded an error of its own.',
    right: {
      state: 'completed',
      reason: /^Completed; the engine recorded an error afterwards: Journal sequence gap/,
      next: { action: null },
      problems: [
        expect.stringMatching(/records an engine error after the run was completed: Journal sequence gap/),
      ],
    },
  },
  'gate-not-passed': {
    why: 'The results say in words of their own that nothing passed.',
    right: { state: 'completed', effects: { ok: 3, error: 0, notPassed: 3 } },
    also: (run) => expect(passed(run)).toEqual([false, false, false]),
  },
  'ghost-stop-hooks': { why: 'A stop hook ran in a subfolder; the run lies elsewhere.', right: undefined },
  'ok-but-exit-1': {
    why: 'A command failed, and was posted as done.',
    right: { state: 'completed', effects: { ok: 1, error: 0, notPassed: 1 } },
  },
  'overnight-is-work': { why: 'A night lies before the result.', right: { state: 'completed' } },
  'own-score-name': {
    why: 'The process calls its one score parityScore.',
    right: {
      metricKey: 'parityScore',
      best: 3,
      iterations: [{ metric: 66 }, { metric: 72 }, { metric: 76 }],
    },
  },
  'phase-iterations': {
    why: 'Iterations count within a phase and begin at 1 again; each plan belongs to its phase.',
    right: {
      best: 3,
      iterations: [
        { n: 1, number: 1, metric: 70 },
        { n: 2, number: 2, metric: 92 },
        { n: 3, number: 1, metric: 95 },
        { n: 4, number: 1, metric: 60 },
        { n: 5, number: 2, metric: 91 },
      ],
    },
    also: (run) => {
      const plans = run.tasks.filter(({ title }) => /^plan/i.test(title));
      expect(plans.map(({ iteration }) => iteration)).toEqual([1, 3, 4]);
    },
  },
  'rejected-by-error': {
    why: 'A rejection was posted as an error.',
    right: {
      state: 'failed',
      next: { action: 'run.fork' },
      answers: [{ answer: 'rejected', words: 'User chose: Stop here', automatic: false }],
    },
  },
  'six-assigned-name': { why: 'It got its process later.', right: { state: 'waiting' } },
  'six-failed-is-final': {
    why: 'Engines of 6.x repeat that a run failed, and run nothing again.',
    right: {
      state: 'failed',
      next: { action: 'run.fork' },
      actions: ['run.resume', 'run.fork', 'run.startAgain'],
    },
  },
  'six-odd-question': {
    why: 'Several questions are asked at once.',
    right: {
      state: 'needs-you',
      reason: 'Needs your answer: Which database? and 1 more',
      pending: [{ question: 'Which database?', options: [{ value: 'pg' }, { value: 'sqlite' }] }],
    },
  },
  'six-task-error-ready': {
    why: 'A task ended with an error; only an iterate shows whether the process handles it.',
    right: {
      state: 'ready',
      reason: /^Will fail ended with an error: quota reached; iterating shows/,
      next: { action: 'run.iterate' },
    },
  },
  'worktree-copies': {
    why: 'The run is committed, and an older checkout of it lies in a worktree.',
    right: { state: 'completed', pending: [] },
  },
  'yolo-counts-as-human': {
    why: 'The agent answered its own question.',
    right: { answers: [{ answer: 'approved', words: 'Auto-approved (yolo mode)', automatic: true }] },
  },
};

it('has every kind that there is', () => {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(Object.keys(kinds).toSorted()).toEqual(folders.map(({ name }) => name).toSorted());
});

it.each(Object.entries(kinds))('%s', (name, { why, right, also }) => {
  const runs = cli.list(join(folder, name), ...now);
  expect(
    runs.map(({ runId }) => runId),
    why,
  ).toHaveLength(right ? 1 : 0);
  const [run] = runs;
  if (!right || !run) return;
  const shown = cli.show(run.dir, ...now);
  const { reason, ...others } = right;
  expect(shown, why).toMatchObject(others);
  if (reason instanceof RegExp) expect(shown.reason, why).toMatch(reason);
  else if (reason !== undefined) expect(shown.reason, why).toBe(reason);
  also?.(shown);
});

it('says in the report, too, that a process returned without success', () => {
  const [run] = cli.list(join(folder, 'completed-but-aborted'), ...now);
  const { stdout } = cli.run('report', run?.dir ?? '', '--format', 'json', ...now);
  expect(JSON.parse(stdout)).toMatchObject({
    run: {
      reason: 'Completed, not successful: rejected at the first question',
      outcome: { success: false, summary: 'rejected at the first question' },
    },
  });
});

it('says in the report, too, that nobody was waited for where an agent answered itself', () => {
  const [run] = cli.list(join(folder, 'yolo-counts-as-human'), ...now);
  const { stdout } = cli.run('report', run?.dir ?? '', '--format', 'json', ...now);
  const { time, answers, iterations, tasks } = JSON.parse(stdout);
  expect(time.human).toBe(0);
  expect(answers).toMatchObject([{ automatic: true }]);
  expect(iterations).toMatchObject([{ passed: 0, time: { human: 0 } }]);
  expect(tasks[0]).not.toHaveProperty('duration');
});

it.each(['STOP_HOOK_INVOKED', 'SESSION_END_HOOK_INVOKED'])(
  'takes a folder of %s alone for no run',
  (type) => {
    const { dir, runs } = projectFolder();
    const story = journal().add(type, { sessionId: 's' }).add('STOP_HOOK_INVOKED', { sessionId: 's' });
    writeRun(runs, 'ghost', { metadata: null, journal: story });
    expect(cli.list(dir, ...now)).toEqual([]);
  },
);

it('lists a copy of a run with the run', () => {
  const dir = join(folder, 'worktree-copies');
  const [run] = cli.list(dir, ...now);
  expect(run?.dir).toMatch(/worktree-copies[/\\]\.a5c/);
  expect(run?.copies).toEqual([expect.stringMatching(/\.claude[/\\]worktrees[/\\]feat/)]);
});

describe('what an engine refuses is repaired, and what is empty is not', () => {
  const next = (name: string, parts: RunFolderParts, add: (dir: string) => unknown = () => {}) => {
    const { dir, runs } = projectFolder();
    add(writeRun(runs, name, parts));
    const [run] = cli.list(dir, ...now);
    return [run?.state, run?.next.action];
  };
  const nothing = { journal: journal() };
  const task = (dir: string): unknown => write(dir, 'tasks/a/task.json', '{}');

  it.each<[string, unknown, RunFolderParts, ((dir: string) => unknown)?]>([
    ['nothing but a folder', ['unreadable', null], { ...nothing, metadata: null }],
    ['nothing but tasks', ['unreadable', 'run.repair'], { ...nothing, metadata: null }, task],
    ['a journal without events', ['created', 'run.iterate'], nothing],
    ['a journal that lost its events', ['created', 'run.repair'], nothing, task],
    [
      'an answer to no request',
      ['ready', 'run.repair'],
      { journal: journal().created().done('a').resolved('b') },
    ],
    [
      'a request that stands twice',
      ['waiting', 'run.repair'],
      { journal: journal().created().requested('a').requested('a') },
    ],
  ])('%s', (_, expected, parts, add) => {
    expect(next('one', parts, add)).toEqual(expected);
  });
});
