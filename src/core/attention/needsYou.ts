import { count, list } from '../format';
import type { Effect } from '../run/effect';
import { pendingEffects, type Run } from '../run/run';
import type { TaskDefinition } from '../run/task';
import { needsAgent } from '../sessions/agentFact';
import type { StoredRun } from '../source/runStore';
import { treeNode, type RunPart } from '../views/tree/treeNode';
import type { SharedAttention } from './sharedAttention';

/** Something that needs the person: a question, an agent that waits for them, or a run that is damaged, ready or failed unseen. */
export type Need =
  | {
      readonly kind: 'breakpoint';
      readonly stored: StoredRun;
      readonly effect: Effect;
      readonly task: TaskDefinition | undefined;
    }
  | { readonly kind: 'agent' | 'damaged' | 'ready' | 'failed'; readonly stored: StoredRun };

export interface NeedsOptions {
  /** Whether ready and failed runs count. */
  readonly ready: boolean;
  readonly failed: boolean;
  /** For how long somebody else may still carry on a run that is ready, in milliseconds since its last event. */
  readonly activityWindow: number;
}

export interface NeedsYou {
  /**
   * Questions, then agents that wait for the person, then damaged runs, then ready runs, each with the one that waits
   * longest first; then failed runs, the latest first.
   */
  readonly needs: readonly Need[];
  /** In milliseconds since 1970, when time alone changes the list; `undefined`: it does not. */
  readonly changesAt: number | undefined;
}

type Known = Pick<SharedAttention, 'snooze' | 'seenTrouble'>;

/** The one list behind the Needs You view, its badge and the status bar. */
export function needsYou(
  all: readonly StoredRun[],
  now: number,
  known: Known,
  options: NeedsOptions,
): NeedsYou {
  const breakpoints: (Need & { kind: 'breakpoint' })[] = [];
  const agents: StoredRun[] = [];
  const damaged: StoredRun[] = [];
  const ready: StoredRun[] = [];
  const failed: StoredRun[] = [];
  let changesAt: number | undefined;
  /** False until then. */
  const from = (moment: number): boolean => {
    if (moment <= now) return true;
    changesAt = Math.min(moment, changesAt ?? moment);
    return false;
  };
  for (const stored of all) {
    const { run, state } = stored;
    if (needsRepair(stored)) {
      // One row instead of its questions, which cannot be answered before.
      if (isUnseen(stored, known) && from(runSnooze(run, known) ?? now)) damaged.push(stored);
      continue;
    }
    switch (state.state) {
      case 'needs-you':
        if (needsAgent(stored) && from(runSnooze(run, known) ?? now)) agents.push(stored);
        for (const { effect, task } of pendingBreakpoints(run)) {
          if (from(known.snooze(run.key, effect.effectId)?.until ?? now)) {
            breakpoints.push({ kind: 'breakpoint', stored, effect, task });
          }
        }
        break;
      case 'ready':
        if (options.ready && from(readyFrom(run, options)) && from(runSnooze(run, known) ?? now)) {
          ready.push(stored);
        }
        break;
      case 'failed':
      case 'partial':
        if (options.failed && isUnseen(stored, known) && from(runSnooze(run, known) ?? now)) {
          failed.push(stored);
        }
        break;
      default:
    }
  }
  breakpoints.sort((a, b) => (a.effect.requestedAt ?? 0) - (b.effect.requestedAt ?? 0));
  agents.sort((a, b) => sinceOf(a) - sinceOf(b));
  damaged.sort((a, b) => a.run.updatedAt - b.run.updatedAt);
  ready.sort((a, b) => a.run.updatedAt - b.run.updatedAt);
  failed.sort((a, b) => (failedAt(b.run) ?? 0) - (failedAt(a.run) ?? 0));
  const needs: readonly Need[] = [
    ...breakpoints,
    ...agents.map((stored): Need => ({ kind: 'agent', stored })),
    ...damaged.map((stored): Need => ({ kind: 'damaged', stored })),
    ...ready.map((stored): Need => ({ kind: 'ready', stored })),
    ...failed.map((stored): Need => ({ kind: 'failed', stored })),
  ];
  return { needs, changesAt };
}

/** Whether a run is in one of the states in which it may need the person. */
export function mayNeed(stored: StoredRun | undefined): boolean {
  const state = stored?.state.state;
  if (state === 'needs-you' || state === 'ready' || state === 'failed' || state === 'partial') return true;
  return stored !== undefined && needsRepair(stored);
}

/** Whether a run that is not over is so damaged that it has to be repaired first. */
export function needsRepair({ run, state }: StoredRun): boolean {
  return run.problems.length > 0 && !run.story.end && state.next.action === 'run.repair';
}

/** The row of a need. */
export function needNode(need: Need): RunPart {
  const { key } = need.stored.run;
  return need.kind === 'breakpoint'
    ? treeNode({ kind: 'breakpoint', runKey: key, effectId: need.effect.effectId })
    : treeNode({ kind: 'run', runKey: key });
}

/** "2 questions wait for you, 1 run is ready to continue and 1 run failed". */
export function needsSentence(needs: readonly Need[]): string {
  const number = (kind: Need['kind']): number => needs.filter((need) => need.kind === kind).length;
  const [questions, ready, failed] = [number('breakpoint'), number('ready'), number('failed')];
  const [agents, damaged] = [number('agent'), number('damaged')];
  const parts = [
    questions === 0 ? '' : `${count(questions, 'question')} ${questions === 1 ? 'waits' : 'wait'} for you`,
    agents === 0 ? '' : `${count(agents, 'agent')} ${agents === 1 ? 'waits' : 'wait'} for you`,
    damaged === 0 ? '' : `${count(damaged, 'damaged run')} ${damaged === 1 ? 'needs' : 'need'} repair`,
    ready === 0 ? '' : `${count(ready, 'run')} ${ready === 1 ? 'is' : 'are'} ready to continue`,
    failed === 0 ? '' : `${count(failed, 'run')} failed`,
  ].filter(Boolean);
  return parts.length === 0 ? 'Nothing needs you' : list(parts);
}

/** The breakpoints of a run that wait, in order of their requests. */
export const pendingBreakpoints = oncePerRun((run) =>
  pendingEffects(run).filter(({ effect }) => effect.kind === 'breakpoint'),
);

/** What was answered last; `undefined`: nothing. */
const lastResolved = oncePerRun((run) => {
  let last: Effect | undefined;
  for (const effect of run.story.effects.values()) {
    if (effect.resolvedOrder > (last?.resolvedOrder ?? 0)) last = effect;
  }
  return last;
});

/** All runs are asked at every change of one of them, and a reading of a run never changes. */
function oncePerRun<T>(look: (run: Run) => T): (run: Run) => T {
  const known = new WeakMap<Run, { readonly value: T }>();
  return (run) => {
    const found = known.get(run) ?? { value: look(run) };
    known.set(run, found);
    return found.value;
  };
}

/** When a run failed, in milliseconds since 1970; `undefined`: it did not, or a person sealed it as failed. */
export function failedAt(run: Run): number | undefined {
  const { end } = run.story;
  if (!end || end.sealed || end.outcome !== 'failed') {
    return undefined;
  }
  return end.toldAt ?? end.at ?? run.updatedAt;
}

/** What a person can take note of: when a run failed, or was written to last before it was damaged; `undefined`: neither. */
export function troubleAt(stored: StoredRun): number | undefined {
  return needsRepair(stored) ? stored.run.updatedAt : failedAt(stored.run);
}

function isUnseen(stored: StoredRun, known: Known): boolean {
  const at = troubleAt(stored);
  return at !== undefined && known.seenTrouble(stored.run.key) !== at;
}

/** Since when its agent waits, in milliseconds since 1970. */
function sinceOf({ state }: StoredRun): number {
  return state.session?.now.since ?? 0;
}

/** A person's own answer is to be applied at once; of other results, an agent may be about to take note. */
function readyFrom(run: Run, { activityWindow }: NeedsOptions): number {
  return lastResolved(run)?.kind === 'breakpoint' ? run.updatedAt : run.updatedAt + activityWindow;
}

/** When the snooze of a run ends; `undefined`: there is none, or something happened in the run since. */
function runSnooze(run: Run, known: Known): number | undefined {
  const snooze = known.snooze(run.key);
  return snooze && run.updatedAt <= snooze.at ? snooze.until : undefined;
}
