import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock';
import type { TaskOutcome } from '../../src/engines/babysitter/core/drive/cliCalls';
import type { Judgement } from '../../src/core/run/judgement';
import { pendingEffects } from '../../src/core/run/run';
import { asRunKey } from '../../src/core/run/runKey';
import {
  commandError,
  commandValue,
  readTaskCommand,
  type TaskCommand,
} from '../../src/engines/babysitter/core/taskRun/taskCommand';
import { outputSchema } from '../../src/engines/babysitter/core/taskRun/outputSchema';
import { TaskPoster } from '../../src/engines/babysitter/core/taskRun/taskPoster';
import { commandRunner } from '../../src/engines/babysitter/node/runTaskCommand';
import { callCli, drive, processRun, readJson, type Driving } from '../support/driving';
import { write } from '../support/runFolder';

const never = new AbortController().signal;
const ok = (value: unknown): TaskOutcome => ({ status: 'ok', value });

/** A process whose steps are given as task definitions, one after the other; it returns their results. */
async function steps(...tasks: readonly object[]) {
  const made = await processRun(`
    const tasks = ${JSON.stringify(tasks)};
    export async function process(inputs, ctx) {
      const results = [];
      for (const [i, task] of tasks.entries()) {
        if (task.kind === 'breakpoint') { results.push(await ctx.breakpoint({ question: 'Go on?' })); continue; }
        try { results.push(await ctx.task({ id: 'step-' + i, build: () => task }, {})); }
        catch (error) {
          if (error.isIntrinsic || error.constructor.name.startsWith('Effect')) throw error;
          results.push({ name: error.name, message: error.message, data: error.data });
        }
      }
      return results;
    }`);
  const driving = await drive(made.workspace, made.dir, { home: made.home });
  const poster = new TaskPoster({
    ...{ store: driving.store, engine: driving.engine, clock: systemClock },
    responder: { product: 'Babysitter Runs 1.2.3', respondedBy: async () => 'Dana Reyes' },
  });
  const iterate = () => driving.driver.iterate(asRunKey(made.dir), Infinity, never, () => {});
  return { ...made, driving, poster, iterate };
}

function pending({ driving, dir }: { driving: Driving; dir: string }): string {
  const run = driving.store.get(asRunKey(dir))?.run ?? expect.fail('no run');
  return pendingEffects(run)[0]?.effect.effectId ?? expect.fail('nothing is pending');
}

function commandOf(dir: string, effectId: string): TaskCommand {
  const command = readTaskCommand(readFileSync(join(dir, 'tasks', effectId, 'task.json'), 'utf8'));
  return 'problem' in command ? expect.fail(command.problem) : command;
}

async function runTask(run: Awaited<ReturnType<typeof steps>>, secrets: Record<string, string> = {}) {
  const command = commandOf(run.dir, pending(run));
  let live = '';
  const startedAt = new Date().toISOString();
  const runner = commandRunner(process.env);
  const prepared = await runner.prepare(command, run.dir, run.workspace, secrets);
  const outcome = await runner.run(prepared, never, (text) => (live += text));
  const { exitCode, stdout, stderr } = outcome;
  const value = commandValue(command.expectedExitCode, exitCode, stdout, stderr);
  const record = { stdout, stderr, startedAt, finishedAt: new Date().toISOString() };
  return { value, record, live };
}

describe('posting a result by hand', () => {
  it('gives the process the very value, and says who posted it', async () => {
    const run = await steps({
      kind: 'agent',
      title: 'Plan',
      agent: { outputSchema: { type: 'object', required: ['a'] } },
    });
    await run.iterate();
    const effectId = pending(run);
    expect(outputSchema(readFileSync(join(run.dir, 'tasks', effectId, 'task.json'), 'utf8'))).toEqual({
      type: 'object',
      required: ['a'],
    });
    const value = { a: ['"', '$HOME', '漢字 🙂', null, 1.5], nested: { b: false } };
    expect(await run.poster.post(asRunKey(run.dir), effectId, ok(value), 'row')).toEqual({ recorded: true });
    expect(await readJson(run.dir, 'tasks', effectId, 'result.json')).toMatchObject({
      status: 'ok',
      metadata: { respondedBy: 'Dana Reyes', product: 'Babysitter Runs 1.2.3', surface: 'row' },
    });
    await run.iterate();
    expect(await readJson(run.dir, 'state', 'output.json')).toEqual([value]);
  });

  it.each([[null], ['text'], [0], [false], [[]], [{}]])('posts %j, which is a value too', async (value) => {
    const run = await steps({ kind: 'agent', title: 'Plan' });
    await run.iterate();
    expect(await run.poster.post(asRunKey(run.dir), pending(run), ok(value), 'row')).toEqual({
      recorded: true,
    });
    await run.iterate();
    expect(await readJson(run.dir, 'state', 'output.json')).toEqual([value]);
  });

  it('throws the process an error with its name, message and data', async () => {
    const run = await steps({ kind: 'agent', title: 'Plan' });
    await run.iterate();
    const error = { name: 'NotPossible', message: 'No such table', data: { table: 'orders' } };
    // 0.0.187 exits with 1 for it.
    expect(await run.poster.post(asRunKey(run.dir), pending(run), { status: 'error', error }, 'row')).toEqual(
      {
        recorded: true,
      },
    );
    await run.iterate();
    expect(await readJson(run.dir, 'state', 'output.json')).toEqual([error]);
  });

  it('refuses a second result, a question and a sleep, and calls no engine for them', async () => {
    const run = await steps({ kind: 'agent', title: 'Plan' }, { kind: 'breakpoint' });
    await run.iterate();
    const effectId = pending(run);
    await run.poster.post(asRunKey(run.dir), effectId, ok(1), 'row');
    expect(await run.poster.post(asRunKey(run.dir), effectId, ok(2), 'row')).toEqual({
      recorded: false,
      sentence: 'Its result is recorded already; the first one stands.',
    });
    await run.iterate();
    expect(await run.poster.post(asRunKey(run.dir), pending(run), ok(1), 'row')).toEqual({
      recorded: false,
      sentence: 'This is a question: answer it instead.',
    });
    expect(await run.poster.post(asRunKey(run.dir), 'nothing', ok(1), 'row')).toMatchObject({
      recorded: false,
    });
    const { result } = (await readJson(run.dir, 'tasks', effectId, 'result.json')) as { result: unknown };
    expect(result).toBe(1);
  });
});

describe.skipIf(process.platform === 'win32')('running a task', () => {
  it('runs a shell task in its folder with its environment, and posts it with its output files', async () => {
    const run = await steps({
      kind: 'shell',
      title: 'Measure',
      shell: {
        command: 'echo "$GREETING $PWD" && echo oops >&2',
        cwd: 'src',
        env: { GREETING: 'hello there' },
      },
    });
    write(run.workspace, 'src/.keep', '');
    await run.iterate();
    const effectId = pending(run);
    const { value, record, live } = await runTask(run);
    const stdout = `hello there ${join(run.workspace, 'src')}\n`;
    expect(value).toEqual({ success: true, exitCode: 0, stdout, stderr: 'oops\n' });
    expect(live).toContain(stdout);
    expect(await run.poster.post(asRunKey(run.dir), effectId, ok(value), 'row', record)).toEqual({
      recorded: true,
    });
    expect(readFileSync(join(run.dir, 'tasks', effectId, 'stdout.log'), 'utf8')).toBe(stdout);
    expect(readFileSync(join(run.dir, 'tasks', effectId, 'stderr.log'), 'utf8')).toBe('oops\n');
    expect(await readJson(run.dir, 'tasks', effectId, 'result.json')).toMatchObject({
      startedAt: record.startedAt,
      finishedAt: record.finishedAt,
    });
    await run.iterate();
    expect(await readJson(run.dir, 'state', 'output.json')).toEqual([value]);
  });

  it('passes arguments on as they are, without a shell', async () => {
    const args = [
      '-e',
      'console.log(JSON.stringify(process.argv.slice(1)))',
      '--',
      '$HOME',
      'a b',
      '`id`',
      "'",
    ];
    const run = await steps({ kind: 'shell', title: 'Echo', shell: { command: process.execPath, args } });
    await run.iterate();
    const { value } = await runTask(run);
    expect(JSON.parse(value.stdout)).toEqual(['$HOME', 'a b', '`id`', "'"]);
  });

  it('runs a node task, with the values that were left out of its environment', async () => {
    const run = await steps({
      kind: 'node',
      title: 'Count',
      node: { entry: 'scripts/count.mjs', args: ['3'], env: { LANG: 'C' } },
      metadata: { redactedEnvKeys: ['API_TOKEN'] },
    });
    write(
      run.workspace,
      'scripts/count.mjs',
      'console.log(process.argv[2], process.env.LANG, process.env.API_TOKEN);',
    );
    await run.iterate();
    expect(commandOf(run.dir, pending(run))).toMatchObject({ type: 'node', redactedKeys: ['API_TOKEN'] });
    expect((await runTask(run, { API_TOKEN: 's3cret' })).value.stdout).toBe('3 C s3cret\n');
  });

  it('posts nothing for a command that fails; as an error, its exit code reaches the process', async () => {
    const run = await steps({ kind: 'shell', title: 'Fail', command: 'echo no >&2; exit 3' });
    await run.iterate();
    const { value, record } = await runTask(run);
    expect(value).toEqual({ success: false, exitCode: 3, stdout: '', stderr: 'no\n' });
    expect((await run.driving.until(run.dir)).run.story.counts).toMatchObject({
      pending: 1,
      ok: 0,
      error: 0,
    });
    const error = commandError(value);
    expect(
      await run.poster.post(asRunKey(run.dir), pending(run), { status: 'error', error }, 'row', record),
    ).toEqual({
      recorded: true,
    });
    await run.iterate();
    expect(await readJson(run.dir, 'state', 'output.json')).toEqual([
      {
        name: 'CommandFailed',
        message: 'The command failed with exit code 3: no',
        data: { exitCode: 3, stdout: '', stderr: 'no\n' },
      },
    ]);
  });

  it('counts the exit code that the task expects as success', async () => {
    const run = await steps({
      kind: 'shell',
      title: 'Expect',
      shell: { command: 'exit 2', expectedExitCode: 2 },
    });
    await run.iterate();
    expect((await runTask(run)).value).toMatchObject({ success: true, exitCode: 2 });
  });

  it('says that a task for an agent names no command', async () => {
    const run = await steps({ kind: 'agent', title: 'Plan' });
    await run.iterate();
    expect(readTaskCommand(readFileSync(join(run.dir, 'tasks', pending(run), 'task.json'), 'utf8'))).toEqual({
      problem: 'Its task.json names no command that could be run: it is for an agent.',
    });
  });
});

describe('iterating until a task is requested', () => {
  const tasks = [
    { kind: 'agent', title: 'Plan it' },
    { kind: 'agent', title: 'Write it' },
    { kind: 'shell', title: 'Test the lot', shell: { command: 'npm test' } },
  ];

  /** Iterates on, with somebody beside the editor who answers every agent task by the command line. */
  async function until(wanted: { kind: string } | { title: string }, definitions: readonly object[] = tasks) {
    const run = await steps(...definitions);
    const answered = new Set<string>();
    const states: Judgement['state'][] = [];
    const report = await run.driving.driver.iterate(
      asRunKey(run.dir),
      Infinity,
      never,
      (_, waitsFor) => {
        const stored = run.driving.store.get(asRunKey(run.dir));
        if (waitsFor === undefined || !stored) return;
        states.push(stored.state.state);
        for (const { effect } of pendingEffects(stored.run)) {
          if (answered.has(effect.effectId)) continue;
          answered.add(effect.effectId);
          void callCli(
            run.home,
            'task:post',
            run.dir,
            effect.effectId,
            '--status',
            'ok',
            '--value-inline',
            '1',
          );
        }
      },
      wanted,
    );
    return { ...run, report, answered, states };
  }

  it('of a kind: goes on over what others answer, and stops there', async () => {
    const { report, answered, driving, dir } = await until({ kind: 'shell' });
    expect(report).toMatchObject({
      reason: 'requested',
      sentence: 'Stopped, as asked: "Test the lot" (shell) is requested.',
      iterates: 3,
    });
    expect(answered.size).toBe(2);
    expect(driving.store.get(asRunKey(dir))?.run.story.end).toBeUndefined();
  });

  it('of a title: part of it will do', async () => {
    const { report, answered } = await until({ title: 'WRITE' });
    expect(report).toMatchObject({ reason: 'requested', iterates: 2 });
    expect(answered.size).toBe(1);
  });

  it('stops all the same at a question, and at the end', async () => {
    expect((await until({ kind: 'none' }, [tasks[0] ?? {}, { kind: 'breakpoint' }])).report.reason).toBe(
      'needs-you',
    );
    expect((await until({ kind: 'none' })).report.reason).toBe('completed');
  });

  it('stops waiting when it is cancelled', async () => {
    const run = await steps(...tasks);
    const controller = new AbortController();
    const report = await run.driving.driver.iterate(
      asRunKey(run.dir),
      Infinity,
      controller.signal,
      (_, waitsFor) => waitsFor !== undefined && controller.abort(),
      { kind: 'none' },
    );
    expect(report).toMatchObject({ reason: 'cancelled', iterates: 1 });
  });
});
