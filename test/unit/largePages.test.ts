import { expect, it } from 'vitest';
import { needNode, needsYou } from '../../src/core/attention/needsYou';
import { defaultMetricChoice } from '../../src/core/run/metrics';
import { toReportView } from '../../src/core/views/page/reportView';
import { toRunView } from '../../src/core/views/page/runView';
import { toReport } from '../../src/core/views/report/toReport';
import { writeReport } from '../../src/core/views/report/formats';
import { pageOf } from '../../src/core/views/tree/buildTree';
import { babysitterEngine } from '../../src/engines/babysitter/core/babysitterEngine';
import { journal } from '../support/journalBuilder';
import { aRun } from '../support/runBuilder';
import { now, opened, stored } from '../support/treeText';

const ids = (n: number): readonly string[] => Array.from({ length: n }, (_, i) => `q${i}`);
const shown = { iterating: false, trusted: true };

it('a page has the first of ten thousand questions, says how many there are more, and has more when asked', () => {
  let story = journal().created();
  for (const id of ids(10_000)) story = story.requested(id, 'breakpoint');
  const run = stored(aRun({ journal: story }));
  const open = opened(run.run);
  const view = toRunView(run, open, now, shown);
  expect([view.breakpoints.length, view.moreBreakpoints]).toEqual([20, 9980]);
  const more = toRunView(run, open, now, { ...shown, questionPages: 3 });
  expect([more.breakpoints.length, more.moreBreakpoints]).toEqual([60, 9940]);
  expect(more.breakpoints.slice(0, 20)).toEqual(view.breakpoints);
  const { needs } = needsYou(
    [run],
    now,
    { snooze: () => undefined, seenTrouble: () => undefined },
    { ready: true, failed: true, activityWindow: 0 },
  );
  const rows = pageOf(needs, '', { limit: () => 50, pinned: new Set() }, needNode);
  expect(rows).toHaveLength(51);
  expect(rows.at(-1)).toMatchObject({ kind: 'more', left: 9950 });
});

it('a question has the first of a hundred thousand options, and says how many there are more', () => {
  const options = ids(100_000);
  const run = aRun({
    journal: journal().created().requested('q', 'breakpoint'),
    tasks: { q: { metadata: { payload: { question: 'Which?', options } } } },
  });
  const [view] = toRunView(stored(run), opened(run), now, shown).breakpoints;
  expect([view?.options.length, view?.moreOptions]).toEqual([50, 99_950]);
});

it('a report has columns for the first of two thousand metrics, the main one among them, and counts the others', () => {
  const names = Array.from({ length: 2000 }, (_, i) => `m${i}Score`);
  let story = journal().created();
  const results: Record<string, unknown> = {};
  for (const n of [1, 2, 3]) {
    story = story.done(`a${n}`);
    results[`a${n}`] = { ...Object.fromEntries(names.map((name, i) => [name, n * i])), score: n };
  }
  const run = aRun({ journal: story.completed() });
  const report = toReport(
    opened(run, { results }),
    { runJson: undefined, inputs: undefined, home: '/home', file: () => undefined } as never,
    { now, engine: babysitterEngine, classify: { activityWindow: 0 }, metric: defaultMetricChoice } as never,
  );
  expect(report.metrics).toHaveLength(30);
  expect(report.metrics[0]?.key).toBe('score');
  expect(report.numbers).toHaveLength(50);
  expect(report.left.metrics).toBe(2001 - 30 - 50);
  expect(Object.keys(report.iterations[0]?.metrics ?? {})).toHaveLength(30);
  expect(writeReport(report, 'md')).toContain('1,921 further metrics left out.');
  expect(JSON.stringify(toReportView(report, new Map())).length).toBeLessThan(200_000);
});
