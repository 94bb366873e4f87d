import { cutAtWord, duration, visible } from '../format';
import type { Effect } from '../run/foldRun';
import type { Iteration, TaskFiles } from '../run/iterations';
import { taskTitle } from '../run/run';
import { maskSecrets } from '../run/secrets';

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
  /** Several tasks stand in one bar; a shorter part of the run shows them one by one. */
  readonly joined: boolean;
}

/** A task of the process, with as many lanes as it was asked for at once. */
export interface TimelineRow {
  readonly label: string;
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
  readonly iteration: number;
  /** Which try it is of the same task in its iteration, from 1. */
  readonly attempt: number;
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
  readonly from: number;
  readonly to: number;
  readonly best: boolean;
}

/** So much is drawn; more than this nobody could tell apart. */
const most = { rows: 100, lanes: 12, bars: 1500, bands: 200, groups: 300, gaps: 200 };

export interface TimelineParts {
  /** In order of their requests. */
  readonly effects: readonly Effect[];
  readonly iterations: readonly Iteration[];
  readonly files: TaskFiles;
  readonly now: number;
  /** When the run ended; `undefined`: it goes on. */
  readonly endedAt: number | undefined;
  /** The part to be shown; `undefined`: all of it. */
  readonly part?: { readonly from: number; readonly to: number } | undefined;
}

/** A bar in the making. */
type Bar = { -readonly [K in keyof Omit<TimelineBar, 'spoken'>]: TimelineBar[K] };

interface Span {
  readonly effect: Effect;
  readonly from: number;
  readonly to: number;
}

/** Places the tasks of a run on a timeline; `undefined`: no event says when it was. */
export function layOutTimeline(parts: TimelineParts): Timeline | undefined {
  const { effects, iterations, files, now, endedAt } = parts;
  const spans = effects.flatMap((effect): Span[] => {
    const { requestedAt, resolvedAt } = effect;
    if (requestedAt === undefined) return [];
    // Of a finished run, a sleep that was never resolved ends with it.
    return [{ effect, from: requestedAt, to: Math.max(requestedAt, resolvedAt ?? endedAt ?? now) }];
  });
  if (spans.length === 0) return undefined;
  const start = spans.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY);
  const end = spans.reduce((latest, { to }) => Math.max(latest, to), Math.max(start + 1, endedAt ?? now));
  const begin = Math.max(start, parts.part?.from ?? start);
  const part = { from: begin, to: Math.min(end, Math.max(begin + 1, parts.part?.to ?? end)) };

  /** What a process asks for again and again stands in one row; siblings with names of their own do not. */
  const names = new Map<string, string>();
  const nameOf = (effect: Effect): string => {
    const task = files.tasks.get(effect.effectId);
    // There are many tasks and few names, and making one takes long.
    const raw = [
      task?.breakpoint?.title,
      task?.breakpoint?.question,
      task?.title,
      effect.label,
      effect.taskId,
    ].join('\n');
    const known = names.get(raw);
    if (known !== undefined) return known;
    const title = taskTitle(effect, task);
    const name = title.replace(iterationNumber, '') || title;
    names.set(raw, name);
    return name;
  };
  const keys = new Map(effects.map((effect) => [effect.effectId, `${effect.taskId}\n${nameOf(effect)}`]));
  const keyOf = ({ effectId }: Effect): string => keys.get(effectId) ?? effectId;
  const tries = countTries(iterations, keyOf);
  const rowOf = new Map<string, { row: number; label: string; human: boolean; spans: Span[] }>();
  for (const span of spans) {
    const known = rowOf.get(keyOf(span.effect));
    if (known) known.spans.push(span);
    else {
      const label = visible(cutAtWord(maskSecrets(nameOf(span.effect)), 60));
      const row = { row: rowOf.size, label, human: isHuman(span.effect), spans: [span] };
      rowOf.set(keyOf(span.effect), row);
    }
  }
  const all = [...rowOf.values()];
  const rows: TimelineRow[] = [];
  const placed: Bar[] = [];
  for (const { row, label, human, spans: own } of all.slice(0, most.rows)) {
    const { lanes, laneOf } = fillLanes(own);
    rows.push({ label, lanes, human });
    own.forEach(({ effect: { effectId, status }, from, to }, i) => {
      if (to < part.from || from > part.to) return;
      const { attempt, iteration } = tries.get(effectId) ?? first;
      const lane = laneOf[i] ?? 0;
      placed.push({ row, lane, from, to, effectId, status, human, attempt, iteration, count: 1 });
    });
  }
  const bars = placed.length > most.bars ? joinBars(placed, part.from, part.to) : placed;
  const { start: firstBand, bands } = toBands(iterations, end);
  return {
    ...part,
    ...{ start: Math.min(start, firstBand), end, rows, bands },
    bars: bars.map((bar) => ({
      ...bar,
      spoken: spokenBar(bar, rows[bar.row]?.label ?? '', iterations.length > 1),
    })),
    groups: toGroups(spans, ({ effect }) => rowOf.get(keyOf(effect))?.row ?? 0)
      .filter(({ at }) => at >= part.from && at <= part.to)
      .slice(0, most.groups),
    gaps: findGaps(spans, start, end),
    now: endedAt === undefined ? now : undefined,
    leftRows: Math.max(0, all.length - most.rows),
    joined: bars !== placed,
  };
}

const first = { attempt: 1, iteration: 1 };

const iterationNumber = /\biteration[\s:#_-]*\d+[\s:,–-]*/i;

function isHuman({ kind }: Effect): boolean {
  return kind === 'breakpoint';
}

/** Which try each effect is of its task in its iteration, siblings of one batch being one try. */
function countTries(
  iterations: readonly Iteration[],
  keyOf: (effect: Effect) => string,
): ReadonlyMap<string, { readonly attempt: number; readonly iteration: number }> {
  const tries = new Map<string, { attempt: number; iteration: number }>();
  for (const { n, effects } of iterations) {
    const batches = new Map<string, Set<number>>();
    for (const effect of effects) {
      const key = keyOf(effect);
      const seen = batches.get(key) ?? new Set();
      batches.set(key, seen.add(effect.batch));
      tries.set(effect.effectId, { attempt: seen.size, iteration: n });
    }
  }
  return tries;
}

/** Gives each span the first lane that is free at its beginning; beyond the last one they share it. */
function fillLanes(spans: readonly Span[]): { readonly lanes: number; readonly laneOf: readonly number[] } {
  const freeAt: number[] = [];
  const laneOf = spans.map(({ from, to }) => {
    const free = freeAt.findIndex((at) => at <= from);
    const lane = free !== -1 ? free : Math.min(freeAt.length, most.lanes - 1);
    freeAt[lane] = Math.max(freeAt[lane] ?? 0, to);
    return lane;
  });
  return { lanes: freeAt.length, laneOf };
}

/** Bars of a lane that lie in the same small part of the time become one. */
function joinBars(bars: readonly Bar[], from: number, to: number): readonly Bar[] {
  const lanes = new Set(bars.map(({ row, lane }) => row * most.lanes + lane)).size;
  const slice = (to - from) / Math.max(1, Math.floor(most.bars / lanes));
  const joined = new Map<number, Bar>();
  for (const bar of bars) {
    const place = Math.max(0, Math.floor((bar.from - from) / slice));
    const key = (place * most.rows + bar.row) * most.lanes + bar.lane;
    const known = joined.get(key);
    if (!known) {
      joined.set(key, { ...bar });
      continue;
    }
    known.to = Math.max(known.to, bar.to);
    known.status = worst(known.status, bar.status);
    known.count += 1;
  }
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

function spokenBar(
  { human, status, iteration, attempt, count, from, to }: Bar,
  label: string,
  numbered: boolean,
): string {
  const took = duration(to - from);
  const tasks = count > 1 ? `${count} times` : '';
  const state = human
    ? status === 'pending'
      ? 'waits for you'
      : status === 'ok'
        ? 'answered by a person'
        : statusWords[status]
    : statusWords[status];
  const where = numbered ? `iteration ${iteration}` : '';
  const again = attempt > 1 ? `attempt ${attempt}` : '';
  return [label, tasks, where, state, took, again].filter(Boolean).join(', ');
}

function toGroups(spans: readonly Span[], rowOf: (span: Span) => number): readonly ParallelGroup[] {
  const batches = new Map<number, { at: number; rows: number[] }>();
  for (const span of spans) {
    const { effect, from } = span;
    const row = rowOf(span);
    const known = batches.get(effect.batch);
    if (known) known.rows.push(row);
    else batches.set(effect.batch, { at: from, rows: [row] });
  }
  return [...batches.values()]
    .filter(({ rows }) => rows.length > 1)
    .map(({ at, rows }) => {
      const shown = rows.map((row) => Math.min(row, most.rows - 1));
      return {
        at,
        firstRow: shown.reduce((least, row) => Math.min(least, row), most.rows),
        lastRow: shown.reduce((last, row) => Math.max(last, row), 0),
        size: rows.length,
      };
    });
}

/** Each iteration lasts until the next one begins. */
function toBands(
  iterations: readonly Iteration[],
  end: number,
): { readonly start: number; readonly bands: readonly IterationBand[] } {
  const begins = iterations
    .flatMap(({ n, best, effects }) => {
      const times = effects.flatMap(({ requestedAt }) => requestedAt ?? []);
      const at = times.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY);
      return times.length === 0 ? [] : [{ n, best, at }];
    })
    .toSorted((a, b) => a.at - b.at);
  const scored = iterations.filter(({ metric }) => metric !== undefined).length;
  return {
    start: begins[0]?.at ?? end,
    bands: begins.slice(0, most.bands).map(({ n, best, at }, i) => ({
      n,
      from: at,
      to: begins[i + 1]?.at ?? end,
      // One value alone is not the best of anything.
      best: best && scored > 1,
    })),
  };
}

/**
 * Stretches in which no agent worked: a person was waited for, it slept, or nothing was under way. Those that take more
 * than a twentieth of the run, or of the time in which agents worked, would hide everything else.
 */
function findGaps(spans: readonly Span[], start: number, end: number): Timeline['gaps'] {
  const work = spans
    .filter(({ effect }) => !isHuman(effect) && effect.kind !== 'sleep')
    .toSorted((a, b) => a.from - b.from);
  const idle: { from: number; to: number }[] = [];
  let at = start;
  let worked = 0;
  for (const { from, to } of work) {
    if (from > at) idle.push({ from: at, to: from });
    worked += Math.max(0, to - Math.max(at, from));
    at = Math.max(at, to);
  }
  if (end > at) idle.push({ from: at, to: end });
  const least = Math.max(1000, Math.min(end - start, worked * 2) / 20);
  return idle.filter(({ from, to }) => to - from > least && to - from < end - start).slice(0, most.gaps);
}
