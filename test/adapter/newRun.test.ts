import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { textOf } from '../../src/core/documents';
import { makeRun, type MakeReport } from '../../src/engines/babysitter/core/newRun/runMaker';
import type { NewRun } from '../../src/engines/babysitter/core/drive/cliCalls';
import {
  findProcesses,
  readProcess,
  type ProcessFile,
} from '../../src/engines/babysitter/node/findProcesses';
import { newRunId, runFolders } from '../../src/engines/babysitter/node/runFolders';
import { drive, processRun, readJson, taskHelper } from '../support/driving';
import { temporaryFolder, write } from '../support/runFolder';
import { asRunKey } from '../../src/core/run/runKey';

const never = new AbortController().signal;

async function project() {
  const made = await processRun(`${taskHelper}
    /** @inputs { feature: string, rounds?: number } */
    export async function process(inputs, ctx) { return ctx.task(task('plan'), inputs); }
    export async function other(inputs, ctx) { return { other: inputs }; }`);
  const driving = await drive(made.workspace, made.dir, { home: made.home });
  const runsDir = join(made.workspace, '.a5c', 'runs');
  const entry = join(made.workspace, '.a5c', 'processes', 'test.mjs');
  const order = (more: Partial<NewRun>): NewRun => ({
    ...{ runsDir, runId: newRunId(), processId: 'test/new', entry, exportName: 'process' },
    ...{ inputs: undefined, prompt: '', ...more },
  });
  const make = (more: Partial<NewRun>): Promise<MakeReport> =>
    makeRun(order(more), made.workspace, driving.engine, runFolders);
  return { ...made, driving, runsDir, entry, make };
}

describe('making a run', () => {
  it('gives it the inputs, the prompt, the export and the id that were chosen, and it can be iterated', async () => {
    const { driving, runsDir, make } = await project();
    const inputs = { feature: 'log in — 漢字 "quoted"', rounds: 3 };
    const prompt = "Build it: $(id) `x` --json it's\nsecond line";
    const report = await make({ runId: 'feature-auth-20260125', inputs, prompt, exportName: 'other' });
    const dir = join(runsDir, 'feature-auth-20260125');
    expect(report).toEqual({ made: true, dir });
    expect(await readJson(dir, 'inputs.json')).toEqual(inputs);
    expect(await readJson(dir, 'run.json')).toMatchObject({
      runId: 'feature-auth-20260125',
      processId: 'test/new',
      prompt,
      entrypoint: { importPath: '../../processes/test.mjs', exportName: 'other' },
    });
    await driving.until(dir);
    // It may have been read while the engine still held it.
    const { run, state } = (await driving.store.reread(asRunKey(dir))) ?? expect.fail('no run');
    expect(state.state).toBe('created');
    expect(run.prompt).toBe(prompt);
    expect(await driving.driver.iterate(asRunKey(dir), 1, never, () => {})).toMatchObject({
      reason: 'completed',
    });
    expect(await readJson(dir, 'state', 'output.json')).toEqual({ other: inputs });
  });

  it('makes an id of its own kind where none is wanted, and no inputs where there are none', async () => {
    const { make } = await project();
    const report = await make({});
    if (!report.made) expect.fail(report.sentence);
    expect(report.dir).toMatch(/[/\\][0-9A-HJKMNP-TV-Z]{26}$/);
    expect(existsSync(join(report.dir, 'inputs.json'))).toBe(false);
  });

  it('refuses an id that is taken, and touches nothing of that run', async () => {
    const { dir, driving, make } = await project();
    const before = [await readJson(dir, 'run.json'), readdirSync(join(dir, 'journal'))];
    expect(await make({ runId: 'run' })).toEqual({
      ...{ made: false, taken: true },
      sentence: 'There is a run "run" already.',
    });
    expect([await readJson(dir, 'run.json'), readdirSync(join(dir, 'journal'))]).toEqual(before);
    expect(driving.commands).toEqual([]);
  });

  it.each(['../out', '..', 'a/b', 'a\\b', '', '.hidden', '-n', ' x', 'a\nb', 'a:b'])(
    'refuses the id %j, which is not a plain name',
    async (runId) => {
      const { workspace, driving, make } = await project();
      const report = await make({ runId });
      expect(report.made).toBe(false);
      expect(driving.commands).toEqual([]);
      expect(readdirSync(join(workspace, '.a5c', 'runs'))).toEqual(['run']);
    },
  );

  it('says why a process file could not be loaded, and makes nothing', async () => {
    const { workspace, runsDir, make } = await project();
    const entry = write(
      workspace,
      '.a5c/processes/broken.mjs',
      'import "no-such-package";\nexport const process = () => {};',
    );
    expect(await make({ runId: 'broken', entry })).toEqual({
      made: false,
      taken: false,
      sentence: expect.stringContaining('The process file could not be loaded'),
    });
    expect(existsSync(join(runsDir, 'broken', 'run.json'))).toBe(false);
  });

  it('starts again with the inputs of a run, as they are on disk', async () => {
    const { driving, make } = await project();
    const first = await make({ runId: 'first', inputs: { feature: 'a' } });
    if (!first.made) expect.fail(first.sentence);
    const { run } = await driving.until(first.dir);
    const inputs: unknown = JSON.parse(
      textOf(
        (await driving.store.sourceOf(asRunKey(first.dir))?.document(asRunKey(first.dir), 'inputs')) ??
          expect.fail('it is gone'),
      ),
    );
    const second = await make({ runId: 'second', inputs, exportName: run.entry?.exportName ?? '' });
    if (!second.made) expect.fail(second.sentence);
    expect(await readJson(second.dir, 'inputs.json')).toEqual({ feature: 'a' });
  });
});

describe('finding process files', () => {
  const find = async (root: string, typeScript = false): Promise<readonly ProcessFile[]> => {
    const found: ProcessFile[] = [];
    await findProcesses(root, never, (file) => found.push(file), typeScript);
    return found;
  };

  it('finds them by their exports, those of .a5c/processes first, and imports none', async () => {
    const root = temporaryFolder();
    write(
      root,
      '.a5c/processes/area/plan.mjs',
      'throw new Error("imported");\nexport async function process(inputs, ctx) {}\nexport const steps = [];\nexport const short = async (inputs, ctx) => {};',
    );
    write(root, '.a5c/processes/named.js', 'export async function build() {}');
    write(root, '.a5c/processes/none.mjs', 'export const steps = [];\n// export function process() {}');
    write(root, '.a5c/runs/r1/artifacts/copy.mjs', 'export const process = () => {};');
    write(root, 'lib/flow.cjs', 'async function process() {}\nmodule.exports = { process, x: 1 };');
    write(root, 'lib/re.mjs', 'async function run() {}\nexport { run as process };');
    write(root, 'lib/helper.mjs', 'export function build() {}');
    write(root, 'lib/typed.ts', 'export const process: Process<A> = async (inputs) => {};');
    write(root, 'node_modules/p/index.mjs', 'export function process() {}');
    const names = async (typeScript: boolean) =>
      (await find(root, typeScript)).map(({ path, exports }) => [path.slice(root.length + 1), ...exports]);
    expect(await names(false)).toEqual([
      ['.a5c/processes/named.js', 'build'],
      ['.a5c/processes/area/plan.mjs', 'process', 'short'],
      ['lib/flow.cjs', 'process'],
      ['lib/re.mjs', 'process'],
    ]);
    expect((await names(true)).map(([path]) => path)).toContain('lib/typed.ts');
  });

  it('reads what a process says of its inputs', () => {
    const root = temporaryFolder();
    const read = (text: string) =>
      readProcess(write(root, 'p.mjs', `${text}\nexport function process() {}`))?.inputs;
    expect(
      read(`/**
 * Does it.
 * @inputs { name: string, count?: number, deep: { on: boolean }, list: string[], how: 'a' | 'b' }
 * @outputs { ok: boolean }
 */`),
    ).toEqual({
      type: 'object',
      properties: {
        name: { type: 'string' },
        count: { type: 'number' },
        deep: { type: 'object', properties: { on: { type: 'boolean' } }, required: ['on'] },
        list: { type: 'array', items: { type: 'string' } },
        how: { enum: ['a', 'b'] },
      },
      required: ['name', 'deep', 'list', 'how'],
    });
    expect(read('export const inputSchema = {\n  "type": "object",\n  "required": ["a"]\n};')).toEqual({
      type: 'object',
      required: ['a'],
    });
    expect(read('export const inputSchema = z.object({});')).toBeUndefined();
  });

  it('reads the demo’s', async () => {
    const found = await find(join(import.meta.dirname, '../../demo'));
    expect(found.length).toBeGreaterThan(6);
    expect(found.filter(({ inputs }) => inputs === undefined).map(({ path }) => path)).toEqual([]);
  });
});
