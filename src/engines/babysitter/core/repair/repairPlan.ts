import { oneLine } from '../../../../core/format';
import type { RecordedTask } from '../fork/recordedTask';
import { nameProblem, sequenceNumber } from '../eventName';
import type { JournalEntry } from '../journal';
import { temporaryName } from '../journalListing';
import { parseEvent } from '../parseEvent';
import { isRecord, parseJson } from '../../../../core/run/lenient';

/** One file as it was seen. */
export interface SeenFile {
  /** Its text, or a sentence part saying why it cannot be read. */
  readonly content: { readonly text: string } | { readonly problem: string };
  /** What it looks like from outside and inside: another look means another file. Empty: it is no regular file. */
  readonly look: string;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
}

/** The files of a run that a repair is about, read at one moment. */
export interface RunFiles {
  readonly dir: string;
  /** Whether run.json can be read. */
  readonly metadata: boolean;
  /** What in it makes engines refuse the run, as a sentence part; `undefined`: nothing does. */
  readonly refused: string | undefined;
  /** What in inputs.json engines stumble over, as a sentence part; `undefined`: nothing. */
  readonly inputs: string | undefined;
  /** Everything in the journal's folder, by name in order; `undefined`: there is no such folder. */
  readonly journal: ReadonlyMap<string, SeenFile> | undefined;
  readonly lock:
    (SeenFile & { readonly holder: 'live' | 'dead' | 'unreadable'; readonly pid?: number }) | undefined;
  /** Answers that lie in task folders, by effect id. */
  readonly answers: ReadonlyMap<string, RecordedTask>;
  /** Ids of the effects whose task.json can be read. */
  readonly tasks: ReadonlySet<string>;
  /** Whether a process exists. */
  isAlive(pid: number): boolean;
}

/** One change that mends something. */
export type RepairStep =
  /** A file that no engine needs is renamed; both paths are inside the run. */
  | { readonly type: 'move'; readonly from: string; readonly to: string; readonly look: string }
  /** The engine rewrites the journal, and keeps the old one beside it. */
  | { readonly type: 'journal' }
  /** An answer whose event was lost is posted again. */
  | { readonly type: 'post'; readonly answer: RecordedTask };

/** What is wrong with a run's files and what mends it. */
export interface RepairPlan {
  /** What is wrong, as sentences; empty: nothing that an engine would stumble over. */
  readonly damage: readonly string[];
  readonly steps: readonly RepairStep[];
  /** Why the steps do not make the run usable again, as a sentence; only a new run helps then. */
  readonly beyondRepair: string | undefined;
  /** What a repair cannot bring back, as sentences. */
  readonly lost: readonly string[];
  /** The files that are concerned, a line each, as they are and as they would be. */
  readonly before: string;
  readonly after: string;
}

/** A write lasts milliseconds, so an older temporary or half-written file is nobody's any more. In milliseconds. */
const settledAfter = 60_000;

/** What is gathered while the files of a run are looked through. */
interface Draft {
  readonly damage: string[];
  readonly moves: RepairStep[];
  readonly lost: string[];
  readonly before: string[];
  readonly after: string[];
  /** The first reason; see {@link RepairPlan.beyondRepair}. */
  beyondRepair: string | undefined;
  /** The journal is to be rewritten by the engine. */
  rewrite: boolean;
}

/** An event that the engine's repair keeps. `entry`: `undefined`: we cannot make sense of it. */
interface KeptEvent {
  readonly line: string;
  readonly entry: JournalEntry | undefined;
}

/**
 * Plans a repair. Pure: nothing is changed, and the same files give the same plan.
 * @param now milliseconds since 1970; names the backups
 */
export function planRepair(files: RunFiles, now: number): RepairPlan {
  const draft: Draft = {
    ...{ damage: [], moves: [], lost: [], before: [], after: [] },
    ...{ beyondRepair: undefined, rewrite: false },
  };
  planLock(draft, files.lock, now);
  if (!files.metadata) {
    draft.damage.push('run.json cannot be read.');
    beyond(draft, 'Without run.json, the engine does nothing with a run.');
  }
  if (files.refused !== undefined) {
    draft.damage.push(`run.json ${files.refused}.`);
    beyond(draft, 'No repair of the engine changes run.json.');
  }
  if (files.inputs !== undefined) {
    draft.damage.push(`inputs.json ${files.inputs}.`);
    beyond(draft, 'No repair of the engine changes inputs.json.');
  }
  let posts: readonly RepairStep[] = [];
  if (files.journal && files.journal.size > 0) {
    const kept = planJournal(draft, files, files.journal, now);
    posts = planAnswers(draft, files, kept.length, readAsEngine(draft, kept));
  } else {
    draft.damage.push(`The journal is ${files.journal ? 'empty' : 'missing'}.`);
    beyond(draft, 'Without a journal, the engine would begin again from the first task.');
  }
  const { damage, moves, lost, before, after, beyondRepair, rewrite } = draft;
  const steps = beyondRepair
    ? moves
    : [...moves, ...(rewrite ? [{ type: 'journal' } as const] : []), ...posts];
  return { damage, steps, beyondRepair, lost, before: lines(before), after: lines(after) };
}

function beyond(draft: Draft, sentence: string): void {
  draft.beyondRepair ??= sentence;
}

function planLock(draft: Draft, lock: RunFiles['lock'], now: number): void {
  if (!lock || lock.holder === 'live') return;
  const what =
    lock.holder === 'dead'
      ? `was left by process ${lock.pid}, which no longer runs`
      : 'names no process, so every step of the run fails';
  draft.damage.push(`run.lock ${what}.`);
  if (lock.look !== '' && (lock.holder === 'dead' || now - lock.modifiedAt > settledAfter)) {
    move(draft, 'run.lock', `run.lock.bak.${now}`, lock.look);
  }
}

function move({ moves, before, after }: Draft, from: string, to: string, look: string): void {
  moves.push({ type: 'move', from, to, look });
  before.push(from);
  after.push(to);
}

/** Looks through the journal's files in order, and gives the events that the engine's repair keeps. */
function planJournal(
  draft: Draft,
  files: RunFiles,
  journal: ReadonlyMap<string, SeenFile>,
  now: number,
): readonly KeptEvent[] {
  const { damage, before, after } = draft;
  const kept: KeptEvent[] = [];
  /** Invocation keys of the steps that were asked for. */
  const asked = new Set<string>();
  /** Effect ids of requests that repeat an earlier one. */
  const repeated = new Set<string>();
  let expected = 1;
  let previous: string | undefined;
  for (const [file, seen] of journal) {
    if (temporaryName.test(file)) {
      planTemporary(draft, file, seen, files, now);
      continue;
    }
    if (!file.endsWith('.json')) continue;
    const seq = sequenceNumber(file);
    if (seq === undefined) {
      damage.push(`journal/${file} is not named like an event.`);
      beyond(draft, `Nobody can tell what journal/${file} is.`);
      before.push(`journal/${file}`);
      after.push(`journal/${file}`);
      continue;
    }
    checkNumber(draft, file, seq, expected, previous);
    const misnamed = nameProblem(file, previous) !== undefined;
    expected = seq + 1;
    previous = file;
    const event = readEvent(draft, file, seq, seen, files, misnamed);
    if (!event) continue;
    const { entry } = event;
    if (entry?.event.type === 'EFFECT_REQUESTED' && entry.event.invocationKey !== undefined) {
      if (asked.has(entry.event.invocationKey)) {
        damage.push(`The event ${seq} of the journal asks for a step a second time.`);
        repeated.add(entry.event.effectId);
        draft.rewrite = true;
        continue;
      }
      asked.add(entry.event.invocationKey);
    }
    if (entry?.event.type === 'EFFECT_RESOLVED' && repeated.has(entry.event.effectId)) continue;
    if (!event.isEvent) beyond(draft, `journal/${file} holds no event.`);
    for (const what of event.refused) {
      damage.push(`The event ${seq} of the journal ${what}.`);
      beyond(draft, `The engine's repair keeps journal/${file} as it is.`);
    }
    kept.push(event);
  }
  return kept;
}

/** A file that a write left behind. */
function planTemporary(
  draft: Draft,
  file: string,
  { look, modifiedAt }: SeenFile,
  files: RunFiles,
  now: number,
): void {
  const pid = Number(/\.tmp-(\d+)-/.exec(file)?.[1]);
  draft.damage.push(
    `journal/${file} was left by an interrupted write; it breaks the numbering of the next event.`,
  );
  if (look !== '' && (now - modifiedAt > settledAfter || !files.isAlive(pid))) {
    // Not inside the journal: engines take the next number from every name in there.
    move(draft, `journal/${file}`, `${file}.bak.${now}`, look);
  }
}

/** Whether an event has the number and the name that come next. */
function checkNumber(
  draft: Draft,
  file: string,
  seq: number,
  expected: number,
  previous: string | undefined,
): void {
  if (seq !== expected) {
    draft.damage.push(
      seq < expected
        ? `The journal has two events with the number ${seq}.`
        : `The journal lacks ${seq - expected === 1 ? `the event ${expected}` : `the events ${expected} to ${seq - 1}`}.`,
    );
    draft.rewrite = true;
  }
  const misnamed = nameProblem(file, previous);
  if (misnamed) {
    draft.damage.push(`The event ${seq} of the journal ${misnamed.what}.`);
    draft.rewrite = true;
  }
}

/** @returns `undefined` when the file cannot be read, which the draft says then */
function readEvent(
  draft: Draft,
  file: string,
  seq: number,
  { content }: SeenFile,
  files: RunFiles,
  misnamed: boolean,
): (KeptEvent & { readonly isEvent: boolean; readonly refused: readonly string[] }) | undefined {
  const json = 'text' in content ? parseJson(content.text) : content;
  if ('problem' in json) {
    draft.damage.push(`The event ${seq} of the journal ${json.problem}.`);
    draft.before.push(`journal  ${seq}  cannot be read: ${file}`);
    // The engine's repair drops what does not parse; it cannot open everything that we cannot read.
    if (!('text' in content)) {
      beyond(draft, `journal/${file} cannot be read, so the engine's repair fails on it.`);
    }
    draft.rewrite = true;
    return undefined;
  }
  const { entry, problems } = parseEvent(file, 'text' in content ? content.text : '');
  // The engine's repair drops what it cannot parse, and keeps whatever else it refuses.
  const refused = problems.flatMap(({ what, stops, mendable }) => (stops && !mendable ? [what] : []));
  const line = eventLine(json.value, files);
  draft.before.push(`journal  ${seq}  ${line}${misnamed ? `  ${file}` : ''}`);
  return { line, entry, isEvent: isRecord(json.value), refused };
}

/** What is open and what is settled once the engine has read the events that are kept. */
interface EngineReading {
  /** Task ids by effect id. */
  readonly pending: ReadonlyMap<string, string>;
  readonly settled: ReadonlySet<string>;
}

/** The engine's own rules for reading what is kept. */
function readAsEngine(draft: Draft, kept: readonly KeptEvent[]): EngineReading {
  const { damage, after } = draft;
  const pending = new Map<string, string>();
  const settled = new Set<string>();
  kept.forEach(({ line, entry }, i) => {
    after.push(`journal  ${i + 1}  ${line}`);
    const event = entry?.event;
    if (event?.type === 'EFFECT_REQUESTED') pending.set(event.effectId, event.taskId);
    if (event?.type !== 'EFFECT_RESOLVED' && event?.type !== 'EFFECT_CANCELLED') return;
    if (settled.has(event.effectId)) {
      damage.push(`The effect ${event.effectId} is answered twice.`);
      beyond(draft, `The effect ${event.effectId} is answered twice, which the engine's repair keeps.`);
    } else if (!pending.delete(event.effectId)) {
      damage.push(`The effect ${event.effectId} is answered, but its request is lost.`);
      beyond(
        draft,
        `The request of the effect ${event.effectId} is lost, and without it the engine refuses its answer.`,
      );
    }
    settled.add(event.effectId);
  });
  return { pending, settled };
}

/** The answers to be posted again, as their events are lost. */
function planAnswers(
  draft: Draft,
  files: RunFiles,
  events: number,
  { pending, settled }: EngineReading,
): readonly RepairStep[] {
  const posts: RepairStep[] = [];
  for (const [effectId, taskId] of pending) {
    const answer = files.answers.get(effectId);
    if (draft.rewrite && answer) {
      posts.push({ type: 'post', answer });
      draft.after.push(
        `journal  ${events + posts.length}  EFFECT_RESOLVED  ${nameOf(answer)}: ${answer.result.status}`,
      );
    } else if (!files.tasks.has(effectId)) {
      draft.damage.push(`The task.json of the open task "${taskId}" cannot be read.`);
      beyond(draft, 'The engine fails a run when it cannot read the task.json of an open task.');
    }
  }
  if (!draft.rewrite) return posts;
  for (const answer of files.answers.values()) {
    if (!pending.has(answer.effectId) && !settled.has(answer.effectId)) {
      draft.lost.push(
        `"${nameOf(answer)}" has an answer, but no request any more: it will be asked for again.`,
      );
    }
  }
  return posts;
}

/** What a step does, as a sentence for a person. */
export function describeStep(step: RepairStep): string {
  switch (step.type) {
    case 'move':
      return `${step.from} is renamed to ${step.to}.`;
    case 'journal':
      return 'The engine rewrites the journal from the events it can read, and keeps the old one beside it.';
    case 'post':
      return `The answer of "${nameOf(step.answer)}" is posted again.`;
    default:
      return step satisfies never;
  }
}

function nameOf({ title, taskId }: RecordedTask): string {
  return oneLine(title) || taskId;
}

/** "EFFECT_REQUESTED  Plan the feature". */
function eventLine(value: unknown, files: RunFiles): string {
  const { type, data } = isRecord(value) ? value : {};
  const { effectId, taskId, status } = isRecord(data) ? data : {};
  const answer = files.answers.get(String(effectId));
  const name = answer ? nameOf(answer) : String(taskId ?? effectId ?? '');
  return [String(type), typeof status === 'string' ? `${name}: ${status}` : name].filter(Boolean).join('  ');
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${oneLine(line)}\n`).join('');
}
