import { describe, expect, it } from 'vitest';
import { foldRun } from '../../src/engines/babysitter/core/foldRun';
import { deriveIterations, type Iterations } from '../../src/core/run/iterations';
import { defaultMetricChoice, findNumbers, metricKeys, wantedMetricKeys } from '../../src/core/run/metrics';
import { parseResult, parseTask } from '../../src/core/run/task';
import { journal, type JournalBuilder } from '../support/journalBuilder';

interface Files {
  readonly tasks?: Readonly<Record<string, unknown>>;
  readonly results?: Readonly<Record<string, unknown>>;
  readonly choice?: Partial<typeof defaultMetricChoice>;
}

function derive(story: JournalBuilder, { tasks = {}, results = {}, choice = {} }: Files = {}): Iterations {
  const { effects } = foldRun(story.entries);
  const metric = { ...defaultMetricChoice, ...choice };
  const read = <T>(
    json: Readonly<Record<string, unknown>>,
    parse: (text: string, id: string) => T | undefined,
  ) =>
    new Map(
      Object.entries(json).flatMap(([id, value]) => {
        const parsed = parse(JSON.stringify(value), id);
        return parsed === undefined ? [] : [[id, parsed] as const];
      }),
    );
  const files = {
    tasks: read(tasks, (text, id) => parseTask(text, effects.get(id)?.kind ?? '').task),
    results: read(results, (text) => parseResult(text, wantedMetricKeys(metric)).result),
  };
  return deriveIterations([...effects.values()], files, metric);
}

/** "1: a b · 2: c"; "1 (model 0): a" where the process gives numbers and phases of its own. */
function outline(iterations: Iterations): string {
  return iterations.list
    .map(({ n, number, phase, effects }) => {
      const own = [phase, number === n && phase === undefined ? undefined : number].filter(
        (part) => part !== undefined,
      );
      return `${n}${own.length === 0 ? '' : ` (${own.join(' ')})`}: ${effects.map((e) => e.effectId).join(' ')}`;
    })
    .join(' · ');
}

/** Tasks with these inputs. */
const inputs = (of: Readonly<Record<string, unknown>>): Files => ({
  tasks: Object.fromEntries(Object.entries(of).map(([id, value]) => [id, { inputs: value }])),
});

const loop = (rounds: number): JournalBuilder => {
  const story = journal().created();
  for (let n = 1; n <= rounds; n += 1) story.done(`work${n}`).done(`score${n}`);
  return story;
};

describe('iterations by explicit numbers', () => {
  const three = journal().done('a').done('b').done('c');
  const label = (text: string): { label: string } => ({ label: text });

  it.each<[string, JournalBuilder, Files, string]>([
    [
      'from the task input',
      three,
      inputs({ a: { iteration: 1 }, b: { iteration: 2 }, c: { iteration: 2 } }),
      '1: a · 2: b c',
    ],
    ['from 0 up', three, inputs({ a: { iteration: 0 }, b: { iteration: 1 } }), '1 (0): a · 2 (1): b c'],
    [
      'others join the nearest before; those before the first join the first',
      three,
      inputs({ b: { iteration: 7 } }),
      '1 (7): a b c',
    ],
    [
      'a number that falls back begins a new phase',
      three,
      inputs({ a: { iteration: 1 }, b: { iteration: 2 }, c: { iteration: 1 } }),
      '1 (1 1): a · 2 (1 2): b · 3 (2 1): c',
    ],
    [
      'and numbers may leave gaps',
      three,
      inputs({ a: { iteration: 4 }, b: { iteration: 5 }, c: { iteration: 30 } }),
      '1 (4): a · 2 (5): b · 3 (30): c',
    ],
    [
      'another phase begins one too, also with the next number',
      three,
      inputs({
        a: { iteration: 1, phase: 'model' },
        b: { iteration: 2, phaseName: 'api' },
        c: { iteration: 2, phase: 'page' },
      }),
      '1 (model 1): a · 2 (api 2): b · 3 (page 2): c',
    ],
    [
      'phases are compared as text, and one that is not named again goes on',
      journal().done('a').done('b').done('c').done('d'),
      inputs({
        a: { iteration: 1, phase: 2 },
        b: { iteration: 1, phase: '2' },
        c: { iteration: 2 },
        d: { iteration: 3, phase: 2 },
      }),
      '1 (2 1): a b · 2 (2 2): c · 3 (2 3): d',
    ],
    [
      'a task without a number goes with the next round of its phase, else with the round before',
      journal().done('a').done('plan').done('b').done('ship'),
      inputs({
        a: { iteration: 1, phase: 'model' },
        plan: { phase: 'api' },
        b: { iteration: 1, phase: 'api' },
        ship: { phase: 'page' },
      }),
      '1 (model 1): a · 2 (api 1): plan b ship',
    ],
    [
      'a plan that recurs belongs to the phase that follows it, what is new to the one before',
      journal()
        .done('plan1')
        .done('a')
        .done('ship')
        .done('b')
        .done('plan2')
        .done('c')
        .done('other')
        .done('d'),
      {
        tasks: {
          a: { inputs: { iteration: 1 } },
          b: { inputs: { iteration: 2 } },
          c: { inputs: { iteration: 1 } },
          d: { inputs: { iteration: 0 } },
        },
      },
      '1 (1 1): plan1 a ship · 2 (1 2): b · 3 (2 1): plan2 c other · 4 (3 0): d',
    ],
    [
      'from the label',
      journal().done('a', 'agent', label('Iteration 1')).done('b', 'agent', label('fix, iteration: 2')),
      {},
      '1: a · 2: b',
    ],
    [
      'from labels',
      journal()
        .done('a', 'agent', { labels: ['x', 'iteration-3'] })
        .done('b', 'agent', { labels: ['ITERATION#4'] }),
      {},
      '1 (3): a · 2 (4): b',
    ],
    [
      'from the title',
      journal().done('a').done('b'),
      { tasks: { a: { title: 'Score iteration 1' }, b: { title: 'Score iteration_2' } } },
      '1: a · 2: b',
    ],
    [
      'the input comes before the label',
      journal().done('a', 'agent', label('iteration 9')).done('b'),
      inputs({ a: { iteration: 1 }, b: { iteration: 2 } }),
      '1: a · 2: b',
    ],
    [
      'a breakpoint may carry the number too',
      journal().done('a', 'breakpoint', label('Review iteration 2')).done('b'),
      {},
      '1 (2): a b',
    ],
    [
      'one number is enough to win over repeats',
      loop(2),
      inputs({ work1: { iteration: 5, n: 1 }, work2: { n: 2 } }),
      '1 (5): work1 score1 work2 score2',
    ],
  ])('%s', (_, story, files, expected) => {
    expect(outline(derive(story, files))).toBe(expected);
  });

  it.each([
    ['a fraction', 1.5],
    ['a negative number', -1],
    ['a text', '2'],
    ['a number beyond 2^53, which is several numbers at once', 2 ** 53],
    ['null', null],
  ])('are not %s', (_, iteration) => {
    expect(outline(derive(journal().done('a').done('b'), inputs({ b: { iteration } })))).toBe('1: a · 2: b');
  });

  it.each(['reiteration 2', 'iterations 2', 'iteration two', 'iteration 2b', `iteration ${'9'.repeat(400)}`])(
    'are not in "%s"',
    (text) => {
      const story = journal().done('a').done('b', 'agent', { label: text });
      expect(outline(derive(story))).toBe('1: a · 2: b');
    },
  );
});

describe('iterations by repeats', () => {
  const different = inputs({
    work1: { n: 1 },
    score1: { n: 1 },
    work2: { n: 2 },
    score2: { n: 2 },
    work3: { n: 3 },
    score3: { n: 3 },
  });

  it.each<[string, JournalBuilder, Files, string]>([
    [
      'a task asked again after its answer begins one',
      loop(3),
      different,
      '1: work1 score1 · 2: work2 score2 · 3: work3 score3',
    ],
    ['also when its files cannot be read', loop(2), {}, '1: work1 score1 · 2: work2 score2'],
    [
      'what ran before the loop belongs to the first',
      journal().done('plan').done('work1').done('work2'),
      {},
      '1: plan work1 · 2: work2',
    ],
    [
      'what runs after it belongs to the last',
      loop(2).done('publish'),
      {},
      '1: work1 score1 · 2: work2 score2 publish',
    ],
    [
      'an error result is an answer',
      journal().requested('work1').erred('work1').done('work2'),
      {},
      '1: work1 · 2: work2',
    ],
    [
      'a cancelled request is none',
      journal().requested('work1').cancelled('work1').done('work2').done('x'),
      {},
      '1: work1 · 2: work2 · 3: x',
    ],
    [
      'a repeat with equal inputs begins none (drifting step ids)',
      loop(2).done('work3'),
      inputs({ work1: { n: 1 }, work2: { n: 1 }, work3: { n: 2 } }),
      '1: work1 score1 work2 · 2: score2 work3',
    ],
    [
      'breakpoints never begin one',
      journal().done('work1').done('q1', 'breakpoint').done('q2', 'breakpoint').done('work2'),
      {},
      '1: work1 q1 q2 · 2: work2',
    ],
    [
      'whatever their task is called',
      journal()
        .done('work1')
        .done('q1', 'breakpoint', { taskId: 'gate' })
        .done('q2', 'breakpoint', { taskId: 'gate' })
        .done('s1', 'sleep', { taskId: 'nap' })
        .done('s2', 'sleep', { taskId: 'nap' })
        .done('work2'),
      {},
      '1: work1 q1 q2 s1 s2 · 2: work2',
    ],
    [
      'nor do sleeps',
      journal().done('work1').done('s1', 'sleep').done('s2', 'sleep').done('work2'),
      {},
      '1: work1 s1 s2 · 2: work2',
    ],
    [
      "nor the engine's own tasks",
      journal()
        .done('work1')
        .done('o1', 'orchestrator_task', { taskId: '__sdk.orchestratorTask' })
        .done('o2', 'orchestrator_task', { taskId: '__sdk.orchestratorTask' })
        .done('work2'),
      {},
      '1: work1 o1 o2 · 2: work2',
    ],
    [
      'siblings of one batch are never iterations',
      journal()
        .requested('check1')
        .requested('check2')
        .requested('check3')
        .resolved('check1')
        .resolved('check2')
        .resolved('check3')
        .done('check4'),
      {},
      '1: check1 check2 check3 · 2: check4',
    ],
    [
      'a sibling asked late, before the others are answered, is none either',
      journal().requested('check1').requested('check2').resolved('check1').done('other').requested('check3'),
      inputs({ check1: 1, check2: 2, check3: 2 }),
      '1: check1 check2 · 2: other · 3: check3',
    ],
    [
      'what was asked for together stays together, whichever of it repeats',
      journal()
        .done('work1')
        .requested('lint1')
        .requested('work2')
        .resolved('lint1')
        .resolved('work2')
        .done('work3'),
      {},
      '1: work1 · 2: lint1 work2 · 3: work3',
    ],
    [
      'a task that closes each round ends its own',
      journal().done('verify1').done('work1').done('verify2').done('work2').done('verify3'),
      {},
      '1: verify1 work1 verify2 · 2: work2 verify3',
    ],
    [
      'one that is still pending may as well begin a round',
      journal().done('work1').done('verify1').done('work2').done('verify2').requested('work3'),
      {},
      '1: work1 verify1 · 2: work2 verify2 · 3: work3',
    ],
    [
      'one that is asked twice in a round closes none',
      journal().done('check1').done('work1').done('check2').done('check3').done('work2').done('check4'),
      {},
      '1: check1 work1 · 2: check2 · 3: check3 work2 · 4: check4',
    ],
  ])('%s', (_, story, files, expected) => {
    expect(outline(derive(story, files))).toBe(expected);
  });

  it('compares inputs as values: the order of keys does not matter, everything else does', () => {
    const begins = (a: unknown, b: unknown): boolean =>
      derive(journal().done('work1').done('x').done('work2'), inputs({ work1: a, work2: b })).list.length ===
      2;
    expect(begins({ a: 1, b: [{ c: 2, d: 3 }] }, { b: [{ d: 3, c: 2 }], a: 1 })).toBe(false);
    expect(begins([1, 2], [2, 1])).toBe(true);
    expect(begins({ a: undefined, b: 1 }, { b: 1 })).toBe(false);
    expect(begins([], {})).toBe(true);
    expect(begins({ a: null }, { a: 0 })).toBe(true);
    expect(begins({ a: 1 }, { a: 1, b: 1 })).toBe(true);
  });

  it('compares inputs that the engine put into files of their own by the hash in the name', () => {
    const at = (id: string, hash: string): object => ({ inputsRef: `tasks/${id}/blobs/inputs-${hash}.json` });
    const story = journal().done('work1').done('x').done('work2');
    const tasks = { work1: at('work1', 'aa'), work2: at('work2', 'bb') };
    expect(outline(derive(story, { tasks }))).toBe('1: work1 x · 2: work2');
    const equal = { work1: at('work1', 'aa'), work2: at('work2', 'aa') };
    expect(outline(derive(story, { tasks: equal }))).toBe('1: work1 · 2: x · 3: work2');
  });

  it('compares inputs nested a hundred thousand deep', () => {
    const nested = (): unknown => JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    const { effects } = foldRun(journal().done('work1').done('work2').entries);
    const task = { ...parseTask('{}', 'agent').task, inputs: nested() } as NonNullable<
      ReturnType<typeof parseTask>['task']
    >;
    const tasks = new Map([
      ['work1', task],
      ['work2', { ...task, inputs: nested() }],
    ]);
    const files = { tasks, results: new Map() };
    // Equal inputs: told by batches instead.
    expect(outline(deriveIterations([...effects.values()], files, defaultMetricChoice))).toBe(
      '1: work1 · 2: work2',
    );
  });
});

describe('iterations by batches', () => {
  it('is the last resort: each iterate that asked for something is one', () => {
    const story = journal().created().requested('a').requested('b').resolved('a').resolved('b').done('c');
    expect(outline(derive(story.done('q', 'breakpoint')))).toBe('1: a b · 2: c · 3: q');
  });

  it('gives none for a run without effects', () => {
    expect(derive(journal().created())).toEqual({ list: [], metric: undefined });
  });
});

describe('counts of an iteration', () => {
  it('say how its effects ended', () => {
    const story = journal().requested('a').requested('b').requested('c').requested('d');
    const [first] = derive(story.resolved('a').erred('b').cancelled('c')).list;
    expect(first).toMatchObject({ n: 1, requested: 4, ok: 1, error: 1, cancelled: 1 });
  });
});

describe('metrics', () => {
  const scores = (...values: readonly unknown[]): Files => ({
    results: Object.fromEntries(values.map((value, i) => [`score${i + 1}`, { result: value }])),
  });
  /** "score: 1=55 2=91*", the best with a star. */
  const table = ({ list, metric }: Iterations): string =>
    `${metric?.key}: ${list
      .filter((iteration) => iteration.metric !== undefined)
      .map(({ n, metric, best }) => `${n}=${metric}${best ? '*' : ''}`)
      .join(' ')}`;

  it.each<[string, JournalBuilder, Files, string]>([
    [
      'the highest is the best',
      loop(3),
      scores({ score: 55 }, { score: 91 }, { score: 83 }),
      'score: 1=55 2=91* 3=83',
    ],
    [
      'the first on ties',
      loop(3),
      scores({ score: 55 }, { score: 91 }, { score: 91 }),
      'score: 1=55 2=91* 3=91',
    ],
    [
      'the lowest, if told so',
      loop(3),
      { ...scores({ score: 9 }, { score: 2 }, { score: 2 }), choice: { best: 'lowest' } },
      'score: 1=9 2=2* 3=2',
    ],
    [
      'an iteration without it has none',
      loop(3),
      scores({ score: 55 }, { other: 1 }, { score: 54 }),
      'score: 1=55* 3=54',
    ],
    ['a negative one and zero are numbers', loop(2), scores({ score: -1 }, { score: 0 }), 'score: 1=-1 2=0*'],
    [
      '"result" comes before "value"',
      journal().done('score1'),
      { results: { score1: { result: { score: 1 }, value: { score: 2 } } } },
      'score: 1=1',
    ],
    [
      '"value" counts where there is no result',
      journal().done('score1'),
      { results: { score1: { value: { score: 2 } } } },
      'score: 1=2',
    ],
    [
      'the key that most iterations have',
      loop(3),
      scores({ score: 1 }, { coverage: 5, score: 2 }, { coverage: 4, confidence: 1 }),
      'score: 1=1 2=2*',
    ],
    [
      'even if it comes late in the list',
      loop(2),
      scores({ score: 1, confidence: 7 }, { confidence: 8 }),
      'confidence: 1=7 2=8*',
    ],
    [
      'on ties the first of the list',
      loop(2),
      scores(
        { confidence: 1, coverage: 5, overallScore: 3 },
        { confidence: 1, coverage: 6, overallScore: 2 },
      ),
      'overallScore: 1=3* 2=2',
    ],
    [
      'the setting names any key, and no other is taken',
      loop(2),
      { ...scores({ score: 1, bugs: 7 }, { score: 2 }), choice: { key: 'bugs', best: 'lowest' } },
      'bugs: 1=7',
    ],
    ['a text is no number', loop(2), scores({ score: '99' }, { score: 1 }), 'score: 2=1'],
    [
      'where no known name is found, a name of its own that ends in score',
      loop(3),
      scores(
        { parityScore: 66, ratio: 1 },
        { parityScore: 72 },
        { inner: { deepScore: 1 }, parityScore: 76 },
      ),
      'parityScore: 1=66 2=72 3=76*',
    ],
    [
      'the one that most have, on ties the first by name',
      loop(3),
      scores({ zScore: 1, ascore: 4 }, { zScore: 2, ascore: 3 }, { bScore: 9 }),
      'ascore: 1=4* 2=3',
    ],
    [
      'a known name wins over it however rare',
      loop(2),
      scores({ parityScore: 66, score: 1 }, { parityScore: 72 }),
      'score: 1=1',
    ],
  ])('%s', (_, story, files, expected) => {
    expect(table(derive(story, files))).toBe(expected);
  });

  it('takes the last resolved effect that has the key, not the last requested', () => {
    const story = journal()
      .requested('a')
      .requested('b')
      .requested('c')
      .resolved('b')
      .resolved('a')
      .resolved('c');
    const results = { a: { result: { score: 1 } }, b: { result: { score: 2 } }, c: { result: {} } };
    expect(table(derive(story, { results }))).toBe('score: 1=1');
  });

  it('finds the best by its number, never by its place', () => {
    const story = journal().done('a').done('b').done('c');
    const tasks = inputs({ a: { iteration: 4 }, b: { iteration: 9 }, c: { iteration: 30 } });
    const results = Object.fromEntries([1, 3, 2].map((score, i) => ['abc'[i], { result: { score } }]));
    const { list, metric } = derive(story, { ...tasks, results });
    expect(metric?.best).toBe(2);
    expect(list.map(({ number, best }) => [number, best])).toEqual([
      [4, false],
      [9, true],
      [30, false],
    ]);
  });

  it('keeps the rounds of phases apart', () => {
    const story = journal().done('a').done('b').done('c');
    const tasks = inputs({ a: { iteration: 1 }, b: { iteration: 2 }, c: { iteration: 1 } });
    const results = Object.fromEntries([9, 5, 1].map((score, i) => ['abc'[i], { result: { score } }]));
    expect(table(derive(story, { ...tasks, results }))).toBe('score: 1=9* 2=5 3=1');
  });

  it('has none where no result has a number', () => {
    expect(derive(loop(2), scores('fine', [1, 2])).metric).toBeUndefined();
  });
});

describe('findNumbers', () => {
  it('searches to depth 3 and no deeper', () => {
    expect(findNumbers({ score: 1 }, ['score'])).toEqual({ score: 1 });
    expect(findNumbers({ a: { b: { score: 3 } } }, ['score'])).toEqual({ score: 3 });
    expect(findNumbers({ a: { b: { c: { score: 4 } } } }, ['score'])).toEqual({});
  });

  it('takes the shallowest, then the first', () => {
    expect(findNumbers({ a: { score: 2 }, b: { score: 3 }, score: 1 }, ['score'])).toEqual({ score: 1 });
    expect(findNumbers({ a: { score: 2 }, b: { score: 3 } }, ['score'])).toEqual({ score: 2 });
  });

  it('passes over lists, infinities and what is inherited', () => {
    expect(
      findNumbers({ list: [{ score: 1 }], score: JSON.parse('1e999') }, ['score', 'constructor']),
    ).toEqual({});
  });

  it.each([null, 5, 'score', [1], undefined])('finds nothing in %j', (value) => {
    expect(findNumbers(value, metricKeys)).toEqual({});
  });

  it('knows the documented keys in their order', () => {
    expect(metricKeys).toEqual([
      'overallScore',
      'score',
      'qualityScore',
      'coverage',
      'passRate',
      'confidence',
    ]);
  });
});

describe('thirty thousand siblings of one task', () => {
  it('are derived in a moment', () => {
    const requests = journal().requested('work').entries;
    const [request] = foldRun(requests).effects.values();
    if (!request) return expect.fail();
    const effects = Array.from({ length: 30_000 }, (_, i) => ({ ...request, effectId: `work${i}` }));
    const began = performance.now();
    deriveIterations(effects, { tasks: new Map(), results: new Map() }, defaultMetricChoice);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});
