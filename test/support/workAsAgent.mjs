// Works on runs as an agent would, with the engine's functions in one process: `node workAsAgent.mjs <options as JSON>`.
// See engineWork.ts.
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';

const require = createRequire(import.meta.url);
const { createRun, orchestrateIteration, commitEffectResult } = require('@a5c-ai/babysitter-sdk');
const { setClockForTests } = require('@a5c-ai/babysitter-sdk/dist/storage/clock');

const { dir: runDir, create, until, answers, at } = JSON.parse(process.argv[2] ?? '{}');
let time = at;
const now = () => new Date((time += 3));
if (at !== undefined) setClockForTests(now);

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

async function work() {
  for (;;) {
    const iterated = await orchestrateIteration({ runDir, ...(at === undefined ? {} : { now }) });
    if (iterated.status !== 'waiting') return iterated.status;
    const open = iterated.nextActions.filter(({ kind }) => kind !== 'sleep');
    if (open.length === 0) return 'sleeping';
    for (const { effectId, taskId, kind } of open.toSorted((a, b) => place(a) - place(b))) {
      if (executed.length >= until) return 'stopped';
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

const status = until === 0 ? 'created' : await work();
console.log(`\n${JSON.stringify({ status, executed })}`);
