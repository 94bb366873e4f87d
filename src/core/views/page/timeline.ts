import { capital, duration } from '../../format';
import type { Effect } from '../../run/effect';
import { iterationTitle, type Iteration, type NamedIteration } from '../../run/iterations';
import type { Answered } from '../../run/answered';
import { lengthOf, minus, type Stretch } from '../../run/stretch';
import { atOnce, eachOf, type Sliced } from '../../sliced';
import { toRows, type Span, type TimelineParts } from './timelineRows';

/** When tasks were under way, in milliseconds since 1970: bounded, serialisable, its texts made visible. */
export interface Timeline {
  /** The whole run. */
  readonly start: number;
  readonly end: number;
  /** The part that the bars are of. */
  readonly from: number;
  readonly to: number;
  /** In order of their first requests. */
  readonly rows: readonly TimelineRow[];
  readonly bars: readonly TimelineBar[];
  readonly groups: readonly ParallelGroup[];
  readonly bands: readonly IterationBand[];
  /** Stretches of the whole run in which no agent worked, long enough to be drawn short. */
  readonly gaps: readonly { readonly from: number; readonly to: number }[];
  /** The current moment; `undefined`: the run is finished. */
  readonly now: number | undefined;
  /** Rows that are left out because there are too many. */
  readonly leftRows: number;
  /** How many tasks of the whole run failed, drawn or not. */
  readonly failed: number;
  /** Several tasks stand in one bar; a shorter part of the run shows them one by one. */
  readonly joined: boolean;
}

/** A task of the process, with as many lanes as it was asked for at once. */
export interface TimelineRow {
  readonly label: string;
  /** How many tasks stand in it. */
  readonly tasks: number;
  readonly kind: string;
  readonly lanes: number;
  readonly human: boolean;
}

export interface TimelineBar {
  readonly row: number;
  readonly lane: number;
  readonly from: number;
  readonly to: number;
  /** The effect, or the first of several that stand in one bar. */
  readonly effectId: string;
  readonly status: Effect['status'];
  /** A person is waited for, and no agent works. */
  readonly human: boolean;
  /** What came of a question; `undefined`: it is open, or several tasks stand in this bar. */
  readonly answered: Answered | undefined;
  /** When nobody was at work, as guessed, in order. */
  readonly idle: readonly Stretch[];
  readonly iteration: number;
  /** Which try it is of the same task in its iteration, from 1. */
  readonly attempt: number;
  /** The title of its task, where the row holds several; else empty. */
  readonly title: string;
  /** The number of the event that asked for it. */
  readonly seq: number;
  /** How many tasks stand in this bar. */
  readonly count: number;
  /** A sentence for the tooltip and for screen readers. */
  readonly spoken: string;
}

/** Tasks that were asked for together. */
export interface ParallelGroup {
  readonly at: number;
  readonly firstRow: number;
  readonly lastRow: number;
  readonly size: number;
}

export interface IterationBand {
  readonly n: number;
  /** "Iteration 3", "Model · iteration 2"; of several that share a band "Iterations 5–8". */
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly best: boolean;
}

/** So much is drawn; more than this nobody could tell apart. */
const most = { rows: 100, lanes: 40, bars: 1500, bands: 200, groups: 300, gaps: 200 };

/** A bar in the making. */
type Bar = { -readonly [K in keyof Omit<TimelineBar, 'spoken'>]: TimelineBar[K] };

/** Places the tasks of a run on a timeline; `undefined`: no event says when it was. */
export function layOutTimeline(parts: TimelineParts): Timeline | undefined {
  return atOnce(layingOutTimeline(parts));
}

/** The same, interruptibly: there may be fifty thousand tasks. */
export function* layingOutTimeline(parts: TimelineParts): Sliced<Timeline | undefined> {
  const { iterations, now, endedAt, whole } = parts;
  // Other engines leave numbers out.
  const named = new Map<number, NamedIteration>();
  yield* eachOf(iterations, (iteration) => named.set(iteration.n, iteration));
  const nameOf = (n: number): string => {
    const iteration = named.size > 1 ? named.get(n) : undefined;
    return iteration ? iterationTitle(iteration) : '';
  };
  const rows = yield* toRows(parts);
  const spans = new Map<string, Span>();
  let [start, latest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let failed = 0;
  for (const row of rows) {
    yield* eachOf(row.spans, (span) => {
      spans.set(span.effect.effectId, span);
      start = Math.min(start, span.from);
      latest = Math.max(latest, span.to);
      if (span.status === 'error') failed += 1;
    });
  }
  if (spans.size === 0) return undefined;
  start = whole?.start ?? start;
  const end = whole?.end ?? Math.max(start + 1, endedAt ?? now, latest);
  const begin = Math.max(start, parts.part?.from ?? start);
  const part = { from: begin, to: Math.min(end, Math.max(begin + 1, parts.part?.to ?? end)) };

  const { start: firstBand, bands } = yield* toBands(iterations, spans, whole ? now : end);
  const drawn: TimelineRow[] = [];
  const inside: Span[] = [];
  for (const { label, kind, human, spans: own } of rows.slice(0, most.rows)) {
    drawn.push({ label, kind, tasks: own.length, lanes: yield* fillLanes(own), human });
    yield* eachOf(own, (span) => span.to >= part.from && span.from <= part.to && inside.push(span));
  }
  const joined = inside.length > most.bars;
  const placed = joined ? yield* joinBars(inside, part.from, part.to) : inside.map(toBar);
  const bars: TimelineBar[] = [];
  yield* eachOf(placed, (bar) => {
    const label = drawn[bar.row]?.label ?? '';
    bars.push({
      ...bar,
      title: bar.title === label ? '' : bar.title,
      spoken: spokenBar(bar, bar.title || label, nameOf(bar.iteration)),
    });
  });
  return {
    ...part,
    ...{ start: Math.min(start, firstBand), end, rows: drawn, bands },
    bars,
    groups: yield* toGroups(spans, part),
    gaps: whole?.gaps ?? (yield* findGaps(spans, start, end)),
    now: whole || endedAt === undefined ? now : undefined,
    leftRows: Math.max(0, rows.length - most.rows),
    ...{ failed, joined },
  };
}

/** Gives each span the first lane that is free at its beginning; beyond the last one they share it. */
function* fillLanes(spans: readonly Span[]): Sliced<number> {
  const freeAt: number[] = [];
  yield* eachOf(spans, (span) => {
    const free = freeAt.findIndex((at) => at <= span.from);
    span.lane = free !== -1 ? free : Math.min(freeAt.length, most.lanes - 1);
    freeAt[span.lane] = Math.max(freeAt[span.lane] ?? 0, span.to);
  });
  return freeAt.length;
}

function toBar(span: Span): Bar {
  const { effectId, requestedSeq: seq } = span.effect;
  const { row, lane, from, to, title, status, human, answered, idle, attempt, iteration } = span;
  return {
    ...{ row, lane, from, to, effectId, seq, title, status, human, answered, idle },
    ...{ attempt, iteration, count: 1 },
  };
}

/** Bars of a lane that lie in the same small part of the time become one. */
function* joinBars(spans: readonly Span[], from: number, to: number): Sliced<readonly Bar[]> {
  const lanes = new Set(spans.map(({ row, lane }) => row * most.lanes + lane)).size;
  const slice = (to - from) / Math.max(1, Math.floor(most.bars / lanes));
  const joined = new Map<number, Bar>();
  yield* eachOf(spans, (span) => {
    const place = Math.max(0, Math.floor((span.from - from) / slice));
    const key = (place * most.rows + span.row) * most.lanes + span.lane;
    const known = joined.get(key);
    if (!known) {
      joined.set(key, toBar(span));
      return;
    }
    known.to = Math.max(known.to, span.to);
    known.title = '';
    known.answered = undefined;
    known.idle = [];
    known.status = worst(known.status, span.status);
    known.count += 1;
  });
  return [...joined.values()];
}

const severity: readonly Effect['status'][] = ['error', 'pending', 'cancelled', 'ok'];

function worst(a: Effect['status'], b: Effect['status']): Effect['status'] {
  return severity.indexOf(a) < severity.indexOf(b) ? a : b;
}

const statusWords: Readonly<Record<Effect['status'], string>> = {
  ok: 'done',
  error: 'failed',
  cancelled: 'cancelled',
  pending: 'pending',
};

function spokenBar(bar: Bar, label: string, where: string): string {
  const { human, answered, status, attempt, count, from, to, idle } = bar;
  // Of what was told at one moment nobody knows how long it took.
  const took = to > from ? duration(to - from) : '';
  const rested = lengthOf(idle);
  const tasks = count > 1 ? `${count} times` : '';
  const state = human
    ? status === 'pending'
      ? 'waits for you'
      : answered === undefined
        ? 'answered'
        : `${answered} by a person`
    : (answered ?? statusWords[status]);
  const again = attempt > 1 ? `attempt ${attempt}` : '';
  const nobody = rested === 0 ? '' : `${duration(rested)} of it idle (a guess)`;
  return [label, tasks, where, state, took, nobody, again].filter(Boolean).join(', ');
}

function* toGroups(
  spans: ReadonlyMap<string, Span>,
  part: { readonly from: number; readonly to: number },
): Sliced<readonly ParallelGroup[]> {
  const batches = new Map<number, { -readonly [K in keyof ParallelGroup]: ParallelGroup[K] }>();
  yield* eachOf(spans.values(), ({ effect, from, row }) => {
    const shown = Math.min(row, most.rows - 1);
    const known = batches.get(effect.batch);
    if (!known) {
      batches.set(effect.batch, { at: from, firstRow: shown, lastRow: shown, size: 1 });
      return;
    }
    known.at = Math.min(known.at, from);
    known.firstRow = Math.min(known.firstRow, shown);
    known.lastRow = Math.max(known.lastRow, shown);
    known.size += 1;
  });
  const groups: ParallelGroup[] = [];
  yield* eachOf(batches.values(), (group) => {
    if (group.size > 1 && group.at >= part.from && group.at <= part.to) groups.push(group);
  });
  return groups.toSorted((a, b) => a.at - b.at).slice(0, most.groups);
}

/** Each iteration lasts until the next one begins. Numbers the spans, and the tries of each task in its iteration. */
function* toBands(
  iterations: readonly Iteration[],
  spans: ReadonlyMap<string, Span>,
  end: number,
): Sliced<{ readonly start: number; readonly bands: readonly IterationBand[] }> {
  const begins: { iteration: Iteration; at: number }[] = [];
  for (const iteration of iterations) {
    const { n, effects } = iteration;
    let at = Number.POSITIVE_INFINITY;
    // Siblings of one batch are one try.
    const tries = new Map<number, { batch: number; attempt: number }>();
    yield* eachOf(effects, ({ effectId, batch }) => {
      const span = spans.get(effectId);
      if (!span) return;
      at = Math.min(at, span.from);
      const last = tries.get(span.row);
      const attempt = last ? last.attempt + (last.batch === batch ? 0 : 1) : 1;
      tries.set(span.row, { batch, attempt });
      [span.attempt, span.iteration] = [attempt, n];
    });
    // Iterations may be many and small.
    yield;
    if (at !== Number.POSITIVE_INFINITY) begins.push({ iteration, at });
  }
  begins.sort((a, b) => a.at - b.at);
  const bands: IterationBand[] = [];
  // Of very many, as many share a band as have to.
  const each = Math.ceil(begins.length / most.bands);
  for (let i = 0; i < begins.length; i += each) {
    const [first, last] = [begins[i], begins[Math.min(begins.length, i + each) - 1]];
    if (!first || !last) break;
    const best = begins.slice(i, i + each).find(({ iteration }) => iteration.best);
    bands.push({
      n: (best ?? first).iteration.n,
      name:
        first === last
          ? capital(iterationTitle(first.iteration))
          : `Iterations ${first.iteration.n}–${last.iteration.n}`,
      from: first.at,
      to: begins[i + each]?.at ?? end,
      best: best !== undefined,
    });
  }
  return { start: begins[0]?.at ?? end, bands };
}

/**
 * Stretches in which no agent worked: a person was waited for, it slept, nobody was at work, or nothing was under way. Those that take more
 * than a twentieth of the run, or of the time in which agents worked, would hide everything else.
 */
function* findGaps(spans: ReadonlyMap<string, Span>, start: number, end: number): Sliced<Timeline['gaps']> {
  const work: Stretch[] = [];
  yield* eachOf(spans.values(), (span) => {
    if (!span.human && span.effect.kind !== 'sleep') work.push(...minus([span], span.idle));
  });
  // They come row by row.
  work.sort((a, b) => a.from - b.from);
  yield;
  const idle: Stretch[] = [];
  let at = start;
  let worked = 0;
  yield* eachOf(work, ({ from, to }) => {
    if (from > at) idle.push({ from: at, to: from });
    worked += Math.max(0, to - Math.max(at, from));
    at = Math.max(at, to);
  });
  if (end > at) idle.push({ from: at, to: end });
  const least = Math.max(1000, Math.min(end - start, worked * 2) / 20);
  return idle.filter(({ from, to }) => to - from > least && to - from < end - start).slice(0, most.gaps);
}
