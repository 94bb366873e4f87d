import { basename } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { needsYou } from '../../src/core/attention/needsYou';
import { systemClock } from '../../src/core/clock';
import { comparing } from '../../src/core/views/compare/compareRuns';
import type { Side } from '../../src/core/views/compare/comparison';
import { engineActions, enginesOf } from '../../src/core/engine/runEngine';
import { Repairer } from '../../src/engines/babysitter/core/repair/repairer';
import { TaskPoster } from '../../src/engines/babysitter/core/taskRun/taskPoster';
import { RunActivity } from '../../src/core/engine/runActivity';
import { RunDriver } from '../../src/engines/babysitter/core/drive/runDriver';
import { whyNot } from '../../src/core/engine/whyNot';
import { toRunView } from '../../src/core/views/page/runView';
import { cleaner } from '../../src/core/views/report/cleanText';
import { reportFormats, writeReport } from '../../src/core/views/report/formats';
import { toReport } from '../../src/core/views/report/toReport';
import { babysitterEngine } from '../../src/engines/babysitter/core/babysitterEngine';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import { defaultMetricChoice as metric } from '../../src/core/run/metrics';
import { toRunEntry } from '../../src/core/run/runEntry';
import { asRunKey, keyText } from '../../src/core/run/runKey';
import { atOnce } from '../../src/core/sliced';
import { RunStore } from '../../src/core/source/runStore';
import { RunTable } from '../../src/core/views/table/runTable';
import { childNodes, describeNode, openRun, runNodes } from '../../src/core/views/tree/buildTree';
import { contextValue } from '../../src/core/views/tree/contextValue';
import { noFilter } from '../../src/core/views/tree/runFilter';
import { listRuns } from '../../src/core/views/tree/runList';
import { searchEntry, searchRuns } from '../../src/core/views/tree/runSearch';
import { FakeAttention } from '../support/fakeAttention';
import { FakeSource } from '../support/fakeSource';
import { journal, start } from '../support/journalBuilder';
import { aRun } from '../support/runBuilder';
import { temporaryFolder } from '../support/runFolder';
import { now } from '../support/treeText';
import { jsonEngine } from './jsonEngine/jsonEngine';
import { writeJsonRun } from './jsonEngine/jsonRunFolder';
import { JsonSource } from './jsonEngine/jsonSource';

// A second engine shows up everywhere, and no view had to learn of it.

const options = { activityWindow: defaultActivityWindow };
const babysitterRun = aRun({ journal: journal().created().done('plan') });

/** Both engines in one store; the JSON run that asks has the id of Babysitter's run. */
async function both() {
  const folder = temporaryFolder();
  const asking = writeJsonRun(folder, babysitterRun.runId, {
    title: 'Tidy the notes',
    events: [
      { type: 'asked', at: start, effectId: 'plan', title: 'Plan it' },
      { type: 'answered', at: start + 1000, effectId: 'plan', value: { score: 3 } },
      { type: 'asked', at: start + 2000, effectId: 'q', kind: 'breakpoint', title: 'Ship it?' },
    ],
  });
  const failed = writeJsonRun(folder, 'failed', {
    title: 'Went wrong',
    state: 'failed',
    events: [{ type: 'asked', at: start, effectId: 'plan' }],
  });
  const store = new RunStore(systemClock, enginesOf(babysitterEngine, jsonEngine), options);
  onTestFinished(() => store.dispose());
  const source = new JsonSource(folder);
  store.add(source);
  const fake = new FakeSource();
  fake.atOnce = [babysitterRun];
  store.add(fake);
  const side = async (dir: string): Promise<Side> => {
    const stored = store.get(asRunKey(dir)) ?? expect.fail('It is not in the store.');
    const details = (await store.readDetails(asRunKey(dir), ['score'])) ?? expect.fail('It has no details.');
    const opened = openRun(stored.run, details, metric);
    return { stored, opened, iteration: undefined, inputs: undefined, output: undefined };
  };
  return { store, asking, failed, json: await side(asking), sitter: await side(babysitterRun.dir) };
}

it('stands in lists, searches and the table, beside a run of the same id', async () => {
  const { store, asking, json } = await both();
  expect(store.all).toHaveLength(3);
  const list = listRuns(store.all, { filter: { ...noFilter, processes: ['notes'] }, grouping: 'state' }, now);
  expect([...list.groups.keys()]).toEqual(['needs-you', 'failed']);
  expect(runNodes(list, 'state')).toHaveLength(2);
  const entries = [searchEntry(json.stored, ['Plan it'])];
  expect(searchRuns(entries, 'tidy plan', 5).found).toHaveLength(1);
  const table = new RunTable(() => now);
  atOnce(table.settle(store.all));
  const row = table.rows(0, 9).find(({ key }) => key === asking);
  expect(row).toMatchObject({ title: 'Tidy the notes', state: 'needs you', canDiagnose: false });
});

it('has rows that offer nothing', async () => {
  const { json } = await both();
  const { stored, opened } = json;
  const context = { now, iterating: false, alone: false, opened, childRuns: 0 };
  const root = { kind: 'run', id: 'x', runKey: stored.run.key } as const;
  const nodes = [root, ...childNodes(root, opened)].flatMap((node) =>
    node.kind === 'group' || node.kind === 'more' ? [] : [node],
  );
  const rows = nodes.map((node) => describeNode(node, stored, context) ?? expect.fail('It has no row.'));
  expect(rows.map(({ label }) => label)).toEqual(['Tidy the notes', 'Ship it?', 'Iteration 1']);
  expect(rows.map((row) => contextValue(row, stored.engine))).toEqual(['run', 'breakpoint', 'iteration']);
});

it('has a page and a command line entry that offer nothing', async () => {
  const { json } = await both();
  const { stored, opened } = json;
  const view = toRunView(stored, opened, now, { iterating: false, trusted: true });
  expect(view).toMatchObject({ title: 'Tidy the notes', can: [], verdict: { state: 'Needs you' } });
  expect(JSON.stringify(view)).not.toContain('Babysitter');
  for (const action of engineActions) {
    expect(whyNot(action, stored)).toMatch(/ is not something JSON Notes can do\.$/);
  }
  const entry = toRunEntry(stored.run, opened.details, now, { ...options, engine: stored.engine, metric });
  expect(entry).toMatchObject({ title: 'Tidy the notes', actions: [] });
});

it('can be reported on, and compared with a run of Babysitter', async () => {
  const { json, sitter } = await both();
  const sources = { runJson: undefined, inputs: undefined, home: '/home/dana', findFile: () => undefined };
  const report = toReport(json.opened, sources, {
    ...{ now, engine: jsonEngine, classify: options, metric, iteration: undefined },
  });
  for (const format of reportFormats) expect(writeReport(report, format)).toContain('Plan it');
  const comparison = atOnce(comparing(json, sitter, { now, metric, clean: cleaner([], []) }));
  expect(comparison.sides.map(({ title }) => title)).toEqual(['Tidy the notes', 'demo/process']);
});

it('needs the person as any run does', async () => {
  const { store } = await both();
  const wanted = { ready: false, failed: true, activityWindow: defaultActivityWindow };
  const { needs } = needsYou(store.all, now, new FakeAttention(), wanted);
  expect(needs.map(({ kind, stored }) => `${kind} ${basename(keyText(stored.run.key))}`)).toEqual([
    'breakpoint run.json',
    'failed failed.json',
  ]);
});

it('is never given to the command line of Babysitter', async () => {
  const { store, asking } = await both();
  const called = (): never => expect.fail('Babysitter was called.');
  const engine = { call: called };
  const responder = { respondedBy: called, product: 'test' };
  const driver = new RunDriver(store, engine, systemClock, responder, new RunActivity());
  const answer = await driver.answer(asRunKey(asking), 'q', { kind: 'approve', text: '' }, 'page');
  expect(answer).toMatchObject({ recorded: false });
  expect(await driver.recover(asRunKey(asking))).toBe('Resume Run is not something JSON Notes can do.');
  const none = new AbortController().signal;
  const iterated = await driver.iterate(asRunKey(asking), 1, none, () => {});
  expect(iterated).toMatchObject({ reason: 'refused', iterates: 0 });
  expect(iterated.sentence).toMatch(/is not something JSON Notes can do\.$/);
  const poster = new TaskPoster({ store, engine, clock: systemClock, responder });
  const posted = await poster.post(asRunKey(asking), 'plan', { status: 'ok', value: 1 }, 'row');
  expect(posted).toMatchObject({ recorded: false });
  const repairer = new Repairer(store, engine, { read: called, moveAside: called }, systemClock);
  await expect(repairer.plan(asRunKey(asking))).rejects.toThrow('is not something JSON Notes can do');
});
