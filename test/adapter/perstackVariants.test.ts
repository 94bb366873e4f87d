import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { defaultActivityWindow, type Judgement } from '../../src/core/run/judgement';
import type { RunDetails } from '../../src/core/run/run';
import { atOnce } from '../../src/core/sliced';
import { conversationIn } from '../../src/engines/perstack/core/conversation';
import { whyNotBranch } from '../../src/engines/perstack/core/drive';
import { compareEvents, eventOfName } from '../../src/engines/perstack/core/jobEvents';
import { perstackEngine } from '../../src/engines/perstack/core/perstackEngine';
import { asPerstack, type PerstackRun } from '../../src/engines/perstack/core/perstackRun';
import { readJob } from '../../src/engines/perstack/core/readJob';
import { JobFolder, listJob, placeOfJob } from '../../src/engines/perstack/node/jobFolder';
import { perstackStores } from '../../src/engines/perstack/node/perstackStores';
import { findStores } from '../../src/node/stores';
import { PerstackJobs } from '../support/perstackJobs';
import { temporaryFolder } from '../support/runFolder';

// Jobs as they may be found when something is missing, of another version, or half there.
const fixtures = join(import.meta.dirname, '../fixtures/stores/perstack');

/** A copy of a job that may be changed. */
function copyOf(workspace: string, id: string): string {
  const folder = join(temporaryFolder(), 'perstack', 'jobs', id);
  cpSync(join(fixtures, workspace, 'perstack/jobs', id), folder, { recursive: true });
  return folder;
}

interface Read {
  readonly run: PerstackRun;
  readonly details: RunDetails;
  readonly judged: Judgement;
}

/** @param whole as for somebody who looks into it, else as for its row */
function read(folder: string, whole = true): Read {
  const place = placeOfJob(folder);
  const listing = atOnce(listJob(place)) ?? expect.fail('There is no job.');
  const { run, details } = atOnce(readJob(place, listing, new JobFolder(folder), whole));
  const judged = perstackEngine.judge(run, run.updatedAt + 24 * 3_600_000, {
    activityWindow: defaultActivityWindow,
  });
  return { run: asPerstack(run), details, judged };
}

const eachWay = [true, false];
const eventsOf = (folder: string): readonly string[] =>
  readdirSync(join(folder, 'runs')).flatMap((run) =>
    readdirSync(join(folder, 'runs', run)).map((name) => join(folder, 'runs', run, name)),
  );
function edit(file: string, change: (json: Record<string, unknown>) => void): void {
  const json: Record<string, unknown> = JSON.parse(readFileSync(file, 'utf8'));
  change(json);
  writeFileSync(file, JSON.stringify(json));
}
const checkpointsOf = (folder: string): readonly string[] =>
  readdirSync(join(folder, 'checkpoints')).map((name) => join(folder, 'checkpoints', name));

it.each(eachWay)('a question is asked by its checkpoint alone, too (whole: %s)', (whole) => {
  const folder = copyOf('workspace', 'ask-pending');
  rmSync(join(folder, 'runs'), { recursive: true });
  const { run, judged } = read(folder, whole);
  expect(judged.state).toBe('needs-you');
  expect(judged.reason).toBe('Needs your answer: Which database should the migration target?');
  expect([...run.story.pending.keys()]).toEqual(['toolu_0009']);
  expect(judged.actions).toEqual(['breakpoint.answer']);
});

it('a job of checkpoints alone has ended as its newest one says, or says its own word', () => {
  const folder = copyOf('workspace', 'max-steps');
  rmSync(join(folder, 'runs'), { recursive: true });
  expect(read(folder).judged.reason).toBe('Stopped at its step limit (2)');
  const newest = checkpointsOf(folder).find((file) => readFileSync(file, 'utf8').includes('Exceeded')) ?? '';
  edit(newest, (json) => Object.assign(json, { status: 'completed' }));
  expect(read(folder)).toMatchObject({
    judged: { state: 'completed', next: { action: undefined } },
    run: { story: { end: { outcome: 'completed' } } },
  });
  edit(newest, (json) => Object.assign(json, { status: 'stoppedByBudget' }));
  expect(read(folder).judged).toMatchObject({ state: 'stopped', word: 'stoppedByBudget' });
  edit(newest, (json) => Object.assign(json, { status: 'constructor' }));
  expect(read(folder).judged).toMatchObject({ state: 'stopped', word: 'constructor' });
  edit(newest, (json) => Object.assign(json, { status: 'stoppedByError', error: { message: 'No model' } }));
  expect(read(folder).judged).toMatchObject({ state: 'failed', reason: 'No model' });
});

it.each(eachWay)(
  'an answer is refused where the checkpoint that asks is cut, as it would begin elsewhere (whole: %s)',
  (whole) => {
    const folder = copyOf('workspace', 'ask-pending');
    const asking = checkpointsOf(folder).find((file) =>
      readFileSync(file, 'utf8').includes('pendingToolCalls'),
    );
    writeFileSync(asking ?? '', readFileSync(asking ?? '', 'utf8').slice(0, 100));
    const { judged } = read(folder, whole);
    expect(judged.state).toBe('needs-you');
    expect(judged.actions).toEqual([]);
    expect(judged.whyNot('breakpoint.answer')).toMatch(/checkpoint that asks cannot be read/);
  },
);

it('no branch begins at a step whose checkpoint is cut, or has a status that is none for it', () => {
  const folder = copyOf('workspace', 'zjmsmgc5sqvpyv4st3xl7vfg');
  const [first = '', second = ''] = checkpointsOf(folder).toSorted(
    (a, b) =>
      Number(JSON.parse(readFileSync(a, 'utf8')).stepNumber) - JSON.parse(readFileSync(b, 'utf8')).stepNumber,
  );
  writeFileSync(first, '{"id":');
  const continued = eventsOf(folder).find((file) => file.includes('-2-continueToNextStep')) ?? '';
  for (const file of [second]) edit(file, (json) => Object.assign(json, { status: 'init' }));
  edit(continued, (json) => Object.assign(json['checkpoint'] as object, { status: 'init' }));
  const { run } = read(folder);
  expect(run.job.checkpoints.map((step) => whyNotBranch(run, step))).toEqual([
    'This step has no checkpoint that Perstack can read.',
    'Its status is "init": no branch can begin there.',
    undefined,
  ]);
});

it.each(eachWay)('a job that crashed in a delegate can be branched from before (whole: %s)', (whole) => {
  const { judged } = read(copyOf('workspace', 'delegate-crashed'), whole);
  expect(judged.actions).toEqual(['run.fork']);
  expect(judged.whyNot('run.resume')).toMatch(/inside a delegate/);
});

it.each(eachWay)('a job whose start is missing still says who does what (whole: %s)', (whole) => {
  const folder = copyOf('workspace', 'max-steps');
  const before = read(folder, whole).run;
  rmSync(eventsOf(folder).find((file) => file.endsWith('-startRun.json')) ?? '');
  const { run } = read(folder, whole);
  expect([run.prompt, run.processId]).toEqual([before.prompt, before.processId]);
});

it('a job of starts alone is not started', () => {
  const jobs = new PerstackJobs(temporaryFolder());
  for (const _ of [1, 2]) jobs.event('j', 1, 'startRun', { inputMessages: [] });
  expect(read(join(jobs.jobs, 'j')).judged).toMatchObject({ state: 'created', actions: [] });
});

it.each(eachWay)('retries are counted, and the newest reason is told (whole: %s)', (whole) => {
  const jobs = new PerstackJobs(temporaryFolder());
  const folder = jobs.begin('j');
  for (let n = 1; n <= 100; n += 1) jobs.event('j', 1, 'retry', { reason: `overloaded ${n}` });
  expect(read(folder, whole).judged.reason).toMatch(/killed; 100 retries, the last: overloaded 100$/);
});

it('events of one millisecond are in the order in which a step has them', () => {
  const names = [
    'callInteractiveTool',
    'startGeneration',
    'stopRunByInteractiveTool',
    'startRun',
    'callTools',
  ];
  const events = names.flatMap((type) => eventOfName('r', `event-5-1-${type}.json`) ?? []);
  expect(events.toSorted(compareEvents).map(({ type }) => type)).toEqual([
    ...['startRun', 'startGeneration', 'callTools', 'callInteractiveTool', 'stopRunByInteractiveTool'],
  ]);
});

it('a file of a clock that is ahead is not taken for half written for ever', () => {
  const folder = copyOf('workspace-damaged', 'cut-events');
  const isSettling = (): boolean => {
    const files = new JobFolder(folder);
    atOnce(readJob(placeOfJob(folder), atOnce(listJob(placeOfJob(folder))) ?? expect.fail(), files, true));
    return files.isSettling;
  };
  const touch = (ahead: number): void => {
    for (const file of eventsOf(folder)) utimesSync(file, Date.now() / 1000, Date.now() / 1000 + ahead);
  };
  touch(0);
  expect(isSettling()).toBe(true);
  touch(3600);
  expect(isSettling()).toBe(false);
});

it('runs of the versions before there were jobs have one row that says so', () => {
  const project = temporaryFolder();
  const runs = join(project, 'perstack', 'runs');
  mkdirSync(join(runs, 'a1'), { recursive: true });
  expect(atOnce(findStores(project, [perstackStores]))).toEqual([]);
  writeFileSync(join(runs, 'a1', 'checkpoint-1700000000000-1-b2.json'), '{}');
  expect(atOnce(findStores(project, [perstackStores]))).toEqual([{ kind: perstackStores, store: runs }]);
  expect(perstackStores.named(runs)).toEqual({ store: runs });
  const [reading, ...more] = atOnce(perstackStores.read(runs));
  const judged = reading && perstackEngine.judge(reading.run, Date.now(), { activityWindow: 1 });
  expect([judged?.state, judged?.reason, judged?.actions, more]).toEqual([
    ...['unreadable', 'Made by Perstack 0.0.45 or older, not readable', [], []],
  ]);
  mkdirSync(join(project, 'perstack', 'jobs'));
  expect(atOnce(findStores(project, [perstackStores])).map(({ store }) => store)).toEqual([
    join(project, 'perstack', 'jobs'),
  ]);
});

it('a step tells what was said since the last words of the person, and never the instruction', () => {
  const { details } = read(copyOf('workspace', 'ask-pending'));
  expect(details.recorded?.list.map(({ about }) => new Map(about).get('Conversation')?.split('\n'))).toEqual([
    [
      'You: [ask] Plan the database migration',
      expect.stringMatching(/^planner calls readTextFile \{/),
      expect.stringMatching(/^readTextFile: /),
    ],
    [
      ...['You: [ask] Plan the database migration', expect.stringMatching(/^planner calls readTextFile/)],
      ...[expect.stringMatching(/^readTextFile: /), expect.stringMatching(/^planner calls askUser \{/)],
    ],
  ]);
  const messages = Array.from({ length: 60 }, (_, i) => ({
    type: i === 1 ? 'userMessage' : i === 0 ? 'instructionMessage' : 'expertMessage',
    contents: [{ type: 'textPart', text: `${i} `.repeat(10_000) }],
  }));
  const told = conversationIn(messages, 'p').split('\n');
  expect([told.length, told[0], Math.max(...told.map(({ length }) => length)) <= 401]).toEqual([
    ...[21, '… 39 earlier …', true],
  ]);
});
