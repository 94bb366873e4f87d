import { expect, it } from 'vitest';
import { needsYou } from '../../src/core/attention/needsYou';
import { iterationTitle } from '../../src/core/run/iterations';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import { defaultMetricChoice } from '../../src/core/run/metrics';
import type { RecordedIteration, RecordedIterations } from '../../src/core/run/recordedIterations';
import type { Run } from '../../src/core/run/run';
import { toRunEntry } from '../../src/core/run/runEntry';
import type { RunEngine } from '../../src/core/engine/runEngine';
import type { StoredRun } from '../../src/core/source/runStore';
import { childNodes, describeNode, openRun } from '../../src/core/views/tree/buildTree';
import { describeRun, stateIcons, stateWord } from '../../src/core/views/tree/describe';
import { matches, noFilter } from '../../src/core/views/tree/runFilter';
import { groupKey, stateOrder } from '../../src/core/views/tree/runGroups';
import { classify } from '../../src/engines/babysitter/core/judge';
import { FakeAttention } from '../support/fakeAttention';
import { journal } from '../support/journalBuilder';
import { aRun } from '../support/runBuilder';
import { now } from '../support/treeText';

// What an engine tells of its runs in its own words: iterations, rows and states.

const round = (number: number | undefined, more: Partial<RecordedIteration> = {}): RecordedIteration => ({
  ...{ number, phase: undefined, title: undefined, note: undefined, section: undefined },
  ...{ delegated: false, effects: [], metrics: {}, about: [], ...more },
});
const run = aRun({ journal: journal().created().done('a').done('b').requested('c') });
const opened = (recorded: RecordedIterations, choice = {}) => {
  const details = { tasks: new Map(), results: new Map(), problems: [], warnings: [], recorded };
  return openRun(run, details, { ...defaultMetricChoice, ...choice });
};
const scored: RecordedIterations = {
  list: [
    round(1, { metrics: { coverage: 0.4, f1: 0.9 }, effects: ['a'] }),
    round(3, { metrics: { coverage: 1, f1: 0.2 }, note: 'coverage 100 %', effects: ['b', 'c', 'gone'] }),
  ],
  best: 0,
  metricKey: 'coverage',
};

it('keeps the numbers of recorded iterations, gaps included, and tells repeated ones apart', () => {
  const numbers = (...own: (number | undefined)[]): readonly number[] =>
    opened({ list: own.map((n) => round(n)), best: undefined, metricKey: undefined }).iterations.list.map(
      ({ n }) => n,
    );
  expect(numbers(1, 3)).toEqual([1, 3]);
  expect(numbers(1, 2, 3, 4, 3)).toEqual([1, 2, 3, 4, 5]);
  expect(numbers(undefined, undefined)).toEqual([1, 2]);
  expect(numbers()).toEqual([]);
});

it('believes the engine which one is the best, by its own metric only', () => {
  const { list, metric } = opened(scored).iterations;
  expect(metric).toMatchObject({ key: 'coverage', best: 1 });
  expect(list.map(({ best, metric: value, requested }) => [best, value, requested])).toEqual([
    [true, 0.4, 1],
    [false, 1, 2],
  ]);
  expect(opened({ ...scored, best: undefined }).iterations.metric).toMatchObject({ best: undefined });
  expect(opened(scored, { key: 'f1' }).iterations.metric).toMatchObject({ key: 'f1', best: 1 });
});

const judged = (more: object, of: Run = run): StoredRun => {
  const judgement = classify(run, now, { activityWindow: defaultActivityWindow });
  const state = {
    ...judgement,
    reason: judgement.reason,
    next: judgement.next,
    guessed: false,
    whyNot: () => 'No.',
    ...more,
  };
  const engine: RunEngine = {
    ...{ id: 'other', name: 'Other', can: new Set(), judge: () => state, facts: () => [] },
  };
  return { run: { ...of, engine: 'other' }, state, engine };
};

it('prints the own numbers of its own iterations', () => {
  const list = [round(1), round(2, { delegated: true, title: 'step 2' }), round(3), round(3)];
  const { details } = opened({ list, best: undefined, metricKey: undefined });
  const { engine } = judged({});
  const options = { activityWindow: defaultActivityWindow, engine, metric: defaultMetricChoice };
  const entry = toRunEntry(run, details, now, options);
  expect(entry.iterations.map(({ n, number }) => [n, number])).toEqual([
    [1, undefined],
    [3, undefined],
    [3, undefined],
  ]);
});

it('shows several sections as rows, the newest first, with the iterations below', () => {
  const list = [
    round(1, { section: 'planner · step 1', title: 'step 1 (a)' }),
    round(2, { section: 'writer · steps 2–3', title: 'step 2 (b)', delegated: true }),
    round(3, { section: 'writer · steps 2–3', title: 'step 3 (c)', delegated: true }),
  ];
  const stored = judged({});
  const shown = opened({ list, best: undefined, metricKey: undefined });
  const context = { now, iterating: false, alone: false, opened: shown, childRuns: 0 };
  const rows = (of: Parameters<typeof childNodes>[0]): readonly string[] =>
    childNodes(of, shown).flatMap((node) =>
      node.kind === 'group' || node.kind === 'more'
        ? []
        : [describeNode(node, stored, context)?.label ?? 'nothing', ...rows(node).map((row) => `  ${row}`)],
    );
  expect(rows({ kind: 'run', id: 'x', runKey: run.key })).toEqual([
    'writer · steps 2–3',
    '  Step 3 (c)',
    '  Step 2 (b)',
    'planner · step 1',
    '  Step 1 (a)',
  ]);
  expect(iterationTitle({ n: 1, title: 'a\u202eb' })).toBe('a⟨U+202E⟩b');
  const one = opened({ list: list.slice(1), best: undefined, metricKey: undefined });
  expect(childNodes({ kind: 'run', id: 'x', runKey: run.key }, one).map(({ kind }) => kind)).toEqual([
    'iteration',
    'iteration',
  ]);
});

it('lets an engine say what a row and a state are called', () => {
  const row = { label: 'planner - 3 steps (a\u202eb) and so on, long as it is', notes: ['470 tokens'] };
  const paused = judged({ state: 'stopped', word: 'paused' }, { ...run, row });
  expect(describeRun(paused, now, false)).toMatchObject({
    label: 'planner - 3 steps (a⟨U+202E⟩b) and so on, long as it is',
    description: expect.stringMatching(/^paused · 470 tokens · /) as string,
    icon: stateIcons.stopped,
  });
  expect(stateWord(judged({ state: 'stopped' }))).toBe('stopped');
  expect(stateWord(judged({ state: 'partial' }))).toBe('partly failed');
});

it('counts, filters and groups the further states, and engines', () => {
  const partial = judged({ state: 'partial' });
  expect(stateOrder.indexOf('partial')).toBe(stateOrder.indexOf('failed') + 1);
  expect(stateOrder).toContain('stopped');
  expect(matches({ ...noFilter, states: ['partial'] }, partial, now)).toBe(true);
  expect(matches({ ...noFilter, states: ['failed'] }, partial, now)).toBe(false);
  expect(matches({ ...noFilter, engines: ['other'] }, partial, now)).toBe(true);
  expect(matches({ ...noFilter, engines: ['babysitter'] }, partial, now)).toBe(false);
  expect(groupKey('engine', partial)).toBe('Other');
});

it('needs the person once for what failed in part', () => {
  const end = {
    ...{ type: 'partial_failure', at: now - 1000, toldAt: undefined, error: undefined },
    outcome: 'failed' as const,
    ...{ failedTask: undefined, reason: undefined, sealed: false },
  };
  const partial = judged({ state: 'partial' }, { ...run, story: { ...run.story, end } });
  const known = new FakeAttention();
  const options = { ready: true, failed: true, activityWindow: defaultActivityWindow };
  expect(needsYou([partial], now, known, options).needs.map(({ kind }) => kind)).toEqual(['failed']);
  known.setSeenTrouble(run.key, now - 1000);
  expect(needsYou([partial], now, known, options).needs).toEqual([]);
});
