import { createHash } from 'node:crypto';
import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock';
import type { Engine } from '../../src/engines/babysitter/core/drive/engine';
import { Forker, type ForkProgress } from '../../src/engines/babysitter/core/fork/forker';
import { forkPlan } from '../../src/engines/babysitter/core/fork/forkPlan';
import type { Run } from '../../src/core/run/run';
import { ChildFeeders } from '../../src/engines/babysitter/node/childFeeder';
import { ForkFolder } from '../../src/engines/babysitter/node/forkFiles';
import { callCli, drive, readJson, taskHelper } from '../support/driving';
import { engineRun, useFeeder, work, type EngineRun } from '../support/engineWork';
import { engineEnvironment } from '../../scripts/demo.mjs';
import { temporaryFolder, write } from '../support/runFolder';
import { originOf } from '../../src/core/run/origin';
import { asRunKey } from '../../src/core/run/runKey';

const program = useFeeder();
const progress = (signal = new AbortController().signal): ForkProgress => ({ signal, onReplayed: () => {} });

/** Every file below a folder with a hash of its bytes. */
function bytesBelow(dir: string): Readonly<Record<string, string>> {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [relative(dir, path), createHash('sha256').update(readFileSync(path)).digest('hex')];
    }),
  );
}

/** A value that the engine puts into a file of its own. */
function bigValue(): string {
  return write(temporaryFolder(), 'big.json', JSON.stringify('x'.repeat(1_200_000)));
}

interface Ways {
  /** False: the functions are not looked for. */
  readonly functions?: boolean;
  /** Another command line than the project's own. */
  readonly cli?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeLimit?: number;
}

async function forkable(made: EngineRun, { functions = true, cli, env, timeLimit }: Ways = {}) {
  const driving = await drive(made.workspace, made.dir, {
    home: made.home,
    ...(cli === undefined ? {} : { cli }),
  });
  const details = (await driving.store.readDetails(asRunKey(made.dir), [])) ?? expect.fail('no details');
  const run = driving.store.get(asRunKey(made.dir))?.run ?? expect.fail('no run');
  const calls: string[] = [];
  const engine: Engine = {
    call: (call, ...rest) => {
      calls.push(call.args[0] ?? '');
      return driving.engine.call(call, ...rest);
    },
  };
  const say = (text: string): unknown => driving.log.push(text);
  const feeders = new ChildFeeders(
    {
      program,
      locate: (projectDir) => (functions ? driving.engine.locate(projectDir).found : undefined),
      env: { ...engineEnvironment(made.home), ...env },
      ...(timeLimit === undefined ? {} : { timeLimit }),
    },
    { info: say, warn: say, error: say },
  );
  const forker = new Forker(driving.store, engine, feeders, new ForkFolder(), systemClock);
  return { forker, run, details, calls, log: driving.log };
}

const effectOf = (run: Run, taskId: string) =>
  [...run.story.effects.values()].find((effect) => effect.taskId === taskId) ?? expect.fail(taskId);
const before = (run: Run, taskId: string): number => effectOf(run, taskId).requestedSeq - 1;

/** Each request and answer of a journal: "REQUESTED test/process:S000001:t0". */
async function story(dir: string): Promise<readonly string[]> {
  const keys = new Map<string, string>();
  const told: string[] = [];
  for (const name of readdirSync(join(dir, 'journal')).toSorted()) {
    const { type, data } = (await readJson(dir, 'journal', name)) as {
      type: string;
      data: { effectId: string; invocationKey: string };
    };
    if (type === 'EFFECT_REQUESTED') keys.set(data.effectId, data.invocationKey);
    if (type.startsWith('EFFECT_')) told.push(`${type.slice(7)} ${keys.get(data.effectId)}`);
  }
  return told;
}

async function resultsOf(dir: string): Promise<ReadonlyMap<string, Record<string, unknown>>> {
  const results = new Map<string, Record<string, unknown>>();
  for (const id of readdirSync(join(dir, 'tasks'))) {
    if (!readdirSync(join(dir, 'tasks', id)).includes('result.json')) continue;
    const result = (await readJson(dir, 'tasks', id, 'result.json')) as Record<string, unknown>;
    results.set(String(result['taskId']), result);
  }
  return results;
}

const twelve = `${taskHelper}
export async function process(inputs, ctx) {
  const results = [];
  for (let i = 0; i < 12; i += 1) results.push(await ctx.task(task('t' + i), {}));
  return results;
}`;

describe('fork', () => {
  it.each([
    ["the engine's functions", true],
    ['its command line', false],
  ])(
    'with %s replays the six results before the task and executes only the other six',
    { timeout: 90_000 },
    async (_way, functions) => {
      const made = await engineRun(twelve);
      expect(made).toMatchObject({ status: 'completed', executed: { length: 12 } });
      const bytes = bytesBelow(made.dir);

      const { run, details, forker, calls, log } = await forkable(made, { functions });
      const plan = forkPlan(run, details, before(run, 't6'));
      expect(plan).toMatchObject({ refused: undefined, at: effectOf(run, 't6').requestedSeq - 1 });
      expect(plan.replayed.map(({ title }) => title)).toEqual([0, 1, 2, 3, 4, 5].map((n) => `Do t${n}`));
      expect(plan.anew).toHaveLength(6);
      const told: number[] = [];
      const report = await forker.fork(run, plan, {
        ...progress(),
        onReplayed: (count) => told.push(count),
      });
      expect(report, log.join('\n')).toMatchObject({ replayed: 6, notes: [], stopped: undefined });
      expect(told).toEqual([1, 2, 3, 4, 5, 6]);
      expect(calls.length > 0).toBe(!functions);
      // The journal is the original's, as far as it was replayed.
      expect(await story(report.dir)).toEqual((await story(made.dir)).slice(0, 12));
      expect(readdirSync(report.dir)).not.toContain('run.lock');

      expect(await work(made.home, report.dir)).toEqual({
        status: 'completed',
        executed: ['t6', 't7', 't8', 't9', 't10', 't11'],
      });
      const output = (await readJson(report.dir, 'state', 'output.json')) as { by: string }[];
      expect(output.map(({ by }) => by)).toEqual([
        ...Array<string>(6).fill('run'),
        ...Array<string>(6).fill(report.runId),
      ]);

      // Where it comes from is on disk, in the run and in every replayed answer.
      const { request } = (await readJson(report.dir, 'run.json')) as { request: string };
      expect(originOf(request)).toMatchObject({ type: 'fork', runId: 'run', at: plan.at });
      const marked = [...(await resultsOf(report.dir)).values()].flatMap(({ metadata }) => metadata ?? []);
      expect(marked).toHaveLength(6);
      expect(marked).toContainEqual({ forkedFrom: 'run', effectId: effectOf(run, 't0').effectId });
      expect(bytesBelow(made.dir)).toEqual(bytes);
    },
  );

  it('repeats parallel steps, an error, a big value and output files, and asks the failed task anew', async () => {
    const error = {
      name: 'RateLimit',
      message: 'too fast',
      stack: 'RateLimit: too fast\n  at x',
      data: { in: 3 },
    };
    const made = await engineRun(
      `${taskHelper}
export async function process(inputs, ctx) {
  const [a, b] = await ctx.parallel.all([() => ctx.task(task('a'), {}), () => ctx.task(task('b'), {})]);
  const caught = await ctx.task(task('c'), {}).catch((error) => { if (error.isIntrinsic) throw error; return error.message; });
  const d = await ctx.task(task('d'), {});
  return { a, b: b.length, caught, d };
}`,
      {
        answers: {
          b: { valueFile: bigValue(), stdout: 'printed by b\n', stderr: 'and said\n' },
          a: { value: 'A', metadata: { respondedBy: 'Dana' } },
          c: { status: 'error', error },
          d: { status: 'error', error: { name: 'Error', message: 'no' } },
        },
      },
    );
    expect(made).toMatchObject({ status: 'failed', executed: ['b', 'a', 'c', 'd'] });
    const { run, details, forker } = await forkable(made);
    const report = await forker.fork(run, forkPlan(run, details, before(run, 'd')), progress());
    expect(report).toMatchObject({ replayed: 3, notes: [], stopped: undefined });
    expect(await story(report.dir)).toEqual((await story(made.dir)).slice(0, 6));
    const results = await resultsOf(report.dir);
    expect(results.get('c')).toMatchObject({ status: 'error', error });
    expect(results.get('a')?.['metadata']).toMatchObject({ respondedBy: 'Dana', forkedFrom: 'run' });
    expect(results.get('b')?.['resultRef']).toBeTypeOf('string');
    const printed = join(report.dir, 'tasks', String(results.get('b')?.['effectId']));
    expect(readFileSync(join(printed, 'stdout.log'), 'utf8')).toBe('printed by b\n');
    expect(readFileSync(join(printed, 'stderr.log'), 'utf8')).toBe('and said\n');
    expect(await work(made.home, report.dir, { answers: { d: { value: 'D' } } })).toEqual({
      status: 'completed',
      executed: ['d'],
    });
    expect(await readJson(report.dir, 'state', 'output.json')).toEqual({
      ...{ a: 'A', b: 1_200_000, caught: 'too fast', d: 'D' },
    });
  });

  it('names the answers that people gave, and replays them', async () => {
    const made = await engineRun(`${taskHelper}
export async function process(inputs, ctx) {
  await ctx.task(task('plan'), {});
  const answer = await ctx.breakpoint({ title: 'Approve the plan', question: 'May it go on?' });
  await ctx.task(task('build'), {});
  return answer;
}`);
    const { run, details, forker } = await forkable(made);
    const plan = forkPlan(run, details, before(run, 'build'));
    expect(plan.human.map(({ title }) => title)).toEqual(['Approve the plan']);
    const report = await forker.fork(run, plan, progress());
    expect(await work(made.home, report.dir)).toEqual({ status: 'completed', executed: ['build'] });
    expect(await readJson(report.dir, 'state', 'output.json')).toMatchObject({ approved: true });
  });

  it('of a run that asks nobody asks nobody either, and begins after any event', async () => {
    const made = await engineRun(
      `${taskHelper}
export async function process(inputs, ctx) {
  await ctx.task(task('a'), {});
  const { approved } = await ctx.breakpoint({ title: 'Go on?' }, { label: 'gate' });
  await ctx.task(task('b'), {});
  return approved;
}`,
      { nonInteractive: true },
    );
    const { run, details, forker } = await forkable(made);
    expect(run.asksNobody).toBe(true);
    // The answer of the first task is event 3; the gate that nobody was asked at is event 4.
    const plan = forkPlan(run, details, 4);
    const report = await forker.fork(run, plan, progress());
    expect(report).toMatchObject({ replayed: 1, stopped: undefined });
    expect(await readJson(report.dir, 'run.json')).toMatchObject({
      nonInteractive: true,
      request: 'fork of run at 4',
    });
    expect(await work(made.home, report.dir)).toEqual({ status: 'completed', executed: ['b'] });
  });

  it('takes edited inputs for what runs anew, and an edited last result, and says so', async () => {
    const made = await engineRun(
      `${taskHelper}
export async function process(inputs, ctx) {
  const a = await ctx.task(task('a'), {});
  const b = await ctx.task(task('b'), { a, goal: inputs.goal });
  const gate = await ctx.breakpoint({ title: 'Go on?' });
  return { a, b, goal: inputs.goal, gate };
}`,
      { inputs: { goal: 80 } },
    );
    const { run, details, forker } = await forkable(made);
    const plan = forkPlan(run, details, before(run, 'b'));
    expect((await forker.lastAnswer(run, plan))?.result.value).toEqual({ by: 'run', taskId: 'a' });
    const { effectId } = effectOf(run, 'a');
    const edit = { editedBy: 'Dana', editedAt: '2026-03-01T10:00:00.000Z' };
    const report = await forker.fork(run, plan, progress(), {
      inputs: { value: { goal: 95 } },
      result: { effectId, value: { score: 7 }, ...edit },
    });
    expect(report.notes).toEqual([]);
    expect(await work(made.home, report.dir)).toMatchObject({
      status: 'completed',
      executed: ['b', '__sdk.breakpoint'],
    });
    expect(await readJson(report.dir, 'state', 'output.json')).toMatchObject({
      a: { score: 7 },
      goal: 95,
    });
    expect(await readJson(report.dir, 'run.json')).toMatchObject({
      request: `fork of run at ${plan.at} with edited inputs and result`,
    });
    expect((await resultsOf(report.dir)).get('a')?.['metadata']).toEqual({
      ...{ forkedFrom: 'run', effectId, edited: true },
      ...edit,
    });
    // What follows may be replayed all the same; it was asked for with other inputs, which is said.
    const all = await forker.fork(run, forkPlan(run, details), progress(), {
      inputs: { value: { goal: 95 } },
    });
    expect(all).toMatchObject({
      replayed: 3,
      notes: ['Asked for with other inputs than in the original, and given the same result: "Do b".'],
    });
    // The command line takes them, too.
    const slow = await forkable(made, { functions: false });
    const again = await slow.forker.fork(run, plan, progress(), { inputs: { value: { goal: 99 } } });
    expect(await readJson(again.dir, 'inputs.json')).toEqual({ goal: 99 });
  });

  it('stops where the process asks for something else, and says where', async () => {
    const made = await engineRun(twelve, { until: 4 });
    writeFileSync(made.entry, twelve.replace("task('t' + i)", "task(i === 2 ? 'other' : 't' + i)"));
    const { run, details, forker } = await forkable(made);
    const report = await forker.fork(run, forkPlan(run, details), progress());
    expect(report.replayed).toBe(2);
    expect(report.stopped).toBe(
      'The new run asks for "other" where the original asked for "Do t2": the process does not repeat itself.',
    );
    expect(readdirSync(join(report.dir, 'journal')).length).toBeGreaterThan(4);
  });

  it('leaves out the answer of a step that the process does not ask for any more', async () => {
    const made = await engineRun(
      `${taskHelper}
export async function process(inputs, ctx) {
  const [x, y] = await ctx.parallel.all([() => ctx.task(task('x'), {}), () => ctx.task(task('y'), {})]);
  return ctx.task(task('z'), { x, y });
}`,
      { until: 2 },
    );
    const source = readFileSync(made.entry, 'utf8');
    writeFileSync(made.entry, source.replace(", () => ctx.task(task('y'), {})", ''));
    const { run, details, forker } = await forkable(made);
    const report = await forker.fork(run, forkPlan(run, details, before(run, 'z')), progress());
    expect(report).toMatchObject({
      replayed: 1,
      notes: ['"Do y" is not asked for any more; its answer was left out.'],
      stopped: undefined,
    });
    // The later step counts from the ones before it.
    const whole = await forker.fork(run, forkPlan(run, details), progress());
    expect(whole.stopped).toMatch(/^The new run counts its steps differently at "Do z"/);
  });

  it('stops when it is cancelled, and when the process file changes meanwhile it says so', async () => {
    const made = await engineRun(twelve, { until: 4 });
    const { run, details, forker } = await forkable(made);
    const controller = new AbortController();
    const report = await forker.fork(run, forkPlan(run, details), {
      signal: controller.signal,
      onReplayed: () => {
        controller.abort();
        appendFileSync(made.entry, '\n// changed');
      },
    });
    expect(report).toMatchObject({
      replayed: 1,
      stopped: 'It was cancelled.',
      notes: ['The process file was changed meanwhile; the fork followed it as it was before.'],
    });
    expect(await work(made.home, report.dir, { until: 1 })).toMatchObject({ executed: ['t1'] });
  });
});

describe('the process that feeds a fork', () => {
  const printing = (extra: string): string => `${taskHelper}
console.log('loaded {"type":"done","id":1}');
export async function process(inputs, ctx) {
  console.log('partial {');
  globalThis.process.send?.({ type: 'done', id: 1 });
  globalThis.process.send?.('hello');
  await ctx.task(task('a'), {});
  ${extra}
  await ctx.task(task('b'), {});
}`;

  it('is not confused by what the process function prints and sends', async () => {
    const made = await engineRun(printing(''));
    const { run, details, forker, calls, log } = await forkable(made);
    const report = await forker.fork(run, forkPlan(run, details, before(run, 'b')), progress());
    expect(report).toMatchObject({ replayed: 1, stopped: undefined });
    expect(calls).toEqual([]);
    expect(log.join('\n')).toContain('partial {');
  });

  it.each([
    ['ends itself', 'globalThis.process.exit(7);', {}, /^The engine ended with exit code 7/],
    [
      'waits for nothing',
      'await new Promise(() => {});',
      {},
      /waits for something that nothing will ever bring/,
    ],
    ['takes too long', 'for (;;);', { timeLimit: 3000 }, /^The engine took too long and was ended/],
  ])('tells that the process function %s', async (_what, extra, ways, sentence) => {
    const made = await engineRun(printing(''));
    writeFileSync(made.entry, printing(extra));
    const { run, details, forker, calls } = await forkable(made, ways);
    const report = await forker.fork(run, forkPlan(run, details), progress());
    expect(report.replayed).toBe(1);
    expect(report.stopped).toMatch(sentence);
    expect(calls).toEqual([]);
  });

  it('is ended when the fork is cancelled while the process function works', async () => {
    const made = await engineRun(printing(''));
    writeFileSync(made.entry, printing('for (;;);'));
    const { run, details, forker } = await forkable(made);
    const controller = new AbortController();
    const report = await forker.fork(run, forkPlan(run, details), {
      signal: controller.signal,
      onReplayed: () => setTimeout(() => controller.abort(), 500),
    });
    expect(report).toMatchObject({ replayed: 1, stopped: 'It was cancelled.' });
  });

  /** The engine's command line in a package of another making. */
  const packageWith = (main: string): string => {
    const folder = temporaryFolder();
    const real = JSON.stringify(join(process.cwd(), 'node_modules/@a5c-ai/babysitter-sdk/dist/cli/main.js'));
    write(folder, 'package.json', { name: '@a5c-ai/babysitter-sdk', version: '9.9.9', main: 'index.js' });
    write(folder, 'index.js', main);
    return write(
      folder,
      'cli.js',
      `const { createBabysitterCli } = require(${real});
createBabysitterCli().run(process.argv.slice(2)).then((code) => { process.exitCode = code; });`,
    );
  };

  it.each([
    [
      'its package has no such functions',
      () => ({ cli: packageWith('exports.createRun = 1;') }),
      'no function "createRun"',
    ],
    ['its package ends at once', () => ({ cli: packageWith('process.exit(3);') }), 'exit code 3'],
    ['a policy demands signed answers', (): Ways => ({ env: { POLICY_CONFIG_ROOT_FP: 'x' } }), undefined],
  ])('is not used when %s', { timeout: 60_000 }, async (_why, ways, said) => {
    const made = await engineRun(printing(''));
    const { run, details, forker, calls, log } = await forkable(made, ways());
    const report = await forker.fork(run, forkPlan(run, details, before(run, 'b')), progress());
    expect(report, log.join('\n')).toMatchObject({ replayed: 1, stopped: undefined });
    expect(calls).toEqual(['run:create', 'run:iterate', 'task:post']);
    if (said !== undefined) expect(log.join('\n')).toContain(said);
    // Nothing was left behind by the way that was not open.
    expect(readdirSync(join(made.workspace, '.a5c', 'runs'))).toHaveLength(2);
  });

  it('explains why no run could be made', async () => {
    const made = await engineRun(twelve, { until: 1 });
    writeFileSync(made.entry, "import 'nowhere';");
    const { run, details, forker } = await forkable(made);
    await expect(forker.fork(run, forkPlan(run, details), progress())).rejects.toThrow(
      /The process file could not be loaded|Cannot find|"nowhere", which is not installed/,
    );
    expect(readdirSync(join(made.workspace, '.a5c', 'runs'))).toEqual(['run']);
  });
});

describe('a fork past sleeps', () => {
  const hour = 3_600_000;
  const sleeping = (until: string): string => `${taskHelper}
export async function process(inputs, ctx) {
  await ctx.task(task('before'), {});
  await ctx.sleepUntil(${until});
  await ctx.task(task('after'), {});
  return ctx.task(task('last'), {});
}`;

  /** A run that slept yesterday for an hour, and went on until its last task. */
  async function slept(until: string): Promise<EngineRun> {
    const yesterday = Date.now() - 24 * hour;
    const made = await engineRun(sleeping(until.replace('YESTERDAY', String(yesterday))), { at: yesterday });
    expect(made).toMatchObject({ status: 'sleeping', executed: ['before'] });
    const later = await work(made.home, made.dir, { at: yesterday + 2 * hour, until: 1 });
    expect(later).toEqual({ status: 'stopped', executed: ['after'] });
    return made;
  }

  it('until a time passes those that are over', async () => {
    const made = await slept('YESTERDAY + 3600000');
    const { run, details, forker } = await forkable(made);
    const plan = forkPlan(run, details, before(run, 'last'));
    const report = await forker.fork(run, plan, progress());
    expect(report).toMatchObject({ replayed: 2, notes: [], stopped: undefined });
    expect((await story(report.dir)).join()).not.toContain('sleep');
    expect(await work(made.home, report.dir)).toEqual({ status: 'completed', executed: ['last'] });
  });

  it('for a while answers them, and that stays right when the new time comes', async () => {
    const made = await slept('ctx.now().getTime() + 3600000');
    const { run, details, forker } = await forkable(made);
    const plan = forkPlan(run, details, before(run, 'last'));
    const report = await forker.fork(run, plan, progress());
    expect(report).toMatchObject({ replayed: 2, notes: [], stopped: undefined });
    expect(await story(report.dir)).toEqual([
      ...['REQUESTED test/process:S000001:before', 'RESOLVED test/process:S000001:before'],
      ...['REQUESTED test/process:S000002:__sdk.sleep', 'RESOLVED test/process:S000002:__sdk.sleep'],
      ...['REQUESTED test/process:S000003:after', 'RESOLVED test/process:S000003:after'],
    ]);
    // Nothing is asked again two hours later, when the sleep that was answered would be over.
    const at = Date.now() + 2 * hour;
    expect(await work(made.home, report.dir, { at })).toEqual({ status: 'completed', executed: ['last'] });

    // The fork can be forked.
    const second = await forkable({ ...made, dir: report.dir });
    const plan2 = forkPlan(second.run, second.details, before(second.run, 'last'));
    expect(plan2.refused).toBeUndefined();
    const report2 = await second.forker.fork(second.run, plan2, progress());
    expect(report2).toMatchObject({ replayed: 2, notes: [], stopped: undefined });
    expect(await story(report2.dir)).toEqual((await story(report.dir)).slice(0, 6));
  });

  it('until the next of many times stops, as it may not be answered', async () => {
    const made = await slept('Math.ceil(ctx.now().getTime() / 6000000) * 6000000');
    const { run, details, forker } = await forkable(made);
    const report = await forker.fork(run, forkPlan(run, details, before(run, 'last')), progress());
    expect(report).toMatchObject({ replayed: 1 });
    expect(report.stopped).toMatch(/^The new run sleeps here until [^;]*\d[^;]*; what/);
  });

  it('that are not over leaves them alone, beside what was answered meanwhile', async () => {
    const made = await engineRun(`${taskHelper}
export async function process(inputs, ctx) {
  await ctx.parallel.all([
    async () => { await ctx.sleepUntil(${Date.now() + hour}); return ctx.task(task('x'), {}); },
    () => ctx.task(task('a'), {}),
    () => ctx.task(task('b'), {}),
  ]);
}`);
    expect(made).toMatchObject({ status: 'sleeping', executed: ['a', 'b'] });
    const { run, details, forker } = await forkable(made);
    const report = await forker.fork(run, forkPlan(run, details), progress());
    expect(report).toMatchObject({ replayed: 2, notes: [], stopped: undefined });
    expect(await story(report.dir)).toEqual(await story(made.dir));
  });

  it('is refused where somebody answered one before its time', async () => {
    const at = Date.now() + hour;
    const made = await engineRun(sleeping(String(at)));
    const { run: asleep } = await forkable(made);
    const [sleep] = [...asleep.story.pending.values()];
    await callCli(
      made.home,
      'task:post',
      made.dir,
      sleep?.effectId ?? '',
      '--status',
      'ok',
      '--value-inline',
      '1',
    );
    await work(made.home, made.dir, { until: 1 });
    const { run, details } = await forkable(made);
    expect(forkPlan(run, details, before(run, 'after')).refused).toMatch(/was answered before .* by hand/);
    expect(forkPlan(run, details, 3).refused).toBeUndefined();
  });
});

describe('recovering into a new run', () => {
  it.each([
    ['the journal is gone', (dir: string) => rmSync(join(dir, 'journal'), { recursive: true })],
    [
      'a request is lost',
      (dir: string) => rmSync(join(dir, 'journal', readdirSync(join(dir, 'journal')).toSorted()[3] ?? '')),
    ],
    ['run.json is gone', (dir: string) => rmSync(join(dir, 'run.json'))],
    [
      'the task.json of an open task is empty',
      (dir: string) => {
        const tasks = readdirSync(join(dir, 'tasks')).map((id) => join(dir, 'tasks', id));
        const open = tasks.filter((task) => !readdirSync(task).includes('result.json'));
        for (const task of open) writeFileSync(join(task, 'task.json'), '');
      },
    ],
  ])('keeps every answer when %s', async (_name, damage) => {
    const made = await engineRun(twelve, { until: 3 });
    damage(made.dir);
    const { run, forker, calls } = await forkable(made);
    expect((await forker.recoverable(made.dir)).map(({ title }) => title).toSorted()).toEqual([
      'Do t0',
      'Do t1',
      'Do t2',
    ]);
    const bytes = bytesBelow(made.dir);
    const report = await forker.recover(run, progress());
    expect(report).toMatchObject({ replayed: 3, notes: [], stopped: undefined });
    expect(calls).toEqual([]);
    expect(await readJson(report.dir, 'run.json')).toMatchObject({ request: 'recovery of run' });
    expect(await work(made.home, report.dir, { until: 1 })).toMatchObject({ executed: ['t3'] });
    expect(bytesBelow(made.dir)).toEqual(bytes);
  });
});
