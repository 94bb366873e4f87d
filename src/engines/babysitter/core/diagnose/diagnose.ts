import { asBabysitter } from '../babysitterRun';
import type { CommandId } from '../../../../core/commands';
import { engineMismatch } from '../drive/engineMismatch';
import { moment } from '../../../../core/moments';
import type { RepairPlan } from '../repair/repairPlan';
import { pendingEffects, runTitle, taskTitle, type RunDetails } from '../../../../core/run/run';
import type { RunKey } from '../../../../core/run/runKey';
import { failedTask, forkedAway, hasProcess } from '../judge';
import type { StoredRun } from '../../../../core/source/runStore';

/** The one thing that helps, as a button. */
export type Remedy =
  | {
      readonly type: 'command';
      readonly command: CommandId;
      readonly effectId?: string;
      readonly runKey?: RunKey;
    }
  /** The process file, where its error is. */
  | { readonly type: 'open'; readonly path: string; readonly line: number | undefined }
  /** The ways to get an engine. */
  | { readonly type: 'engine' };

/** Why a run does not move, and what moves it. */
export interface Diagnosis {
  /** Raw run text may be in it. */
  readonly sentence: string;
  /** `undefined`: nothing has to be done, or nothing can be. */
  readonly remedy: Remedy | undefined;
  /** What else a person may want to know, as sentences. */
  readonly details: readonly string[];
}

/** Whether the process file can be loaded, found out by loading it in another process. */
export type ProcessCheck =
  | { readonly loads: true }
  | {
      readonly loads: false;
      readonly cause: string;
      /** Where it went wrong; `undefined`: the cause does not say. */
      readonly path: string | undefined;
      readonly line: number | undefined;
    };

/** An agent's session that says it drives a run. */
export interface SessionBinding {
  readonly sessionId: string;
  readonly active: boolean;
  /** Milliseconds since 1970. */
  readonly lastIterationAt: number | undefined;
}

/** Everything a diagnosis is made of. What is `undefined` is not known, and nothing is concluded from it. */
export interface DiagnoseFacts {
  readonly stored: StoredRun;
  /** This window is iterating the run. */
  readonly iterating: boolean;
  readonly details: RunDetails | undefined;
  /** What a repair would find. */
  readonly repair: RepairPlan | undefined;
  readonly engine: { readonly found: boolean; readonly version: string | undefined } | undefined;
  readonly process: ProcessCheck | undefined;
  /** Sessions that name the run. */
  readonly sessions: readonly SessionBinding[] | undefined;
  readonly parent: StoredRun | undefined;
  readonly children: readonly StoredRun[];
  readonly now: number;
}

type Case = (facts: DiagnoseFacts) => Diagnosis | undefined;

/**
 * Tells why a run is stuck, by the judge's next step; looking closer may only refine it, and says what it found. The order
 * is that in which things have to be put right:
 * 1. What is not stuck, or will never move again, needs no mending: being read, held by a live process, over.
 * 2. Damage, since with it the engine refuses every step or makes matters worse. A lock of a dead process is the
 *    smallest damage, so it comes last.
 * 3. What waits for somebody, since until then no engine and no process file matters: a person, a child run, a time.
 *    Answering needs an engine as well, so a missing one comes before.
 * 4. What an iterate would stumble over: process, engine, an error that is final. Only then: iterate.
 */
const cases: readonly Case[] = [
  beingRead,
  heldByLiveProcess,
  over,
  damaged,
  leftLock,
  damagedAsShown,
  noEngine,
  waitsForPerson,
  waitsForChild,
  sleeps,
  waitsForAgent,
  processMissing,
  processDoesNotLoad,
  finalError,
  otherEngine,
  goesOn,
];

/** One sentence and one button for any run. First match wins, in the order explained at `cases`. */
export function diagnose(facts: DiagnoseFacts): Diagnosis {
  for (const tell of cases) {
    const told = tell(facts);
    if (told) return { ...told, details: [...told.details, ...besides(facts)] };
  }
  return said(`${facts.stored.state.next.reason}.`, nextStep(facts.stored));
}

/** The judge's next step as a button. */
function nextStep({ state: { next }, run }: StoredRun): Remedy | undefined {
  if (next.action === undefined) return undefined;
  const effectId = next.action === 'run.fork' ? forkedAway(run)?.effectId : undefined;
  return command(next.action, effectId === undefined ? {} : { effectId });
}

function said(sentence: string, remedy?: Remedy, details: readonly string[] = []): Diagnosis {
  return { sentence, remedy, details };
}

function command(id: CommandId, more: { readonly effectId?: string; readonly runKey?: RunKey } = {}): Remedy {
  return { type: 'command', command: id, ...more };
}

function beingRead({ stored }: DiagnoseFacts): Diagnosis | undefined {
  return stored.state.state === 'reading'
    ? said('Its events are still being read; ask again in a moment.')
    : undefined;
}

function heldByLiveProcess({ stored, iterating }: DiagnoseFacts): Diagnosis | undefined {
  if (iterating) return said('It is not stuck: this window is iterating it.', command('run.stop'));
  const { lock } = asBabysitter(stored.run);
  if (!lock?.alive || stored.state.next.action !== undefined) return undefined;
  const since = lock.acquiredAt === undefined ? '' : ` since ${moment(lock.acquiredAt)}`;
  return said(
    `Process ${lock.pid} holds the run${since} and is working on it; wait until it is done.`,
    undefined,
    [
      'If that process has nothing to do with Babysitter, its number was given out again after the engine died; ending it or waiting for it frees the run.',
    ],
  );
}

function over({ stored, parent, repair }: DiagnoseFacts): Diagnosis | undefined {
  const { run, state } = stored;
  // A damaged journal may hide what came after its last readable event.
  if (repair && repair.damage.length > 0 && state.next.action === 'run.repair') return undefined;
  const sealed = run.story.end?.sealed ?? false;
  if (state.state !== 'completed' && state.state !== 'halted' && !sealed) return undefined;
  if (parent && !parent.run.story.end) {
    return said(
      `It is ${state.state}; its parent run "${runTitle(parent.run)}" goes on with what it brought.`,
      {
        ...command('run.open', { runKey: parent.run.key }),
      },
    );
  }
  return said(
    state.state === 'completed' && !sealed
      ? 'It is not stuck: it is completed, which is final.'
      : `${state.reason}. That is final.`,
    command('run.startAgain'),
    ['A fork keeps its results up to a task of your choice, and runs the rest again.'],
  );
}

function damaged({ repair }: DiagnoseFacts): Diagnosis | undefined {
  if (!repair) return undefined;
  const damage = repair.damage.filter((sentence) => !sentence.startsWith('run.lock was left'));
  const [first] = damage;
  if (first === undefined) return undefined;
  const rest = damage.slice(1);
  if (repair.beyondRepair !== undefined) {
    return said(
      `${first} The engine cannot mend that, but a new run can take over the recorded answers.`,
      command('run.repair'),
      [...rest, repair.beyondRepair],
    );
  }
  if (repair.steps.length === 0) {
    return said(`${first} It may still be written by somebody; ask again in a minute.`, undefined, rest);
  }
  return said(
    `${first} Until that is repaired, the engine fails or causes more damage.`,
    command('run.repair'),
    rest,
  );
}

function leftLock({ stored }: DiagnoseFacts): Diagnosis | undefined {
  const { lock } = asBabysitter(stored.run);
  if (!lock || lock.alive || stored.state.next.action !== 'run.repair') return undefined;
  const at = lock.acquiredAt === undefined ? '' : ` at ${moment(lock.acquiredAt)}`;
  return said(
    `Process ${lock.pid}, which took the run${at}, ended without giving it back.`,
    command('run.repair'),
    ['Newer engines clear such a lock away by themselves at the next step; older ones wait forever.'],
  );
}

/** What the judge knows of damage holds, also where a repair would find none, or was not asked. */
function damagedAsShown({ stored: { state } }: DiagnoseFacts): Diagnosis | undefined {
  if (state.next.action !== 'run.repair') return undefined;
  return said(
    `${state.next.reason}. Until that is repaired, the engine fails or causes more damage.`,
    command('run.repair'),
  );
}

/** Whether the next step, whatever it is, has to be done by an engine from here. */
function needsEngine({ stored }: DiagnoseFacts): boolean {
  return ['needs-you', 'ready', 'created', 'failed'].includes(stored.state.state);
}

function noEngine(facts: DiagnoseFacts): Diagnosis | undefined {
  if (facts.engine?.found !== false || !needsEngine(facts)) return undefined;
  return said(
    'No Babysitter command line was found here, so nothing can be answered or iterated.',
    { type: 'engine' },
    [`${facts.stored.state.reason}.`],
  );
}

function waitsForPerson({ stored }: DiagnoseFacts): Diagnosis | undefined {
  if (stored.state.state !== 'needs-you') return undefined;
  const first = pendingEffects(stored.run).find(({ effect }) => effect.kind === 'breakpoint');
  if (!first) return undefined;
  const at = first.effect.requestedAt;
  const waits =
    at === undefined ? 'It is waiting for you' : `It has been waiting for you since ${moment(at)}`;
  return said(
    `${waits}: ${taskTitle(first.effect, first.task)}`,
    command('breakpoint.answer', { effectId: first.effect.effectId }),
  );
}

function waitsForChild({ stored, children }: DiagnoseFacts): Diagnosis | undefined {
  const open = stored.run.story.end ? [] : pendingEffects(stored.run);
  const child = children.find(({ run }) => !run.story.end);
  if (!child || open.length === 0 || open.some(({ effect }) => effect.kind !== 'subprocess'))
    return undefined;
  return said(
    `It waits for its child run "${runTitle(child.run)}": ${child.state.reason}`,
    command('run.diagnose', { runKey: child.run.key }),
  );
}

function sleeps({ stored }: DiagnoseFacts): Diagnosis | undefined {
  return stored.state.state === 'sleeping'
    ? said(`${stored.state.reason}; then an iterate moves it on.`, undefined, [
        'It is not woken earlier: engines before 5.0 would ask finished tasks again.',
      ])
    : undefined;
}

function waitsForAgent(facts: DiagnoseFacts): Diagnosis | undefined {
  const { stored, sessions, now } = facts;
  const { run, state } = stored;
  if (state.state !== 'waiting' && state.state !== 'working') return undefined;
  const open = pendingEffects(run).filter(({ effect }) => effect.kind !== 'sleep');
  const [first] = open;
  const what = first ? `"${taskTitle(first.effect, first.task)}"` : 'its tasks';
  const more = open.length > 1 ? ` and ${open.length - 1} more` : '';
  if (state.state === 'working') {
    return said(
      `Somebody seems to be at work on ${what}${more}: the last event is ${moment(run.updatedAt, now)}.`,
    );
  }
  const waits = `It has been waiting for an agent since ${moment(run.updatedAt)}: ${what}${more} is to be done`;
  const active = sessions?.find((session) => session.active);
  const ended = sessions?.find((session) => !session.active);
  const at = (session: SessionBinding): string =>
    session.lastIterationAt === undefined ? '' : `, last heard of ${moment(session.lastIterationAt, now)}`;
  if (active) {
    return said(
      `${waits}. The session ${active.sessionId} is bound to it${at(active)}, and recorded nothing since.`,
      nextStep(stored),
    );
  }
  if (ended) {
    return said(
      `${waits}, and the session ${ended.sessionId} that drove it has ended${at(ended)}.`,
      nextStep(stored),
    );
  }
  return said(`${waits}${sessions ? ', and no session is bound to it' : ''}.`, nextStep(stored));
}

function processMissing({ stored }: DiagnoseFacts): Diagnosis | undefined {
  const { run } = stored;
  if (!hasProcess(run)) return said(`${stored.state.reason}.`, nextStep(stored));
  const missing = run.problems.find(({ what }) => what.startsWith('names the process file'));
  if (!missing) return undefined;
  return said(`${missing.file} ${missing.what}. Put it back; then the run can go on.`, command('run.reveal'));
}

function processDoesNotLoad({ process }: DiagnoseFacts): Diagnosis | undefined {
  if (!process || process.loads) return undefined;
  const { cause, path, line } = process;
  return said(
    `The process file does not load: ${cause}`,
    path === undefined ? command('log.show') : { type: 'open', path, line },
  );
}

function finalError({ stored, details }: DiagnoseFacts): Diagnosis | undefined {
  const { run, state } = stored;
  const culprit = failedTask(run);
  if (culprit) {
    const title = taskTitle(culprit, details?.tasks.get(culprit.effectId));
    return said(
      `"${title}" was answered with an error that the process does not catch: ${culprit.error?.message}. No iterate asks it again; a fork before it does.`,
      nextStep(stored),
    );
  }
  if (state.state !== 'failed') return undefined;
  const changed = details?.warnings.some(({ file, hint }) => file === 'run.json' && !hint) ?? false;
  const advice: Partial<Record<CommandId, string>> = {
    'run.fork': 'Iterating fails again; a fork runs the rest again.',
    'run.resume': 'Resuming recovers from it, and runs the process again with all recorded results.',
    'run.iterate': changed
      ? 'The process file was changed since, so iterating may get past it.'
      : 'Mend what it names; iterating runs the process again with all recorded results.',
  };
  const { action } = state.next;
  return said(
    [`It failed: ${state.reason.replace(/\.$/, '')}.`, action && advice[action]].filter(Boolean).join(' '),
    nextStep(stored),
  );
}

function otherEngine({ stored, engine }: DiagnoseFacts): Diagnosis | undefined {
  const mismatch = engineMismatch(stored.run, engine?.version);
  return mismatch === undefined ? undefined : said(mismatch, { type: 'engine' }, [`${stored.state.reason}.`]);
}

function goesOn({ stored, details }: DiagnoseFacts): Diagnosis | undefined {
  const { state } = stored;
  if (state.state !== 'ready' && state.state !== 'created') return undefined;
  const changed = details?.warnings.find(({ file, hint }) => file === 'run.json' && !hint);
  const also = changed ? ` But ${changed.file} ${changed.what}.` : '';
  return said(`${state.next.reason.replace(/\.$/, '')}.${also}`, nextStep(stored));
}

/** Whatever else stands in the way later. */
function besides({ stored, details, parent }: DiagnoseFacts): readonly string[] {
  const also = [...(details?.warnings ?? [])].map(({ file, what }) => `${file} ${what}.`);
  const { lock } = asBabysitter(stored.run);
  if (lock?.alive && stored.state.next.action !== undefined) {
    also.push(`Process ${lock.pid} holds the run; what changes it waits until that is done.`);
  }
  if (parent && !stored.run.story.end) also.push(`Its parent run "${runTitle(parent.run)}" waits for it.`);
  return also;
}
