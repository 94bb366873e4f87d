import { answeredAs, type Answered } from '../../run/answered';
import { isAutomatic } from '../../run/audit';
import { passed } from '../../run/passed';
import { cutAtWord, visible } from '../../format';
import type { Effect } from '../../run/effect';
import type { Iteration, TaskFiles } from '../../run/iterations';
import { taskTitle } from '../../run/run';
import { maskSecrets } from '../../run/secrets';
import type { Stretch } from '../../run/stretch';
import { idleIn } from '../../run/workTime';
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
  /** See {@link Run.asksNobody}. */
  readonly asksNobody: boolean;
  /** See {@link Story.idle}. */
  readonly idle: readonly Stretch[];
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
  /** A person is waited for. */
  readonly human: boolean;
  /** What came of a question; `undefined`: it is open, or no question. */
  readonly answered: Answered | undefined;
  readonly from: number;
  readonly to: number;
  /** When nobody was at work on it, as guessed. */
  readonly idle: readonly Stretch[];
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
  /** The ids of its tasks, as far as they have them in common. */
  task: Name;
  readonly kind: string;
  readonly human: boolean;
  readonly spans: Span[];
}

/** A name, split at its numbers: the numbers stand at the odd places. */
type Name = readonly string[];

/** A task of so many names has one row for all of them. */
const mostNames = 8;

const iterationNumber = /\biteration[\s:#_-]*\d+[\s:,–-]*/i;

function isHuman({ kind }: Effect): boolean {
  return kind === 'breakpoint';
}

/**
 * What a process asks for again and again stands in one row, also where its names only count on ("Step 1", "Step 2");
 * siblings with names of their own do not, unless there are so many that nobody would look through them.
 */
export function* toRows(parts: TimelineParts): Sliced<readonly Row[]> {
  const named = yield* toNamedRows(parts);
  const names = new Map<string, number>();
  for (const { task } of named) names.set(countless(task), (names.get(countless(task)) ?? 0) + 1);
  const rows: Row[] = [];
  const rowOfTask = new Map<string, Row>();
  for (const row of named) {
    const taskId = countless(row.task);
    const folds = (names.get(taskId) ?? 0) > mostNames && !taskId.startsWith('__sdk.');
    const known = folds ? rowOfTask.get(taskId) : undefined;
    if (!known) rows.push(row);
    if (folds && !known) rowOfTask.set(taskId, row);
    if (known) {
      known.task = inCommon(known.task, row.task);
      yield* eachOf(row.spans, (span) => known.spans.push(span));
    }
  }
  for (const row of rowOfTask.values()) {
    row.label = labelOf(row.task);
    // Rows that were put together had orders of their own.
    row.spans.sort((a, b) => a.from - b.from);
  }
  for (const [i, row] of rows.entries()) {
    yield* eachOf(row.spans, (span) => (span.row = i));
  }
  return rows;
}

/** A row for each task and name, numbers in names aside. */
function* toNamedRows(parts: TimelineParts): Sliced<readonly Row[]> {
  const { effects, files, now, endedAt, idle } = parts;
  // There are many tasks and few names, and making one takes long.
  const known = new Map<string, { readonly row: Row; readonly title: string }>();
  const rows = new Map<string, { readonly row: Row; name: Name }>();
  yield* eachOf(effects, (effect) => {
    const { requestedAt, resolvedAt, label, taskId } = effect;
    if (requestedAt === undefined) return;
    const task = files.tasks.get(effect.effectId);
    const { title, question } = task?.breakpoint ?? {};
    const raw = `${taskId}\n${title ?? ''}\n${question ?? ''}\n${task?.title ?? ''}\n${label ?? ''}`;
    let place = known.get(raw);
    if (!place) {
      const full = taskTitle(effect, task);
      const [name, id] = [splitName(full.replace(iterationNumber, '') || full), splitName(taskId)];
      const key = `${countless(id)}\n${countless(name)}`;
      const own = { task: id, label: '', kind: effect.kind, human: isHuman(effect), spans: [] };
      const named = rows.get(key) ?? { row: own, name };
      named.name = inCommon(named.name, name);
      named.row.task = inCommon(named.row.task, id);
      rows.set(key, named);
      place = { row: named.row, title: labelOf(name) };
      known.set(raw, place);
    }
    // Of a finished run, a sleep that was never resolved ends with it.
    const to = Math.max(requestedAt, resolvedAt ?? endedAt ?? now);
    const result = files.results.get(effect.effectId);
    const status = passed(effect, result) === false ? 'error' : effect.status;
    const human = isHuman(effect) && !isAutomatic(parts, effect, files);
    place.row.spans.push({
      ...{ effect, status, human, answered: answeredAs(effect, result) },
      ...{ from: requestedAt, to, idle: idleIn(effect, idle, to), title: place.title },
      ...{ row: 0, lane: 0, attempt: 1, iteration: 1 },
    });
  });
  return [...rows.values()].map(({ row, name }) => {
    row.label = labelOf(name);
    return row;
  });
}

function splitName(name: string): Name {
  return name.split(/(\d+)/);
}

/** The same for all names that differ in numbers only. */
function countless(name: Name): string {
  return name.map((part, i) => (i % 2 === 1 ? '\0' : part)).join('');
}

/** What two names that differ in numbers only have in common: "Step n of 3". */
function inCommon(one: Name, other: Name): Name {
  return one.map((part, i) => (part === other[i] ? part : 'n'));
}

function labelOf(name: Name): string {
  return visible(cutAtWord(maskSecrets(name.join('')), 60));
}
