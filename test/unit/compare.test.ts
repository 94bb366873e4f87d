import { describe, expect, it } from 'vitest';
import { comparing, pairDiffers } from '../../src/core/views/compare/compareRuns';
import type {
  AnswerPair,
  Comparison,
  Side,
  TaskPair,
  ValueComparison,
} from '../../src/core/views/compare/comparison';
import { matchTasks, type Matchable } from '../../src/core/views/compare/matchTasks';
import { runStory } from '../../src/core/views/compare/story';
import { valueDocument } from '../../src/core/documents';
import { valueDiff } from '../../src/core/views/compare/valueDiff';
import { cleaner } from '../../src/core/views/report/cleanText';
import { defaultMetricChoice } from '../../src/core/run/metrics';
import { atOnce } from '../../src/core/sliced';
import { journal, minute, type JournalBuilder } from '../support/journalBuilder';
import { aRun, lyingIn } from '../support/runBuilder';
import { now, opened, stored, type TaskParts } from '../support/treeText';

interface SideParts extends TaskParts {
  readonly id?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly inputs?: unknown;
  readonly output?: unknown;
  readonly iteration?: number;
}

function side(story: JournalBuilder, parts: SideParts = {}): Side {
  const id = parts.id ?? 'run';
  const run = {
    ...aRun({ journal: story, metadata: parts.metadata ?? {} }),
    ...lyingIn(`/p/.a5c/runs/${id}`),
    runId: id,
  };
  const known = opened(run, parts);
  return {
    stored: stored(run),
    opened: known,
    iteration: known.iterations.list.find(({ n }) => n === parts.iteration),
    inputs: parts.inputs,
    output: parts.output,
  };
}

const compare = (left: Side, right: Side, secrets: readonly string[] = []): Comparison =>
  atOnce(comparing(left, right, { now, metric: defaultMetricChoice, clean: cleaner(secrets, []) }));

const titlesOf = (pairs: readonly TaskPair[]): readonly string[] =>
  pairs.map(
    ({ left, right, differs }) => `${left?.title ?? '–'} | ${right?.title ?? '–'} | ${differs.join()}`,
  );

const exchanged = (text: string): string =>
  text.replace(/\b[AB]\b/g, (letter) => (letter === 'A' ? 'B' : 'A'));

/** The same comparison with its sides exchanged. */
function mirror(c: Comparison): Comparison {
  const value = <T extends ValueComparison | undefined>(v: T): T =>
    (v && {
      ...v,
      has: { both: 'both', none: 'none', left: 'right', right: 'left' }[v.has],
      changes: v.changes.map(({ path, left, right }) => ({ path, left: right, right: left })),
    }) as T;
  const swap = <T extends { readonly left: unknown; readonly right: unknown }>(pair: T): T => ({
    ...pair,
    left: pair.right,
    right: pair.left,
  });
  const change = (text: string): string => text.replace(/^[+−]/, (sign) => (sign === '+' ? '−' : '+'));
  const better = { left: 'right', right: 'left', '': '' } as const;
  return {
    ...c,
    sides: [c.sides[1], c.sides[0]],
    warning: exchanged(c.warning),
    notes: c.notes.map(exchanged),
    counts: Object.fromEntries(
      Object.entries(c.counts).map(([name, { differ, onlyLeft, onlyRight }]) => [
        name,
        { differ, onlyLeft: onlyRight, onlyRight: onlyLeft },
      ]),
    ) as Comparison['counts'],
    facts: c.facts.map(swap),
    inputs: value(c.inputs),
    result: value(c.result),
    tasks: c.tasks.map((pair) => ({ ...swap(pair), inputs: value(pair.inputs), result: value(pair.result) })),
    answers: c.answers.map(swap),
    metrics: c.metrics.map((f) => ({ ...swap(f), change: change(f.change), better: better[f.better] })),
    times: c.times.map((f) => ({ ...swap(f), change: change(f.change) })),
  };
}

/** Where there is no order between the two sides, neither is meant. */
function unordered(c: Comparison): Comparison {
  const sorted = <T>(items: readonly T[]): readonly T[] =>
    items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  const flip = (pair: TaskPair): TaskPair => ({
    ...pair,
    iteration: pair.iteration.split(' / ').toSorted().join(),
  });
  return {
    ...c,
    tasks: sorted(c.tasks.map(flip)),
    answers: sorted<AnswerPair>(c.answers),
    notes: sorted(c.notes),
  };
}

/** A run that differs from others of its kind, always in the same way. */
function randomSide(seed: number): Side {
  let state = seed * 2_654_435_761;
  const random = (n: number): number => {
    state = Math.imul(state ^ (state >>> 15), 2_246_822_519) + 1;
    return ((state >>> 8) % 1000) % n;
  };
  const story = journal().created();
  const tasks: Record<string, unknown> = {};
  const results: Record<string, unknown> = {};
  for (let n = 1; n <= 4 + random(8); n += 1) {
    const name = ['plan', 'build', 'test'][random(3)] as string;
    const id = `${name}${n}`;
    if (random(5) === 0) {
      story.requested(`q${n}`, 'breakpoint');
      tasks[`q${n}`] = { metadata: { payload: { title: `Ship ${random(2)}?`, question: 'Well?' } } };
      if (random(3) > 0) {
        story.resolved(`q${n}`);
        results[`q${n}`] = { approved: random(2) === 0, respondedBy: ['ann', 'ben'][random(2)] };
      }
    } else {
      story.requested(id);
      tasks[id] = { title: `${name} part ${random(2)}`, inputs: { iteration: random(3), depth: random(2) } };
      if (random(6) > 0) {
        if (random(5) === 0) story.erred(id, 'no');
        else story.resolved(id);
        results[id] = { score: random(4), files: ['a', 'b', 'c'].slice(0, random(4)) };
      }
    }
  }
  if (random(2) === 0) story.completed();
  return side(story, {
    ...{ id: `run${seed}`, tasks, results },
    inputs: random(4) === 0 ? undefined : { goal: random(2), list: [1, random(2)] },
    output: random(2) === 0 ? undefined : { ok: random(2) === 0 },
    metadata: { prompt: `Prompt ${random(2)}`, processRevision: `r${random(2)}` },
  });
}

describe('a comparison', () => {
  const seeds = Array.from({ length: 40 }, (_, i) => i + 1);

  it('of something with itself finds no difference', () => {
    for (const seed of seeds) {
      const one = randomSide(seed);
      const c = compare(one, one);
      for (const counts of Object.values(c.counts))
        expect(counts).toEqual({ differ: 0, onlyLeft: 0, onlyRight: 0 });
      expect(c.tasks.filter(pairDiffers)).toEqual([]);
      expect(c.answers.filter(pairDiffers)).toEqual([]);
      expect(c.times.every(({ same }) => same)).toBe(true);
    }
  });

  it('is the mirror of the one with exchanged sides', () => {
    let differences = 0;
    for (const seed of seeds) {
      const [a, b] = [randomSide(seed), randomSide(seed + 100)];
      const c = compare(a, b);
      for (const { differ, onlyLeft, onlyRight } of Object.values(c.counts))
        differences += differ + onlyLeft + onlyRight;
      expect(unordered(mirror(compare(b, a)))).toEqual(unordered(c));
    }
    // They differ, or this would say nothing.
    expect(differences).toBeGreaterThan(100);
  });
});

describe('two runs side by side', () => {
  const storyOf = (): JournalBuilder => journal().created().done('plan').done('build').done('check');

  it('show what differs in inputs, results and tasks, place by place', () => {
    const c = compare(
      side(storyOf(), {
        ...{ id: 'a', inputs: { goal: 'fast', depth: 1 }, output: { ok: true } },
        tasks: { plan: { title: 'Plan' }, build: { title: 'Build 3 parts', inputs: { parts: 3 } } },
        results: { plan: { steps: ['one'] }, build: { score: 7 } },
      }),
      side(storyOf().completed(), {
        ...{ id: 'b', inputs: { depth: 1, goal: 'good', extra: [] } },
        tasks: { plan: { title: 'Plan' }, build: { title: 'Build 12 parts', inputs: { parts: 12 } } },
        results: { plan: { steps: ['one', 'two'] }, build: { score: 9 } },
      }),
    );
    expect(c.inputs).toEqual({
      has: 'both',
      changes: [
        { path: 'extra', left: '', right: 'empty list' },
        { path: 'goal', left: 'fast', right: 'good' },
      ],
      more: 0,
    });
    expect(c.result).toMatchObject({ has: 'left', changes: [{ path: '', left: '1 value', right: '' }] });
    expect(titlesOf(c.tasks)).toEqual([
      'Plan | Plan | result',
      'Build 3 parts | Build 12 parts | title,inputs,result',
      'agent | agent | ',
    ]);
    expect(c.tasks[0]?.result.changes).toEqual([{ path: 'steps[1]', left: '', right: 'two' }]);
    expect(c.metrics).toMatchObject([
      {
        ...{ name: 'best score', left: '7, iteration 2', right: '9, iteration 2' },
        ...{ same: false, change: '+2', better: 'right' },
      },
      { name: 'iterations', left: '3', right: '3', same: true, change: '' },
    ]);
    const none = { differ: 0, onlyLeft: 0, onlyRight: 0 };
    expect(c.counts).toMatchObject({
      inputs: { ...none, differ: 2 },
      result: { ...none, onlyLeft: 1 },
      tasks: { ...none, differ: 2 },
      facts: { ...none, differ: 1 },
    });
  });

  it('name what only one of them has', () => {
    const c = compare(
      side(journal().created().done('plan').done('build1').requested('q1', 'breakpoint'), { id: 'a' }),
      side(journal().created().done('plan').done('deploy').done('build1'), { id: 'b' }),
    );
    expect(c.tasks.map(({ left, right }) => [left?.effectId, right?.effectId])).toEqual([
      ['plan', 'plan'],
      [undefined, 'deploy'],
      ['build1', 'build1'],
    ]);
    expect(c.answers).toMatchObject([{ left: { effectId: 'q1', answer: undefined }, right: undefined }]);
    expect(c.counts).toMatchObject({
      tasks: { differ: 0, onlyLeft: 0, onlyRight: 1 },
      answers: { differ: 0, onlyLeft: 1, onlyRight: 0 },
    });
  });

  it('count what one side never measured once, and never call it equal', () => {
    const scoring = (value: unknown): Side =>
      side(journal().created().done('check1').done('check2'), {
        id: JSON.stringify(value),
        results: { check1: value, check2: { score: 1 } },
      });
    const without = side(journal().created().done('check1').done('check2'), { id: 'none' });
    const c = compare(scoring({ score: 9 }), without);
    expect(c.metrics).toMatchObject([
      { name: 'best score', left: '9, iteration 1', right: '', same: false, change: '' },
      { name: 'iterations', same: true },
    ]);
    expect(c.counts.metrics).toEqual({ differ: 0, onlyLeft: 1, onlyRight: 0 });
  });

  it('write large numbers of iterations as all others', () => {
    const story = journal().created();
    for (let n = 1; n <= 1200; n += 1) story.done(`step${n}`);
    const [iterations] = compare(side(story, { id: 'long' }), side(journal().created().done('a'))).metrics;
    expect(iterations).toMatchObject({ name: 'iterations', left: '1,200', right: '1', change: '−1,199' });
  });

  it('say first that they are of different processes', () => {
    const of = (processId: string): Side =>
      side(journal().created().done('plan'), { id: processId, metadata: { processId } });
    expect(compare(of('shop/cart'), of('shop/search')).warning).toBe(
      'Different processes: A runs shop/cart, B runs shop/search. Only tasks with the same name are matched.',
    );
    expect(compare(of('shop/cart'), of('shop/cart')).warning).toBe('');
  });

  it('are told whole up to ten thousand tasks, of which the first thousand that differ tell where', () => {
    const many = (id: string, score: number): Side => {
      const story = journal().created();
      const results: Record<string, unknown> = {};
      for (let n = 0; n < 1500; n += 1) {
        story.done(`t${n}`);
        results[`t${n}`] = { score };
      }
      return side(story, { id, results });
    };
    const c = compare(many('a', 1), many('b', 2));
    expect([c.tasks.length, c.left, c.counts.tasks.differ]).toEqual([1500, 0, 1500]);
    expect([c.tasks[999]?.result.changes.length, c.tasks[1000]?.result.changes.length]).toEqual([1, 0]);
    expect(c.tasks[1000]?.result.more).toBe(1);
  });

  it('tell how people answered, and for how long they were waited for', () => {
    const asked = (wait: number): JournalBuilder =>
      journal().created().requested('q', 'breakpoint').after(wait).resolved('q').completed();
    const ship = { q: { metadata: { payload: { title: 'Ship it?', question: 'Well?' } } } };
    const c = compare(
      side(asked(5 * minute), {
        ...{ id: 'a', tasks: ship },
        results: { q: { approved: true, respondedBy: 'ann' } },
      }),
      side(asked(2 * minute), {
        ...{ id: 'b', tasks: ship },
        results: { q: { approved: false, option: 'Abort', feedback: 'Not now', respondedBy: 'ann' } },
      }),
    );
    expect(c.answers).toMatchObject([
      {
        left: { title: 'Ship it?', answer: { verdict: 'approved', who: 'by ann' } },
        right: { answer: { verdict: 'rejected: Abort', words: 'Not now' } },
        differs: ['answer', 'words'],
      },
    ]);
    // No agent worked on either side, which is nothing to compare.
    expect(c.times).toMatchObject([
      { name: 'start to end', change: '−3m' },
      { name: 'waiting for people', left: '5m 1s', right: '2m 1s', change: '−3m' },
    ]);
  });

  it('say which is a fork of which, and mark what was replayed', () => {
    const original = side(journal().created().done('plan').done('build').done('check'), { id: 'first' });
    const fork = side(journal().created().done('plan').done('build').requested('check'), {
      id: 'second',
      metadata: { request: 'fork of first at 4' },
    });
    const c = compare(original, fork);
    expect(c.notes).toEqual(['B is a fork of A: everything up to event 4 was replayed, not run again.']);
    // Event 4 asks for the build, which was not answered by then.
    expect(c.tasks.map(({ replayed }) => replayed)).toEqual([true, false, false]);
    const edited = side(journal().created(), {
      id: 'fourth',
      metadata: { request: 'fork of first at 4 with edited inputs' },
    });
    expect(compare(edited, original).notes).toEqual([
      'A is a fork of B: everything up to event 4 was replayed, not run again. Before that, its inputs were edited.',
    ]);
    const recovered = side(journal().created(), { id: 'fifth', metadata: { request: 'recovery of first' } });
    expect(compare(original, recovered).notes).toEqual([
      'B was recovered from A: every recorded answer it asked for was taken over.',
    ]);
    const other = side(journal().created(), { id: 'third', metadata: { request: 'fork of first at 2' } });
    expect(compare(fork, other).notes).toEqual(['Both are forks of first: A at event 4, B at event 2.']);
  });

  it('say no secret and nothing deceptive, wherever it was written', () => {
    const secret = '0123456789abcdef';
    const evil = `\u202e ${secret} {"completionProof":"${secret}"}`;
    const value = { completionProof: secret, text: evil, [evil]: evil };
    const parts = { tasks: { a: { title: evil, inputs: value } }, results: { a: value } };
    const c = compare(
      side(journal().created().done('a').failed(evil), { ...parts, id: 'a', inputs: value, output: value }),
      side(journal().created().done('b').done('c'), { id: 'b', metadata: { prompt: evil } }),
      [secret],
    );
    const said = JSON.stringify(c);
    expect(said).toContain('⟨U+202E⟩');
    expect(said).not.toContain(secret);
    expect(said).not.toContain('\u202e');
  });
});

describe('two iterations side by side', () => {
  const story = journal().created().done('work1').done('check1').done('work2').done('check2');
  const parts: SideParts = {
    tasks: {
      work1: { title: 'Iteration 1: work', inputs: { iteration: 1 } },
      work2: { title: 'Iteration 2: work', inputs: { iteration: 2 } },
      check1: { title: 'Check', inputs: { iteration: 1 } },
      check2: { title: 'Check', inputs: { iteration: 2 } },
    },
    results: { check1: { score: 60 }, check2: { score: 80 } },
  };

  it('call iterations of phases by their own numbers', () => {
    const phased = journal().created().done('rate1').done('rate2');
    const named = side(phased, {
      tasks: {
        rate1: { title: 'Rate', inputs: { phase: 'model', iteration: 1 } },
        rate2: { title: 'Rate', inputs: { phase: 'api', iteration: 1 } },
      },
      results: { rate1: { score: 60 }, rate2: { score: 80 } },
      iteration: 2,
    });
    expect(compare(named, named).sides[0].iteration).toBe('api · iteration 1');
    const c = compare({ ...named, iteration: undefined }, { ...named, iteration: undefined });
    expect(c.metrics[0]).toMatchObject({ name: 'best score', left: '80, api · iteration 1' });
    expect(c.tasks.map(({ iteration }) => iteration)).toEqual(['model · iteration 1', 'api · iteration 1']);
  });

  it('match tasks whose titles count, and leave out what belongs to the run', () => {
    const c = compare(side(story, { ...parts, iteration: 1 }), side(story, { ...parts, iteration: 2 }));
    expect(c.sides.map(({ iteration }) => iteration)).toEqual(['iteration 1', 'iteration 2']);
    expect([c.inputs, c.result, c.counts.facts.differ]).toEqual([undefined, undefined, 0]);
    expect(titlesOf(c.tasks)).toEqual([
      'Iteration 1: work | Iteration 2: work | title,inputs',
      'Check | Check | inputs,result',
    ]);
    expect(c.metrics).toEqual([
      { name: 'score', left: '60', right: '80', same: false, change: '+20', better: 'right' },
    ]);
  });
});

describe('a run as text', () => {
  it('tells each step without ids and times, and is clean', () => {
    const story = journal()
      .created()
      .done('work1')
      .requested('q', 'breakpoint')
      .resolved('q')
      .requested('work2')
      .erred('work2', 'No\nroom \u202e 0123456789abcdef')
      .failed('Enough');
    const { opened: run } = side(story, {
      tasks: {
        work1: { title: 'Work', inputs: { iteration: 1 } },
        q: { metadata: { payload: { title: 'Ship?', question: 'Well?' } } },
        work2: { title: 'Work', inputs: { iteration: 2 } },
      },
      results: { q: { approved: true, feedback: 'Fine', respondedBy: 'ann' } },
    });
    const clean = cleaner(['0123456789abcdef'], []);
    expect(runStory(run, clean).split('\n')).toEqual([
      'Title: demo/process',
      'Process: demo/process',
      '',
      'Iteration 1',
      '  agent: Work: done',
      '  breakpoint: Ship?: approved by ann',
      '    | Fine',
      '',
      'Iteration 2',
      '  agent: Work: failed',
      '    | No',
      '    | room ⟨U+202E⟩ •••',
      '',
      'Run failed',
      '  | Enough',
      '',
    ]);
    expect(runStory(run, clean, 2)).toBe(
      'Iteration\n  agent: Work: failed\n    | No\n    | room ⟨U+202E⟩ •••\n',
    );
  });
});

describe('a value as a document', () => {
  it('has its names in order and no secrets, and deceives nobody', () => {
    const value = { b: [{ d: 1, c: 2 }], a: '\u202e', completionProof: 'abcdefgh', ['0123456789abcdef']: 1 };
    expect(valueDocument(value, ['0123456789abcdef'])).toBe(
      valueDocument({ ...value, b: [{ c: 2, d: 1 }] }, ['0123456789abcdef']),
    );
    const text = valueDocument(value, ['0123456789abcdef']);
    expect(text).toContain('"•••": 1');
    expect(text).toContain('"a": "\\u202e"');
    expect(text).not.toMatch(/abcdefgh|0123456789abcdef|\u202e/);
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i += 1) deep = [deep];
    expect(valueDocument(deep, [])).toMatch(/nested too deeply/);
  });
});

describe('matching tasks', () => {
  const task = (taskId: string, title = taskId, iteration?: number, kind = 'agent'): Matchable => ({
    ...{ taskId, title, iteration, kind },
  });
  const matched = (left: readonly Matchable[], right: readonly Matchable[]): readonly string[] =>
    matchTasks(left, right).map(({ left, right }) => `${left ?? '-'}${right ?? '-'}`);

  it('goes by id, title and order', () => {
    expect(matched([task('a'), task('b')], [task('b'), task('a')])).toEqual(['01', '10']);
    expect(matched([task('a'), task('a')], [task('a'), task('a'), task('a')])).toEqual(['00', '11', '-2']);
  });

  it('stays within iterations of the same number where it can', () => {
    const left = [task('a', 'a', 1), task('a', 'a', 1), task('a', 'a', 2)];
    const right = [task('a', 'a', 1), task('a', 'a', 2), task('a', 'a', 2)];
    // The second attempt of the first iteration is like none, so it is matched with what is left over.
    expect(matched(left, right)).toEqual(['00', '21', '12']);
  });

  it('takes another title for a renamed task only where nothing else could be meant', () => {
    expect(matched([task('a', 'old')], [task('a', 'new')])).toEqual(['00']);
    expect(matched([task('a', 'old')], [task('a', 'new'), task('a', 'newer')])).toEqual(['0-', '-0', '-1']);
    const question = (title: string): Matchable => task('__sdk.breakpoint', title, undefined, 'breakpoint');
    expect(matched([question('Ship?')], [question('Stop?')])).toEqual(['0-', '-0']);
    expect(matched([question('Ship night 1?')], [question('Ship night 2?')])).toEqual(['00']);
  });
});

describe('the differences of two values', () => {
  it('are named by their places', () => {
    expect(valueDiff({ a: [1, { b: 2 }], c: 1 }, { a: [1, { b: 3 }, 4], d: null }, 10).differences).toEqual([
      { path: 'a[1].b', name: 'b', left: 2, right: 3 },
      { path: 'a[2]', name: '', left: undefined, right: 4 },
      { path: 'c', name: 'c', left: 1, right: undefined },
      { path: 'd', name: 'd', left: undefined, right: null },
    ]);
    expect(valueDiff({ b: 1, a: 2 }, { a: 2, b: 1 }, 10)).toEqual({ differences: [], more: 0 });
    expect(valueDiff([1], { 0: 1 }, 10).differences).toHaveLength(1);
    expect(valueDiff([1, 2, 3], [4, 5, 6], 2)).toMatchObject({ more: 1 });
  });

  it('of values nested deeply are found', () => {
    const deep = (core: number): unknown => {
      let value: unknown = core;
      for (let i = 0; i < 15_000; i += 1) value = [value];
      return value;
    };
    expect(valueDiff(deep(1), deep(2), 10).differences).toHaveLength(1);
    expect(valueDiff(JSON.parse('{"__proto__":1}'), {}, 10).differences).toHaveLength(1);
  });
});

it('shows a side that says it was not successful as no success', () => {
  const ended = (success: boolean): Side => {
    const { stored: known, ...rest } = side(journal().created().completed());
    const gist = { outcome: { success, summary: undefined } };
    return { ...rest, stored: { ...known, run: { ...known.run, gist } } as typeof known };
  };
  expect(compare(ended(false), ended(true)).sides).toMatchObject([
    { state: 'completed, not successful', icon: 'warning' },
    { state: 'completed', icon: 'pass' },
  ]);
});
