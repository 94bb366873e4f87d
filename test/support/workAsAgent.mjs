// Works on runs as an agent would, with the engine's functions, which are loaded once and asked many times.
// Messages in: { env, options }; out: { status, executed } or { error }. One at a time. See engineWork.ts.
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';

const require = createRequire(import.meta.url);
const { createRun, orchestrateIteration, commitEffectResult } = require('@a5c-ai/babysitter-sdk');
const { setClockForTests } = require('@a5c-ai/babysitter-sdk/dist/storage/clock');

// Process functions do not find that they could send something too.
const send = process.send.bind(process);
process.send = undefined;

process.on('message', ({ env, options }) => {
  Object.assign(process.env, env);
  void work(options).then(
    (worked) => send(worked),
    (error) => send({ error: error.stack }),
  );
});

async function work({ dir: runDir, create, until, answers, at }) {
  let time = at;
  const now = at === undefined ? () => new Date() : () => new Date((time += 3));
  setClockForTests(now);

  const given = new Map(Object.entries(answers));
  const place = ({ taskId }) => {
    const found = [...given.keys()].indexOf(taskId);
    return found === -1 ? given.size : found;
  };
  const executed = [];
  const runId = runDir.split('/').at(-1);

  if (create) {
    const metadata = create.nonInteractive ? { nonInteractive: true } : {};
    const { entry, runsDir, inputs, prompt } = create;
    await createRun({
      ...{ runsDir, runId, inputs, prompt, metadata },
      process: { processId: 'test/process', importPath: entry, exportName: 'process' },
    });
  }
  if (until === 0) return { status: 'created', executed };

  for (;;) {
    const iterated = await orchestrateIteration({ runDir, ...(at === undefined ? {} : { now }) });
    if (iterated.status !== 'waiting') return { status: iterated.status, executed };
    const open = iterated.nextActions.filter(({ kind }) => kind !== 'sleep');
    if (open.length === 0) return { status: 'sleeping', executed };
    for (const { effectId, taskId, kind } of open.toSorted((a, b) => place(a) - place(b))) {
      if (executed.length >= until) return { status: 'stopped', executed };
      executed.push(taskId);
      const { valueFile, ...answer } = given.get(taskId) ?? {};
      const value = kind === 'breakpoint' ? { approved: true } : { by: runId, taskId };
      const result =
        answer.status === 'error'
          ? answer
          : {
              status: 'ok',
              value: valueFile ? JSON.parse(await readFile(valueFile, 'utf8')) : value,
              ...answer,
            };
      await commitEffectResult({ runDir, effectId, result });
    }
  }
}
