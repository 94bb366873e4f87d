import { oneLine } from '../format';
import type { RecordedTask } from '../fork/recordedTask';
import { nameProblem, sequenceNumber } from '../run/eventName';
import type { JournalEntry } from '../run/journal';
import { temporaryName } from '../run/journalListing';
import { parseEvent } from '../run/parseEvent';
import { isRecord, parseJson } from '../run/lenient';

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

/**
 * Plans a repair. Pure: nothing is changed, and the same files give the same plan.
 * @param now milliseconds since 1970; names the backups
 */
export function planRepair(files: RunFiles, now: number): RepairPlan {
  const damage: string[] = [];
  const moves: RepairStep[] = [];
  const lost: string[] = [];
  const before: string[] = [];
  const after: string[] = [];

  const { lock } = files;
  if (lock && lock.holder !== 'live') {
    const what =
      lock.holder === 'dead'
        ? `was left by process ${lock.pid}, which no longer runs`
        : 'names no process, so every step of the run fails';
    damage.push(`run.lock ${what}.`);
    if (lock.look !== '' && (lock.holder === 'dead' || now - lock.modifiedAt > settledAfter)) {
      moves.push({ type: 'move', from: 'run.lock', to: `run.lock.bak.${now}`, look: lock.look });
      before.push('run.lock');
      after.push(`run.lock.bak.${now}`);
    }
  }

  let beyondRepair: string | undefined;
  const beyond = (sentence: string): unknown => (beyondRepair ??= sentence);
  if (!files.metadata) {
    damage.push('run.json cannot be read.');
    beyond('Without run.json, the engine does nothing with a run.');
  }
  if (!files.journal || files.journal.size === 0) {
    damage.push(`The journal is ${files.journal ? 'empty' : 'missing'}.`);
    beyond('Without a journal, the engine would begin again from the first task.');
    return { damage, steps: moves, beyondRepair, lost, before: lines(before), after: lines(after) };
  }

  const kept: { readonly line: string; readonly entry: JournalEntry | undefined }[] = [];
  const seen = new Set<string>();
  const repeated = new Set<string>();
  let expected = 1;
  let previous: string | undefined;
  let rewrite = false;
  for (const [file, { content, look, modifiedAt }] of files.journal) {
    if (temporaryName.test(file)) {
      const pid = Number(/\.tmp-(\d+)-/.exec(file)?.[1]);
      damage.push(
        `journal/${file} was left by an interrupted write; it breaks the numbering of the next event.`,
      );
      if (look !== '' && (now - modifiedAt > settledAfter || !files.isAlive(pid))) {
        // Not inside the journal: engines take the next number from every name in there.
        const to = `${file}.bak.${now}`;
        moves.push({ type: 'move', from: `journal/${file}`, to, look });
        before.push(`journal/${file}`);
        after.push(to);
      }
      continue;
    }
    if (!file.endsWith('.json')) continue;
    const seq = sequenceNumber(file);
    if (seq === undefined) {
      damage.push(`journal/${file} is not named like an event.`);
      beyond(`Nobody can tell what journal/${file} is.`);
      before.push(`journal/${file}`);
      after.push(`journal/${file}`);
      continue;
    }
    if (seq !== expected) {
      damage.push(
        seq < expected
          ? `The journal has two events with the number ${seq}.`
          : `The journal lacks ${seq - expected === 1 ? `the event ${expected}` : `the events ${expected} to ${seq - 1}`}.`,
      );
      rewrite = true;
    }
    expected = seq + 1;
    const misnamed = nameProblem(file, previous);
    if (misnamed) {
      damage.push(`The event ${seq} of the journal ${misnamed.what}.`);
      rewrite = true;
    }
    previous = file;
    const json = 'text' in content ? parseJson(content.text) : content;
    if ('problem' in json) {
      damage.push(`The event ${seq} of the journal ${json.problem}.`);
      before.push(`journal  ${seq}  cannot be read: ${file}`);
      // The engine's repair drops what does not parse; it cannot open everything that we cannot read.
      if (!('text' in content)) beyond(`journal/${file} cannot be read, so the engine's repair fails on it.`);
      rewrite = true;
      continue;
    }
    const { entry } = parseEvent(file, 'text' in content ? content.text : '');
    const line = eventLine(json.value, files);
    before.push(`journal  ${seq}  ${line}${misnamed ? `  ${file}` : ''}`);
    const event = entry?.event;
    if (event?.type === 'EFFECT_REQUESTED' && event.invocationKey !== undefined) {
      if (seen.has(event.invocationKey)) {
        damage.push(`The event ${seq} of the journal asks for a step a second time.`);
        repeated.add(event.effectId);
        rewrite = true;
        continue;
      }
      seen.add(event.invocationKey);
    }
    if (event?.type === 'EFFECT_RESOLVED' && repeated.has(event.effectId)) continue;
    if (!isRecord(json.value)) beyond(`journal/${file} holds no event.`);
    kept.push({ line, entry });
  }

  // The engine's own rules for reading what is kept.
  const pending = new Map<string, string>();
  const settled = new Set<string>();
  kept.forEach(({ line, entry }, i) => {
    after.push(`journal  ${i + 1}  ${line}`);
    const event = entry?.event;
    if (event?.type === 'EFFECT_REQUESTED') pending.set(event.effectId, event.taskId);
    if (event?.type !== 'EFFECT_RESOLVED' && event?.type !== 'EFFECT_CANCELLED') return;
    if (settled.has(event.effectId)) {
      damage.push(`The effect ${event.effectId} is answered twice.`);
      beyond(`The effect ${event.effectId} is answered twice, which the engine's repair keeps.`);
    } else if (!pending.delete(event.effectId)) {
      damage.push(`The effect ${event.effectId} is answered, but its request is lost.`);
      beyond(
        `The request of the effect ${event.effectId} is lost, and without it the engine refuses its answer.`,
      );
    }
    settled.add(event.effectId);
  });

  const posts: RepairStep[] = [];
  for (const [effectId, taskId] of pending) {
    const answer = files.answers.get(effectId);
    if (rewrite && answer) {
      posts.push({ type: 'post', answer });
      after.push(
        `journal  ${kept.length + posts.length}  EFFECT_RESOLVED  ${nameOf(answer)}: ${answer.result.status}`,
      );
    } else if (!files.tasks.has(effectId)) {
      damage.push(`The task.json of the open task "${taskId}" cannot be read.`);
      beyond('The engine fails a run when it cannot read the task.json of an open task.');
    }
  }
  if (rewrite) {
    for (const answer of files.answers.values()) {
      if (!pending.has(answer.effectId) && !settled.has(answer.effectId)) {
        lost.push(`"${nameOf(answer)}" has an answer, but no request any more: it will be asked for again.`);
      }
    }
  }
  const steps = beyondRepair
    ? moves
    : [...moves, ...(rewrite ? [{ type: 'journal' } as const] : []), ...posts];
  return { damage, steps, beyondRepair, lost, before: lines(before), after: lines(after) };
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
