import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock';
import { Forker, type ForkProgress } from '../../src/core/fork/forker';
import { forkOrigin, forkPlan } from '../../src/core/fork/forkPlan';
import type { Run } from '../../src/core/run/run';
import { ForkFolder } from '../../src/node/forkFiles';
import { callCli, drive, processRun, readJson, taskHelper } from '../support/driving';

const progress = (signal = new AbortController().signal): ForkProgress => ({ signal, onReplayed: () => {} });

/** Answers whatever is open, as an agent would, and notes each execution. */
async function work(home: string, dir: string, executed: string[], until = Number.POSITIVE_INFINITY) {
  for (;;) {
    const status = JSON.parse((await callCli(home, 'run:iterate', dir, '--json')).trim()).status;
    if (status !== 'waiting') return status;
    const { tasks } = JSON.parse(await callCli(home, 'task:list', dir, '--pending', '--json'));
    for (const { effectId, taskId, kind } of tasks) {
      if (executed.length >= until) return 'stopped';
      executed.push(taskId);
      const value = kind === 'breakpoint' ? { approved: true } : { by: dir.split('/').at(-1), taskId };
      const posted = ['task:post', dir, effectId, '--status', 'ok', '--value-inline', JSON.stringify(value)];
      await callCli(home, ...posted, '--json');
    }
  }
}

/** Posts a value to every open task. */
async function postAll(home: string, dir: string): Promise<void> {
  const { tasks } = JSON.parse(await callCli(home, 'task:list', dir, '--pending', '--json'));
  for (const { effectId, kind } of tasks) {
    if (kind === 'sleep') continue;
    await callCli(home, 'task:post', dir, effectId, '--status', 'ok', '--value-inline', '1', '--json');
  }
}

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

async function forkable(made: { workspace: string; dir: string; home: string }) {
  const driving = await drive(made.workspace, made.dir, { home: made.home });
  const details = (await driving.store.readDetails(made.dir, [])) ?? expect.fail('no details');
  const run = driving.store.get(made.dir)?.run ?? expect.fail('no run');
  const forker = new Forker(driving.engine, new ForkFolder(), systemClock);
  return { driving, forker, run, details };
}

const before = (run: Run, taskId: string): number => effectOf(run, taskId).requestedSeq - 1;

const effectOf = (run: Run, taskId: string) =>
  [...run.fold.effects.values()].find((effect) => effect.taskId === taskId) ?? expect.fail(taskId);

const twelve = `${taskHelper}
export async function process(inputs, ctx) {
  const results = [];
  for (let i = 0; i < 12; i += 1) results.push(await ctx.task(task('t' + i), {}));
  return results;
}`;

describe('fork', () => {
  it(
    'replays the six results before the task and executes only the other six',
    { timeout: 180_000 },
    async () => {
      const made = await processRun(twelve);
      const first: string[] = [];
      expect(await work(made.home, made.dir, first)).toBe('completed');
      expect(first).toHaveLength(12);
      const bytes = bytesBelow(made.dir);

      const { run, details, forker } = await forkable(made);
      const plan = forkPlan(run, details, before(run, 't6'));
      expect(plan).toMatchObject({ refused: undefined, at: effectOf(run, 't6').requestedSeq - 1 });
      expect(plan.replayed.map(({ title }) => title)).toEqual([
        'Do t0',
        'Do t1',
        'Do t2',
        'Do t3',
        'Do t4',
        'Do t5',
      ]);
      expect(plan.anew).toHaveLength(6);
      const report = await forker.fork(run, plan, progress());
      expect(report).toMatchObject({ replayed: 6, notes: [], stopped: undefined });

      const second: string[] = [];
      expect(await work(made.home, report.dir, second)).toBe('completed');
      expect(second).toEqual(['t6', 't7', 't8', 't9', 't10', 't11']);
      const output = (await readJson(report.dir, 'state', 'output.json')) as { by: string; taskId: string }[];
      expect(output.map(({ by }) => by)).toEqual([...Array(6).fill('run'), ...Array(6).fill(report.runId)]);

      // Where it comes from is on disk, in the run and in every replayed answer.
      const { request } = (await readJson(report.dir, 'run.json')) as { request: string };
      expect(forkOrigin(request)).toEqual({ runId: 'run', at: plan.at });
      const replayedIds = readdirSync(join(report.dir, 'tasks'));
      const origins = await Promise.all(
        replayedIds.map(
          async (id) => (await readJson(report.dir, 'tasks', id, 'result.json')) as { metadata?: object },
        ),
      );
      const marked = origins.flatMap(({ metadata }) =>
        metadata && 'forkedFrom' in metadata ? [metadata] : [],
      );
      expect(marked).toHaveLength(6);
      expect(marked).toContainEqual({ forkedFrom: 'run', effectId: effectOf(run, 't0').effectId });
      expect(bytesBelow(made.dir)).toEqual(bytes);
    },
  );

  it(
    'repeats parallel steps, an error, a big value and output files, and asks the failed task anew',
    { timeout: 120_000 },
    async () => {
      const made = await processRun(`${taskHelper}
export async function process(inputs, ctx) {
  const [a, b] = await ctx.parallel.all([() => ctx.task(task('a'), {}), () => ctx.task(task('b'), {})]);
  const caught = await ctx.task(task('c'), {}).catch((error) => { if (error.isIntrinsic) throw error; return error.message; });
  const d = await ctx.task(task('d'), {});
  return { a, b: b.length, caught, d };
}`);
      const { home, dir } = made;
      const post = async (taskId: string, ...args: readonly string[]) => {
        const { tasks } = JSON.parse(await callCli(home, 'task:list', dir, '--pending', '--json'));
        const { effectId } = tasks.find((task: { taskId: string }) => task.taskId === taskId);
        await callCli(home, 'task:post', dir, effectId, ...args, '--json').catch(() => {});
        return effectId;
      };
      const iterate = () => callCli(home, 'run:iterate', dir, '--json');
      const big = join(made.workspace, 'big.json');
      writeFileSync(big, JSON.stringify('x'.repeat(1_200_000)));
      const out = join(made.workspace, 'out.txt');
      writeFileSync(out, 'printed by b\n');
      await iterate();
      await post('b', '--status', 'ok', '--value', big, '--stdout-file', out);
      await post('a', '--status', 'ok', '--value-inline', '"A"');
      await iterate();
      const error = join(made.workspace, 'error.json');
      writeFileSync(error, JSON.stringify({ name: 'RateLimit', message: 'too fast', data: { retryIn: 3 } }));
      await post('c', '--status', 'error', '--error', error);
      await iterate();
      await post('d', '--status', 'error');
      await iterate();

      const { run, details, forker } = await forkable(made);
      expect(run.fold.end?.type).toBe('RUN_FAILED');
      const report = await forker.fork(run, forkPlan(run, details, before(run, 'd')), progress());
      expect(report).toMatchObject({ replayed: 3, notes: [], stopped: undefined });
      await callCli(home, 'run:iterate', report.dir, '--json');
      const open = JSON.parse(await callCli(home, 'task:list', report.dir, '--pending', '--json')).tasks;
      expect(open.map(({ taskId }: { taskId: string }) => taskId)).toEqual(['d']);
      const posted = ['task:post', report.dir, open[0].effectId, '--status', 'ok', '--value-inline', '"D"'];
      await callCli(home, ...posted, '--json');
      await callCli(home, 'run:iterate', report.dir, '--json');
      expect(await readJson(report.dir, 'state', 'output.json')).toEqual({
        a: 'A',
        b: 1_200_000,
        caught: 'too fast',
        d: 'D',
      });
      const forked = readdirSync(join(report.dir, 'tasks'));
      const logs = forked.filter((id) => readdirSync(join(report.dir, 'tasks', id)).includes('stdout.log'));
      expect(logs.map((id) => readFileSync(join(report.dir, 'tasks', id, 'stdout.log'), 'utf8'))).toEqual([
        'printed by b\n',
      ]);
    },
  );

  it('names the answers that people gave, and replays them', { timeout: 120_000 }, async () => {
    const made = await processRun(`${taskHelper}
export async function process(inputs, ctx) {
  await ctx.task(task('plan'), {});
  const answer = await ctx.breakpoint({ title: 'Approve the plan', question: 'May it go on?' });
  await ctx.task(task('build'), {});
  return answer;
}`);
    await work(made.home, made.dir, []);
    const { run, details, forker } = await forkable(made);
    const plan = forkPlan(run, details, before(run, 'build'));
    expect(plan.human.map(({ title }) => title)).toEqual(['Approve the plan']);
    const report = await forker.fork(run, plan, progress());
    const rest: string[] = [];
    expect(await work(made.home, report.dir, rest)).toBe('completed');
    expect(rest).toEqual(['build']);
    expect(await readJson(report.dir, 'state', 'output.json')).toMatchObject({ approved: true });
  });

  it('stops where the process asks for something else, and says where', { timeout: 120_000 }, async () => {
    const made = await processRun(twelve);
    await work(made.home, made.dir, [], 4);
    const file = join(made.workspace, '.a5c/processes/test.mjs');
    writeFileSync(file, twelve.replace("task('t' + i)", "task(i === 2 ? 'other' : 't' + i)"));
    const { run, details, forker } = await forkable(made);
    const report = await forker.fork(run, forkPlan(run, details), progress());
    expect(report.replayed).toBe(2);
    expect(report.stopped).toBe(
      'The new run asks for "other" where the original asked for "Do t2": the process does not repeat itself.',
    );
    expect(readdirSync(join(report.dir, 'journal')).length).toBeGreaterThan(4);
  });

  it(
    'leaves out the answer of a step that the process does not ask for any more',
    { timeout: 120_000 },
    async () => {
      const made = await processRun(`${taskHelper}
export async function process(inputs, ctx) {
  const [x, y] = await ctx.parallel.all([() => ctx.task(task('x'), {}), () => ctx.task(task('y'), {})]);
  return ctx.task(task('z'), { x, y });
}`);
      await work(made.home, made.dir, [], 2);
      const file = join(made.workspace, '.a5c/processes/test.mjs');
      const source = readFileSync(file, 'utf8');
      writeFileSync(file, source.replace(", () => ctx.task(task('y'), {})", ''));
      const { run, details, forker } = await forkable(made);
      const kept = forkPlan(run, details, before(run, 'z'));
      const report = await forker.fork(run, kept, progress());
      expect(report).toMatchObject({
        replayed: 1,
        notes: ['"Do y" is not asked for any more; its answer was left out.'],
        stopped: undefined,
      });
      // The later step counts from the ones before it.
      const whole = await forker.fork(run, forkPlan(run, details), progress());
      expect(whole.stopped).toMatch(/^The new run counts its steps differently at "Do z"/);
    },
  );

  it('goes past a sleep that is over, and waits at one that is not', { timeout: 120_000 }, async () => {
    const sleeping = (until: string): string => `${taskHelper}
export async function process(inputs, ctx) {
  await ctx.task(task('before'), {});
  await ctx.sleepUntil(${until});
  return ctx.task(task('after'), {});
}`;
    const hour = 3_600_000;
    const made = await processRun(sleeping(String(Date.now() + hour)));
    const file = join(made.workspace, '.a5c/processes/test.mjs');
    const iterate = () => callCli(made.home, 'run:iterate', made.dir, '--json');
    await iterate();
    await postAll(made.home, made.dir);
    await iterate();
    expect(JSON.parse(await callCli(made.home, 'run:status', made.dir, '--json')).pendingByKind).toEqual({
      sleep: 1,
    });
    // The time comes.
    writeFileSync(file, sleeping(String(Date.now() - hour)));
    await iterate();
    await postAll(made.home, made.dir);

    const { run, details, forker } = await forkable(made);
    const plan = forkPlan(run, details);
    expect(await forker.fork(run, plan, progress())).toMatchObject({
      replayed: 2,
      notes: [],
      stopped: undefined,
    });

    writeFileSync(file, sleeping('ctx.now().getTime() + 3600000'));
    expect(await forker.fork(run, plan, progress())).toMatchObject({
      replayed: 1,
      stopped: 'The new run sleeps here, as the original did; what follows its sleep was not replayed.',
    });
  });

  it('stops when it is cancelled', { timeout: 60_000 }, async () => {
    const made = await processRun(twelve);
    await work(made.home, made.dir, [], 3);
    const { run, details, forker } = await forkable(made);
    const controller = new AbortController();
    const report = await forker.fork(run, forkPlan(run, details), {
      signal: controller.signal,
      onReplayed: () => controller.abort(),
    });
    expect(report).toMatchObject({ replayed: 1, stopped: 'It was cancelled.' });
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
  ])('keeps every answer when %s', { timeout: 120_000 }, async (_name, damage) => {
    const made = await processRun(twelve);
    const executed: string[] = [];
    await work(made.home, made.dir, executed, 3);
    damage(made.dir);
    const { run, forker } = await forkable(made);
    expect((await forker.recoverable(made.dir)).map(({ title }) => title).toSorted()).toEqual([
      'Do t0',
      'Do t1',
      'Do t2',
    ]);
    const bytes = bytesBelow(made.dir);
    const report = await forker.recover(run, progress());
    expect(report).toMatchObject({ replayed: 3, notes: [], stopped: undefined });
    const { tasks } = JSON.parse(await callCli(made.home, 'task:list', report.dir, '--pending', '--json'));
    expect(tasks.map(({ taskId }: { taskId: string }) => taskId)).toEqual(['t3']);
    expect(bytesBelow(made.dir)).toEqual(bytes);
  });
});
