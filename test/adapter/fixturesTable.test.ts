import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunEntry } from '../../src/core/run/runEntry';
import { useCli } from '../support/cli';
import { capturedFixtures, handmadeFixtures, type Fixtures } from '../support/fixtures';
import { momentText } from '../support/momentText';

const cli = useCli();

/** What `list --json` must tell of a run. */
interface Row {
  /** What happened to it, for the one who reads this table. */
  readonly why: string;
  readonly title: string;
  readonly state: string;
  readonly reason: string;
  readonly events: number;
  /** "3: 1 ok, 1 error, 1 pending" */
  readonly effects: string;
  /** "kind: title" of each pending effect. */
  readonly pending?: readonly string[];
  /** "1:55 2:91, best 2 by score"; a number alone: no metric. */
  readonly iterations?: string;
  readonly actions: readonly string[];
  readonly problems?: readonly string[];
  /** What some versions tell otherwise, because they write something else. */
  readonly differs?: { readonly in: readonly string[] } & Partial<Omit<Row, 'why' | 'differs'>>;
}

type Rows = Readonly<Record<string, Row>>;

const answers = ['breakpoint.answer', 'breakpoint.approve', 'breakpoint.reject'];
const iterating = ['run.iterate', 'run.continue'];
/** What every run allows whose run.json can be read. */
const fromItsInputs = ['run.fork', 'run.startAgain'];
const unfinished = ['run.resume', ...fromItsInputs];

/** They know no prompt, so the process names the run. */
const withoutPrompt = ['0.0.29', '0.0.162', '0.0.168'];

const everyVersion: Rows = {
  created: {
    why: 'Nobody has iterated it yet.',
    title: 'Build the login page',
    state: 'created',
    reason: 'Not started; iterate to begin',
    events: 1,
    effects: '0',
    actions: [...iterating, ...unfinished],
    differs: { in: withoutPrompt, title: 'fixture/one-task' },
  },
  'waiting-agent': {
    why: 'Iterated once; an agent has a task and has not answered a day later.',
    title: 'Build the login page',
    state: 'waiting',
    reason: `Waiting for an agent since ${momentText('2026-03-02 10:00')}: 1 agent task pending`,
    events: 2,
    effects: '1: 1 pending',
    pending: ['agent: Plan the feature'],
    iterations: '1',
    actions: ['task.post', ...unfinished],
    differs: { in: withoutPrompt, title: 'fixture/one-task' },
  },
  'breakpoint-pending': {
    why: 'A plan was written and a person is asked about it.',
    title: 'Add a locale to users',
    state: 'needs-you',
    reason: 'Needs your answer: Approve migration plan',
    events: 4,
    effects: '2: 1 ok, 1 pending',
    pending: ['breakpoint: Approve migration plan'],
    iterations: '1 2',
    actions: [...answers, ...unfinished],
    differs: { in: withoutPrompt, title: 'fixture/approval' },
  },
  sleeping: {
    why: 'It sleeps for the rest of our lives.',
    title: 'fixture/sleep',
    state: 'sleeping',
    reason: `Sleeping until ${momentText('2999-01-01 00:00')}`,
    events: 4,
    effects: '2: 1 ok, 1 pending',
    pending: [`sleep: Sleep until ${momentText('2999-01-01 00:00')}`],
    iterations: '1 2',
    actions: unfinished,
  },
  ready: {
    why: 'The only task is answered and nobody has iterated since.',
    title: 'Build the login page',
    state: 'ready',
    reason: 'Everything is answered; iterate to go on',
    events: 3,
    effects: '1: 1 ok',
    iterations: '1:90',
    actions: [...iterating, ...unfinished],
    differs: { in: withoutPrompt, title: 'fixture/one-task' },
  },
  failed: {
    why: 'The process threw; once the file is there, iterating helps.',
    title: 'Release 1.1.0',
    state: 'failed',
    reason: 'The changelog is missing: write RELEASE-NOTES.md first',
    events: 4,
    effects: '1: 1 ok',
    iterations: '1',
    actions: [...iterating, ...unfinished],
    differs: { in: withoutPrompt, title: 'fixture/needs-file' },
  },
  'iterations-scored': {
    why: 'Four rounds with a number in their inputs; the second and the last score the same, the first of them is best.',
    title: 'Raise the quality',
    state: 'completed',
    reason: 'Completed',
    events: 26,
    effects: '12: 12 ok',
    iterations: '1:55 2:91 3:83 4:91, best 2 by score',
    actions: fromItsInputs,
    differs: { in: withoutPrompt, title: 'fixture/scored' },
  },
  'parallel-half': {
    why: 'Four at once, two of them answered; only the process knows whether an iterate moves it on.',
    title: 'Review four modules',
    state: 'waiting',
    reason: `Waiting for an agent since ${momentText('2026-03-02 21:02')}: 2 agent tasks pending`,
    events: 7,
    effects: '4: 2 ok, 2 pending',
    pending: ['agent: Review web', 'agent: Review cli'],
    iterations: '1:0.9',
    actions: ['task.post', ...iterating, ...unfinished],
    differs: { in: withoutPrompt, title: 'fixture/flat' },
  },
  'error-caught': {
    why: 'A task failed and the process went on without it.',
    title: 'fixture/caught',
    state: 'completed',
    reason: 'Completed',
    events: 4,
    effects: '1: 1 error',
    iterations: '1',
    actions: fromItsInputs,
  },
  'error-uncaught': {
    why: 'A task failed and the run with it.',
    title: 'fixture/uncaught',
    state: 'failed',
    reason: 'API rate limit exceeded',
    events: 4,
    effects: '1: 1 error',
    iterations: '1',
    actions: [...iterating, ...unfinished],
  },
  'error-nameless': {
    why: 'The same with an error that has no name: the engine records its JSON as message, the sentence in it is meant.',
    title: 'fixture/uncaught',
    state: 'failed',
    reason: 'The rates are two days old',
    events: 4,
    effects: '1: 1 error',
    iterations: '1',
    actions: [...iterating, ...unfinished],
  },
  'breakpoint-rejected': {
    why: 'Changes were requested and made, the second question was approved.',
    title: 'Add a locale to users',
    state: 'completed',
    reason: 'Completed',
    events: 10,
    effects: '4: 4 ok',
    iterations: '1 2 3 4',
    actions: fromItsInputs,
    differs: { in: withoutPrompt, title: 'fixture/approval' },
  },
  kinds: {
    why: 'The rarer kinds; the last one has neither title nor label, so its task id names it.',
    title: 'fixture/kinds',
    state: 'waiting',
    reason: `Waiting for an agent since ${momentText('2026-03-03 06:02')}: 1 custom-kind task pending`,
    events: 6,
    effects: '3: 2 ok, 1 pending',
    pending: ['custom-kind: brief'],
    iterations: '1 2 3',
    actions: ['task.post', ...unfinished],
  },
};

const only29: Rows = {
  'node-done': {
    why: 'The engine itself carried the only task out.',
    title: 'fixture/node-task',
    state: 'completed',
    reason: 'Completed',
    events: 4,
    effects: '1: 1 ok',
    iterations: '1:84',
    actions: fromItsInputs,
  },
  'node-failed': {
    why: 'The script of the task ended with 3; the engine has no name for that error.',
    title: 'fixture/node-task',
    state: 'failed',
    reason: 'Node task exited with code 3',
    events: 4,
    effects: '1: 1 error',
    iterations: '1',
    actions: [...iterating, ...unfinished],
  },
};

const since174: Rows = {
  'stop-hooks': {
    why: 'Twice an agent wanted to stop and was told to go on: that is activity.',
    title: 'fixture/one-task',
    state: 'waiting',
    reason: `Waiting for an agent since ${momentText('2026-03-03 07:09')}: 1 agent task pending`,
    events: 4,
    effects: '1: 1 pending',
    pending: ['agent: Plan the feature'],
    iterations: '1',
    actions: ['task.post', ...unfinished],
  },
};

const only187: Rows = {
  'breakpoint-string': {
    why: 'The whole question is a string, which then names it as well.',
    title: 'fixture/bare',
    state: 'needs-you',
    reason: 'Needs your answer: Shall I go on?',
    events: 2,
    effects: '1: 1 pending',
    pending: ['breakpoint: Shall I go on?'],
    iterations: '1',
    actions: [...answers, ...unfinished],
  },
  'breakpoints-two': {
    why: 'Two questions at once; the first has only a label.',
    title: 'Publish the package',
    state: 'needs-you',
    reason: 'Needs your answer: name (and 1 more)',
    events: 3,
    effects: '2: 2 pending',
    pending: ['breakpoint: name', 'breakpoint: Licence'],
    iterations: '1',
    actions: [...answers, ...unfinished],
  },
  'sleep-elapsed': {
    why: 'It sleeps, but not forever.',
    title: 'fixture/sleep',
    state: 'sleeping',
    reason: `Sleeping until ${momentText('2026-04-01 00:00')}`,
    events: 4,
    effects: '2: 1 ok, 1 pending',
    pending: [`sleep: Sleep until ${momentText('2026-04-01 00:00')}`],
    iterations: '1 2',
    actions: unfinished,
  },
  'failed-then-completed': {
    why: 'It failed, was mended and completed: the later event counts.',
    title: 'Release 1.1.0',
    state: 'completed',
    reason: 'Completed',
    events: 7,
    effects: '2: 2 ok',
    iterations: '1 2',
    actions: fromItsInputs,
  },
  'iterations-repeated': {
    why: 'Three rounds that nobody numbered: the same tasks come again with other inputs.',
    title: 'Raise the coverage',
    state: 'completed',
    reason: 'Completed',
    events: 14,
    effects: '6: 6 ok',
    iterations: '1:71.5 2:88 3:80.25, best 2 by coverage',
    actions: fromItsInputs,
  },
  'parallel-nested': {
    why: 'Step ids drifted: two tasks were asked twice, and what was asked first is pending forever.',
    title: 'fixture/nested',
    state: 'completed',
    reason: 'Completed',
    events: 16,
    effects: '8: 6 ok, 2 pending',
    pending: ['agent: Plan web', 'agent: Plan db'],
    iterations: '1 2 3',
    actions: fromItsInputs,
  },
  'non-interactive': {
    why: 'Its question was skipped: a log entry and no effect.',
    title: 'fixture/skippable',
    state: 'completed',
    reason: 'Completed',
    events: 6,
    effects: '1: 1 ok',
    iterations: '1',
    actions: fromItsInputs,
  },
  'sleep-completed': {
    why: 'Engines never resolve a sleep; in a finished run it pends no more.',
    title: 'fixture/sleep',
    state: 'completed',
    reason: 'Completed',
    events: 7,
    effects: '3: 2 ok',
    iterations: '1 2',
    actions: fromItsInputs,
  },
  harness: {
    why: 'Every event names the harness.',
    title: 'Build the login page',
    state: 'completed',
    reason: 'Completed',
    events: 4,
    effects: '1: 1 ok',
    iterations: '1',
    actions: fromItsInputs,
  },
  'large-value': {
    why: 'The result is in a file of its own.',
    title: 'fixture/large',
    state: 'completed',
    reason: 'Completed',
    events: 4,
    effects: '1: 1 ok',
    iterations: '1',
    actions: fromItsInputs,
  },
  'duplicate-number': {
    why: 'Two events have one number; the engine made that and refuses to read it.',
    title: 'fixture/skippableTwice',
    state: 'waiting',
    reason: `Waiting for an agent since ${momentText('2026-03-03 08:00')}: 1 agent task pending`,
    events: 4,
    effects: '1: 1 pending',
    pending: ['agent: Work'],
    iterations: '1',
    actions: ['task.post', ...unfinished, 'run.repair'],
    problems: ['journal/000002.01KJSBC3Z2MK8JK2FR66H10AYG.json: has a sequence number that occurs twice (2)'],
  },
};

const handmade: Rows = {
  completed: {
    why: 'The ordinary end.',
    title: 'Build the thing',
    state: 'completed',
    reason: 'Completed',
    events: 6,
    effects: '2: 2 ok',
    iterations: '1 2:88',
    actions: fromItsInputs,
  },
  halted: {
    why: 'The process stopped itself on purpose: final, nothing to resume.',
    title: 'Build the thing',
    state: 'halted',
    reason: 'Halted: The budget is spent',
    events: 4,
    effects: '1: 1 ok',
    iterations: '1',
    actions: fromItsInputs,
  },
  'process-error': {
    why: 'The process threw; iterating would only repeat the recorded error.',
    title: 'Build the thing',
    state: 'failed',
    reason: "Cannot read properties of undefined (reading 'files')",
    events: 4,
    effects: '1: 1 ok',
    iterations: '1',
    actions: unfinished,
  },
  'process-error-recovered': {
    why: 'The error was taken out of the journal, which was written anew, and the run went on; the old journal lies beside it.',
    title: 'Build the thing',
    state: 'completed',
    reason: 'Completed',
    events: 6,
    effects: '2: 2 ok',
    iterations: '1 2:90',
    actions: fromItsInputs,
  },
  cancelled: {
    why: 'Its only pending task was cancelled, which is an answer too.',
    title: 'Build the thing',
    state: 'ready',
    reason: 'Everything is answered; iterate to go on',
    events: 5,
    effects: '2: 1 ok, 1 cancelled',
    iterations: '1 2',
    actions: [...iterating, ...unfinished],
  },
  'sealed-completed': {
    why: 'A person closed it while a task was pending.',
    title: 'Build the thing',
    state: 'completed',
    reason: 'Sealed as completed: Finished by hand',
    events: 5,
    effects: '2: 1 ok, 1 pending',
    pending: ['agent: Build it'],
    iterations: '1 2',
    actions: fromItsInputs,
  },
  'sealed-failed': {
    why: 'A person closed it as failed: it cannot be resumed as other failed runs can.',
    title: 'Build the thing',
    state: 'failed',
    reason: 'Sealed as failed: Superseded by another run',
    events: 5,
    effects: '2: 1 ok, 1 pending',
    pending: ['agent: Build it'],
    iterations: '1 2',
    actions: fromItsInputs,
  },
  bare: {
    why: 'It has no process that could be iterated.',
    title: 'Find out what to do first',
    state: 'created',
    reason: 'Not started: it has no process yet',
    events: 1,
    effects: '0',
    actions: [...unfinished, 'run.assignProcess'],
  },
  assigned: {
    why: 'It got its process later.',
    title: 'Find out what to do first',
    state: 'waiting',
    reason: `Waiting for an agent since ${momentText('2026-08-03 16:01')}: 1 agent task pending`,
    events: 3,
    effects: '1: 1 pending',
    pending: ['agent: Plan the work'],
    iterations: '1',
    actions: ['task.post', ...unfinished],
  },
  'breakpoint-pending': {
    why: 'The advice to approve it changes nothing: a person is asked.',
    title: 'Build the thing',
    state: 'needs-you',
    reason: 'Needs your answer: Approve the plan',
    events: 4,
    effects: '2: 1 ok, 1 pending',
    pending: ['breakpoint: Approve the plan'],
    iterations: '1 2',
    actions: [...answers, ...unfinished],
  },
  'breakpoint-signed': {
    why: 'The answer came with a signature; to be iterated like any other.',
    title: 'Build the thing',
    state: 'ready',
    reason: 'Everything is answered; iterate to go on',
    events: 5,
    effects: '2: 2 ok',
    iterations: '1 2',
    actions: [...iterating, ...unfinished],
  },
  'shell-failure': {
    why: 'The command failed, which this engine records as a result and not as an error.',
    title: 'Build the thing',
    state: 'ready',
    reason: 'Everything is answered; iterate to go on',
    events: 5,
    effects: '2: 2 ok',
    iterations: '1 2',
    actions: [...iterating, ...unfinished],
  },
  progress: {
    why: 'Progress, costs and a changed process file are no answers: the task still pends.',
    title: 'Build the thing',
    state: 'waiting',
    reason: `Waiting for an agent since ${momentText('2026-08-03 18:03')}: 1 agent task pending`,
    events: 7,
    effects: '2: 1 ok, 1 pending',
    pending: ['agent: Build it'],
    iterations: '1 2',
    actions: ['task.post', ...unfinished],
  },
  'code-changed': {
    why: 'The process file changed and its next iterate asked for something else: another round, though nothing was answered.',
    title: 'Build the thing',
    state: 'waiting',
    reason: `Waiting for an agent since ${momentText('2026-08-04 01:03')}: 1 agent task and 1 shell task pending`,
    events: 6,
    effects: '3: 1 ok, 2 pending',
    pending: ['agent: Build it', 'shell: Run the tests'],
    iterations: '1 2 3',
    actions: ['task.post', ...unfinished],
  },
  'unknown-event': {
    why: 'An event nobody knows counts and does nothing else.',
    title: 'Build the thing',
    state: 'waiting',
    reason: `Waiting for an agent since ${momentText('2026-08-03 19:02')}: 1 agent task pending`,
    events: 5,
    effects: '2: 1 ok, 1 pending',
    pending: ['agent: Build it'],
    iterations: '1 2',
    actions: ['task.post', ...unfinished],
  },
  'costs-after-end': {
    why: 'Costs that are booked after the end do not reopen it.',
    title: 'Build the thing',
    state: 'completed',
    reason: 'Completed',
    events: 6,
    effects: '1: 1 ok',
    iterations: '1',
    actions: fromItsInputs,
  },
  parent: {
    why: 'It waits for the run below.',
    title: 'Build the thing',
    state: 'waiting',
    reason: `Waiting for an agent since ${momentText('2026-08-03 20:02')}: 1 subprocess task pending`,
    events: 4,
    effects: '2: 1 ok, 1 pending',
    pending: ['subprocess: fixture/six'],
    iterations: '1 2',
    actions: ['task.post', ...unfinished],
  },
  child: {
    why: 'It was started by the run above and has no prompt of its own.',
    title: 'fixture/six',
    state: 'waiting',
    reason: `Waiting for an agent since ${momentText('2026-08-03 21:01')}: 1 agent task pending`,
    events: 2,
    effects: '1: 1 pending',
    pending: ['agent: Plan the work'],
    iterations: '1',
    actions: ['task.post', ...unfinished],
  },
};

/** The runs that each version has. A version that is added without being named here has only the common ones. */
const more: Readonly<Record<string, Rows>> = {
  '0.0.29': only29,
  '0.0.174': since174,
  '0.0.183': since174,
  '0.0.187': { ...since174, ...only187 },
};

interface Table extends Fixtures {
  readonly now: string;
  readonly rows: Rows;
  /** What the version leaves on disk of itself. */
  readonly engineVersion: string | undefined;
}

const tables: readonly Table[] = [
  ...capturedFixtures.map((fixtures) => ({
    ...fixtures,
    now: '2026-03-03T12:00:00Z',
    rows: { ...everyVersion, ...more[fixtures.version] },
    engineVersion: undefined,
  })),
  ...handmadeFixtures.map((fixtures) => ({
    ...fixtures,
    now: '2026-08-04T03:00:00Z',
    rows: handmade,
    engineVersion: fixtures.version,
  })),
];

// Loops and not describe.each, which would cut and quote the names.
for (const { path, version, workspace, runs, now, rows, engineVersion } of tables) {
  describe(path, () => {
    let entries: readonly RunEntry[] = [];
    beforeAll(() => {
      entries = cli.list(workspace, '--now', now);
    });

    it('has a row for each run, and a run for each row', () => {
      expect(entries.map(({ runId }) => runId).toSorted()).toEqual(Object.keys(rows).toSorted());
    });

    for (const [runId, { why, differs, ...row }] of Object.entries(rows)) {
      it(`${runId}: ${why}`, () => {
        const { in: versions = [], ...others } = differs ?? {};
        const expected = { ...row, ...(versions.includes(version) ? others : {}) };
        expect(told(entryOf(entries, runId))).toEqual({
          ...expected,
          pending: expected.pending ?? [],
          iterations: expected.iterations ?? '',
          problems: expected.problems ?? [],
        });
      });
    }

    it('tells the version only where it is on disk', () => {
      expect(new Set(entries.map((entry) => entry.engineVersion))).toEqual(new Set([engineVersion]));
    });

    it('never tells the secret of a run, whatever its name', () => {
      const secrets = Object.keys(rows).flatMap((runId) => {
        const metadata: unknown = JSON.parse(readFileSync(join(runs, runId, 'run.json'), 'utf8'));
        const { completionProof, completionSecret } = metadata as Record<string, string>;
        return completionProof ?? completionSecret ?? [];
      });
      expect(secrets).toHaveLength(version === '0.0.29' ? 0 : entries.length);
      const text = JSON.stringify(entries);
      expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    });
  });
}

/** What the clock alone changes. */
const moments = [
  {
    moment: 'within two minutes of its last answer',
    fixtures: capturedFixtures,
    runId: 'parallel-half',
    now: '2026-03-02T21:03:00Z',
    state: 'working',
    reason: 'Probably working: 2 agent tasks pending, last event 57s ago',
    actions: ['task.post', ...iterating, ...unfinished],
  },
  {
    moment: 'once its sleep is over',
    fixtures: capturedFixtures.filter(({ version }) => version === '0.0.187'),
    runId: 'sleep-elapsed',
    now: '2026-04-01T00:00:00Z',
    state: 'ready',
    reason: `Its sleep was over at ${momentText('2026-04-01 00:00')}; iterate to go on`,
    actions: [...iterating, ...unfinished],
  },
  {
    moment: 'within two minutes of its first request',
    fixtures: handmadeFixtures,
    runId: 'child',
    now: '2026-08-03T21:01:30Z',
    state: 'working',
    reason: 'Probably working: 1 agent task pending, last event 30s ago',
    actions: ['task.post', ...unfinished],
  },
];

for (const { moment, fixtures, runId, now, ...expected } of moments) {
  describe(`${runId}, ${moment}`, () => {
    it.each(fixtures.map(({ path, workspace }) => [path, workspace] as const))('%s', (path, workspace) => {
      const entries = cli.list(workspace, '--now', now);
      const { state, reason, actions } = entryOf(entries, runId);
      expect({ state, reason, actions }).toEqual(expected);
      // Every other run is told as in the table.
      const rows = tables.find((table) => table.path === path)?.rows ?? {};
      const others = entries.filter((entry) => entry.runId !== runId);
      expect(others.map((entry) => `${entry.runId}: ${entry.state}`)).toEqual(
        others.map((entry) => `${entry.runId}: ${rows[entry.runId]?.state}`),
      );
    });
  });
}

function entryOf(entries: readonly RunEntry[], runId: string): RunEntry {
  return entries.find((entry) => entry.runId === runId) ?? expect.fail(`${runId} is not listed`);
}

function told({
  title,
  state,
  reason,
  events,
  effects,
  pending,
  iterations,
  metricKey,
  best,
  actions,
  problems,
}: RunEntry) {
  const { requested, ...counts } = effects;
  const parts = Object.entries(counts).flatMap(([name, n]) => (n === 0 ? [] : [`${n} ${name}`]));
  const rounds = iterations.map(({ n, metric }) => (metric === undefined ? `${n}` : `${n}:${metric}`));
  return {
    title,
    state,
    reason,
    events,
    effects: parts.length === 0 ? `${requested}` : `${requested}: ${parts.join(', ')}`,
    pending: pending.map(({ kind, title: name }) => `${kind}: ${name}`),
    iterations: rounds.join(' ') + (best === undefined ? '' : `, best ${best} by ${metricKey}`),
    actions,
    problems,
  };
}
