import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { DemoRuns } from '../../scripts/demo.mjs';
import { answerCall, iterateCall } from '../../src/engines/babysitter/core/drive/cliCalls';
import { NoEngineError } from '../../src/engines/babysitter/core/drive/engine';
import { explainFailure } from '../../src/engines/babysitter/core/drive/explain';
import type { Decision } from '../../src/core/run/answer';
import { pendingEffects } from '../../src/core/run/run';
import { asRunKey } from '../../src/core/run/runKey';
import {
  callCli,
  drive,
  processRun,
  readJson,
  taskHelper,
  useDemo,
  type DriveOptions,
} from '../support/driving';
import { temporaryFolder, write } from '../support/runFolder';
import { momentText } from '../support/momentText';

const freshDemo = useDemo();
const never = new AbortController().signal;
const approve: Decision = { kind: 'approve', text: '' };
const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** One run of the demo, and everything that drives it. */
async function demoRun(name: keyof DemoRuns, options: Partial<DriveOptions> = {}) {
  const demo = await freshDemo();
  const dir = join(demo.workspace, '.a5c', 'runs', demo.runs[name]);
  const driving = await drive(demo.workspace, dir, { home: demo.home, ...options });
  return { ...demo, dir, ...driving, until: driving.until.bind(driving), driving };
}

/** A run of a process written for the test. */
async function ownRun(source: string, options: Partial<DriveOptions> = {}) {
  const made = await processRun(source);
  const driving = await drive(made.workspace, made.dir, { home: made.home, ...options });
  return { ...made, ...driving, driving };
}

/** The only open question of a run, by its id. */
function question(
  { driving, dir }: { driving: Awaited<ReturnType<typeof drive>>; dir: string },
  place = 0,
): string {
  const stored = driving.store.get(asRunKey(dir)) ?? expect.fail('no run');
  const open = pendingEffects(stored.run).filter(({ effect }) => effect.kind === 'breakpoint');
  return open[place]?.effect.effectId ?? expect.fail('no question');
}

/** Every file below a folder with its size and time, links not followed. */
function filesBelow(dir: string): ReadonlyMap<string, string> {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true });
  return new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(dir, path), `${statSync(path).size} ${statSync(path).mtimeMs}`]),
  );
}

/** A command line for what the real one cannot be made to show. */
function fakeCli(code: string): string {
  return write(temporaryFolder(), 'fake.js', code);
}

describe('answering', () => {
  it('approves: the process gets the approval, and the result says who, when and through what', async () => {
    const run = await demoRun('breakpoint');
    const { driver, dir } = run;
    const effectId = question(run);
    expect(await driver.answer(asRunKey(dir), effectId, approve, 'row')).toEqual({ recorded: true });
    expect(run.store.get(asRunKey(dir))?.state.state).toBe('ready');
    const result = await readJson(dir, 'tasks', effectId, 'result.json');
    expect(result).toMatchObject({
      status: 'ok',
      value: { approved: true, respondedBy: 'Dana Reyes' },
      metadata: {
        respondedBy: 'Dana Reyes',
        respondedAt: expect.stringMatching(iso),
        product: 'Babysitter Runs 1.2.3',
        surface: 'row',
      },
    });

    const report = await driver.iterate(asRunKey(dir), 1, never, () => {});
    expect(report).toEqual({
      reason: 'completed',
      sentence: 'The run is completed.',
      iterates: 1,
      events: 1,
    });
    expect(await readJson(dir, 'state', 'output.json')).toMatchObject({
      decision: 'approved',
      respondedBy: 'Dana Reyes',
    });
  });

  it('rejects with a reason: the process gets the very words', async () => {
    const run = await demoRun('breakpoint');
    const words = 'Nicht so: "quoted", $HOME, `x`\n— 漢字 🙂 — \\n, it\'s wrong';
    const effectId = question(run);
    expect(
      await run.driver.answer(asRunKey(run.dir), effectId, { kind: 'reject', text: words }, 'page'),
    ).toEqual({
      recorded: true,
    });
    expect(await readJson(run.dir, 'tasks', effectId, 'result.json')).toMatchObject({
      value: { approved: false, response: words, feedback: words },
      metadata: { surface: 'page' },
    });
    await run.driver.iterate(asRunKey(run.dir), 1, never, () => {});
    expect(await readJson(run.dir, 'state', 'output.json')).toMatchObject({
      decision: 'rejected',
      feedback: words,
    });
  });

  it('takes one of the process’s own options, and goes on to what that leads to', async () => {
    const run = await demoRun('breakpoint');
    const effectId = question(run);
    const task = run.store.get(asRunKey(run.dir))?.run.pendingTasks.get(effectId);
    const option = task?.breakpoint?.options.find(({ label }) => label === 'Request changes');
    if (!option) expect.fail('no such option');
    await run.driver.answer(
      asRunKey(run.dir),
      effectId,
      { kind: 'option', option, text: 'Smaller batches' },
      'page',
    );
    const report = await run.driver.iterate(asRunKey(run.dir), Infinity, never, () => {});
    expect(report).toMatchObject({ reason: 'waiting', sentence: 'It now waits for an agent.', iterates: 1 });
    const open = pendingEffects(run.store.get(asRunKey(run.dir))?.run ?? expect.fail('no run'));
    expect(open.map(({ task }) => task?.title)).toEqual(['Revise the migration plan']);
    const asked = await readJson(run.dir, 'tasks', open[0]?.effect.effectId ?? '', 'task.json');
    expect(JSON.stringify(asked)).toContain('Smaller batches');
  });

  it('refuses a second answer, whoever gave the first', async () => {
    const run = await demoRun('breakpoint');
    const effectId = question(run);
    expect(await run.driver.answer(asRunKey(run.dir), effectId, approve, 'row')).toEqual({ recorded: true });
    expect(await run.driver.answer(asRunKey(run.dir), effectId, approve, 'row')).toEqual({
      recorded: false,
      closed: true,
      sentence: expect.stringMatching(/^\S.* approved this .* in another window\.$/),
    });
    expect(run.driving.commands).toEqual(['task:post']);
  });

  it('says so when somebody else answers in the last moment, and lets that answer stand', async () => {
    const demo = await freshDemo();
    const dir = join(demo.workspace, '.a5c', 'runs', demo.runs.breakpoint);
    const driving = await drive(demo.workspace, dir, {
      home: demo.home,
      meddle: async (call) => {
        const value = JSON.stringify({ approved: false, respondedBy: 'another' });
        await callCli(
          demo.home,
          'task:post',
          dir,
          effectId,
          '--status',
          'ok',
          '--value-inline',
          value,
          '--json',
        );
        return call;
      },
    });
    const effectId = question({ driving, dir });
    expect(await driving.driver.answer(asRunKey(dir), effectId, approve, 'row')).toEqual({
      recorded: false,
      closed: true,
      sentence: 'another rejected this just now.',
    });
    expect(await readJson(dir, 'tasks', effectId, 'result.json')).toMatchObject({
      value: { respondedBy: 'another' },
    });
  });

  it('calls the engine once for a double click', async () => {
    const run = await demoRun('breakpoint');
    const effectId = question(run);
    const both = await Promise.all([
      run.driver.answer(asRunKey(run.dir), effectId, approve, 'row'),
      run.driver.answer(asRunKey(run.dir), effectId, { kind: 'reject', text: '' }, 'page'),
    ]);
    expect(both).toEqual([
      { recorded: true },
      { recorded: false, sentence: 'This answer is being recorded already.' },
    ]);
    expect(run.driving.commands).toEqual(['task:post']);
  });

  it('answers two questions of one run at the same time', async () => {
    const run = await demoRun('twoBreakpoints');
    const answers = [question(run, 0), question(run, 1)].map((id) =>
      run.driver.answer(asRunKey(run.dir), id, approve, 'row'),
    );
    expect(await Promise.all(answers)).toEqual([{ recorded: true }, { recorded: true }]);
    expect(run.store.get(asRunKey(run.dir))?.state.state).toBe('ready');
  });

  it('waits for nobody who holds the run', async () => {
    const run = await demoRun('breakpoint');
    write(run.dir, 'run.lock', {
      pid: process.pid,
      owner: 'runtime:orchestrateIteration',
      acquiredAt: new Date(),
    });
    expect(await run.driver.answer(asRunKey(run.dir), question(run), approve, 'row')).toEqual({
      recorded: false,
      sentence: `Process ${process.pid} holds the run; try again when it is done.`,
    });
    expect(run.driving.commands).toEqual([]);
  });

  it('goes past a lock that a dead process left', async () => {
    const run = await demoRun('breakpoint');
    write(run.dir, 'run.lock', {
      pid: 2_147_483_646,
      owner: 'runtime:orchestrateIteration',
      acquiredAt: new Date(),
    });
    expect(await run.driver.answer(asRunKey(run.dir), question(run), approve, 'row')).toEqual({
      recorded: true,
    });
    expect(existsSync(join(run.dir, 'run.lock'))).toBe(false);
  });

  it.each([
    {
      why: 'an empty lock',
      damage: (dir: string) => write(dir, 'run.lock', ''),
      says: /^run\.lock is empty/,
    },
    {
      why: 'a leftover temporary file in the journal',
      damage: (dir: string) => write(dir, 'journal/000099.01ARZ3NDEKTSV4RRFFQ69G5FAV.json.tmp-1-1', ''),
      says: /^journal\/000099\..*temporary file/,
    },
  ])('refuses with $why, which the engine would stumble over', async ({ damage, says }) => {
    const run = await demoRun('breakpoint');
    damage(run.dir);
    expect(await run.driver.answer(asRunKey(run.dir), question(run), approve, 'row')).toEqual({
      recorded: false,
      sentence: expect.stringMatching(says),
    });
    expect(run.driving.commands).toEqual([]);
  });

  it('refuses when task.json does not tell what is asked', async () => {
    const run = await demoRun('breakpoint');
    const effectId = question(run);
    rmSync(join(run.dir, 'tasks', effectId, 'task.json'));
    // Another reading of the run, as the first one knows the file already.
    const again = await drive(run.workspace, run.dir, { home: run.home });
    expect(await again.driver.answer(asRunKey(run.dir), effectId, approve, 'row')).toEqual({
      recorded: false,
      sentence: 'Its task.json cannot be read, so it is not certain what is being answered.',
    });
    write(run.dir, `tasks/${effectId}/task.json`, { kind: 'agent', title: 'Something else' });
    expect(await again.driver.answer(asRunKey(run.dir), effectId, approve, 'row')).toEqual({
      recorded: false,
      sentence: 'Its task.json does not call it a breakpoint; nothing was recorded.',
    });
    expect(again.commands).toEqual([]);
  });

  it('refuses what is not there or is no question', async () => {
    const run = await demoRun('parallel');
    const [agent] = pendingEffects(run.store.get(asRunKey(run.dir))?.run ?? expect.fail('no run'));
    const sentence = 'This run has no such breakpoint.';
    for (const id of [agent?.effect.effectId ?? '', 'nothing', '']) {
      expect(await run.driver.answer(asRunKey(run.dir), id, approve, 'row')).toEqual({
        recorded: false,
        sentence,
      });
    }
    const gone = 'This run was deleted.';
    expect(await run.driver.answer(asRunKey('/not/here'), 'x', approve, 'row')).toEqual({
      recorded: false,
      sentence: gone,
    });
    rmSync(run.dir, { recursive: true });
    expect(await run.driver.answer(asRunKey(run.dir), 'x', approve, 'row')).toEqual({
      recorded: false,
      sentence: gone,
    });
    expect(run.driving.commands).toEqual([]);
  });

  it('says so when the run is deleted in the last moment', async () => {
    const demo = await freshDemo();
    const dir = join(demo.workspace, '.a5c', 'runs', demo.runs.breakpoint);
    const driving = await drive(demo.workspace, dir, {
      home: demo.home,
      meddle: (call) => {
        rmSync(dir, { recursive: true });
        return call;
      },
    });
    expect(await driving.driver.answer(asRunKey(dir), question({ driving, dir }), approve, 'row')).toEqual({
      recorded: false,
      sentence: 'The run or the task was deleted.',
    });
    expect(existsSync(dir)).toBe(false);
  });

  it('answers only the step it was asked for', async () => {
    const run = await demoRun('breakpoint', {
      meddle: (call) => ({
        ...call,
        args: call.args.map((arg, i, all) =>
          all[i - 1] === '--invocation-key' ? 'another:S000009:step' : arg,
        ),
      }),
    });
    expect(await run.driver.answer(asRunKey(run.dir), question(run), approve, 'row')).toEqual({
      recorded: false,
      sentence: 'The run changed meanwhile: this effect now belongs to another step.',
    });
    expect(run.store.get(asRunKey(run.dir))?.state.state).toBe('needs-you');
  });
});

describe('iterating', () => {
  it('to the end: each iterate is told, and what it added is counted', async () => {
    const run = await demoRun('ready');
    const steps: number[] = [];
    const report = await run.driver.iterate(asRunKey(run.dir), Infinity, never, (step) => steps.push(step));
    expect(report).toEqual({
      reason: 'waiting',
      sentence: 'It now waits for an agent.',
      iterates: 1,
      events: 1,
    });
    expect(steps).toEqual([1]);
    const [next] = pendingEffects(run.store.get(asRunKey(run.dir))?.run ?? expect.fail('no run'));
    const value = JSON.stringify({ summary: 'done' });
    await callCli(
      run.home,
      'task:post',
      run.dir,
      next?.effect.effectId ?? '',
      '--status',
      'ok',
      '--value-inline',
      value,
    );
    const end = await run.driver.iterate(asRunKey(run.dir), Infinity, never, () => {});
    expect(end).toEqual({ reason: 'completed', sentence: 'The run is completed.', iterates: 1, events: 1 });
    expect(run.store.get(asRunKey(run.dir))?.state.state).toBe('completed');
    expect(run.activity.isIterating(asRunKey(run.dir))).toBe(false);
  });

  it('begins a run that has not started', async () => {
    const run = await demoRun('notStarted');
    const report = await run.driver.iterate(asRunKey(run.dir), 1, never, () => {});
    expect(report).toMatchObject({ reason: 'waiting', iterates: 1 });
  });

  it('carries a failed run on once its process is mended', async () => {
    const run = await ownRun(`export async function process() { throw new Error('First broken'); }`);
    const failed = await run.driver.iterate(asRunKey(run.dir), 5, never, () => {});
    expect(failed).toEqual({
      reason: 'failed',
      sentence: 'The run failed: First broken',
      iterates: 1,
      events: 1,
    });
    write(
      run.workspace,
      '.a5c/processes/test.mjs',
      `export async function process() { return { fine: true }; }`,
    );
    expect(await run.driver.iterate(asRunKey(run.dir), 5, never, () => {})).toMatchObject({
      reason: 'completed',
      iterates: 1,
    });
    expect(await readJson(run.dir, 'state', 'output.json')).toEqual({ fine: true });
  });

  it('is refused where it is not legal, with the reason and without a call', async () => {
    const demo = await freshDemo();
    const at = (name: keyof DemoRuns) => join(demo.workspace, '.a5c', 'runs', demo.runs[name]);
    const driving = await drive(demo.workspace, at('breakpoint'), { home: demo.home });
    await driving.until(at('scored'));
    await driving.until(at('sleeping'));
    await driving.until(at('damaged'));
    await driving.until(at('ready'));
    write(at('ready'), 'run.lock', { pid: process.pid, owner: 'x' });
    const refused: Record<string, unknown> = {};
    for (const name of ['scored', 'breakpoint', 'sleeping', 'ready', 'damaged'] as const) {
      const { reason, sentence } = await driving.driver.iterate(asRunKey(at(name)), 3, never, () => {});
      refused[name] = `${reason}: ${sentence}`;
    }
    refused['gone'] = (await driving.driver.iterate(asRunKey('/not/here'), 3, never, () => {})).sentence;
    expect(refused).toEqual({
      scored:
        'refused: The run is completed, which is final: iterating would run the whole process again. Make a new run instead.',
      breakpoint: 'refused: Answer the open question first. Iterating will not change anything yet.',
      sleeping: expect.stringMatching(
        /^refused: Sleeping until [^;.]+\. Iterating will not change anything yet\.$/,
      ),
      ready: expect.stringMatching(
        new RegExp(`^refused: Process ${process.pid} holds the run; wait until it is done`),
      ),
      damaged: expect.stringMatching(/^refused: /),
      gone: 'This run was deleted.',
    });
    expect(driving.commands).toEqual([]);
  });

  it('stops where a person is needed', async () => {
    const run = await ownRun(
      `export async function process(inputs, ctx) { await ctx.breakpoint({ question: 'Shall we?' }, { label: 'gate' }); }`,
    );
    expect(await run.driver.iterate(asRunKey(run.dir), Infinity, never, () => {})).toEqual({
      reason: 'needs-you',
      sentence: 'Needs your answer: gate.',
      iterates: 1,
      events: 1,
    });
  });

  it('stops at a sleep', async () => {
    const run = await ownRun(
      `export async function process(inputs, ctx) { await ctx.sleepUntil('2999-01-01T00:00:00.000Z'); }`,
    );
    expect(await run.driver.iterate(asRunKey(run.dir), Infinity, never, () => {})).toMatchObject({
      reason: 'sleeping',
      sentence: `Sleeping until ${momentText('2999-01-01 00:00')}.`,
    });
  });

  it('says so when an iterate brought nothing new', async () => {
    const run = await ownRun(`${taskHelper}
      export async function process(inputs, ctx) {
        await ctx.parallel.all([() => ctx.task(task('one'), {}), () => ctx.task(task('two'), {})]);
      }`);
    await run.driver.iterate(asRunKey(run.dir), 1, never, () => {});
    const [one] = pendingEffects(run.store.get(asRunKey(run.dir))?.run ?? expect.fail('no run'));
    await callCli(
      run.home,
      'task:post',
      run.dir,
      one?.effect.effectId ?? '',
      '--status',
      'ok',
      '--value-inline',
      '1',
    );
    expect(await run.driver.iterate(asRunKey(run.dir), Infinity, never, () => {})).toEqual({
      reason: 'no-change',
      sentence: 'Nothing changed. It now waits for an agent.',
      iterates: 1,
      events: 0,
    });
  });

  it('goes on by itself until it is told to stop, at most so often', async () => {
    // An engine whose hooks do the tasks: every iterate asks for one more, and answers it.
    const run = await demoRun('notStarted', { cli: fakeCli(autopilot) });
    const steps: number[] = [];
    const report = await run.driver.iterate(asRunKey(run.dir), 3, never, (step) => steps.push(step));
    expect(report).toEqual({
      reason: 'maximum',
      sentence: 'Stopped after 3 iterates, as asked.',
      iterates: 3,
      events: 6,
    });
    expect(steps).toEqual([1, 2, 3]);

    const stopping = run.driver.iterate(asRunKey(run.dir), Infinity, never, (step) => {
      if (step === 2) run.activity.stop(asRunKey(run.dir));
    });
    expect(run.activity.isIterating(asRunKey(run.dir))).toBe(true);
    expect(run.activity.iterating).toEqual([run.dir]);
    // The step under way may finish; no further one begins.
    expect(await stopping).toEqual({
      reason: 'cancelled',
      sentence: 'Stopped, as asked.',
      iterates: 2,
      events: 4,
    });
    expect(run.activity.iterating).toEqual([]);
  });

  it('is not begun twice in one window', async () => {
    const run = await demoRun('notStarted');
    const seen: boolean[] = [];
    run.activity.onDidChangeIterating((dir) => seen.push(run.activity.isIterating(dir)));
    const both = await Promise.all([
      run.driver.iterate(asRunKey(run.dir), 1, never, () => {}),
      run.driver.iterate(asRunKey(run.dir), 1, never, () => {}),
    ]);
    expect(both.map(({ reason }) => reason)).toEqual(['waiting', 'refused']);
    expect(both[1]?.sentence).toBe('It is being iterated already.');
    expect(run.driving.commands).toEqual(['run:iterate']);
    expect(seen).toEqual([true, false]);
  });

  it('that is cancelled before it begins calls nothing', async () => {
    const run = await demoRun('ready');
    const controller = new AbortController();
    controller.abort();
    expect(await run.driver.iterate(asRunKey(run.dir), 1, controller.signal, () => {})).toMatchObject({
      reason: 'cancelled',
      iterates: 0,
    });
    expect(run.driving.commands).toEqual([]);
  });
});

/** Adds a request and its answer to the journal, as an engine with hooks would. */
const autopilot = `
const { readdirSync, writeFileSync } = require('node:fs');
const dir = process.argv[3] + '/journal';
let seq = readdirSync(dir).length;
const id = 'e' + seq;
const add = (type, data) => {
  seq += 1;
  const name = String(seq).padStart(6, '0') + '.7' + 'Z'.repeat(19) + String(seq).padStart(6, '0') + '.json';
  writeFileSync(dir + '/' + name, JSON.stringify({ type, recordedAt: new Date().toISOString(), data }));
};
const key = { stepId: id, invocationKey: id, taskDefRef: 'tasks/' + id + '/task.json' };
add('EFFECT_REQUESTED', { effectId: id, taskId: 'hooked', kind: 'agent', ...key });
add('EFFECT_RESOLVED', { effectId: id, status: 'ok' });
console.log(JSON.stringify({ status: 'executed', action: 'executed-tasks' }));
`;

describe('processes that misbehave', () => {
  it('may print before the answer', async () => {
    const run = await ownRun(`${taskHelper}
      export async function process(inputs, ctx) {
        console.log('starting {"status": "completed"}');
        globalThis.process.stdout.write('no line end {');
        await ctx.task(task('one'), {});
      }`);
    expect(await run.driver.iterate(asRunKey(run.dir), 5, never, () => {})).toMatchObject({
      reason: 'waiting',
      iterates: 1,
    });
  });

  it('may never settle: that is said, and the lock it left does not stop the next step', async () => {
    const run = await ownRun(`export async function process() { await new Promise(() => {}); }`);
    expect(await run.driver.iterate(asRunKey(run.dir), 5, never, () => {})).toMatchObject({
      reason: 'refused',
      sentence: expect.stringMatching(/^The engine ended without an answer: the process waits for something/),
    });
    expect(existsSync(join(run.dir, 'run.lock'))).toBe(true);
    write(run.workspace, '.a5c/processes/test.mjs', `export async function process() { return 1; }`);
    expect(await run.driver.iterate(asRunKey(run.dir), 5, never, () => {})).toMatchObject({
      reason: 'completed',
    });
  });

  it('may exit', async () => {
    const run = await ownRun(`export async function process() { globalThis.process.exit(7); }`);
    expect(await run.driver.iterate(asRunKey(run.dir), 5, never, () => {})).toMatchObject({
      reason: 'refused',
      sentence: 'The engine ended with exit code 7 and said nothing',
    });
  });

  it('may be missing', async () => {
    const run = await ownRun(`export async function process() {}`);
    rmSync(join(run.workspace, '.a5c', 'processes', 'test.mjs'));
    expect(await run.driver.iterate(asRunKey(run.dir), 5, never, () => {})).toMatchObject({
      reason: 'refused',
      sentence: expect.stringMatching(
        /^The process file could not be loaded: .*test\.mjs\. It may be missing/,
      ),
    });
  });

  it('may leave something running that holds the output open', async () => {
    const run = await ownRun(`import { spawn } from 'node:child_process';
      export async function process() {
        spawn(globalThis.process.execPath, ['-e', 'setTimeout(() => {}, 20000)'], { stdio: 'inherit', detached: true }).unref();
        return 1;
      }`);
    const begin = performance.now();
    expect(await run.driver.iterate(asRunKey(run.dir), 5, never, () => {})).toMatchObject({
      reason: 'completed',
    });
    expect(performance.now() - begin).toBeLessThan(15_000);
  });

  it('get the person’s environment, less what belongs to the editor', async () => {
    const run = await ownRun(
      `export async function process() {
        const { VSCODE_PID, NODE_OPTIONS, MINE } = globalThis.process.env;
        return { VSCODE_PID, NODE_OPTIONS, MINE };
      }`,
      { env: { VSCODE_PID: '1', NODE_OPTIONS: '--no-deprecation', MINE: 'kept' } },
    );
    await run.driver.iterate(asRunKey(run.dir), 1, never, () => {});
    expect(await readJson(run.dir, 'state', 'output.json')).toEqual({ MINE: 'kept' });
  });
});

describe('command lines that misbehave', () => {
  const iterate = (run: Awaited<ReturnType<typeof demoRun>>, signal = never) =>
    run.driver.iterate(asRunKey(run.dir), 5, signal, () => {});

  it('may fail', async () => {
    const run = await demoRun('ready', {
      cli: fakeCli(`console.error('[run:iterate] Error: Out of paper'); process.exit(1);`),
    });
    expect(await iterate(run)).toEqual({
      reason: 'refused',
      sentence: 'The engine ended with exit code 1: Out of paper',
      iterates: 1,
      events: 0,
    });
    expect(await run.driver.answer(asRunKey(run.dir), 'x', approve, 'row')).toMatchObject({
      recorded: false,
    });
  });

  it('may print garbage, or JSON of another shape', async () => {
    for (const output of ['{"status": 7}', '<html>{}</html>', '{"status":"completed"', '[]', '\\u0000{}']) {
      const run = await demoRun('ready', { cli: fakeCli(`console.log(${JSON.stringify(output)})`) });
      expect(await iterate(run), output).toMatchObject({
        reason: 'refused',
        sentence: 'The engine gave an answer that cannot be understood; the log has it.',
      });
    }
  });

  it('may say it recorded an answer and not do it: the journal is believed', async () => {
    const run = await demoRun('breakpoint', { cli: fakeCli(`console.log('{"status":"ok"}')`) });
    expect(await run.driver.answer(asRunKey(run.dir), question(run), approve, 'row')).toEqual({
      recorded: false,
      sentence: 'The engine says that it is done, but the journal does not show it.',
    });
  });

  it('may say nothing at all to an answer, which is no success', async () => {
    const run = await demoRun('breakpoint', { cli: fakeCli('') });
    expect(await run.driver.answer(asRunKey(run.dir), question(run), approve, 'row')).toEqual({
      recorded: false,
      sentence: 'The engine ended without an answer, and nothing was recorded.',
    });
  });

  it('may demand signed answers, as newer engines do where a policy says so', async () => {
    const message =
      'Signed-breakpoint enforcement could not establish trust for effect e1: missing config-manifest.json';
    const refusal = JSON.stringify({ name: 'RunFailedError', message });
    const run = await demoRun('breakpoint', {
      // The engine gets the variable, and only with it there is a policy.
      cli: fakeCli(
        `if (process.env.POLICY_CONFIG_ROOT_FP === 'abc') { console.error(${JSON.stringify(refusal)}); process.exit(1); }`,
      ),
      env: { POLICY_CONFIG_ROOT_FP: 'abc' },
    });
    expect(await run.driver.answer(asRunKey(run.dir), question(run), approve, 'row')).toEqual({
      recorded: false,
      sentence: `A policy demands signed answers, which have to come from the approver's own tool (${message}).`,
    });
  });

  it('are not asked to record an answer in words where there are none, or where there are options', async () => {
    const run = await demoRun('breakpoint');
    for (const [text, sentence] of [
      [' \n', 'There is no answer yet: write one first.'],
      ['Go on', 'The process wants one of its options chosen, or approval or rejection.'],
    ] as const) {
      expect(
        await run.driver.answer(asRunKey(run.dir), question(run), { kind: 'text', text }, 'page'),
      ).toEqual({
        recorded: false,
        sentence,
      });
    }
    expect(run.driving.commands).toEqual([]);
  });

  it('may be ended by a signal', async () => {
    const run = await demoRun('ready', { cli: fakeCli(`process.kill(process.pid, 'SIGKILL')`) });
    expect((await iterate(run)).sentence).toBe('The engine was ended by a signal and said nothing');
  });

  it.skipIf(process.platform === 'win32')('may hang: cancelling ends it and what it started', async () => {
    const pids = join(temporaryFolder(), 'pids');
    // Both shut their ears to the polite signal.
    const run = await demoRun('ready', {
      cli: fakeCli(`
        process.on('SIGTERM', () => {});
        const child = require('node:child_process').spawn(process.execPath,
          ['-e', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up')"], { stdio: ['ignore', 'pipe', 'ignore'] });
        child.stdout.once('data', () => require('node:fs').writeFileSync(${JSON.stringify(pids)}, process.pid + ' ' + child.pid));
        setInterval(() => {}, 1000);`),
    });
    const controller = new AbortController();
    const iterating = iterate(run, controller.signal);
    while (!existsSync(pids) || readFileSync(pids, 'utf8') === '') await pause(20);
    controller.abort();
    expect(await iterating).toEqual({
      reason: 'cancelled',
      sentence: 'Stopped, as asked.',
      iterates: 1,
      events: 0,
    });
    for (const pid of readFileSync(pids, 'utf8').split(' ').map(Number)) await ended(pid);
  });

  it('may be missing: the error says where it was looked for', async () => {
    const run = await demoRun('ready', { cli: '/nowhere/at/all' });
    const failure = await iterate(run).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NoEngineError);
    expect((failure as NoEngineError).message).toContain(
      'the setting babysitterRuns.engine.path (/nowhere/at/all)',
    );
    expect(run.activity.isIterating(asRunKey(run.dir))).toBe(false);
  });

  it('get no argument with a NUL in it, and none that is too long', async () => {
    const run = await demoRun('ready');
    const cwd = run.workspace;
    await expect(run.driving.engine.call(iterateCall('/a\0b'), cwd, never)).rejects.toThrow(
      'An argument holds a NUL character, so nothing was run.',
    );
    const provenance = { respondedBy: '', respondedAt: '', product: '', surface: '' };
    const long = answerCall(
      run.dir,
      'e',
      'k'.repeat(4_000_000),
      { approved: true, respondedBy: '' },
      provenance,
    );
    await expect(run.driving.engine.call(long, cwd, never)).rejects.toThrow(/could not be started/);
  });

  it('run somewhere even when the project folder is gone', async () => {
    const run = await demoRun('ready', {
      cli: fakeCli(`console.log(JSON.stringify({ status: process.cwd() }))`),
    });
    for (const project of ['/not/here', '/not\0here']) {
      const outcome = await run.driving.engine.call(iterateCall(run.dir), project, never);
      expect(outcome.answer?.status).not.toBe('');
    }
  });
});

describe('what is left behind', () => {
  it('is nothing outside of the run but what the engine writes at home', async () => {
    const run = await demoRun('breakpoint');
    const before = { workspace: filesBelow(run.workspace), run: filesBelow(run.dir) };
    await run.driver.answer(asRunKey(run.dir), question(run), { kind: 'reject', text: 'No' }, 'row');
    const answered = filesBelow(run.dir);
    const added = [...answered.keys()]
      .filter((file) => !before.run.has(file))
      .map((file) => file.split('/')[0]);
    // The result and its event; nothing else was written, not even for a moment that shows in a time.
    expect(added.toSorted()).toEqual(['journal', 'tasks']);
    const changed = [...before.run].filter(([file, look]) => answered.get(file) !== look);
    expect(changed).toEqual([]);
    await run.driver.iterate(asRunKey(run.dir), 1, never, () => {});
    const inRun = (file: string) => join(run.workspace, file).startsWith(run.dir);
    const outside = [...filesBelow(run.workspace)].filter(([file]) => !inRun(file));
    expect(outside).toEqual([...before.workspace].filter(([file]) => !inRun(file)));
  });

  it('are no temporary files of ours', async () => {
    const temporary = temporaryFolder();
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = temporary;
    try {
      const run = await demoRun('breakpoint', { env: { TMPDIR: temporary } });
      const kept = readdirSync(temporary).filter((name) => name.startsWith('babysitter-runs-'));
      await run.driver.answer(asRunKey(run.dir), question(run), approve, 'row');
      expect(readdirSync(temporary).filter((name) => name.startsWith('babysitter-runs-'))).toEqual(kept);
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
    }
  });

  it('is a log that tells every call, and no secret', async () => {
    const run = await demoRun('breakpoint');
    const { completionProof } = (await readJson(run.dir, 'run.json')) as { completionProof: string };
    expect(completionProof).toMatch(/^[0-9a-f]{32}$/);
    await run.driver.answer(
      asRunKey(run.dir),
      question(run),
      { kind: 'reject', text: 'My very own words' },
      'row',
    );
    await run.driver.iterate(asRunKey(run.dir), 1, never, () => {});
    const log = run.driving.log.join('\n');
    expect(log).toMatch(/^exit code 0, [\d ms]+, answered: babysitter task:post /m);
    expect(log).toMatch(/^exit code 0, [\d ms]+, answered: babysitter run:iterate /m);
    expect(log).toContain('"completionProof": "•••"');
    expect(log).not.toContain(completionProof);
    expect(log).not.toContain('My very own words');
  });

  it('shows what a process prints while it works, once, and no secret', async () => {
    const go = join(temporaryFolder(), 'go');
    const run = await ownRun(`import { existsSync } from 'node:fs';
    export async function process() {
      console.log('step 1 with "completionProof": "0123456789abcdef"');
      while (!existsSync(${JSON.stringify(go)})) await new Promise((resolve) => setTimeout(resolve, 20));
      console.error('step 2');
      return 1;
    }`);
    const iterating = run.driver.iterate(asRunKey(run.dir), 1, never, () => {});
    const log = (): string => run.driving.log.join('\n');
    await vi.waitFor(() => expect(log()).toContain('step 1 with "completionProof": "•••"'), 15_000);
    expect(log()).not.toContain('step 2');
    writeFileSync(go, '');
    expect(await iterating).toMatchObject({ reason: 'completed' });
    expect(log().match(/step [12]/g)).toEqual(['step 1', 'step 2']);
    expect(log()).not.toContain('0123456789abcdef');
  });

  it('shows what a hostile process prints, and does not obey it', async () => {
    const run = await ownRun(`export async function process() {
      console.error('\\u001b[2Jwiped \\u202egnp.exe');
      return 1;
    }`);
    await run.driver.iterate(asRunKey(run.dir), 1, never, () => {});
    const log = run.driving.log.join('\n');
    expect(log).toContain('⟨U+001B⟩[2Jwiped ⟨U+202E⟩gnp.exe');
    // oxlint-disable-next-line no-control-regex -- that is what must not be there
    expect(log).not.toMatch(/[\u001b\u202e]/);
  });
});

describe('refusals of the real engine', () => {
  it('are explained even when nothing was looked at before', async () => {
    const demo = await freshDemo();
    const dir = join(demo.workspace, '.a5c', 'runs', demo.runs.breakpoint);
    const { engine } = await drive(demo.workspace, dir, { home: demo.home });
    write(dir, 'run.lock', '');
    const outcome = await engine.call(iterateCall(dir), demo.workspace, never);
    expect(explainFailure(outcome)).toBe(
      'A file of the run is empty or cut off, perhaps run.lock; look at the problems below the run.',
    );
  });
});

/** Waits until a process is no more. */
async function ended(pid: number): Promise<void> {
  for (let i = 0; i < 250; i += 1) {
    try {
      process.kill(pid, 0);
      // A zombie waits for whoever adopted it to look at it.
      if (readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')) return;
    } catch {
      return;
    }
    await pause(20);
  }
  expect.fail(`process ${pid} lives on`);
}
