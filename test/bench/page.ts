import { asBabysitter } from '../../src/engines/babysitter/core/babysitterRun';
import { EventLog } from '../../src/core/views/page/eventLog';
import { toEventRow } from '../../src/core/views/page/eventRow';
import { makingRunView } from '../../src/core/views/page/runView';
import { layingOutTimeline, type Timeline } from '../../src/core/views/page/timeline';
import { makingUsageView } from '../../src/core/views/page/usageView';
import { noTaskFiles } from '../../src/core/run/iterations';
import { defaultMetricChoice, wantedMetricKeys } from '../../src/core/run/metrics';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import { asRunKey } from '../../src/core/run/runKey';
import { openingRun, type OpenedRun } from '../../src/core/views/tree/buildTree';
import { openingPast } from '../../src/core/views/travel/pastRun';
import { inSlices } from '../../src/node/slices';
import { watchTurns } from './blocks';
import { figure, type Figure } from './figures';
import { load } from './load';
import { plansOf, type Shape } from './trees';

/** What a person waits for who opens a run's page and goes back in time on it, in milliseconds. */
export interface PageFigures {
  /** Until the first events are shown. */
  readonly events: number;
  /** Until everything is shown: tasks, timeline, what it took. */
  readonly whole: number;
  /** The longest stretch without yielding meanwhile, of processor time. */
  readonly longest: number;
  /** Until the run is shown as it was in the middle, and one event before that. */
  readonly past: number;
  readonly step: number;
  readonly longestThen: number;
}

const rowsAsked = 200;
const options = { activityWindow: defaultActivityWindow };
const nobody = new AbortController().signal;

/** Does for the only run of a project what its page does. */
export async function page(project: string, shape: Shape): Promise<PageFigures> {
  const { store } = await load(project, { plans: plansOf(shape) });
  const key = store.all[0]?.run.key ?? asRunKey('');
  const stored = (): NonNullable<ReturnType<typeof store.get>> => {
    const found = store.get(key);
    if (!found) throw new Error('The run is gone');
    return found;
  };
  const source = store.sourceOf(key);
  if (!source) throw new Error('The run has no source');

  let longest = watchTurns();
  let start = performance.now();
  store.attend(key);
  const shown = { iterating: false, trusted: true };
  const nothing = { ...noTaskFiles, problems: [], warnings: [] };
  const first = stored();
  const partial = await inSlices(openingRun(first.run, nothing, defaultMetricChoice));
  await inSlices(makingRunView(first, partial, Date.now(), { ...shown, partial: true }));
  const log = new EventLog(
    (from, to) => source.events(key, from, to),
    () => new Promise((resolve) => setTimeout(resolve)),
    () => '',
  );
  await log.update(first.run.eventCount);
  const { records } = await log.window(0, rowsAsked);
  if (records.map((placed) => toEventRow(stored().run, nothing, placed, true)).length === 0) {
    throw new Error('No event was shown');
  }
  const events = performance.now() - start;
  const details = await store.readDetails(key, wantedMetricKeys(defaultMetricChoice));
  if (!details) throw new Error('The run is gone');
  const opened = await inSlices(openingRun(stored().run, details, defaultMetricChoice));
  await inSlices(makingRunView(stored(), opened, Date.now(), shown));
  const timeline = await layOut(opened, Date.now(), undefined);
  await inSlices(makingUsageView(opened));
  const figures = { events, whole: performance.now() - start, longest: longest() };

  longest = watchTurns();
  const showPast = async (event: number): Promise<number> => {
    start = performance.now();
    const reading = await source.asOf?.(key, event, details, nobody);
    if (!reading) throw new Error('The past was not read');
    const then = await inSlices(openingPast(reading, stored().engine, defaultMetricChoice, options));
    await inSlices(makingRunView(then.stored, then.opened, then.at, { ...shown, past: true }));
    await layOut(then.opened, then.at, timeline);
    if (asBabysitter(then.stored.run).story.entries !== event)
      throw new Error('It was not the past that was asked for');
    return performance.now() - start;
  };
  const middle = Math.floor(log.length / 2);
  const past = await showPast(middle);
  const step = await showPast(middle - 1);
  return { ...figures, past, step, longestThen: longest() };
}

function layOut(
  { run, details, iterations }: OpenedRun,
  now: number,
  whole: Timeline | undefined,
): Promise<Timeline | undefined> {
  const effects = run.story.effects.list();
  const endedAt = run.story.end?.at;
  return inSlices(
    layingOutTimeline({
      ...{ effects, iterations: iterations.list, files: details, now, endedAt, whole },
      ...{ asksNobody: run.asksNobody, idle: run.story.idle ?? [] },
    }),
  );
}

/** The rows of the table, of several measurements. */
export function pageRows(
  { name, events }: Shape,
  measured: readonly PageFigures[],
  median: (values: readonly number[]) => number,
): readonly Figure[] {
  const row = (what: string, value: (figures: PageFigures) => number, unit: string, budget: number): Figure =>
    figure(`${name}: its page, ${what}`, median(measured.map(value)), unit, budget);
  const waited = events > 10_000 ? 1000 : 500;
  return [
    row('first events', (figures) => figures.events, 'ms', waited),
    row('longest block', (figures) => figures.longest, 'ms CPU', 20),
    row('as of one event before', (figures) => figures.step, 'ms', waited),
    row('longest block in the past', (figures) => figures.longestThen, 'ms CPU', 20),
  ];
}
