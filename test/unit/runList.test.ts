import { describe, expect, it } from 'vitest';
import { isOpen, matches, noFilter, parseFilter } from '../../src/core/views/tree/runFilter';
import {
  childNodes,
  describeNode,
  groupNodes,
  runNodes,
  type Paging,
} from '../../src/core/views/tree/buildTree';
import { describeFilter, describeGroup, describeMore } from '../../src/core/views/tree/describeList';
import {
  compareKeys,
  dayBefore,
  dayOf,
  groupKey,
  stateOrder,
  type Grouping,
} from '../../src/core/views/tree/runGroups';
import { listRuns, moves } from '../../src/core/views/tree/runList';
import type { TreeNode } from '../../src/core/views/tree/treeNode';
import type { StoredRun } from '../../src/core/source/runStore';
import { journal, minute, start, type JournalBuilder } from '../support/journalBuilder';
import { aRun, lyingIn } from '../support/runBuilder';
import { now, opened, stored } from '../support/treeText';
import { asRunKey } from '../../src/core/run/runKey';

interface Parts {
  readonly journal?: JournalBuilder;
  readonly process?: string;
  readonly parent?: string;
  readonly updatedAt?: number;
  readonly runs?: string;
}

function run(
  runId: string,
  { journal: story, process, parent, updatedAt, runs = '/runs' }: Parts = {},
): StoredRun {
  const made = aRun({
    ...(story ? { journal: story } : {}),
    metadata: {
      prompt: runId,
      ...(process === undefined ? {} : { processId: process }),
      ...(parent === undefined ? {} : { nested: { parentRunId: parent } }),
    },
  });
  return stored({ ...made, runId, ...lyingIn(`${runs}/${runId}`), updatedAt: updatedAt ?? made.updatedAt });
}

const asks = (): JournalBuilder => journal().created().requested('q', 'breakpoint');
const fails = (): JournalBuilder => journal().created().failed();
const completes = (): JournalBuilder => journal().created().completed();

interface Options {
  readonly filter?: Parameters<typeof listRuns>[1]['filter'];
  readonly grouping?: Grouping;
  readonly paging?: Paging;
}

/** The Runs view, every group and run open, one row a line. */
function viewText(
  all: readonly StoredRun[],
  { filter = noFilter, grouping = 'none', paging }: Options = {},
): string {
  const list = listRuns(all, { filter, grouping }, now);
  const days = { today: dayOf(now), yesterday: dayBefore(dayOf(now)), format: (day: string) => day };
  const lines = (nodes: readonly TreeNode[], indent: string): readonly string[] =>
    nodes.flatMap((node) => {
      if (node.kind === 'more') return [`${indent}${describeMore(node.left, 2).label}`];
      if (node.kind === 'group') {
        const group = list.groups.get(node.key) ?? expect.fail('no such group');
        const { label, description } = describeGroup(node, group, days);
        return [
          `${indent}${label} | ${description}`,
          ...lines(groupNodes(node, list, paging), `${indent}  `),
        ];
      }
      const found = all.find((each) => each.run.key === node.runKey) ?? expect.fail('no such run');
      const context = { now, iterating: false, alone: false, opened: undefined, childRuns: 0 };
      const line = `${indent}${describeNode(node, found, context)?.label}`;
      const children = list.children.get(node.runKey);
      const below = childNodes(node, opened(found.run), children, paging);
      const shown = below.filter(({ kind }) => kind === 'run' || kind === 'more');
      return [line, ...lines(shown, `${indent}  `)];
    });
  return `\n${lines(runNodes(list, grouping, paging), '').join('\n')}\n`;
}

/** Two rows of each list; more of those named by the label of the row above. */
const twoEach: Paging = { limit: () => 2, pinned: new Set() };

describe('groups', () => {
  const all = [
    run('one', { journal: completes(), process: 'b/process' }),
    run('two', { journal: asks(), process: 'a/process' }),
    run('three', { journal: completes(), process: 'B/other', updatedAt: now - 24 * 60 * minute }),
    run('four', { journal: fails(), process: '', updatedAt: now - 72 * 60 * minute }),
    run('five', { journal: journal().created().done('a'), process: 'a/process' }),
  ];

  it('by state begin with what needs a person and end with what is completed', () => {
    expect(viewText(all, { grouping: 'state' })).toBe(`
Needs you | 1
  two
Ready to continue | 1
  five
Failed | 1
  four
Completed | 2
  one
  three
`);
  });

  it('by process are in the order of names, and say who needs a person', () => {
    expect(viewText(all, { grouping: 'process' })).toBe(`
a/process | 2 · 1 needs you
  two
  five
B/other | 1
  three
b/process | 1
  one
No process | 1
  four
`);
  });

  it('by day are those of the last event, from today on', () => {
    expect(viewText(all, { grouping: 'day' })).toBe(`
Today | 3 · 1 needs you
  one
  two
  five
Yesterday | 1
  three
${dayOf(now - 72 * 60 * minute)} | 1
  four
`);
  });

  it('know every state and put them into one order', () => {
    expect([...stateOrder].toSorted((a, b) => compareKeys('state', b, a)).toReversed()).toEqual(stateOrder);
    expect(groupKey('none', all[0] as StoredRun)).toBe('');
  });

  it('keep their ids when their runs change', () => {
    const ids = (runs: readonly StoredRun[]) =>
      runNodes(listRuns(runs, { filter: noFilter, grouping: 'state' }, now), 'state').map(({ id }) => id);
    expect(ids(all).slice(1)).toEqual(ids(all.filter((each) => each.run.runId !== 'two')));
    expect(new Set(ids(all)).size).toBe(4);
  });

  it('begin a day at midnight, in the time zone of the person', () => {
    const midnight = new Date(2026, 9, 25).getTime();
    const days = [midnight - 1, midnight, midnight + 23 * 60 * minute, midnight - 1].map(dayOf);
    expect(days).toEqual(['2026-10-24', '2026-10-25', '2026-10-25', '2026-10-24']);
  });

  it('follow a day back over the end of daylight saving time and of a year', () => {
    expect([dayBefore('2026-01-01'), dayBefore('2026-10-26'), dayBefore('2026-03-30')]).toEqual([
      '2025-12-31',
      '2026-10-25',
      '2026-03-29',
    ]);
  });
});

describe('a filter', () => {
  const day = 24 * 60 * minute;
  const all = [
    run('one', { journal: asks() }),
    run('two', { journal: fails(), process: 'b' }),
    run('three', { journal: fails(), updatedAt: now - 3 * day }),
  ];
  const shown = (filter: Partial<typeof noFilter>) =>
    all.filter((each) => matches({ ...noFilter, ...filter }, each, now)).map((each) => each.run.runId);

  it('lets through what fits every part', () => {
    expect(shown({})).toEqual(['one', 'two', 'three']);
    expect(shown({ states: ['failed'] })).toEqual(['two', 'three']);
    expect(shown({ states: ['failed', 'needs-you'], age: 'day' })).toEqual(['one', 'two']);
    expect(shown({ age: 'week' })).toEqual(['one', 'two', 'three']);
    expect(shown({ states: ['failed'], processes: ['b'] })).toEqual(['two']);
    expect(shown({ states: ['completed'] })).toEqual([]);
  });

  it('is told in the words of the rows', () => {
    expect(
      describeFilter({
        ...noFilter,
        archived: true,
        tags: ['nightly'],
        projects: ['/home/ann/app'],
        states: ['needs-you', 'failed'],
        engines: ['perstack'],
        processes: ['b', ''],
        age: 'week',
      }),
    ).toBe('archived, #nightly, needs you, failed, Perstack, app, b, No process, last week');
    expect(describeFilter(noFilter)).toBe('');
    expect(describeFilter({ ...noFilter, processes: ['a\u202eb'] })).toBe('a⟨U+202E⟩b');
  });

  it('that was kept is read again, and whatever else was kept filters nothing', () => {
    const filter = {
      ...noFilter,
      ...{ states: ['failed' as const], engines: ['json'], processes: ['a'], age: 'day' as const },
      ...{ archived: true, pinned: true, tags: ['t'], projects: ['/p'] },
    };
    expect(parseFilter(JSON.parse(JSON.stringify(filter)))).toEqual(filter);
    expect(parseFilter({ states: ['failed'], processes: [] })).toEqual({ ...noFilter, states: ['failed'] });
    for (const junk of [undefined, null, 7, 'failed', {}, { ...filter, states: ['asleep'] }]) {
      expect(isOpen(parseFilter(junk))).toBe(true);
    }
    expect(isOpen(filter)).toBe(false);
  });
});

describe('child runs', () => {
  const family = [
    run('parent', { journal: completes() }),
    run('child', { journal: asks(), parent: 'parent' }),
    run('grandchild', { journal: completes(), parent: 'child' }),
    run('sibling', { journal: completes(), parent: 'parent' }),
    run('orphan', { parent: 'elsewhere' }),
  ];

  it('hang below their parents', () => {
    expect(viewText(family)).toBe(`
parent
  child
    grandchild
  sibling
orphan
`);
  });

  it('stand at the top when their parent is filtered out', () => {
    expect(viewText(family, { filter: { ...noFilter, states: ['needs-you'] } })).toBe('\nchild\n');
    expect(viewText(family, { filter: { ...noFilter, states: ['completed'] } })).toBe(`
parent
  sibling
grandchild
`);
  });

  it('stand in their own group, and hang there where the parent is in it', () => {
    expect(viewText(family, { grouping: 'state' })).toBe(`
Needs you | 1
  child
Not started | 1
  orphan
Completed | 3
  parent
    sibling
  grandchild
`);
  });

  it('prefer the parent in their own runs folder', () => {
    const twins = [
      run('parent', { runs: '/a' }),
      run('parent', { runs: '/b' }),
      run('child', { runs: '/a', parent: 'parent' }),
      run('stray', { runs: '/c', parent: 'parent' }),
    ];
    const { parents } = listRuns(twins, { filter: noFilter, grouping: 'none' }, now);
    expect(parents.get(asRunKey('/a/child'))).toBe('/a/parent');
    expect(parents.get(asRunKey('/c/stray'))).toMatch(/parent$/);
  });

  it('are never lost, though they be their own parents', () => {
    const knot = [
      run('self', { parent: 'self' }),
      run('a', { parent: 'b' }),
      run('b', { parent: 'c' }),
      run('c', { parent: 'a' }),
      run('below', { parent: 'a' }),
      run('deeper', { parent: 'below' }),
    ];
    expect(viewText(knot)).toBe(`
self
a
  below
    deeper
b
c
`);
  });

  it('are found in a chain of ten thousand at once', () => {
    const chain = Array.from({ length: 10_000 }, (_, i) => run(`r${i}`, { parent: `r${i + 1}` }));
    const began = performance.now();
    const { parents } = listRuns(chain, { filter: noFilter, grouping: 'none' }, now);
    expect(parents.size).toBe(9_999);
    expect(performance.now() - began).toBeLessThan(1000);
  });
});

describe('pages', () => {
  const all = ['one', 'two', 'three', 'four', 'five'].map((id) => run(id, { journal: completes() }));
  const [, , , four, five] = all;

  it('of runs end with a row that brings more', () => {
    expect(viewText(all, { paging: twoEach })).toBe(`
one
two
Load 2 more (3 left)
`);
    expect(viewText(all.slice(0, 2), { paging: twoEach })).toBe('\none\ntwo\n');
  });

  it('of groups, and of the runs in each', () => {
    const more = [...all, run('a', { journal: asks() }), run('b', { journal: fails() })];
    expect(viewText(more, { grouping: 'state', paging: twoEach })).toBe(`
Needs you | 1
  a
Failed | 1
  b
Load 1 more (1 left)
`);
    expect(viewText(all, { grouping: 'state', paging: twoEach })).toBe(`
Completed | 5
  one
  two
  Load 2 more (3 left)
`);
  });

  it('of child runs', () => {
    const children = ['c1', 'c2', 'c3'].map((id) => run(id, { journal: completes(), parent: 'one' }));
    expect(viewText([...all.slice(0, 1), ...children], { paging: twoEach })).toBe(`
one
  c1
  c2
  Load 1 more (1 left)
`);
  });

  it('show a run that a person asked for, though it lies beyond', () => {
    const pinned = new Set([four?.run.key ?? asRunKey('')]);
    expect(viewText(all, { paging: { limit: () => 2, pinned } })).toBe(`
one
two
four
Load 2 more (2 left)
`);
    expect(viewText(all, { paging: { limit: () => 4, pinned: new Set([five?.run.key ?? asRunKey('')]) } }))
      .toBe(`
one
two
three
four
five
`);
  });

  it('of thousands of iterations and tasks make no row of what lies beyond', () => {
    const story = journal().created();
    for (let i = 1; i <= 300; i += 1) story.requested(`e${i}`, 'agent', { taskId: 'work' }).resolved(`e${i}`);
    for (let i = 1; i <= 300; i += 1) story.requested(`p${i}`, 'shell', { taskId: `t${i}` });
    const { run: read } = run('big', { journal: story });
    const open = opened(read);
    const node = { kind: 'run', id: 'big', runKey: read.key } as const;
    const rows = childNodes(node, open, [], twoEach);
    expect(rows.map(({ kind }) => kind)).toEqual(['iteration', 'iteration', 'more']);
    expect(rows[2]).toMatchObject({ below: 'big', left: 298 });
    const newest = rows[0]?.kind === 'iteration' ? rows[0] : expect.fail('no iteration');
    const tasks = childNodes(newest, open, [], twoEach);
    expect(tasks.map(({ kind }) => kind)).toEqual(['task', 'task', 'more']);
    expect(tasks[2]).toMatchObject({ below: newest.id, left: 299 });
  });
});

describe('whether a changed run stands elsewhere', () => {
  const before = run('a', { journal: journal().created().done('x'), updatedAt: now - minute });
  const after = run('a', { journal: completes(), updatedAt: now });
  const moved = (order: Parameters<typeof moves>[2]) => moves(before, after, order, now);

  it('depends on filter and groups', () => {
    expect(moved({ filter: noFilter, grouping: 'none' })).toBe(false);
    expect(moved({ filter: noFilter, grouping: 'state' })).toBe(true);
    expect(moved({ filter: noFilter, grouping: 'process' })).toBe(false);
    expect(moved({ filter: { ...noFilter, states: ['ready'] }, grouping: 'none' })).toBe(true);
    expect(moved({ filter: { ...noFilter, states: ['ready', 'completed'] }, grouping: 'none' })).toBe(false);
  });

  it('also on its parent, and on who needs a person in its group', () => {
    const order = { filter: noFilter, grouping: 'process' } as const;
    expect(moves(before, run('a', { journal: asks() }), order, now)).toBe(true);
    expect(moves(run('a'), run('a', { parent: 'b' }), order, now)).toBe(true);
  });
});

it('ten thousand runs are arranged', () => {
  const example = run('x', { journal: completes() });
  const all = Array.from({ length: 10_000 }, (_, i) => ({
    ...example,
    run: { ...example.run, runId: `r${i}`, ...lyingIn(`/runs/r${i}`), updatedAt: start - i * minute },
  }));
  const listed = listRuns(all, { filter: { ...noFilter, states: ['completed'] }, grouping: 'day' }, now);
  expect(listed.shown).toBe(10_000);
});
