import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../../../core/errors';
import { feederRequest, type FeederAnswer, type FeederRequest } from '../core/fork/feederProtocol';
import { isRecord } from '../../../core/run/lenient';
import { readTextAt } from '../../../node/safeFile';

// A program of its own (dist/feeder.js): makes one run and feeds it with the functions of the engine's package, a step
// for each message. It loads code of the workspace, so it may end or hang at any step; whoever started it notices.

type EngineFunction = (options: Readonly<Record<string, unknown>>) => Promise<unknown>;

type EngineFunctions = Readonly<
  Record<'createRun' | 'orchestrateIteration' | 'commitEffectResult', EngineFunction>
>;

let functions: EngineFunctions | undefined;
/** The message that is being worked on. */
let current: number | undefined;

process.on('message', (message) => {
  const parsed = feederRequest.safeParse(message);
  if (parsed.success) return void work(parsed.data);
  const id = isRecord(message) ? Number(message['id']) : 0;
  answer({ type: 'failed', id, message: `It is asked for something unknown: ${parsed.error.message}` });
});
process.on('disconnect', () => process.exit());
// While a step is under way the channel keeps nothing alive, so this is when the step waits for nothing at all.
process.on('beforeExit', () => {
  if (current !== undefined) answer({ type: 'stuck', id: current }, () => process.exit());
});

async function work(request: FeederRequest): Promise<void> {
  current = request.id;
  process.channel?.unref();
  let done: FeederAnswer;
  try {
    done = { type: 'done', id: request.id, runId: await step(request) };
  } catch (error) {
    done = { type: 'failed', id: request.id, message: messageOf(error) };
  }
  process.channel?.ref();
  current = undefined;
  answer(done);
}

/** @returns the id of the run, when one was made */
async function step(request: FeederRequest): Promise<string | undefined> {
  if (request.type === 'create') return create(request);
  if (!functions) throw new Error('No run was made yet.');
  const { dir: runDir } = request;
  if (request.type === 'iterate') {
    await functions.orchestrateIteration({ runDir });
    return undefined;
  }
  const { effectId, invocationKey, status, error, metadata } = request;
  const now = new Date().toISOString();
  const read = (file: string | undefined): string | undefined =>
    file === undefined ? undefined : textOf(file);
  const value: unknown =
    request.valueFile === undefined ? request.value : (JSON.parse(textOf(request.valueFile)) as unknown);
  await functions.commitEffectResult({
    ...{ runDir, effectId, invocationKey },
    result: {
      ...(status === 'ok' ? { status, value } : { status, error }),
      stdout: read(request.stdoutFile),
      stderr: read(request.stderrFile),
      startedAt: request.startedAt ?? now,
      finishedAt: request.finishedAt ?? now,
      metadata,
    },
  });
  return undefined;
}

async function create({ id, sdk, run }: Extract<FeederRequest, { type: 'create' }>): Promise<string> {
  functions = engineFunctions(
    await import(pathToFileURL(createRequire(join(sdk, 'package.json')).resolve(sdk)).href),
  );
  const { entry, exportName, inputs } = run;
  const loaded: unknown = await import(pathToFileURL(entry).href);
  // As the engine looks for it.
  const found = isRecord(loaded) && loaded[exportName];
  if (typeof found !== 'function') throw new Error(`${entry} exports no function "${exportName}".`);
  const given: unknown = inputs && 'file' in inputs ? JSON.parse(textOf(inputs.file)) : inputs?.value;
  answer({ type: 'loaded', id });
  const { runsDir, processId, processRevision, prompt, request } = run;
  const made = await functions.createRun({
    ...{ runsDir, request, prompt, processRevision, inputs: given },
    process: { processId, importPath: entry, exportName },
    ...(run.nonInteractive ? { metadata: { nonInteractive: true } } : {}),
  });
  const runId = isRecord(made) ? made['runId'] : undefined;
  if (typeof runId !== 'string') throw new Error('The engine made a run and did not say which.');
  return runId;
}

/** Recorded values have no size that is usual; in bytes. */
const largest = 256 * 1024 * 1024;

/** @throws Error when it cannot be read */
function textOf(file: string): string {
  const read = readTextAt(file, largest);
  if ('problem' in read) throw new Error(`${file} ${read.problem}.`);
  return read.text;
}

/** @throws Error when one of them is not there */
function engineFunctions(loaded: unknown): EngineFunctions {
  const inner = isRecord(loaded) ? loaded['default'] : undefined;
  const find = (name: string): EngineFunction => {
    const found = [loaded, inner].map((each) => (isRecord(each) ? each[name] : undefined));
    const usable = found.find((each): each is EngineFunction => typeof each === 'function');
    if (!usable) throw new Error(`The engine has no function "${name}".`);
    return usable;
  };
  return {
    createRun: find('createRun'),
    orchestrateIteration: find('orchestrateIteration'),
    commitEffectResult: find('commitEffectResult'),
  };
}

function answer(message: FeederAnswer, sent: () => void = () => {}): void {
  process.send?.(message, sent);
}
