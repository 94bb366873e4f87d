import { passed } from '../../run/passed';
import { cutAtWord, visible } from '../../format';
import type { Effect } from '../../run/effect';
import type { Iteration, TaskFiles } from '../../run/iterations';
import { taskTitle } from '../../run/run';
import { maskSecrets } from '../../run/secrets';
import { eachOf, type Sliced } from '../../sliced';

/** What of a timeline stays the same while the run is shown as it was. */
export interface WholeTimeline {
  readonly start: number;
  readonly end: number;
  readonly gaps: readonly { readonly from: number; readonly to: number }[];
}

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
  /** The run as it is now, where the rest is of an earlier moment: so that every moment stays at its place. */
  readonly whole?: WholeTimeline | undefined;
}

/** The time of one effect, and where it is drawn. */
export interface Span {
  readonly effect: Effect;
  /** That of the effect, but a task that did not pass failed, however it was posted. */
  readonly status: Effect['status'];
  readonly from: number;
  readonly to: number;
  /** By the task's own title. */
  readonly title: string;
  row: number;
  lane: number;
  attempt: number;
  iteration: number;
}

/** A row in the making. */
export interface Row {
  label: string;
  readonly taskId: string;
  readonly kind: string;
  readonly human: boolean;
  readonly spans: Span[];
}

/** A task of so many names has one row for all of them. */
const mostNames = 8;

const iterationNumber = /\biteration[\s:#_-]*\d+[\s:,–-]*/i;

export function isHuman({ kind }: Effect): boolean {
  return kind === 'breakpoint';
}

/**
 * What a process asks for again and again stands in one row, also where its names only count on ("Step 1", "Step 2");
 * siblings with names of their own do not, unless there are so many that nobody would look through them.
 */
export function* toRows(parts: TimelineParts): Sliced<readonly Row[]> {
  const named = yield* toNamedRows(parts);
  const names = new Map<string, number>();
  for (const { taskId } of named) names.set(taskId, (names.get(taskId) ?? 0) + 1);
  const rows: Row[] = [];
  const rowOfTask = new Map<string, Row>();
  for (const row of named) {
    const folds = (names.get(row.taskId) ?? 0) > mostNames && !row.taskId.startsWith('__sdk.');
    const known = folds ? rowOfTask.get(row.taskId) : undefined;
    if (!known) rows.push(row);
    if (folds && !known) {
      row.label = visible(cutAtWord(maskSecrets(row.taskId), 60));
      rowOfTask.set(row.taskId, row);
    }
    if (known) yield* eachOf(row.spans, (span) => known.spans.push(span));
  }
  for (const [i, row] of rows.entries()) {
    // Rows that were put together had orders of their own.
    if (rowOfTask.has(row.taskId)) row.spans.sort((a, b) => a.from - b.from);
    yield* eachOf(row.spans, (span) => (span.row = i));
  }
  return rows;
}

/** A row for each task and name, numbers in names aside. */
function* toNamedRows({ effects, files, now, endedAt }: TimelineParts): Sliced<readonly Row[]> {
  // There are many tasks and few names, and making one takes long.
  const known = new Map<string, { readonly row: Row; readonly title: string }>();
  const rows = new Map<string, Row>();
  yield* eachOf(effects, (effect) => {
    const { requestedAt, resolvedAt, label, taskId } = effect;
    if (requestedAt === undefined) return;
    const task = files.tasks.get(effect.effectId);
    const { title, question } = task?.breakpoint ?? {};
    const raw = `${taskId}\n${title ?? ''}\n${question ?? ''}\n${task?.title ?? ''}\n${label ?? ''}`;
    let place = known.get(raw);
    if (!place) {
      const full = taskTitle(effect, task);
      const name = full.replace(iterationNumber, '') || full;
      const shown = visible(cutAtWord(maskSecrets(name), 60));
      const key = `${countless(taskId)}\n${countless(name)}`;
      const own = { taskId: countless(taskId), kind: effect.kind, human: isHuman(effect) };
      const row = rows.get(key) ?? { ...own, label: shown, spans: [] };
      if (row.label !== shown) row.label = countless(shown);
      rows.set(key, row);
      place = { row, title: shown };
      known.set(raw, place);
    }
    // Of a finished run, a sleep that was never resolved ends with it.
    const to = Math.max(requestedAt, resolvedAt ?? endedAt ?? now);
    const status = passed(effect, files.results.get(effect.effectId)) === false ? 'error' : effect.status;
    place.row.spans.push({
      ...{ effect, status, from: requestedAt, to, title: place.title },
      ...{ row: 0, lane: 0, attempt: 1, iteration: 1 },
    });
  });
  return [...rows.values()];
}

/** A name whose numbers do not count: "Step n". */
function countless(name: string): string {
  return name.replaceAll(/\d+/g, 'n');
}
