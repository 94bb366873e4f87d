import { describe, expect, it } from 'vitest';
import { layOutTimeline, type Timeline } from '../../src/core/views/page/timeline';
import { journal, minute, second, start, type JournalBuilder } from '../support/journalBuilder';
import { aRun } from '../support/runBuilder';
import { now, opened } from '../support/treeText';

/** The timeline of a journal, as seen an hour after its beginning. */
function timeline(
  story: JournalBuilder,
  part?: { from: number; to: number },
  results: Readonly<Record<string, unknown>> = {},
  asksNobody = false,
): Timeline {
  const run = aRun({ journal: story });
  const { details, iterations } = opened(run, { results });
  const laidOut = layOutTimeline({
    effects: [...run.story.effects.values()],
    iterations: iterations.list,
    files: details,
    now,
    endedAt: run.story.end?.at,
    part,
    asksNobody,
    idle: run.story.idle ?? [],
  });
  return laidOut ?? expect.fail('nothing is laid out');
}

/** A name without numbers. */
const letters = (n: number): string =>
  String(n).replaceAll(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit)));

const seconds = (time: number): number => (time - start) / second;

describe('a timeline', () => {
  it('has a row for each task of the process, and a bar from each request to its result', () => {
    const {
      rows,
      bars,
      start: begin,
      end,
    } = timeline(journal().created().done('plan', 'agent', { label: 'Plan' }).done('build').completed());
    expect(rows.map(({ label, lanes, human }) => [label, lanes, human])).toEqual([
      ['Plan', 1, false],
      ['agent', 1, false],
    ]);
    expect(bars.map(({ row, from, to, status }) => [row, seconds(from), seconds(to), status])).toEqual([
      [0, 1, 2, 'ok'],
      [1, 3, 4, 'ok'],
    ]);
    expect([begin, end].map(seconds)).toEqual([1, 5]);
  });

  it('puts tries of one task into its row, numbered within their iteration', () => {
    const { rows, bars } = timeline(
      journal()
        .created()
        .requested('build1')
        .erred('build1')
        .requested('build2')
        .resolved('build2')
        .completed(),
    );
    expect(rows).toHaveLength(1);
    expect(bars.map(({ attempt }) => attempt)).toEqual([1, 1]);
    // The process says that it is the same iteration, so it is another try.
    const run = aRun({ journal: journal().created().requested('a1').erred('a1').requested('a2') });
    const same = { tasks: { a1: { inputs: { iteration: 1 } }, a2: { inputs: { iteration: 1 } } } };
    const { details, iterations } = opened(run, same);
    const again = layOutTimeline({
      effects: [...run.story.effects.values()],
      iterations: iterations.list,
      files: details,
      now,
      endedAt: undefined,
      ...{ asksNobody: false, idle: [] },
    });
    expect(again?.bars.map(({ attempt, spoken }) => [attempt, spoken])).toEqual([
      [1, 'agent, failed, 1s'],
      [2, 'agent, pending, 59m 57s, attempt 2'],
    ]);
  });

  it('gives tasks that run at once lanes of their own, and marks what was asked for together', () => {
    const together = journal().created().requested('check1').requested('check2').requested('lint');
    const { rows, bars, groups } = timeline(together);
    expect(rows.map(({ lanes }) => lanes)).toEqual([2, 1]);
    expect(bars.map(({ row, lane }) => [row, lane])).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
    ]);
    expect(groups).toMatchObject([{ firstRow: 0, lastRow: 1, size: 3 }]);
    expect(timeline(journal().created().done('a').done('b')).groups).toEqual([]);
  });

  it('names what every iteration asks for without a number, and siblings with names of their own apart', () => {
    const story = journal()
      .created()
      .done('tune1', 'agent', { label: 'Iteration 1: tune it' })
      .done('tune2', 'agent', { label: 'Iteration 2: tune it' })
      .requested('review1', 'agent', { label: 'Review auth' })
      .requested('review2', 'agent', { label: 'Review billing' });
    const { rows, bars } = timeline(story);
    expect(rows.map(({ label }) => label)).toEqual(['tune it', 'Review auth', 'Review billing']);
    expect(bars.map(({ row }) => row)).toEqual([0, 0, 1, 2]);
    expect(bars[1]?.spoken).toBe('tune it, iteration 2, done, 1s');
  });

  it('folds names that only count on into one row, and so what has too many names to look through', () => {
    const steps = journal().created();
    for (let n = 1; n <= 300; n += 1) steps.done(`step${n}`, 'agent', { label: `Step ${n}` });
    const { rows, bars, bands } = timeline(steps);
    expect(rows).toMatchObject([{ label: 'Step n', tasks: 300 }]);
    expect(bars[41]).toMatchObject({
      title: 'Step 42',
      seq: 84,
      spoken: expect.stringMatching(/^Step 42, /),
    });
    // Bands reach to the end, however many there are.
    expect(bands.length).toBeLessThanOrEqual(200);
    expect([bands[0]?.name, bands.at(-1)?.name]).toEqual(['Iterations 1–2', 'Iterations 299–300']);

    const modules = journal().created();
    for (let n = 0; n < 9; n += 1)
      modules.requested(`m${n}`, 'agent', { taskId: 'review', label: `Review ${letters(n)}` });
    expect(timeline(modules).rows).toMatchObject([{ label: 'review', tasks: 9, lanes: 9 }]);
  });

  it('keeps the numbers that all names of a row have in common', () => {
    const labels = (names: readonly string[], taskIds: readonly string[] = []): readonly string[] => {
      const story = journal().created();
      names.forEach((label, i) => story.done(`e${i}`, 'agent', { label, taskId: taskIds[i] ?? 'task' }));
      return timeline(story).rows.map(({ label }) => label);
    };
    expect(labels(['Task 1 of 3', 'Task 2 of 3', 'Task 3 of 3'])).toEqual(['Task n of 3']);
    expect(labels(['HTTP2 phase 1.0', 'HTTP2 phase 1.1', 'HTTP2 phase 2.0'])).toEqual(['HTTP2 phase n.n']);
    expect(labels(['Step 7', 'Step 7'])).toEqual(['Step 7']);
    expect(labels(['Step n', 'Step 1'])).toEqual(['Step n', 'Step 1']);
    // So long that the differing number is cut off.
    expect(labels([1, 2].map((n) => `${'word '.repeat(20)}${n}`))).toEqual([
      expect.stringMatching(/^word .*…$/),
    ]);
    const many = Array.from({ length: 9 }, (_, n) => n);
    expect(
      labels(
        many.map((n) => `Review ${letters(n)}`),
        many.map((n) => `v2-review-${n}`),
      ),
    ).toEqual(['v2-review-n']);
  });

  it('tells the time in which a person is waited for apart from work', () => {
    const { bars } = timeline(
      journal().created().done('plan').requested('q', 'breakpoint', { label: 'gate' }),
    );
    expect(bars.map(({ human, spoken }) => [human, spoken])).toEqual([
      [false, 'agent, iteration 1, done, 1s'],
      [true, 'gate, iteration 2, waits for you, 59m 57s'],
    ]);
  });

  it('finds stretches in which no agent works, waiting for a person among them', () => {
    const story = journal()
      .created()
      .done('plan')
      .requested('q', 'breakpoint')
      .after(30 * minute)
      .resolved('q')
      .requested('build')
      .after(minute)
      .resolved('build')
      .completed();
    expect(timeline(story).gaps.map(({ from, to }) => [seconds(from), seconds(to)])).toEqual([[2, 1805]]);
    expect(timeline(journal().created().done('plan').done('build').completed()).gaps).toEqual([]);
  });

  it('has a band for each iteration, until the next one begins', () => {
    const { bands } = timeline(journal().created().done('a1').done('a2').completed());
    expect(bands.map(({ n, from, to }) => [n, seconds(from), seconds(to)])).toEqual([
      [1, 1, 3],
      [2, 3, 5],
    ]);
  });

  it('calls iterations by their numbers where some are left out', () => {
    const run = aRun({ journal: journal().created().done('a1').done('a2').done('a3').completed() });
    const { details, iterations } = opened(run);
    const { bands, bars } =
      layOutTimeline({
        effects: [...run.story.effects.values()],
        iterations: iterations.list.map((one, i) => ({ ...one, n: [1, 3, 4][i] ?? 0, best: i === 1 })),
        ...{ files: details, now, endedAt: run.story.end?.at, part: undefined, asksNobody: false, idle: [] },
      }) ?? expect.fail('nothing is laid out');
    expect(bands.map(({ n, name, best }) => [n, name, best])).toEqual([
      [1, 'Iteration 1', false],
      [3, 'Iteration 3', true],
      [4, 'Iteration 4', false],
    ]);
    expect(bars.map(({ spoken }) => /iteration \d/.exec(spoken)?.[0])).toEqual([
      'iteration 1',
      'iteration 3',
      'iteration 4',
    ]);
  });

  it('knows the current moment only while the run goes on', () => {
    expect(timeline(journal().created().requested('a')).now).toBe(now);
    expect(timeline(journal().created().done('a').completed()).now).toBeUndefined();
  });

  it('shows a part of the run with the bars that reach into it', () => {
    const story = journal().created().done('a').done('b').done('c').completed();
    const part = { from: start + 3 * second, to: start + 4 * second };
    const { bars, rows, from, to } = timeline(story, part);
    expect(rows).toHaveLength(3);
    expect(bars.map(({ effectId }) => effectId)).toEqual(['b']);
    expect([from, to].map(seconds)).toEqual([3, 4]);
  });

  it('is bounded for thousands of tasks: what lies close together shares a bar that tells the worst', () => {
    const story = journal().created();
    for (let n = 1; n <= 4000; n += 1) {
      story.requested(`step${n}`);
      if (n >= 2000 && n <= 2002) story.erred(`step${n}`);
      else story.resolved(`step${n}`);
    }
    const { bars, rows, joined, failed } = timeline(story.completed());
    // One after the other, they need one lane.
    expect(rows.map(({ lanes }) => lanes)).toEqual([1]);
    expect([joined, failed]).toEqual([true, 3]);
    expect(bars.length).toBeLessThanOrEqual(1500);
    expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(4000);
    expect(bars.filter(({ status }) => status === 'error').length).toBeLessThan(3);

    const wide = journal().created();
    for (let n = 0; n < 300; n += 1) wide.requested(`task${letters(n)}`);
    const many = timeline(wide);
    expect([many.rows.length, many.leftRows]).toEqual([100, 200]);
  });

  it('draws a night without an event as idle, and short', () => {
    const story = journal()
      .created()
      .requested('a')
      .after(10 * minute)
      .add('STOP_HOOK_INVOKED', { decision: 'approve' })
      .after(540 * minute)
      .resolved('a')
      .done('b')
      .completed();
    const { bars, gaps } = timeline(story);
    const [bar, other] = bars;
    // The gap goes on until the next task is asked for.
    const hours = (stretches: Timeline['gaps'] = []): readonly number[] =>
      stretches.map(({ from, to }) => Math.floor((to - from) / (60 * minute)));
    expect([hours(bar?.idle), hours(gaps)]).toEqual([[9], [9]]);
    expect(bar?.spoken).toBe('agent, iteration 1, done, 9h 10m, 9h of it idle (a guess)');
    expect(other?.idle).toEqual([]);
  });

  it('tells what came of a question, and counts no automatic answer as waiting for a person', () => {
    const story = (): JournalBuilder =>
      journal().created().requested('q', 'breakpoint').after(minute).resolved('q').completed();
    const barOf = (value: unknown, asksNobody = false) => {
      const [bar] = timeline(story(), undefined, { q: value }, asksNobody).bars;
      return [bar?.human, bar?.spoken.replace(/.*, (.*),.*/, '$1')];
    };
    expect(barOf({ approved: true })).toEqual([true, 'approved by a person']);
    expect(barOf({ approved: false })).toEqual([true, 'rejected by a person']);
    expect(barOf({ note: 'x' })).toEqual([true, 'answered by a person']);
    expect(barOf({ approved: true }, true)).toEqual([false, 'approved']);
  });

  it('is none without a single time', () => {
    expect(
      layOutTimeline({
        ...{ effects: [], iterations: [], files: opened(aRun()).details, now, endedAt: undefined },
        ...{ asksNobody: false, idle: [] },
      }),
    ).toBeUndefined();
  });

  it('spells deceptive text out', () => {
    const { rows, bars } = timeline(journal().created().requested('a', 'agent', { label: 'x\u202ey' }));
    expect([rows[0]?.label, bars[0]?.spoken]).toEqual(['x⟨U+202E⟩y', expect.stringContaining('x⟨U+202E⟩y')]);
  });
});
