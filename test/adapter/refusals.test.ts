import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { atOnce } from '../../src/core/sliced';
import { babysitterEngine } from '../../src/engines/babysitter/core/babysitterEngine';
import { planRepair } from '../../src/engines/babysitter/core/repair/repairPlan';
import { RepairFolder } from '../../src/engines/babysitter/node/repairFiles';
import { RunDirectory } from '../../src/engines/babysitter/node/runDirectory';
import { callCli, processRun, taskHelper } from '../support/driving';
import { eventText, minute } from '../support/journalBuilder';
import { write } from '../support/runFolder';

// What the engine refuses is found out by the engine: each thing is put wrong in a copy of a run, the judge tells the next
// step, and an iterate shows whether it was right.

type Json = Readonly<Record<string, unknown>>;
/** What is put wrong, and how, in a run folder. */
type Case = readonly [label: string, put: (dir: string) => void];

/** Its first task is answered, so that an iterate of a sound copy asks for the second one. */
const source = `${taskHelper}
export async function process(inputs, ctx) {
  await ctx.task(task('first'), {});
  await ctx.task(task('second'), {});
}`;

const journalOf = (dir: string) => readdirSync(join(dir, 'journal')).toSorted();
const readJson = (dir: string, file: string) => JSON.parse(readFileSync(join(dir, file), 'utf8'));

/** The same with one field of an event's data given, or left out where it is `undefined`. */
const inEvent =
  (seq: number, field: string) =>
  (value: unknown): Case => [
    `event ${seq}: ${field} is ${JSON.stringify(value)}`,
    (dir) => {
      const file = `journal/${journalOf(dir)[seq - 1]}`;
      const { type, recordedAt, data } = readJson(dir, file);
      write(dir, file, eventText({ type, recordedAt, data: { ...data, [field]: value } }));
    },
  ];

const inRunJson = (fields: Json): Case => [
  `run.json: ${JSON.stringify(fields)}, ${Object.keys(fields).join()}`,
  (dir) => write(dir, 'run.json', { ...readJson(dir, 'run.json'), ...fields }),
];

const inFile =
  (file: string) =>
  (text: string): Case => [`${file}: ${JSON.stringify(text)}`, (dir) => writeFileSync(join(dir, file), text)];

const [asked, answered] = [2, 3];
const anything = [undefined, null, '', ' ', 3, {}];
const lists = [...anything, 'x', ['x'], ['x', 'x', ' '], [3], ['x', null]];
const path = '../../processes/test.mjs';

const cases: Readonly<Record<string, readonly Case[]>> = {
  'a request': [
    ...['invocationKey', 'stepId', 'taskId', 'taskDefRef', 'inputsRef', 'kind', 'label'].flatMap((field) =>
      anything.map(inEvent(asked, field)),
    ),
    ...lists.map(inEvent(asked, 'labels')),
  ],
  'a result': ['stdoutRef', 'stderrRef', 'error', 'startedAt']
    .flatMap((field) => [...anything, 0, false].map(inEvent(answered, field)))
    .concat([undefined, null, '', 3, true, [], {}].map(inEvent(answered, 'resultRef'))),
  'run.json': [
    ...['runId', 'layoutVersion', 'request', 'processId', 'prompt', 'harness', 'createdAt'].flatMap((field) =>
      [undefined, null, '', 'x', 3, []].map((value) => inRunJson({ [field]: value })),
    ),
    ...[
      undefined,
      null,
      {},
      { exportName: 'process' },
      { importPath: null },
      { importPath: '' },
      { importPath: 3 },
      { importPath: path },
      3,
    ].flatMap((entrypoint) => [inRunJson({ entrypoint }), inRunJson({ entrypoint, processPath: undefined })]),
    ...['', '{', 'null', '3', '[]', '{}'].map(inFile('run.json')),
  ],
  'what it was given': ['', '{', '\ufeff{}', 'null', '[]', '{"a":1}'].map(inFile('inputs.json')),
};

describe.each(Object.entries(cases))('the next step knows what the engine refuses of %s', (_, all) => {
  it('as the engine shows', async () => {
    const { home, dir } = await processRun(source);
    await callCli(home, 'run:iterate', dir, '--json');
    const [open] = readdirSync(join(dir, 'tasks'));
    await callCli(home, 'task:post', dir, open ?? '', '--status', 'ok', '--value-inline', '1', '--json');
    const told: string[] = [];
    const shown: string[] = [];
    for (const [i, [label, put]] of all.entries()) {
      const copy = `${dir}-${i}`;
      cpSync(dir, copy, { recursive: true });
      put(copy);
      const run = atOnce(new RunDirectory(copy, copy).read()) ?? expect.fail(label);
      const { next } = babysitterEngine.judge(run, Date.now() + 10 * minute, { activityWindow: minute });
      const plan = planRepair(await new RepairFolder().read(copy), Date.now());
      expect(plan.beyondRepair === undefined, `${label}: ${plan.beyondRepair}`).toBe(
        next.action !== 'run.repair',
      );
      const before = journalOf(copy).length;
      await callCli(home, 'run:iterate', copy, '--json').catch(() => {});
      const added = journalOf(copy).slice(before);
      const moved = added.some((file) => readJson(copy, `journal/${file}`).type === 'EFFECT_REQUESTED');
      told.push(`${label}: ${next.action}`);
      shown.push(`${label}: ${moved ? 'run.iterate' : 'run.repair'}`);
    }
    expect(told).toEqual(shown);
    expect(new Set(shown.map((each) => each.split(': run.').at(-1)))).toEqual(new Set(['iterate', 'repair']));
  });
});
