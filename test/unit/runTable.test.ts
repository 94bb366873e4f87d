import { describe, expect, it } from 'vitest';
import { RunTable } from '../../src/core/views/table/runTable';
import type { TableFilter } from '../../src/core/views/table/tableFilter';
import type { Column } from '../../src/core/views/table/tableOrder';
import { duration } from '../../src/core/format';
import { toRunNumbers, waitedBy } from '../../src/core/views/table/runNumbers';
import { sorting } from '../../src/core/sorting';
import { atOnce } from '../../src/core/sliced';
import { fromTable, parseKeptTable } from '../../src/core/views/table/protocol';
import type { StoredRun } from '../../src/core/source/runStore';
import { journal, minute, second, start, type JournalBuilder } from '../support/journalBuilder';
import { aRun, lyingIn } from '../support/runBuilder';
import { now, opened, stored, type TaskParts } from '../support/treeText';
import { asRunKey, keyText } from '../../src/core/run/runKey';

const open: TableFilter = {
  text: '',
  state: undefined,
  process: undefined,
  engine: undefined,
  onlySelected: false,
  also: () => true,
};

function runOf(
  n: number,
  story: JournalBuilder,
  metadata: Readonly<Record<string, unknown>> = {},
): StoredRun {
  const createdAt = start + n * minute;
  const run = aRun({
    journal: story,
    metadata: { prompt: `Run ${n}`, createdAt: new Date(createdAt).toISOString(), ...metadata },
  });
  return stored({ ...run, ...lyingIn(`/project/.a5c/runs/run${n}`), runId: `run${n}` });
}

const numbersOf = (story: JournalBuilder, parts: TaskParts = {}) => {
  const run = aRun({ journal: story });
  return toRunNumbers(opened(run, parts));
};

/** Three of everything: one that asks, one that failed, the others completed. */
const some = (): readonly StoredRun[] =>
  [10, 9, 2, 1].map((n) => {
    const story = journal()
      .after(n * minute)
      .created()
      .done('a');
    if (n === 10) return runOf(n, story.requested('q', 'breakpoint'), { processId: 'b/second' });
    if (n === 9) return runOf(n, story.failed('no'), { processId: 'a/first' });
    return runOf(n, story.after(n * second).completed(), { processId: 'b/second' });
  });

function tableOf(all: readonly StoredRun[]) {
  const table = new RunTable(() => now);
  return {
    table,
    show: (sort: Column, descending = false, filter: Partial<TableFilter> = {}) => {
      table.order = { sort, descending };
      table.filter = { ...open, ...filter };
      atOnce(table.settle(all));
      return table.rows(0, 500).map(({ title }) => title);
    },
  };
}

describe('the rows of the runs table', () => {
  it('are sorted by each column, in both directions, the newest of equal ones first', () => {
    const { show, table } = tableOf(some());
    expect(show('created', true)).toEqual(['Run 10', 'Run 9', 'Run 2', 'Run 1']);
    expect(show('title')).toEqual(['Run 1', 'Run 2', 'Run 9', 'Run 10']);
    expect(show('title', true)).toEqual(['Run 10', 'Run 9', 'Run 2', 'Run 1']);
    expect(show('process')).toEqual(['Run 9', 'Run 10', 'Run 2', 'Run 1']);
    expect(show('state')).toEqual(['Run 10', 'Run 9', 'Run 2', 'Run 1']);
    expect(show('state', true)).toEqual(['Run 2', 'Run 1', 'Run 9', 'Run 10']);
    expect(show('duration')).toEqual(['Run 10', 'Run 9', 'Run 1', 'Run 2']);
    expect(table.rows(3, 4)[0]?.duration).toBe('5s');
  });

  it('are filtered by words, state, process and whatever else is said', () => {
    const { show, table } = tableOf(some());
    expect(show('title', false, { text: 'run second completed' })).toEqual(['Run 1', 'Run 2']);
    expect(show('title', false, { text: 'RUN9' })).toEqual(['Run 9']);
    expect(show('title', false, { state: 'needs-you' })).toEqual(['Run 10']);
    expect(show('title', false, { process: 'a/first' })).toEqual(['Run 9']);
    expect(show('title', false, { also: ({ run }) => run.runId === 'run2' })).toEqual(['Run 2']);
    expect([table.total, table.all]).toEqual([1, 4]);
    expect(table.facets()).toEqual({
      states: [
        { state: 'needs-you', name: 'Needs you', runs: 1 },
        { state: 'failed', name: 'Failed', runs: 1 },
        { state: 'completed', name: 'Completed', runs: 2 },
      ],
      processes: [
        { process: 'b/second', name: 'b/second', runs: 3 },
        { process: 'a/first', name: 'a/first', runs: 1 },
      ],
      engines: [{ engine: 'babysitter', name: 'Babysitter', runs: 4 }],
    });
  });

  it('tell their engine, are sorted and filtered by it, and have a column of it where there are several', () => {
    const all = some().map((each): StoredRun => {
      if (each.run.runId !== 'run9' && each.run.runId !== 'run1') return each;
      const engine = { ...each.engine, id: 'notes', name: 'A Notebook' };
      return { ...each, engine, run: { ...each.run, engine: engine.id } };
    });
    const { show, table } = tableOf(all);
    expect(show('engine')).toEqual(['Run 9', 'Run 1', 'Run 10', 'Run 2']);
    expect(show('engine', true)).toEqual(['Run 10', 'Run 2', 'Run 9', 'Run 1']);
    expect(table.rows(2, 3)[0]?.engine).toBe('A Notebook');
    expect(table.idle).toEqual(['tokens', 'cost']);
    expect(table.facets().engines).toEqual([
      { engine: 'notes', name: 'A Notebook', runs: 2 },
      { engine: 'babysitter', name: 'Babysitter', runs: 2 },
    ]);
    expect(show('title', false, { engine: 'notes' })).toEqual(['Run 1', 'Run 9']);
    expect(show('title', false, { text: 'notebook failed' })).toEqual(['Run 9']);
    // A filter leaves the column where it is.
    expect(table.idle).toEqual(['tokens', 'cost']);
    expect(tableOf(some()).table.idle).toEqual(['engine', 'tokens', 'cost']);
  });

  it('have their numbers when these were read; unknown ones come last in both directions', () => {
    const all = some();
    const { show, table } = tableOf(all);
    show('created', true);
    expect(table.unread(0, 2, false)?.run.runId).toBe('run10');
    expect(table.rows(0, 1)[0]?.read).toBeUndefined();
    const numbers = (value: number) => ({
      lasted: 0,
      iterations: 3000,
      done: 2000,
      best: { key: 'score', value, n: 1, name: 'iteration 1' },
      waited: 0,
      waitingSince: undefined,
      tokens: undefined,
      costUsd: undefined,
    });
    table.take(all[0] as StoredRun, numbers(5));
    table.take(all[1] as StoredRun, numbers(0.123456));
    expect(table.unread(0, 2, false)).toBeUndefined();
    expect(table.unread(0, 2, true)?.run.runId).toBe('run2');
    table.take(all[2] as StoredRun, undefined);
    expect(show('best')).toEqual(['Run 9', 'Run 10', 'Run 2', 'Run 1']);
    expect(show('best', true)).toEqual(['Run 10', 'Run 9', 'Run 2', 'Run 1']);
    expect(table.rows(1, 3).map(({ read }) => read)).toEqual([
      {
        iterations: '2,000 of 3,000',
        best: { value: '0.1235', key: 'score', iteration: 'iteration 1' },
        waited: '',
        waiting: false,
        tokens: '',
        cost: '',
      },
      { iterations: '', best: undefined, waited: '', waiting: false, tokens: '', cost: '' },
    ]);
    expect([table.needsAll, table.read]).toEqual([true, 3]);
  });

  it('move when a run changes or is read, and the others stay', () => {
    const all = some();
    const { table } = tableOf(all);
    table.order = { sort: 'waited', descending: true };
    atOnce(table.settle(all));
    const numbers = (waited: number) => ({
      lasted: 0,
      iterations: 1,
      done: 1,
      best: undefined,
      waited,
      waitingSince: undefined,
      tokens: undefined,
      costUsd: undefined,
    });
    all.forEach((each, i) => table.take(each, numbers(i)));
    atOnce(table.settle(all));
    const order = (): readonly string[] => table.rows(0, 9).map(({ runId }) => runId);
    expect(order()).toEqual(['run1', 'run2', 'run9', 'run10']);

    const changed = runOf(9, journal().created().done('a').done('b').failed('no'));
    const next = [all[0], changed, all[3]] as readonly StoredRun[];
    atOnce(table.settle(next));
    expect(order()).toEqual(['run1', 'run9', 'run10']);
    expect(table.unread(0, 9, true)?.run.runId).toBe('run9');
    // What is read of a run that has changed since is of no use.
    table.take(all[1] as StoredRun, numbers(99));
    expect(table.unread(0, 9, true)?.run.runId).toBe('run9');
    table.take(changed, numbers(99));
    atOnce(table.settle(next));
    expect(order()).toEqual(['run9', 'run1', 'run10']);
  });

  it('stay selected while the runs are still being found', () => {
    const all = some();
    const { table } = tableOf([]);
    const [first, gone] = ['/project/.a5c/runs/run2', '/project/.a5c/runs/gone'].map(asRunKey);
    table.restore([first, gone].flatMap((key) => key ?? []));
    atOnce(table.settle([], false));
    expect(table.selected).toHaveLength(2);
    atOnce(table.settle(all));
    expect(table.selected).toEqual([first]);
  });

  it('are selected as in other lists', () => {
    const { show, table } = tableOf(some());
    show('title');
    const selected = (): readonly string[] => table.selected.map(keyText).toSorted();
    table.select('only', asRunKey('/project/.a5c/runs/run2'));
    table.select('range', asRunKey('/project/.a5c/runs/run10'));
    expect(selected()).toEqual(['run10', 'run2', 'run9'].map((id) => `/project/.a5c/runs/${id}`));
    table.select('toggle', asRunKey('/project/.a5c/runs/run9'));
    expect(show('title', false, { onlySelected: true })).toEqual(['Run 2', 'Run 10']);
    show('title');
    table.select('all');
    expect(selected()).toHaveLength(4);
    table.select('none');
    table.select('only', asRunKey('/somewhere/else'));
    expect(selected()).toEqual([]);
  });

  it('of ten thousand runs leave other work its turn, and stay as they are sorted', () => {
    const [sample] = some();
    const all = Array.from({ length: 10_000 }, (_, n): StoredRun => {
      const { run, ...judged } = sample as StoredRun;
      return {
        run: { ...run, ...lyingIn(`/r/${n}`), runId: `r${(n * 7919) % 10_000}`, createdAt: n },
        ...judged,
      };
    });
    const { table } = tableOf(all);
    table.order = { sort: 'run', descending: false };
    const work = table.settle(all);
    let pieces = 0;
    while (!work.next().done) pieces += 1;
    // Every new row is a piece, and so are 256 comparisons.
    expect(pieces).toBeGreaterThan(10_250);
    const ids = table.rows(0, 10_000).map(({ runId }) => Number(runId.slice(1)));
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
  });

  it('are no formulas, secrets or tricks, here and as CSV', () => {
    const evil = '=cmd() "completionProof":"0123456789abcdef" \u202e';
    const all = [runOf(1, journal().created().done('a').completed(), { prompt: evil })];
    const { show, table } = tableOf(all);
    const [title] = show('title');
    expect(title).toContain('"completionProof":"•••"');
    expect(title).toContain('⟨U+202E⟩');
    table.take(all[0] as StoredRun, numbersOf(journal().created().done('a').completed()));
    atOnce(table.settle(all));
    const [head, row] = atOnce(table.csv()).split('\r\n');
    expect(head).toBe(
      'run,title,state,process,engine,iterations,iterationsDone,metric,best,bestIteration,createdAt,updatedAt,durationSeconds,waitedSeconds,tokens,costUsd,' +
        'agentAnswers,agentCalls,agentFailedCalls,agentFilesChanged,agentTokensIn,agentTokensOut,' +
        'agentTokensCacheWrite,agentTokensCacheRead,agentCostUsdEstimate',
    );
    expect(row).toMatch(/^run1,"'=cmd\(\) ""completionProof"":""•••""/);
    expect(row).toMatch(
      /,completed,demo\/process,babysitter,1,1,,,,2026-03-01T10:01:00.000Z,.*,0,,,,,,,,,,,$/,
    );
  });
});

describe('the numbers of a run', () => {
  it('tell how long it took, which its last events do not where its end was told again', () => {
    const story = journal().created().done('a').completed();
    const { lasted } = numbersOf(story);
    const again = numbersOf(story.after(minute).completed());
    expect([again.lasted, lasted < minute]).toEqual([lasted, true]);
    const row = { ...stored(aRun({ journal: journal().after(minute).completed() })) };
    const { show, table } = tableOf([row]);
    show('title');
    table.take(row, again);
    show('title');
    expect(table.rows(0, 1)[0]?.duration).toBe(duration(lasted));
  });

  it('count iterations that are done, and name the best by its number', () => {
    const story = journal().created().done('work1').done('work2').requested('work3');
    const inputs = (iteration: number) => ({ inputs: { iteration } });
    expect(
      numbersOf(story, {
        tasks: { work1: inputs(4), work2: inputs(5), work3: inputs(6) },
        results: { work1: { score: 7 }, work2: { score: 3 } },
      }),
    ).toMatchObject({ iterations: 3, done: 2, best: { key: 'score', value: 7, n: 1 } });
    expect(numbersOf(journal())).toMatchObject({ iterations: 0, done: 0, best: undefined, waited: 0 });
  });

  it('tell tokens and costs where the journal or results do', () => {
    const story = journal().created().done('a').done('b');
    const usage = (inputTokens: number, costUsd: number) => ({
      usage: { inputTokens, outputTokens: 5, costUsd },
    });
    expect(numbersOf(story, { results: { a: usage(100, 0.5), b: usage(20, 0.25) } })).toMatchObject({
      ...{ tokens: 130, costUsd: 0.75 },
    });
    expect(numbersOf(story)).toMatchObject({ tokens: undefined, costUsd: undefined });
  });

  it('tell for how long at least one question waited, whether or not it still does', () => {
    // Two questions side by side for 5 and 10 minutes, later one of its own for 1 minute; work between does not count.
    const story = journal()
      .created()
      .requested('q1', 'breakpoint')
      .requested('q2', 'breakpoint')
      .after(5 * minute - 2 * second)
      .resolved('q1')
      .after(5 * minute - second)
      .resolved('q2')
      .after(60 * minute)
      .done('work');
    const both = numbersOf(story);
    expect(both.waited).toBe(10 * minute);
    story.requested('q3', 'breakpoint').requested('late', 'breakpoint');
    const since = story.lastAt - second;
    const waiting = numbersOf(story);
    expect(waiting).toMatchObject({ waited: 10 * minute, waitingSince: since });
    expect(waitedBy(waiting, since + 3 * minute)).toBe(13 * minute);
    // One of them is answered; the other goes on waiting, and what both waited together is counted once.
    story.after(minute - second).resolved('q3');
    const one = numbersOf(story);
    expect(waitedBy(one, since + 3 * minute)).toBe(13 * minute);
    // Nobody waits for anything when the run is over.
    story.after(minute).failed('Enough');
    const over = numbersOf(story);
    expect(over.waitingSince).toBeUndefined();
    expect(waitedBy(over, now + 99 * minute)).toBe(10 * minute + story.lastAt - since);
  });
});

describe('sorting in slices', () => {
  it('is the same as sorting at once, and stable', () => {
    const items = Array.from({ length: 2345 }, (_, i) => ({ key: (i * 31) % 97, i }));
    const compare = (a: { key: number }, b: { key: number }): number => a.key - b.key;
    expect(atOnce(sorting(items, compare))).toEqual(items.toSorted(compare));
    expect(atOnce(sorting([], compare))).toEqual([]);
  });
});

describe('what the page of the table may say', () => {
  const ask = {
    ...{ type: 'rows', request: 1, from: 0, to: 200, sort: 'title', descending: false, text: '' },
    ...{ onlySelected: false, asView: true },
  };

  it.each([
    [ask, true],
    [{ ...ask, state: 'failed', process: '', current: '/a' }, true],
    [{ ...ask, to: 501 }, false],
    [{ ...ask, sort: 'dir' }, false],
    [{ ...ask, state: 'lost' }, false],
    [{ type: 'select', how: 'range', dir: '/a' }, true],
    [{ type: 'hide', columns: ['process', 'cost'] }, true],
    [{ type: 'hide', columns: ['nothing'] }, false],
    [{ type: 'open' }, false],
    [{ type: 'command', command: 'run.halt' }, false],
  ])('%j: %s', (message, fits) => {
    expect(fromTable.safeParse(message).success).toBe(fits);
  });
});

describe('what the workspace keeps of the table', () => {
  it('is read leniently', () => {
    const nothing = {
      unwanted: ['agentTokens', 'agentFiles', 'agentCost'],
      sort: 'created',
      descending: true,
      selected: [],
    };
    expect(parseKeptTable(undefined)).toEqual(nothing);
    expect(parseKeptTable({ sort: 'gone' })).toEqual(nothing);
    const kept = { unwanted: ['run'], sort: 'best', descending: false, selected: ['/a'] };
    expect(parseKeptTable(kept)).toEqual(kept);
  });
});
