import { describe, expect, it } from 'vitest';
import { enginesOf } from '../../src/core/engine/runEngine';
import { Emitter } from '../../src/core/event';
import { bytesText } from '../../src/core/format';
import { KeptOrder, type OrderFile } from '../../src/core/order/keptOrder';
import { bounded, parseOrder, writeOrder, type OrderEntry } from '../../src/core/order/orderEntry';
import { deleteQuestion, planDelete } from '../../src/core/order/planDelete';
import { planMarks } from '../../src/core/order/planMarks';
import { shownTitle, tagsOf, toName, toTags, type RunMarks, noMarks } from '../../src/core/order/runMarks';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import { asRunKey, keyText } from '../../src/core/run/runKey';
import { RunStore, type StoredRun } from '../../src/core/source/runStore';
import { describeNode } from '../../src/core/views/tree/buildTree';
import { isOpen, matches, noFilter, parseFilter } from '../../src/core/views/tree/runFilter';
import { groupKey } from '../../src/core/views/tree/runGroups';
import { describeGroup } from '../../src/core/views/tree/describeList';
import { listRuns, moves } from '../../src/core/views/tree/runList';
import { searchEntry, searchRuns } from '../../src/core/views/tree/runSearch';
import { parseView, standingViews, viewChange, viewNamed } from '../../src/core/views/tree/savedView';
import { treeNode } from '../../src/core/views/tree/treeNode';
import { babysitterEngine } from '../../src/engines/babysitter/core/babysitterEngine';
import { FakeClock } from '../support/fakeClock';
import { FakeSource } from '../support/fakeSource';
import { journal, start, type JournalBuilder } from '../support/journalBuilder';
import { aRun, lyingIn, type RunParts } from '../support/runBuilder';
import { now, stored } from '../support/treeText';

function run(runId: string, marks: Partial<RunMarks> = {}, parts: RunParts = {}): StoredRun {
  const made = aRun({
    ...parts,
    metadata: { prompt: `Prompt of ${runId}`, ...parts.metadata },
  });
  const read = stored({ ...made, runId, ...lyingIn(`/runs/${runId}`) });
  return Object.keys(marks).length === 0 ? read : { ...read, marks: { ...noMarks, ...marks } };
}

const completed = (): JournalBuilder => journal().created().completed();
const asks = (): JournalBuilder => journal().created().requested('q', 'breakpoint');

/** A file that several windows share, each told of what another one writes. */
class SharedFile {
  text = writeOrder([]);
  readonly changed = new Emitter<void>();
  writes = 0;

  window(clock: FakeClock): KeptOrder {
    const file: OrderFile = {
      onDidChange: this.changed.event,
      read: () => parseOrder(this.text).entries,
      write: (entries) => {
        this.writes += 1;
        this.text = writeOrder(entries);
        this.changed.fire();
      },
    };
    return new KeptOrder(file, clock);
  }
}

const [a, b] = [asRunKey('/runs/a'), asRunKey('/runs/b')];
const pin = (key: typeof a, value = true) => ({ what: 'pinned', of: keyText(key), value }) as const;
const name = (key: typeof a, value: string) => ({ what: 'name', of: keyText(key), value }) as const;

describe('names and tags', () => {
  it('are kept as they are shown: in one line, not too long, none twice', () => {
    expect(toName('  The\n good  one ')).toBe('The good one');
    expect(toName(' \n ')).toBeUndefined();
    expect(toName('word '.repeat(1000))?.length).toBeLessThanOrEqual(80);
    expect(toTags('b, #a,, A , b , 10, 9')).toEqual(['9', '10', 'a', 'b']);
    expect(toTags(Array.from({ length: 100 }, (_, i) => i).join())).toHaveLength(20);
    expect(tagsOf([run('x', { tags: ['b', 'a'] }), run('y'), run('z', { tags: ['a'] })])).toEqual(['a', 'b']);
  });
});

describe('what is kept', () => {
  it('is of each run by itself, and is taken back by undo', () => {
    const clock = new FakeClock(start);
    const order = new SharedFile().window(clock);
    const told: string[] = [];
    order.onDidChange((keys) => told.push([...keys].map(keyText).join(' ')));
    const undoBoth = order.change([pin(a), pin(b)]);
    order.change([name(a, 'One'), { what: 'tags', of: keyText(a), value: ['t'] }]);
    expect(order.marks(a)).toEqual({ pinned: true, archived: false, name: 'One', tags: ['t'] });
    expect(order.marks(b)?.pinned).toBe(true);
    undoBoth();
    expect(order.marks(a)).toEqual({ ...noMarks, name: 'One', tags: ['t'] });
    expect(order.marks(b)).toBeUndefined();
    expect(told).toEqual(['/runs/a /runs/b', '/runs/a', '/runs/a /runs/b']);
  });

  it('changes nothing where it is so already', () => {
    const file = new SharedFile();
    const order = file.window(new FakeClock(start));
    order.change([pin(a, false), { what: 'tags', of: keyText(a), value: [] }]);
    expect(file.writes).toBe(0);
  });

  it('is not undone where something else was decided since', () => {
    const clock = new FakeClock(start);
    const order = new SharedFile().window(clock);
    const undo = order.change([name(a, 'One'), name(b, 'Two')]);
    order.change([name(a, 'Other')]);
    undo();
    expect([order.marks(a)?.name, order.marks(b)?.name]).toEqual(['Other', undefined]);
  });

  it('is the same in all windows, even of those that write over each other', () => {
    const clock = new FakeClock(start);
    const file = new SharedFile();
    const [one, two] = [file.window(clock), file.window(clock)];
    one.change([pin(a)]);
    expect(two.marks(a)?.pinned).toBe(true);
    // Written by a window that had not seen it yet.
    file.text = writeOrder([{ ...name(b, 'Two'), at: start + 1 }]);
    file.changed.fire();
    for (const order of [one, two]) {
      expect([order.marks(a)?.pinned, order.marks(b)?.name]).toEqual([true, 'Two']);
    }
    expect(parseOrder(file.text).entries).toHaveLength(2);
    const { writes } = file;
    file.changed.fire();
    expect(file.writes).toBe(writes);
    // Of two decisions about the same, the later one counts, though the clock stands still.
    two.change([pin(a, false)]);
    one.change([pin(a)]);
    expect(two.marks(a)?.pinned).toBe(true);
  });

  it('is bounded: what was taken back goes first, then the oldest', () => {
    const entry = (n: number, value: boolean): OrderEntry => ({
      ...pin(asRunKey(`/runs/${n}`), value),
      at: n,
    });
    const kept = bounded([entry(1, true), entry(2, true), entry(3, false), entry(4, true)], 2);
    expect(kept.map(({ of }) => of)).toEqual(['/runs/4', '/runs/2']);
  });
});

describe('a file of it', () => {
  it('that is damaged is read as far as it can be, and says what is wrong', () => {
    const good: OrderEntry = { ...pin(a), at: 7 };
    const bad = [
      { ...good, at: 1e300 },
      { ...good, value: 'yes' },
      7,
      { ...good, of: '' },
      { what: 'colour' },
    ];
    expect(parseOrder(JSON.stringify({ format: 1, entries: [...bad, good] }))).toEqual({
      entries: [good],
      damage: '5 of its 6 entries are not valid',
    });
    for (const text of ['', '{', '[]', '{"format":2,"entries":[]}']) {
      expect(parseOrder(text).damage, text).toMatch(/^it is not/);
    }
    expect(parseOrder(writeOrder([good]))).toEqual({ entries: [good], damage: undefined });
  });
});

describe('the Runs view', () => {
  const all = [
    run('one', {}, { journal: completed() }),
    run('two', { archived: true }, { journal: asks() }),
    run('three', { pinned: true, tags: ['x'] }),
    run('four', { name: 'Mine', archived: true, pinned: true }),
  ];
  const ids = (filter: Partial<typeof noFilter>) =>
    [...listRuns(all, { filter: { ...noFilter, ...filter }, grouping: 'none' }, now).groups.values()].flatMap(
      (group) => group.runs.map((each) => each.run.runId),
    );

  it('has pinned runs first and leaves archived ones out, unless they are asked for', () => {
    expect(ids({})).toEqual(['three', 'one']);
    expect(ids({ archived: true })).toEqual(['four', 'two']);
    expect(ids({ archived: true, pinned: true })).toEqual(['four']);
    expect(ids({ tags: ['x', 'y'] })).toEqual(['three']);
    expect(ids({ projects: ['/elsewhere'] })).toEqual([]);
  });

  it('lets a pinned child run stand by itself', () => {
    const child = (marks: Partial<RunMarks>): StoredRun =>
      run('child', marks, { metadata: { nested: { parentRunId: 'one' } } });
    const listed = (marks: Partial<RunMarks>) =>
      listRuns([...all, child(marks)], { filter: noFilter, grouping: 'none' }, now).parents.size;
    expect([listed({}), listed({ pinned: true })]).toEqual([1, 0]);
  });

  it('is arranged anew when a mark changes', () => {
    const order = { filter: noFilter, grouping: 'none' } as const;
    const [one] = all as [StoredRun];
    for (const marks of [{ pinned: true }, { archived: true }]) {
      expect(moves(one, { ...one, marks: { ...noMarks, ...marks } }, order, now)).toBe(true);
    }
    expect(moves(one, { ...one, marks: { ...noMarks, name: 'x' } }, order, now)).toBe(false);
  });

  it('is grouped by project, each with its folder', () => {
    const key = groupKey('project', run('x'));
    expect(key).toBe('/project');
    const days = { today: '', yesterday: '', format: (day: string) => day };
    const { label, description } = describeGroup({ by: 'project', key }, { size: 3, needYou: 1 }, days);
    expect([label, description]).toEqual(['project', '3 · 1 needs you · /project']);
  });

  it('shows a name in place of the title, which stays beside it and in the tooltip', () => {
    const context = { now, iterating: false, alone: false, opened: undefined, childRuns: 0 };
    const named = run(
      'x',
      { name: 'My\u202e run', pinned: true, tags: ['a', 'b'] },
      { journal: completed() },
    );
    const row = describeNode(treeNode({ kind: 'run', runKey: named.run.key }), named, context);
    expect(row?.label).toBe('My⟨U+202E⟩ run');
    expect(row?.description).toMatch(/^completed · pinned · #a · #b · .*ago · Prompt of x$/);
    expect(row?.tooltip).toContainEqual(['Title', 'Prompt of x']);
    expect(row?.tooltip).toContainEqual(['Tags', 'a, b']);
    expect(row?.words).toEqual(['run', 'pinned']);
    expect(row?.spoken).toMatch(/^My⟨U\+202E⟩ run: Prompt of x, completed\. .*pinned, #a, #b/);
    expect(shownTitle(run('x'))).toBe('Prompt of x');
  });

  it('is searched by names, titles and tags', () => {
    const entries = all.map((each) => searchEntry(each, []));
    const found = (query: string) =>
      searchRuns(entries, query, 9).found.map(({ stored: { run: of } }) => of.runId);
    expect([found('mine'), found('prompt four'), found('x')]).toEqual([['four'], ['four'], ['three']]);
  });
});

describe('a saved view', () => {
  it('is found by what it shows, however the boxes were checked', () => {
    const view = { filter: { ...noFilter, states: ['failed', 'ready'] }, grouping: 'state' } as const;
    const change = viewChange('Mine', view);
    const kept = JSON.parse(JSON.stringify(change.value));
    const views = [parseView({ name: 'Mine', ...kept })];
    const other = { ...view, filter: parseFilter({ ...view.filter, states: ['ready', 'failed'] }) };
    expect(viewNamed(views, other)?.name).toBe('Mine');
    expect(viewNamed(views, { ...view, grouping: 'none' })).toBeUndefined();
    expect(viewNamed(standingViews, { filter: noFilter, grouping: 'none' })).toBeUndefined();
  });

  it('of another version filters and groups nothing that is not known', () => {
    const { filter, grouping } = parseView({ name: 'x', filter: 7, grouping: 'colour' });
    expect([isOpen(filter), grouping]).toEqual([true, 'none']);
  });
});

describe('a store', () => {
  it('has what is kept of each run, as soon as it is', () => {
    const order = new SharedFile().window(new FakeClock(start));
    const clock = new FakeClock(start);
    const options = { activityWindow: defaultActivityWindow };
    const store = new RunStore(clock, enginesOf(babysitterEngine), options, undefined, (key) =>
      order.marks(key),
    );
    order.onDidChange((keys) => store.judgeAnew(keys));
    const source = new FakeSource();
    store.add(source);
    source.deliver(run('a').run);
    let changes = 0;
    store.onDidChange(() => (changes += 1));
    order.change([{ what: 'archived', of: keyText(a), value: true }, pin(b)]);
    expect(changes).toBe(1);
    expect(store.get(a)?.marks?.archived).toBe(true);
    expect(matches(noFilter, store.get(a) ?? expect.fail(), start)).toBe(false);
  });
});

describe('several runs', () => {
  it('are counted before they are changed', () => {
    const chosen = [run('one', {}, { journal: asks() }), run('two'), run('three', { archived: true })];
    const plan = planMarks('run.archive', chosen);
    expect(plan.question).toBe('Archive 2 runs?');
    expect(plan.detail).toMatch(
      /^1 run of 3 is archived already\.\n.*\n1 run asks something: the questions stay in Needs You\.\nYou can undo this\.$/,
    );
    expect([plan.done, plan.changes.length, plan.nothing]).toEqual(['Archived 2 runs', 2, undefined]);
    expect(planMarks('run.unpin', chosen).nothing).toBe('All 3 runs are not pinned.');
    expect(planMarks('run.pin', [run('x')]).done).toBe('Pinned "Prompt of x"');
  });

  it('are deleted but for live ones, and those of engines whose stores are only read', () => {
    const other = { ...babysitterEngine, name: 'Other', can: new Set([]) };
    const chosen = [
      run('done', {}, { journal: completed() }),
      run('asks', {}, { journal: asks() }),
      run('held', {}, { journal: asks(), lock: {} }),
      { ...run('busy'), state: { ...run('busy').state, state: 'working' } } as StoredRun,
      run('here', {}, { journal: completed() }),
      { ...run('foreign'), engine: other },
    ];
    const plan = planDelete(chosen, ({ run: { runId } }) => runId === 'here');
    const names = (runs: readonly StoredRun[]) => runs.map((each) => each.run.runId);
    expect([names(plan.runs), names(plan.live), names(plan.foreign)]).toEqual([
      ['done', 'asks'],
      ['held', 'busy', 'here'],
      ['foreign'],
    ]);
    expect(deleteQuestion(plan, { bytes: 1_234_567, files: 1200 })).toEqual({
      question: 'Move 2 runs to the trash?',
      detail: `2 runs, 1.23 MB in 1,200 files.
1 run did not end; 1 run asks something.
Left out, as they are live: "Prompt of held", "Prompt of busy" and "Prompt of here".
Left out, as it is of an engine whose store is only read: "Prompt of foreign".`,
    });
    expect([0, 1, 999, 1000, 999_999, 5e15].map(bytesText)).toEqual([
      ...['0 bytes', '1 byte', '999 bytes', '1 kB', '1000 kB', '5000 TB'],
    ]);
  });
});
