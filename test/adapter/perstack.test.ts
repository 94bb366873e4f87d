import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import { defaultMetricChoice } from '../../src/core/run/metrics';
import type { Run } from '../../src/core/run/run';
import { toRunEntry, type RunEntry } from '../../src/core/run/runEntry';
import { atOnce } from '../../src/core/sliced';
import type { RunReading } from '../../src/core/source/runSource';
import { childNodes, describeNode, openRun } from '../../src/core/views/tree/buildTree';
import { perstackEngine, young } from '../../src/engines/perstack/core/perstackEngine';
import { asPerstack } from '../../src/engines/perstack/core/perstackRun';
import { perstackStores } from '../../src/engines/perstack/node/perstackStores';
import { useCli } from '../support/cli';
import { PerstackJobs } from '../support/perstackJobs';
import { temporaryFolder } from '../support/runFolder';
import { silentLogger } from '../../src/core/log';

const fixtures = join(import.meta.dirname, '../fixtures/stores/perstack');
const jobsOf = (workspace: string): string => join(fixtures, workspace, 'perstack/jobs');
const options = { activityWindow: defaultActivityWindow };

const readings = (workspace: string): ReadonlyMap<string, RunReading> =>
  new Map(
    atOnce(perstackStores.read(jobsOf(workspace))).map((reading) => [reading.run.runId, reading] as const),
  );
const old = (run: Run): number => run.updatedAt + 24 * 3_600_000;
const entry = ({ run, details }: RunReading, now = old(run)): RunEntry =>
  toRunEntry(run, details, now, { ...options, engine: perstackEngine, metric: defaultMetricChoice });

/** What is to be read of a job: state and reason, steps and events, tokens (branch / spent), steps of the coordinator. */
interface Row {
  readonly is: readonly [state: string, reason: string | RegExp];
  readonly steps: number;
  readonly events: number;
  readonly tokens: readonly [branch: number | undefined, spent: number];
  readonly n: readonly number[];
  readonly actions: readonly string[];
  readonly next: string | null;
  readonly problems?: readonly (string | RegExp)[];
  readonly asks?: {
    readonly question: string;
    readonly title?: string;
    readonly options?: readonly string[];
  };
}

const goOn = ['run.resume', 'run.fork'];
const answer = ['breakpoint.answer'];
const cut = 'is not valid JSON: it may have been cut off or overwritten';
const database = {
  question: 'Which database should the migration target?',
  options: ['postgres', 'sqlite'],
};
const interrupted = (last: string): readonly [string, RegExp] => [
  'stopped',
  new RegExp(`^Interrupted\\? Last: ${last}; no write since .*, it may have been killed$`),
];

const table: Readonly<Record<string, Readonly<Record<string, Row>>>> = {
  workspace: {
    zjmsmgc5sqvpyv4st3xl7vfg: {
      is: ['completed', 'Completed: The project is a demo with a README only.'],
      ...{ steps: 3, events: 13, tokens: [5342, 5342], n: [1, 2, 3], actions: goOn, next: null },
    },
    'release-2025.12_final': {
      is: ['completed', 'Completed: Summary: done.'],
      ...{ steps: 1, events: 8, tokens: [2430, 2430], n: [1], actions: goOn, next: null },
    },
    'ask-pending': {
      is: ['needs-you', `Needs your answer: ${database.question}`],
      ...{
        steps: 2,
        events: 10,
        tokens: [3437, 3437],
        n: [1, 2],
        actions: answer,
        next: 'breakpoint.answer',
      },
      asks: database,
    },
    'ask-answered': {
      is: ['completed', /^Completed: Plan: migrate/],
      ...{ steps: 4, events: 15, tokens: [5259, 5259], n: [1, 2, 3, 4], actions: goOn, next: null },
    },
    'ask-mixed': {
      is: ['needs-you', 'Needs your answer: Is the README current?'],
      ...{ steps: 1, events: 5, tokens: [1848, 1848], n: [1], actions: answer, next: 'breakpoint.answer' },
      asks: { question: 'Is the README current?' },
    },
    'max-steps': {
      is: ['stopped', 'Stopped at its step limit (2)'],
      ...{ steps: 2, events: 11, tokens: [3820, 3820], n: [1, 2], actions: goOn, next: 'run.resume' },
    },
    branched: {
      is: ['completed', 'Completed: Branch B: use option two.'],
      ...{ steps: 4, events: 22, tokens: [5895, 8110], n: [1, 2, 3, 4, 3], actions: goOn, next: null },
    },
    'continued-usage': {
      is: ['completed', 'Completed: Third answer.'],
      ...{ steps: 3, events: 9, tokens: [470, 470], n: [1, 2, 3], actions: goOn, next: null },
    },
    'delegate-serial': {
      is: ['completed', 'Completed: Second answer, longer.'],
      ...{ steps: 9, events: 31, tokens: [9085, 9085], n: [1, 4, 5, 7, 8, 9], actions: goOn, next: null },
    },
    'delegate-crashed': {
      is: interrupted('writer, step 3'),
      ...{ steps: 3, events: 12, tokens: [3748, 3748], n: [1, 2], actions: ['run.fork'], next: null },
    },
    killed: {
      is: interrupted('planner, step 2'),
      ...{ steps: 2, events: 7, tokens: [1832, 1832], n: [1], actions: goOn, next: 'run.resume' },
    },
    'auth-error': {
      is: ['failed', 'No output generated. Check the stream for errors.'],
      ...{ steps: 1, events: 3, tokens: [0, 0], n: [1], actions: goOn, next: 'run.resume' },
    },
  },
  'workspace-answers': {
    'ask-mixed-json': {
      is: ['completed', 'Completed: Noted.'],
      ...{ steps: 3, events: 10, tokens: [3791, 3791], n: [1, 2, 3], actions: goOn, next: null },
    },
    'ask-mixed': {
      is: ['needs-you', 'Needs your answer: Is the README current?'],
      ...{ steps: 2, events: 9, tokens: [1848, 1848], n: [1, 2], actions: answer, next: 'breakpoint.answer' },
      asks: { question: 'Is the README current?' },
    },
    'ask-two': {
      is: ['needs-you', 'Needs your answer: Question 2 of 2: Second?'],
      ...{
        steps: 3,
        events: 13,
        tokens: [1844, 1844],
        n: [1, 2, 3],
        actions: answer,
        next: 'breakpoint.answer',
      },
      asks: { question: 'Second?', title: 'Question 2 of 2: Second?' },
    },
  },
  'workspace-0.0.46': {
    rpijgo2d6f72qo3awdtywuiw: {
      is: ['completed', /^Completed: /],
      ...{ steps: 3, events: 15, tokens: [6139, 6139], n: [1, 2, 3], actions: goOn, next: null },
    },
    'old-ask-pending': {
      is: ['needs-you', `Needs your answer: ${database.question}`],
      ...{
        steps: 2,
        events: 10,
        tokens: [3270, 3270],
        n: [1, 2],
        actions: answer,
        next: 'breakpoint.answer',
      },
      asks: database,
    },
    'old-continued': {
      is: ['completed', 'Completed: Third answer.'],
      ...{ steps: 3, events: 15, tokens: [470, 470], n: [1, 2, 3], actions: goOn, next: null },
    },
    'old-killed': {
      is: interrupted('planner, step 2'),
      ...{ steps: 2, events: 7, tokens: [1585, 1585], n: [1], actions: goOn, next: 'run.resume' },
      problems: ['job.json: says running, 0 steps'],
    },
  },
  'workspace-damaged': {
    'cut-newest-checkpoint': {
      is: ['stopped', 'Stopped at its step limit (2)'],
      ...{ steps: 2, events: 11, tokens: [3820, 3820], n: [1, 2], actions: goOn, next: 'run.resume' },
      problems: [`checkpoints/v34t17qzfbb7vi51mctx1iti.json: ${cut}`],
    },
    'cut-events': {
      is: ['stopped', 'Stopped at its step limit (2)'],
      ...{ steps: 2, events: 11, tokens: [3820, 3820], n: [1, 2], actions: goOn, next: 'run.resume' },
      problems: [/resolveToolResults\.json: is empty$/, /stopRunByExceededMaxSteps\.json: is not valid JSON/],
    },
    'all-checkpoints-cut': {
      is: ['needs-you', `Needs your answer: ${database.question}`],
      ...{ steps: 2, events: 10, tokens: [3437, 3437], n: [1, 2], actions: [], next: null },
      problems: [/^checkpoints\/bw7.*\.json: is no/, /^checkpoints\/jhc.*\.json: is no/],
      asks: database,
    },
    'no-checkpoints': {
      is: interrupted('planner, step 2'),
      ...{ steps: 2, events: 7, tokens: [1832, 1832], n: [1], actions: [], next: null },
    },
    'cut-job-json': {
      is: ['stopped', 'Stopped at its step limit (2)'],
      ...{ steps: 2, events: 11, tokens: [3326, 3326], n: [1, 2], actions: goOn, next: 'run.resume' },
      problems: [`job.json: ${cut}`],
    },
    'release notes, 2nd try': {
      is: ['needs-you', 'Needs your answer: Is the README current?'],
      ...{ steps: 1, events: 5, tokens: [1848, 1848], n: [1], actions: answer, next: 'breakpoint.answer' },
      asks: { question: 'Is the README current?' },
    },
  },
};

const said = (text: string | RegExp): unknown =>
  typeof text === 'string' ? text : expect.stringMatching(text);

describe.each(Object.entries(table))('%s', (workspace, rows) => {
  it('has these jobs and no others', () => {
    expect([...readings(workspace).keys()].toSorted()).toEqual(Object.keys(rows).toSorted());
  });

  it.each(Object.entries(rows))('%s', (id, row) => {
    const reading = readings(workspace).get(id) ?? expect.fail('It is not read.');
    const told = entry(reading);
    expect(told).toMatchObject({
      engine: 'perstack',
      runId: id,
      dir: join(jobsOf(workspace), id),
      processId: 'planner',
      state: row.is[0],
      reason: said(row.is[1]),
      next: { action: row.next },
      events: row.events,
      actions: row.actions,
      problems: (row.problems ?? []).map(said),
    });
    expect(told.iterations.map(({ n }) => n)).toEqual(row.n);
    const { job } = asPerstack(reading.run);
    expect([job.steps, job.tokens, job.spent]).toEqual([row.steps, ...row.tokens]);
    const asked = told.pending.filter(({ kind }) => kind === 'breakpoint');
    expect(asked.map(({ question }) => question)).toEqual(row.asks ? [row.asks.question] : []);
    if (row.asks?.title !== undefined) expect(asked[0]?.title).toBe(row.asks.title);
    expect(asked[0]?.options?.map(({ value }) => value)).toEqual(row.asks?.options);
  });
});

describe('rows', () => {
  const rowsOf = (workspace: string, id: string): readonly string[] => {
    const { run, details } = readings(workspace).get(id) ?? expect.fail('It is not read.');
    const opened = openRun(run, details, defaultMetricChoice);
    const state = perstackEngine.judge(run, old(run), options);
    const context = { now: old(run), iterating: false, alone: false, opened, childRuns: 0 };
    const rows = (node: Parameters<typeof childNodes>[0], indent: string): readonly string[] => {
      const row = describeNode(node, { run, state, engine: perstackEngine }, context);
      const below = childNodes(node, opened).flatMap((child) =>
        child.kind === 'group' || child.kind === 'more' ? [] : rows(child, `${indent}  `),
      );
      return [`${indent}${row?.label} | ${row?.description}`, ...below];
    };
    return rows({ kind: 'run', id: 'x', runKey: run.key }, '');
  };

  it('name a job by expert, steps, id and start, and its steps by number and checkpoint', () => {
    expect(rowsOf('workspace', 'max-steps')).toEqual([
      expect.stringMatching(
        /^planner - 2 steps \(max-steps\) \(.*\) \| stopped · 3,820 tokens · \S.*$/,
      ) as unknown,
      expect.stringMatching(/^ {2}Step 2 \(\w+\) \| \w+ · [\d,]+ tokens · at its step limit$/) as unknown,
      expect.stringMatching(/^ {4}\w+ \| tool · done/) as unknown,
      expect.stringMatching(/^ {2}Step 1 \(\w+\) \| \w+ · [\d,]+ tokens$/) as unknown,
      expect.stringMatching(/^ {4}\w+ \| tool · done/) as unknown,
    ]);
  });

  it('put what each expert did, who delegated, and each branch below a row of its own', () => {
    const sections = (id: string): readonly string[] =>
      rowsOf('workspace', id).flatMap((row) => /^ {2}(\S.*) \| \d+ iterations?$/.exec(row)?.[1] ?? []);
    expect(sections('delegate-serial')).toEqual([
      'planner · step 9, continued',
      'planner · steps 7–8',
      'checker · step 6, delegated by planner',
      'planner · steps 4–5',
      'writer · steps 2–3, delegated by planner',
      'planner · step 1',
    ]);
    expect(sections('branched')).toEqual([
      'planner · step 3, resumed from step 2',
      'planner · step 4, continued',
      'planner · steps 1–3',
    ]);
    expect(sections('continued-usage')).toHaveLength(3);
    expect(
      readings('workspace-0.0.46')
        .get('old-continued')
        ?.details.recorded?.list.map(({ section }) => section),
    ).toEqual(['planner · step 1', 'planner · step 2, continued', 'planner · step 3, continued']);
  });

  it('begin with the question', () => {
    expect(rowsOf('workspace', 'ask-pending')[1]).toMatch(
      /^ {2}Which database should the migration target\?/,
    );
  });
});

describe('a judgement', () => {
  it('takes a job for working as long as its last write is young', () => {
    const { run } = readings('workspace').get('killed') ?? expect.fail('It is not read.');
    const at = (now: number) => perstackEngine.judge(run, now, options);
    expect(at(run.updatedAt + young)).toMatchObject({ state: 'working', guessed: true, actions: [] });
    expect(at(run.updatedAt + young + 1)).toMatchObject({ state: 'stopped', word: 'interrupted?' });
    expect(at(run.updatedAt).changesAt).toBe(run.updatedAt + young + 1);
    expect(at(run.updatedAt).next.action).toBeUndefined();
  });

  it('says where continuing goes on from, and why a plain one is refused', () => {
    const engine = (id: string) => {
      const { run } = readings('workspace').get(id) ?? expect.fail('It is not read.');
      return { facts: perstackEngine.facts(run), judged: perstackEngine.judge(run, old(run), options) };
    };
    expect(engine('branched').facts).toContainEqual([
      'Continuing goes on from',
      'step 4 (h21j758z3mo53pcyex44wcl7)',
    ]);
    expect(engine('delegate-crashed').judged.whyNot('run.resume')).toMatch(/inside a delegate/);
    expect(engine('ask-pending').judged.whyNot('run.resume')).toMatch(/answer that instead/);
  });
});

/** A copy of a fixture that a test may change. */
function copyOf(workspace: string): string {
  const dir = temporaryFolder();
  cpSync(join(fixtures, workspace), dir, { recursive: true });
  return dir;
}

const everythingIn = (dir: string): readonly string[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();

describe('a store', () => {
  const cli = useCli();

  it('is listed, shown and reported on by the command line, which writes nothing and tells no key', () => {
    const dir = copyOf('workspace-0.0.46');
    const before = everythingIn(dir);
    const jobs = join(dir, 'perstack/jobs');
    const job = join(jobs, 'old-ask-pending');
    const outputs = [
      cli.run('list', dir, '--json'),
      cli.run('list', join(dir, 'perstack'), '--json'),
      cli.run('list', jobs),
      cli.run('show', job, '--json'),
      ...['md', 'html', 'json', 'csv'].map((format) => cli.run('report', job, '--format', format)),
    ];
    const setting = everythingIn(job).find((file) => file.endsWith('run-setting.json')) ?? '';
    const { providerConfig, env } = JSON.parse(readFileSync(setting, 'utf8')) as Record<
      string,
      Record<string, string>
    >;
    const keys = [
      providerConfig?.['apiKey'],
      env?.['ANTHROPIC_API_KEY'],
      env?.['SECRET_TOKEN'],
      env?.['PATH'],
    ];
    expect(keys.filter((key) => key === undefined || key === '')).toEqual([]);
    for (const { code, stdout, stderr } of outputs) {
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).not.toContain('run-setting');
      for (const key of keys) expect(stdout).not.toContain(key ?? '');
    }
    expect(cli.list(dir).map(({ runId }) => runId)).toHaveLength(4);
    expect(cli.list(job).map(({ runId }) => runId)).toEqual(['old-ask-pending']);
    expect(JSON.parse(cli.run('report', job, '--format', 'json').stdout)).toMatchObject({
      run: { engine: 'perstack', runId: 'old-ask-pending' },
    });
    expect(everythingIn(dir)).toEqual(before);
  }, 180_000);

  it('gives no setting, no file elsewhere and no instruction as a document', async () => {
    const dir = copyOf('workspace-0.0.46');
    const folder = join(dir, 'perstack/jobs/old-ask-pending');
    const source = perstackStores.open(join(dir, 'perstack/jobs'), silentLogger);
    const runs: Run[] = [];
    const watch = source.watch((batch) => {
      for (const change of batch) if (change.type === 'read') runs.push(change.run);
    });
    onTestFinished(() => watch.dispose());
    await vi.waitFor(() => expect(runs).toHaveLength(4));
    const { key } = runs.find(({ location }) => location === folder) ?? expect.fail('It is not there.');
    const [run = ''] = readdirSync(join(folder, 'runs'));
    for (const file of [`runs/${run}/run-setting.json`, '../old-killed/job.json', `runs/../job.json`]) {
      expect(await source.document(key, { file })).toHaveProperty('problem');
    }
    const event = await source.document(key, { event: 1 });
    expect(event).toHaveProperty('text', expect.stringContaining('instruction of the expert is left out'));
    expect(await source.document(key, { task: 'toolu_0346', part: 'task' })).toHaveProperty('text');
  });

  it('leaves out links that lead elsewhere, and files among jobs', () => {
    const dir = copyOf('workspace-damaged');
    const jobs = join(dir, 'perstack/jobs');
    symlinkSync(jobsOf('workspace'), join(jobs, 'link'));
    mkdirSync(join(jobs, 'empty-job'));
    mkdirSync(join(jobs, 'linked-runs'));
    symlinkSync(join(jobsOf('workspace'), 'killed/runs'), join(jobs, 'linked-runs/runs'));
    const read = new Map(
      atOnce(perstackStores.read(jobs)).map((reading) => [reading.run.runId, entry(reading)] as const),
    );
    expect([...read.keys()]).not.toContain('link');
    expect([...read.keys()]).not.toContain('stray.txt');
    expect(read.get('empty-job')).toMatchObject({
      state: 'created',
      reason: 'Nothing recorded',
      actions: [],
    });
    expect(read.get('linked-runs')).toMatchObject({ state: 'created', events: 0 });
  });

  it('tells what is too large to be read, and reads the rest', () => {
    const dir = copyOf('workspace');
    const file = join(dir, 'perstack/jobs/max-steps/checkpoints/big.json');
    writeFileSync(file, Buffer.alloc(9 * 1024 * 1024, ' '));
    const [reading] = atOnce(
      perstackStores.read(join(dir, 'perstack/jobs'), join(dir, 'perstack/jobs/max-steps')),
    );
    expect(entry(reading ?? expect.fail('It is not read.'))).toMatchObject({
      state: 'stopped',
      problems: ['checkpoints/big.json: is too large to be read (9 MB; the limit is 8 MB)'],
    });
  });
});

describe('many jobs', () => {
  it('are read a page at a time, the newest first', async () => {
    const jobs = new PerstackJobs(temporaryFolder());
    const ids = Array.from({ length: 120 }, (_, i) => `job${(i * 37) % 120}`);
    for (const id of ids) {
      jobs.endStep(id, 1, 'completeRun');
      // As old as its number tells.
      utimesSync(join(jobs.jobs, id), 1000, 1_000_000 - Number(id.slice(3)));
    }
    const batches: string[][] = [];
    let loaded = false;
    const watch = perstackStores.open(jobs.jobs, silentLogger).watch((batch, isLoaded) => {
      loaded = isLoaded;
      batches.push(batch.flatMap((change) => (change.type === 'read' ? [change.run.runId] : [])));
    });
    onTestFinished(() => watch.dispose());
    await vi.waitFor(() => expect(loaded).toBe(true), { timeout: 10_000 });
    const newest = Array.from({ length: 120 }, (_, i) => `job${i}`);
    expect(new Set(batches[0])).toEqual(new Set(newest.slice(0, batches[0]?.length)));
    expect(batches[0]?.length).toBeLessThanOrEqual(50);
    expect(new Set(batches.flat())).toEqual(new Set(newest));
  });
});

describe('a job under work', () => {
  it('is followed: a half-written file changes nothing until it is whole', async () => {
    const dir = temporaryFolder();
    const jobs = new PerstackJobs(dir);
    const folder = jobs.begin('live');
    jobs.endStep('live', 1);
    const states: string[] = [];
    let last: Run | undefined;
    const source = perstackStores.open(jobs.jobs, silentLogger);
    const watch = source.watch((batch) => {
      for (const change of batch) {
        if (change.type !== 'read') continue;
        last = change.run;
        states.push(perstackEngine.judge(change.run, Date.now(), options).state);
      }
    });
    onTestFinished(() => watch.dispose());
    await vi.waitFor(() => expect(last?.eventCount).toBe(4));
    // A stop whose file is empty at first: its name alone would end the job without a word of what came of it.
    const file = jobs.event('live', 2, 'completeRun', {});
    writeFileSync(file, '');
    await source.check();
    writeFileSync(file, '{"type":"complete');
    await source.check();
    expect(new Set(states)).toEqual(new Set(['working']));
    rmSync(file);
    jobs.endStep('live', 2, 'completeRun');
    await vi.waitFor(() => expect(states.at(-1)).toBe('completed'), 10_000);
    expect(asPerstack(last ?? expect.fail('It is gone.')).job.text).toBe('Done.');
    expect(last?.location).toBe(folder);
  });
});
