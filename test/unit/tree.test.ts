import { describe, expect, it } from 'vitest';
import { needNode, needsYou } from '../../src/core/attention/needsYou';
import { visible } from '../../src/core/format';
import { exactMoment } from '../../src/core/moments';
import type { Run } from '../../src/core/run/run';
import type { State } from '../../src/core/run/judgement';
import { asRunKey } from '../../src/core/run/runKey';
import {
  childNodes,
  describeNode,
  type OpenedRun,
  type RowContext,
} from '../../src/core/views/tree/buildTree';
import type { StoredRun } from '../../src/core/source/runStore';
import { gistOf, withGist } from '../../src/core/run/gist';
import { countEffects, type Row } from '../../src/core/views/tree/describe';
import { treeNode, type RunPart } from '../../src/core/views/tree/treeNode';
import { FakeAttention } from '../support/fakeAttention';
import { journal, minute, second, start, type JournalBuilder } from '../support/journalBuilder';
import { aRun, type RunParts } from '../support/runBuilder';
import { momentText } from '../support/momentText';
import { now, opened, stored, treeText } from '../support/treeText';

const context: RowContext = { now, iterating: false, alone: false, opened: undefined, childRuns: 0 };
const needsYouNodes = (all: readonly StoredRun[]): readonly RunPart[] =>
  needsYou(all, now, new FakeAttention(), { ready: true, failed: true, activityWindow: 0 }).needs.map(
    needNode,
  );
const runNode = (run: Run): RunPart => treeNode({ kind: 'run', runKey: run.key });

/** Everything below a row; without pages there is no row that brings more. */
const rowsBelow = (node: RunPart, open: OpenedRun): readonly RunPart[] =>
  childNodes(node, open).filter((below) => below.kind !== 'group' && below.kind !== 'more');

function rowOf(node: RunPart, run: Run, more: Partial<RowContext> = {}, at = now): Row {
  return describeNode(node, stored(run, at), { ...context, now: at, ...more }) ?? expect.fail('no such row');
}

const runRow = (parts: RunParts, more: Partial<RowContext> = {}, at = now): Row => {
  const run = aRun(parts);
  return rowOf(runNode(run), run, more, at);
};

const gate = {
  metadata: {
    payload: { title: 'Ship it?', question: '# Shall we?\nIt is Friday.', options: ['Ship', 'Wait'] },
  },
};

/** Two scored rounds, a third under way with a question, and a damaged file. */
function rounds(): { readonly story: JournalBuilder; readonly run: Run } {
  const story = journal().created();
  for (const n of [1, 2]) {
    story
      .requested(`work${n}`)
      .after(4 * minute)
      .resolved(`work${n}`);
    story
      .requested(`score${n}`, 'shell')
      .after(30 * second)
      .resolved(`score${n}`);
  }
  story.requested('work3').requested('gate', 'breakpoint');
  const run = aRun({
    journal: story,
    metadata: { prompt: 'Make it fast\nwithout making it wrong' },
    tasks: { gate },
    problems: [{ file: 'journal/000099.01ARZ3NDEKTSV4RRFFQ69G5FAV.json', what: 'is empty' }],
  });
  return { story, run };
}

const results = { score1: { score: 61 }, score2: { score: 74.256 } };

describe('the tree', () => {
  it('of a run: open questions first, iterations from the newest, then what is wrong', () => {
    const { run } = rounds();
    const open = opened(run, {
      results,
      tasks: { work1: { kind: 'agent', title: 'Speed it up' }, gate },
      problems: [{ file: 'tasks/score1/result.json', what: 'is missing' }],
    });
    expect(treeText([runNode(run)], stored(run), open)).toBe(`
bell-dot Make it fast | needs you · 4 done, 2 pending · 1 problem · 50m ago
  question Ship it? | Shall we? · 50m ago
  layers Iteration 3 | 2 pending
    circle-outline agent | agent · pending · for 50m
    question Ship it? | breakpoint · pending · for 50m
  star-full Iteration 2 | ★ best · score 74.26 · 2 done
    pass agent | agent · done · 4m 1s
    pass shell | shell · done · 31s
  layers Iteration 1 | score 61 · 2 done
    pass Speed it up | agent · done · 4m 1s
    pass shell | shell · done · 31s
  warning journal/000099.01AR…9G5FAV.json | is empty
  warning tasks/score1/result.json | is missing
`);
  });

  it('tells failed, cancelled, sleeping and odd tasks apart', () => {
    const run = aRun({
      journal: journal()
        .created()
        .requested('a', 'shell')
        .after(2 * second)
        .erred('a', 'Out of paper')
        .requested('b', 'orchestrator_task')
        .cancelled('b', 'Not needed')
        .requested('nap', 'sleep', { label: 'sleep:2026-03-02T06:00:00.000Z' })
        .requested('c', 'a\u202ekind'),
    });
    expect(treeText(rowsBelow(runNode(run), opened(run)), stored(run), opened(run))).toBe(`
layers Iteration 3 | 2 pending
  watch Sleep until ${momentText('2026-03-02 06:00')} | sleep · pending · for 59m
  circle-outline a⟨U+202E⟩kind | a⟨U+202E⟩kind · pending · for 59m
layers Iteration 2 | 1 cancelled
  circle-slash orchestrator_task | orchestrator task · cancelled · 1s
layers Iteration 1 | 1 failed
  error shell | shell · failed · 3s
`);
  });

  it('counts a rejected question as rejected, however it was posted, and everything once', () => {
    const run = aRun({
      journal: journal()
        .created()
        .requested('yes', 'breakpoint')
        .resolved('yes')
        .requested('no', 'breakpoint')
        .resolved('no')
        .requested('never', 'breakpoint')
        .erred('never', 'User chose: Stop')
        .done('a')
        .done('gate')
        .requested('b')
        .erred('b', 'Out of paper'),
    });
    const open = opened(run, {
      results: { yes: { approved: true }, no: { approved: false }, gate: { passed: false } },
    });
    expect(countEffects(run, open)).toBe('2 done, 1 did not pass, 2 rejected, 1 failed');
    expect(countEffects(withGist(run, gistOf(run, open.details)))).toBe(countEffects(run, open));
    expect(countEffects(run)).toBe('4 done, 2 failed');
  });

  it('says of a task that is done what its result says went wrong', () => {
    const run = aRun({
      journal: journal()
        .created()
        .done('build', 'shell')
        .done('review')
        .requested('ask', 'orchestrator_task')
        .erred('ask'),
    });
    const results = {
      build: { success: false, exitCode: 2 },
      review: { success: false },
      ask: { exitCode: 3 },
    };
    const open = opened(run, { results });
    const row = (effectId: string) =>
      rowOf(treeNode({ kind: 'task', runKey: run.key, effectId }), run, { opened: open });
    expect([row('build').description, row('build').icon.name]).toEqual([
      'shell · done · exit code 2 · 1s',
      'warning',
    ]);
    expect(row('build').spoken).toBe('shell, shell task, done, exit code 2, 1s');
    expect(row('review').description).toBe('agent · done · not successful · 1s');
    // An error says itself what is wrong.
    expect([row('ask').description, row('ask').icon.name]).toEqual([
      'orchestrator task · failed · 1s',
      'error',
    ]);
    expect(rowOf(runNode(run), run, { opened: open }).description).toMatch(
      /^\S.* · 2 did not pass, 1 failed · /,
    );
    // Until somebody looks into the run, only the journal tells.
    expect(rowOf(runNode(run), run).description).toMatch(/^\S.* · 2 done, 1 failed · /);
  });

  it.each([
    ['agent', 'agent task'],
    ['shell', 'shell task'],
    ['node', 'node task'],
    ['breakpoint', 'breakpoint'],
    ['sleep', 'sleep'],
    ['orchestrator_task', 'orchestrator task'],
    ['skill', 'skill task'],
    ['subprocess', 'subprocess'],
    ['unknown', 'unknown task'],
    ['code review', 'code review task'],
  ])('speaks of the kind %s as of a %s', (kind, spoken) => {
    const run = aRun({ journal: journal().created().done('a', kind, { label: 'Do it' }) });
    expect(rowOf(treeNode({ kind: 'task', runKey: run.key, effectId: 'a' }), run).spoken).toBe(
      `Do it, ${spoken}, ${kind === 'breakpoint' ? 'answered' : 'done'}, 1s`,
    );
  });

  it('marks the best iteration only where there is something to compare', () => {
    const { run } = rounds();
    const marked = (values: Record<string, unknown>, best: 'highest' | 'lowest' = 'highest') => {
      const open = opened(run, { results: values, metric: { key: undefined, best, lowerIsBetter: [] } });
      return rowsBelow(runNode(run), open).flatMap((node) =>
        node.kind === 'iteration' && rowOf(node, run, { opened: open }).description.includes('★')
          ? [node.n]
          : [],
      );
    };
    expect(marked({ score1: { score: 61 } })).toEqual([]);
    expect(marked(results)).toEqual([2]);
    expect(marked(results, 'lowest')).toEqual([1]);
    expect(marked({ score1: { score: 5 }, score2: { score: 5 } })).toEqual([1]);
  });

  it('of an untouched run is one row', () => {
    const run = aRun({ journal: journal().created() });
    expect(treeText([runNode(run)], stored(run), opened(run))).toBe(
      '\ncircle-large-outline demo/process | not started · 60m ago\n'.replace('60m', '1h'),
    );
  });

  it('has a gone row for what is no longer there, and nothing below a leaf', () => {
    const { run } = rounds();
    const open = opened(run);
    const at = { ...context, opened: open };
    for (const node of [
      treeNode({ kind: 'breakpoint', runKey: run.key, effectId: 'gone' }),
      treeNode({ kind: 'task', runKey: run.key, effectId: 'gone' }),
      treeNode({ kind: 'iteration', runKey: run.key, n: 77 }),
    ]) {
      expect(describeNode(node, stored(run), at)).toBeUndefined();
      expect(rowsBelow(node, open)).toEqual([]);
    }
    expect(
      describeNode(treeNode({ kind: 'iteration', runKey: run.key, n: 1 }), stored(run), context),
    ).toBeUndefined();
  });
});

describe('ids', () => {
  it('stay the same from reading to reading, and differ within a tree', () => {
    const ids = (): readonly string[] => {
      const { run } = rounds();
      const open = opened(run, { results });
      const below = (nodes: readonly RunPart[]): readonly string[] =>
        nodes.flatMap((node) => [node.id, ...below(rowsBelow(node, open))]);
      return below([runNode(run)]);
    };
    expect(ids()).toEqual(ids());
    expect(new Set(ids()).size).toBe(ids().length);
  });

  it('differ for what only looks alike', () => {
    const nodes = [
      treeNode({ kind: 'problem', runKey: asRunKey('/r'), file: 'a', what: 'b/c' }),
      treeNode({ kind: 'problem', runKey: asRunKey('/r'), file: 'a/b', what: 'c' }),
      treeNode({ kind: 'task', runKey: asRunKey('/r'), effectId: 'a' }),
      treeNode({ kind: 'breakpoint', runKey: asRunKey('/r'), effectId: 'a' }),
      treeNode({ kind: 'task', runKey: asRunKey('/r/a'), effectId: '' }),
      treeNode({ kind: 'run', runKey: asRunKey('/r') }),
    ];
    expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length);
  });

  it('survive half a surrogate pair, which JSON in a run may well hold', () => {
    const story = journal().created().requested('\ud800', 'breakpoint');
    const run = aRun({ journal: story, problems: [{ file: 'run.json', what: 'has a wrong "\udc00"' }] });
    const [needed] = needsYouNodes([stored(run)]);
    expect(needed && rowOf(needed, run).words).toContain('answer');
    expect(rowsBelow(runNode(run), opened(run)).map(({ kind }) => kind)).toEqual([
      'breakpoint',
      'iteration',
      'problem',
    ]);
  });

  it('do not come twice in one branch, though a problem may be found twice', () => {
    const problem = { file: 'tasks/a/task.json', what: 'is missing' };
    const run = aRun({ journal: journal().created().requested('a'), problems: [problem] });
    const nodes = rowsBelow(
      runNode(run),
      opened(run, { problems: [problem, { ...problem, what: 'is empty' }] }),
    );
    expect(nodes.map((node) => node.kind === 'problem' && node.what).filter(Boolean)).toEqual([
      'is missing',
      'is empty',
    ]);
  });
});

describe('a run that asks nobody', () => {
  it('lists each question that was skipped once, however often it was iterated', () => {
    const skip = (name: string) => ({
      logSeq: -1,
      label: 'breakpoint:skipped',
      message: `Breakpoint '${name}' auto-approved (non-interactive mode)`,
    });
    const run = aRun({
      journal: journal()
        .created()
        .add('PROCESS_LOG', skip('plan'))
        .add('PROCESS_LOG', { logSeq: 1, label: 'note', message: 'Hello' })
        .done('work')
        .add('PROCESS_LOG', skip('plan'))
        .add('PROCESS_LOG', skip("it's \u202efinal"))
        .completed(),
    });
    const rows = treeText([runNode(run)], stored(run), opened(run, {}));
    expect(rows.split('\n').filter((row) => row.includes('skipped'))).toEqual([
      '  debug-step-over plan | skipped: non-interactive',
      "  debug-step-over it's ⟨U+202E⟩final | skipped: non-interactive",
    ]);
  });
});

describe('Needs You', () => {
  it('says of a run that stands alone what is the matter with it, first of all', () => {
    const ready = aRun({
      journal: journal().created().done('gate', 'breakpoint'),
      metadata: { prompt: 'Make it fast' },
    });
    const at = start + 5 * minute;
    expect(rowOf(runNode(ready), ready, { alone: true }, at)).toMatchObject({
      label: 'Make it fast',
      description: 'ready to continue · 4m ago',
      icon: { name: 'debug-continue' },
      words: ['run', 'resume'],
      spoken: 'Ready to continue: Make it fast. Everything is answered; iterate to go on, last event 4m ago',
      expandable: false,
    });
    const failed = aRun({ journal: journal().created().failed('Rate limit') });
    expect(rowOf(runNode(failed), failed, { alone: true }, at)).toMatchObject({
      label: 'demo/process',
      description: 'failed · Rate limit · 4m ago',
      spoken: 'Failed: demo/process. Rate limit, last event 4m ago',
      words: ['run', 'resume', 'unseen'],
    });
    const damaged = aRun({
      journal: journal().created().requested('gate', 'breakpoint'),
      problems: [{ file: 'journal/000003.json', what: 'is cut off', stops: 'iterate' }],
    });
    expect(rowOf(runNode(damaged), damaged, { alone: true }, at)).toMatchObject({
      description: 'damaged · journal/000003.json is cut off · 4m ago',
      icon: { name: 'warning' },
      words: ['run', 'repair', 'unseen'],
      spoken: 'Damaged: demo/process. journal/000003.json is cut off, last event 4m ago',
    });
    // In the list of all runs, too, its next step stands at the end of its row.
    expect(rowOf(runNode(damaged), damaged, {}, at).words).toEqual(['run', 'repair']);
  });

  it('says until when a question is put off, where it is still listed', () => {
    const run = aRun({ journal: journal().created().requested('gate', 'breakpoint'), tasks: { gate } });
    const node = treeNode({ kind: 'breakpoint', runKey: run.key, effectId: 'gate' });
    const row = rowOf(node, run, { snoozed: 'tomorrow, 09:00' }, start + 5 * minute);
    expect(row).toMatchObject({
      description: 'snoozed until tomorrow, 09:00 · Shall we? · 4m ago',
      icon: { name: 'bell-slash' },
      spoken: 'Breakpoint Ship it?: Shall we?, in demo/process, asked 4m ago, snoozed until tomorrow, 09:00',
    });
  });

  it('names the run in a row that stands alone', () => {
    const { run } = rounds();
    const node = treeNode({ kind: 'breakpoint', runKey: run.key, effectId: 'gate' });
    expect(rowOf(node, run).description).toBe('Shall we? · 50m ago');
    expect(rowOf(node, run, { alone: true }).description).toBe('Make it fast · 50m ago');
  });

  it('says it once when the title is the question', () => {
    const payload = { question: 'Shall we?' };
    const run = aRun({
      journal: journal().created().requested('q', 'breakpoint'),
      tasks: { q: { metadata: { payload } } },
    });
    const row = rowOf(treeNode({ kind: 'breakpoint', runKey: run.key, effectId: 'q' }), run);
    expect([row.label, row.description]).toEqual(['Shall we?', '59m ago']);
    expect(row.spoken).toBe('Breakpoint Shall we?, in demo/process, asked 59m ago');
  });
});

describe('a run’s row', () => {
  const at = start + 30 * minute;
  const nap = { nap: { kind: 'sleep', sleep: { targetEpochMs: start + 90 * minute } } };
  const states: readonly [State, string, RunParts, string, number?][] = [
    ['unreadable', 'unreadable · 30m ago', { metadata: null }, 'warning'],
    [
      'completed',
      'completed · 1 done · 29m ago',
      { journal: journal().created().done('a').completed() },
      'pass',
    ],
    ['failed', 'failed · 29m ago', { journal: journal().created().failed() }, 'error'],
    ['halted', 'halted · 29m ago', { journal: journal().created().halted() }, 'circle-slash'],
    [
      'needs-you',
      'needs you · 1 pending · 29m ago',
      { journal: journal().created().requested('q', 'breakpoint') },
      'bell-dot',
    ],
    [
      'working',
      'working · 1 pending · 29m ago',
      { journal: journal().created().requested('a'), lock: {} },
      'sync',
    ],
    [
      'working',
      'probably working · 1 pending · 59s ago',
      { journal: journal().created().requested('a') },
      'sync',
      start + minute,
    ],
    [
      'sleeping',
      'sleeping · 1 pending · 29m ago',
      { journal: journal().created().requested('nap', 'sleep'), tasks: nap },
      'watch',
    ],
    [
      'ready',
      'ready to continue · 1 done · 29m ago',
      { journal: journal().created().done('a') },
      'debug-continue',
    ],
    [
      'waiting',
      'waiting for an agent · 1 pending · 29m ago',
      { journal: journal().created().requested('a') },
      'hubot',
    ],
    ['created', 'not started · 30m ago', { journal: journal().created() }, 'circle-large-outline'],
  ];

  it.each(states)('%s: %s', (state, description, parts, icon, time = at) => {
    expect(stored(aRun(parts), time).state.state).toBe(state);
    const row = runRow(parts, {}, time);
    expect([row.description, row.icon.name]).toEqual([description, icon]);
  });

  it('has an icon of its own for every state, so that colour is never the only sign', () => {
    const icons = new Map(states.map(([state, , , icon]) => [state, icon]));
    expect(new Set(icons.values()).size).toBe(icons.size);
    expect(icons.size).toBe(10);
  });

  it('shows that this window iterates it, and offers to stop', () => {
    const row = runRow({ journal: journal().created().done('a') }, { iterating: true });
    expect([row.icon.name, row.description, row.words]).toEqual([
      'sync~spin',
      'iterating · 1 done · 59m ago',
      ['run', 'stop'],
    ]);
  });

  it('is titled by the prompt, else the process, else the id, shortened', () => {
    const prompt = '## Raise the relevance of the *product search* to at least 95 without making it slower';
    expect(runRow({ metadata: { prompt } }).label).toMatch(/^Raise the relevance of.*…$/);
    expect(runRow({ metadata: { prompt } }).label.length).toBeLessThan(40);
    expect(runRow({ metadata: { prompt: ' \n' } }).label).toBe('demo/process');
    expect(runRow({ metadata: { processId: undefined } }).label).toBe('run');
  });

  it('is spoken as one sentence', () => {
    const { run } = rounds();
    expect(rowOf(runNode(run), run).spoken).toBe(
      'Make it fast, needs you. Needs your answer: Ship it?. 4 done, 2 pending, 1 problem, last event 50m ago',
    );
    expect(runRow({ journal: journal().created() }).spoken).toBe(
      'demo/process, not started. Not started; iterate to begin. last event 1h ago',
    );
  });

  it('has a tooltip with everything whole, and no more than five problems', () => {
    const prompt = `Word ${'and word '.repeat(100)}`;
    const problems = Array.from({ length: 9 }, (_, i) => ({ file: `file-${i}`, what: 'is empty' }));
    const { tooltip } = runRow({ journal: journal().created().done('a'), metadata: { prompt }, problems });
    expect(tooltip.map(([name]) => name)).toEqual([
      ...['', 'Prompt', 'Process', 'Run', 'Parent run', 'Folder', 'Tasks', 'Last event'],
      ...Array.from({ length: 5 }, () => 'Problem'),
    ]);
    const texts = Object.fromEntries(tooltip);
    expect(texts['Prompt']?.length).toBeLessThanOrEqual(500);
    expect(texts['Prompt']?.length).toBeGreaterThan(400);
    expect(texts['Folder']).toBe('/project/.a5c/runs/run');
    expect(texts['Last event']).toBe(`${exactMoment(start + 2 * second)}, 3 events`);
  });
});

describe('context words', () => {
  const words = (node: RunPart, run: Run) => rowOf(node, run, { opened: opened(run) }).words;

  it('say what may be done with a row', () => {
    const { run } = rounds();
    expect(words(runNode(run), run)).toEqual(['run', 'resume']);
    const final = aRun({ journal: journal().created().completed() });
    expect(words(runNode(final), final)).toEqual(['run']);
    expect(words(treeNode({ kind: 'breakpoint', runKey: run.key, effectId: 'gate' }), run)).toEqual([
      'breakpoint',
      'answer',
    ]);
    expect(words(treeNode({ kind: 'task', runKey: run.key, effectId: 'work1' }), run)).toEqual(['task']);
    expect(words(treeNode({ kind: 'iteration', runKey: run.key, n: 1 }), run)).toEqual(['iteration']);
    const ended = aRun({ journal: journal().created().requested('q', 'breakpoint').failed() });
    expect(words(treeNode({ kind: 'breakpoint', runKey: run.key, effectId: 'q' }), ended)).toEqual([
      'breakpoint',
    ]);
  });
});

describe('deceptive text', () => {
  const evil = 'a\u202eb\u200bc\u0007d\u{e0041}e';
  const safe = 'a⟨U+202E⟩b⟨U+200B⟩c⟨U+0007⟩d⟨U+E0041⟩e';

  it('is spelled out in every text of every row', () => {
    const story = journal()
      .created()
      .requested('q', 'breakpoint', { label: evil })
      .requested('t', evil, { label: evil, taskId: evil })
      .erred('t', evil);
    const run = {
      ...aRun({
        journal: story,
        metadata: { prompt: evil, processId: evil },
        tasks: { q: { metadata: { payload: { title: evil, question: evil, options: [evil] } } } },
        problems: [{ file: evil, what: evil }],
      }),
      runId: evil,
    };
    const open = opened(run, { tasks: { t: { kind: 'agent', title: evil } } });
    const all = (nodes: readonly RunPart[]): readonly RunPart[] =>
      nodes.flatMap((node) => [node, ...all(rowsBelow(node, open))]);
    const rows = [...all([runNode(run)]), ...needsYouNodes([stored(run)])].map((node) => ({
      kind: node.kind,
      ...rowOf(node, run, { opened: open, alone: true }),
    }));
    expect(new Set(rows.map(({ kind }) => kind))).toEqual(
      new Set(['run', 'breakpoint', 'iteration', 'task', 'problem']),
    );
    for (const { label, description, spoken, tooltip } of rows) {
      for (const text of [label, description, spoken, ...tooltip.flat()]) expect(visible(text)).toBe(text);
    }
    for (const kind of ['run', 'breakpoint', 'task', 'problem']) {
      expect(rows.find((row) => row.kind === kind)?.spoken, kind).toContain(safe);
    }
  });
});
