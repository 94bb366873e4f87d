import { babysitterEngine } from '../../src/engines/babysitter/core/babysitterEngine';
import { describe, expect, it } from 'vitest';
import { fromReportPage } from '../../src/core/views/page/reportProtocol';
import { toReportView, type ReportView } from '../../src/core/views/page/reportView';
import {
  iterationColumns,
  iterationName,
  sortIterations,
  type IterationOrder,
} from '../../src/core/views/report/iterationColumns';
import { findingCounterparts } from '../../src/core/views/report/counterparts';
import { chartLegend, metricChart, type ChartNode } from '../../src/core/views/report/metricChart';
import type { Report, ReportIteration, ReportMetric } from '../../src/core/views/report/report';
import { toReport } from '../../src/core/views/report/toReport';
import { defaultMetricChoice, wantedMetricKeys } from '../../src/core/run/metrics';
import { parseResult, parseTask } from '../../src/core/run/task';
import { atOnce } from '../../src/core/sliced';
import { openRun, type OpenedRun } from '../../src/core/views/tree/buildTree';
import { journal, minute, second, start, type JournalBuilder } from '../support/journalBuilder';
import { aRun } from '../support/runBuilder';

function opened(story: JournalBuilder, titles: Readonly<Record<string, unknown>>, results = {}): OpenedRun {
  const run = aRun({ journal: story });
  const tasks = Object.entries(titles).map(([id, json]) => {
    const { task } = parseTask(JSON.stringify(json), run.story.effects.get(id)?.kind ?? '');
    if (!task) throw new Error(`${id} is no task.`);
    return [id, task] as const;
  });
  const values = Object.entries(results).map(([id, value]) => {
    const json = JSON.stringify({ status: 'ok', result: value });
    const { result } = parseResult(json, wantedMetricKeys(defaultMetricChoice));
    if (!result) throw new Error(`${id} has no result.`);
    return [id, result] as const;
  });
  const details = { tasks: new Map(tasks), results: new Map(values), problems: [], warnings: [] };
  return openRun(run, details, defaultMetricChoice);
}

/** Iterations that plan two modules side by side and score them; the second one is the best. */
function iterating(scores: readonly number[]): OpenedRun {
  const story = journal().created();
  const titles: Record<string, unknown> = {};
  const results: Record<string, unknown> = {};
  for (const [i, score] of scores.entries()) {
    const n = i + 1;
    const [web, api, rated] = [`plan${n}1`, `plan${n}2`, `score${n}`];
    const order = i % 2 === 0 ? [web, api] : [api, web];
    for (const id of order) story.requested(id, 'agent', { taskId: 'plan' });
    story.after(minute);
    for (const id of order) story.resolved(id);
    story.requested(rated, 'agent', { taskId: 'score' }).resolved(rated);
    titles[web] = { title: `Iteration ${n}: plan web`, inputs: { iteration: n } };
    titles[api] = { title: `Iteration ${n}: plan api`, inputs: { iteration: n } };
    titles[rated] = { title: `Iteration ${n}: score`, inputs: { iteration: n } };
    results[rated] = { score };
  }
  return opened(story, titles, results);
}

function matched({ iterations, details }: OpenedRun, n?: number) {
  return atOnce(findingCounterparts(iterations.list, details, n));
}

function reportOf(run: OpenedRun, iteration: number | undefined): Report {
  const sources = { runJson: undefined, inputs: undefined, home: '/home/dana', findFile: () => undefined };
  return toReport(run, sources, {
    now: start + 60 * minute,
    engine: babysitterEngine,
    classify: { activityWindow: minute },
    metric: defaultMetricChoice,
    iteration,
  });
}

function viewOf(run: OpenedRun, iteration: number | undefined): ReportView {
  return toReportView(reportOf(run, iteration), matched(run, iteration));
}

it('iterations of phases are called by their own numbers wherever a report names them', () => {
  const story = journal().created();
  const tasks: Record<string, unknown> = {};
  const results: Record<string, unknown> = {};
  for (const [i, phase] of ['model', 'model', 'api'].entries()) {
    const id = `rate${i}`;
    story.requested(id, 'agent', { taskId: 'rate' }).resolved(id);
    tasks[id] = { title: 'Rate', inputs: { phase, iteration: (i % 2) + 1 } };
    results[id] = { score: 60 + i };
  }
  const run = opened(story, tasks, results);
  const view = viewOf(run, undefined);
  const whole = toReportView({ ...reportOf(run, undefined), scope: 'run' }, new Map());
  expect(whole.tasks.map(({ iteration }) => iteration)).toEqual([
    'model · iteration 1',
    'model · iteration 2',
    'api · iteration 1',
  ]);
  expect(viewOf(run, 1).tasks.map(({ iteration }) => iteration)).toEqual(['']);
  const [first] = iterationColumns(view.iterations, view.metrics);
  expect(view.iterations.map((iteration) => first?.text(iteration))).toEqual([
    'Model · iteration 1',
    'Model · iteration 2',
    'Api · iteration 1 ★ best',
  ]);
  expect(JSON.stringify(view.sections)).toContain('(62 in api · iteration 1)');
  expect(view.tasks.at(-1)).toMatchObject({ previous: 'model · iteration 2' });
  const chart = JSON.stringify(metricChart(view.metrics, 3, view.iterations));
  expect(chart).toContain('score, api · iteration 1: 62, best');
  expect(chart).toContain('62 in api · iteration 1.');
  expect(chartLegend(view.metrics, 2, view.iterations)).toContain('ring: model · iteration 2');
});

describe('a task in other iterations', () => {
  it('is the one of the same name, whatever the order in which they were asked for', () => {
    const run = iterating([60, 90, 80]);
    const all = matched(run);
    expect(all.get('plan31')).toEqual({
      previous: { effectId: 'plan21', iteration: 2 },
      best: { effectId: 'plan21', iteration: 2 },
    });
    expect(all.get('plan21')).toEqual({ previous: { effectId: 'plan11', iteration: 1 } });
    expect(all.get('score1')).toEqual({ best: { effectId: 'score2', iteration: 2 } });
    const one = matched(run, 3);
    expect([...one.keys()].toSorted()).toEqual(['plan31', 'plan32', 'score3']);
    expect(one.get('plan31')).toEqual(all.get('plan31'));
  });

  it('is the one at the same place where names say nothing', () => {
    const story = journal().created();
    const titles: Record<string, unknown> = {};
    for (const n of [1, 2]) {
      for (const place of ['a', 'b']) {
        story.requested(`w${n}${place}`, 'agent', { taskId: 'work' }).resolved(`w${n}${place}`);
        titles[`w${n}${place}`] = {
          title: `Words of ${n === 1 ? 'one' : 'two'} ${place}`,
          inputs: { iteration: n },
        };
      }
    }
    const all = matched(opened(story, titles));
    expect(all.get('w2a')).toEqual({ previous: { effectId: 'w1a', iteration: 1 } });
    expect(all.get('w2b')).toEqual({ previous: { effectId: 'w1b', iteration: 1 } });
  });

  it('is only one that has a result', () => {
    const story = journal().created().requested('plan1').done('score1').done('plan2').done('score2');
    const titles = Object.fromEntries(
      ['plan1', 'score1', 'plan2', 'score2'].map((id) => [id, { inputs: { iteration: Number(id.at(-1)) } }]),
    );
    expect([...matched(opened(story, titles)).keys()]).toEqual(['score2']);
  });
});

describe('the table of iterations', () => {
  const iteration = (n: number, more: Partial<ReportIteration> = {}): ReportIteration => ({
    n,
    requested: 3,
    ok: 3,
    error: 0,
    cancelled: 0,
    passed: 3,
    notPassed: 0,
    metrics: {},
    time: { agent: 0, human: 0 },
    ...more,
  });
  const list = [
    iteration(1, { metrics: { score: 61 }, time: { agent: 9 * second, human: 0 } }),
    iteration(2),
    iteration(3, { metrics: { score: 92 }, best: true, time: { agent: second, human: 0 } }),
    iteration(10, { metrics: { score: 61 }, time: { agent: 2 * minute, human: 0 } }),
  ];
  const sorted = (order: IterationOrder): readonly number[] =>
    sortIterations(list, iterationColumns([], [{ key: 'score', series: [] }]), order).map(({ n }) => n);

  it('is sorted by numbers, and not by the words for them', () => {
    expect(sorted({ column: 'iteration', descending: true })).toEqual([10, 3, 2, 1]);
    expect(sorted({ column: 'agent', descending: false })).toEqual([2, 3, 1, 10]);
  });

  it('has those without a value last either way, and equal ones in their order', () => {
    expect(sorted({ column: 'metric score', descending: true })).toEqual([3, 1, 10, 2]);
    expect(sorted({ column: 'metric score', descending: false })).toEqual([1, 10, 3, 2]);
  });

  it('stays as it is by a column that there is no more', () => {
    expect(sorted({ column: 'metric coverage', descending: true })).toEqual([1, 2, 3, 10]);
  });

  it('names iterations with what they scored', () => {
    expect(list.map((each) => iterationName(each, 'score'))).toEqual([
      'Iteration 1 · score 61',
      'Iteration 2',
      'Iteration 3 · score 92 · ★ best',
      'Iteration 10 · score 61',
    ]);
  });
});

describe('the chart', () => {
  const metric = (key: string, values: readonly number[], more: Partial<ReportMetric> = {}): ReportMetric => {
    const series = values.map((value, i) => ({ iteration: i + 1, value }));
    const value = Math.max(...values);
    const best = { iteration: values.indexOf(value) + 1, value };
    return { key, better: 'highest', best, series, ...more };
  };
  const all = (node: ChartNode): readonly ChartNode[] => [
    node,
    ...node.children.flatMap((child) => (typeof child === 'string' ? [] : all(child))),
  ];
  const withClass = (chart: ChartNode, name: string): readonly ChartNode[] =>
    all(chart).filter(({ attributes }) =>
      String(attributes['class'] ?? '')
        .split(' ')
        .includes(name),
    );

  it('has a point for each value that says it, and marks the best, the target and the iteration in focus', () => {
    const chart = metricChart([metric('score', [61, 92, 88], { target: 95 })], 3, []);
    expect(all(chart).flatMap(({ point }) => point ?? [])).toEqual([
      { key: 'score', iteration: 1, spoken: 'score, iteration 1: 61' },
      { key: 'score', iteration: 2, spoken: 'score, iteration 2: 92, best' },
      { key: 'score', iteration: 3, spoken: 'score, iteration 3: 88' },
    ]);
    expect(withClass(chart, 'best').map(({ point }) => point?.iteration)).toEqual([2]);
    expect(withClass(chart, 'focus')).toHaveLength(1);
    expect(withClass(chart, 'target')).toHaveLength(1);
    expect(withClass(chart, 'value').flatMap(({ children }) => children)).toEqual(['61', '★ 92', '88']);
  });

  it('gives metrics of one order of magnitude one scale, and others their own', () => {
    const chart = metricChart(
      [metric('score', [60, 90]), metric('coverage', [70, 71]), metric('passRate', [0.5, 0.9])],
      undefined,
      [],
    );
    expect(withClass(chart, 'frame')).toHaveLength(2);
    const lines = all(chart).filter(({ tag }) => tag === 'polyline');
    const heights = lines.map(({ attributes }) =>
      String(attributes['points'])
        .split(' ')
        .map((place) => Number(place.split(',')[1])),
    );
    // 60 lies below 70, as on one scale; the share climbs over most of a scale of its own.
    expect(heights[0]?.[0]).toBeGreaterThan(heights[1]?.[0] ?? 0);
    expect((heights[2]?.[0] ?? 0) - (heights[2]?.[1] ?? 0)).toBeGreaterThan(90);
  });

  it('tells lines apart without colour', () => {
    const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
    const chart = metricChart(
      keys.map((key) => metric(key, [1, 2])),
      undefined,
      [],
    );
    const dashes = all(chart)
      .filter(({ tag }) => tag === 'polyline')
      .map(({ attributes }) => attributes['stroke-dasharray']);
    expect(new Set(dashes).size).toBe(keys.length);
    const shapes = keys.map((_, i) => {
      const mark = withClass(withClass(chart, `s${i}`)[0] as ChartNode, 'mark')[0];
      return `${mark?.tag} ${String(mark?.attributes['d'] ?? '').replace(/[\d. -]+/g, '')} ${i === 2 ? 'up' : ''}`;
    });
    expect(new Set(shapes).size).toBeGreaterThan(4);
  });

  it('has no more places than a person can point at, the best and the shown one always among them', () => {
    const values = Array.from({ length: 5000 }, (_, i) => (i === 1234 ? 99 : i % 50));
    const chart = metricChart([metric('score', values)], 4321, []);
    const points = all(chart).flatMap(({ point }) => point?.iteration ?? []);
    expect(points.length).toBeLessThan(610);
    expect(points).toContain(1235);
    expect(points).toContain(4321);
    expect(points.at(-1)).toBe(5000);
  });
});

describe('the page', () => {
  it('shows one iteration, or the whole run with the time of its tasks together', () => {
    const run = iterating([60, 90, 80]);
    const one = viewOf(run, 3);
    expect(one).toMatchObject({
      extent: 3,
      focus: 3,
      heading: 'Iteration 3 of 3 · last',
    });
    expect(one.tasks.map(({ title, previous, best }) => [title, previous, best])).toEqual([
      ['Iteration 3: plan web', 'iteration 2', 'iteration 2'],
      ['Iteration 3: plan api', 'iteration 2', 'iteration 2'],
      ['Iteration 3: score', 'iteration 2', 'iteration 2'],
    ]);
    expect(one.time.rows.map(({ label, text }) => [label, text])[0]).toEqual([
      'Iteration 3: plan web',
      '1m 2s agent time',
    ]);

    const whole = viewOf(run, undefined);
    expect(whole).toMatchObject({ extent: 'run', focus: 2, heading: 'Whole run, 3 iterations' });
    expect(whole.tasks).toHaveLength(9);
    expect(whole.time.rows.map(({ label }) => label)).toEqual([
      'plan web (3 times)',
      'plan api (3 times)',
      'score (3 times)',
    ]);
  });

  it('tells waiting for people apart, and what they answered', () => {
    const story = journal()
      .created()
      .requested('gate', 'breakpoint')
      .after(5 * minute)
      .resolved('gate');
    const run = opened(story, { gate: { title: 'Approve' } }, { gate: { approved: false } });
    const view = viewOf(run, undefined);
    expect(view.tasks).toMatchObject([{ outcome: '✗ rejected', failed: false, took: 'waited 5m 1s' }]);
    expect(view.time.rows).toMatchObject([{ by: 'person', text: '5m 1s waiting for people' }]);
  });

  it('is bounded, and keeps the best iteration whatever its age', () => {
    const report = reportOf(iterating([60, 90]), undefined);
    const [first, best] = report.iterations;
    if (!first || !best) throw new Error('There are two iterations.');
    const iterations = Array.from({ length: 2500 }, (_, i) => ({ ...(i === 3 ? best : first), n: i + 1 }));
    const series = iterations.map(({ n }) => ({ iteration: n, value: 1 }));
    const metrics = report.metrics.map((metric) => ({ ...metric, series }));
    const view = toReportView({ ...report, iterations, metrics }, new Map());
    expect(view.iterations).toHaveLength(2001);
    expect(view.iterations[0]).toMatchObject({ n: 4, best: true });
    expect(view.leftIterations).toBe(499);
    expect(view.metrics[0]?.series).toHaveLength(2001);
  });

  it('of a run without anything is there, too', () => {
    expect(viewOf(opened(journal().created(), {}), undefined)).toMatchObject({
      extent: 'run',
      heading: 'Whole run',
      iterations: [],
      tasks: [],
    });
  });

  it('may ask only for what it shows', () => {
    const asked = (message: unknown): boolean => fromReportPage.safeParse(message).success;
    expect(asked({ type: 'show', extent: 3, request: 1 })).toBe(true);
    expect(asked({ type: 'show', extent: 'run', request: 1 })).toBe(true);
    expect(asked({ type: 'show', extent: -1, request: 1 })).toBe(false);
    expect(asked({ type: 'command', command: 'run.resume' })).toBe(false);
    expect(asked({ type: 'diffTask', effectId: '../../x', base: 'best' })).toBe(false);
    expect(asked({ type: 'diffTask', effectId: 'a', base: 'worst' })).toBe(false);
    expect(asked({ type: 'saveChart', svg: '<script>' })).toBe(false);
  });
});
