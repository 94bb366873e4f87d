import { titleOfIteration } from '../../run/iterations';
import { ago, count, duration, shortDuration, visible } from '../../format';
import { notSomethingItCanDo } from '../../engine/whyNot';
import { pendingEffects, taskTitle } from '../../run/run';
import { maskSecrets } from '../../run/secrets';
import type { StoredRun } from '../../source/runStore';
import type { OpenedRun } from '../tree/buildTree';
import { countEffects } from '../tree/describe';
import type { ActionView } from './breakpointView';
import { whyNotThen } from './past';

/** The three things that a person wants to know of a run. */
export interface Standing {
  /** Can it go on, and how. */
  readonly goOn: string;
  /** What is done. */
  readonly done: string;
  /** "Where it failed" or "What it waits for". */
  readonly stopTitle: string;
  readonly stop: string;
  /** The effect that the last answer is about, to be looked at; empty: none. */
  readonly effectId: string;
}

/** What may be done with the run. */
interface Possible {
  readonly iterating: boolean;
  readonly past: boolean;
  readonly resume: ActionView;
  readonly iterate: ActionView;
}

/** Answers the three questions, in sentences. */
export function toStanding(stored: StoredRun, opened: OpenedRun, now: number, can: Possible): Standing {
  return {
    goOn: goOn(stored, can),
    done: done(stored, opened),
    ...stop(stored, opened, now),
  };
}

function goOn(stored: StoredRun, { iterating, past, resume, iterate }: Possible): string {
  const { state, run, engine } = stored;
  if (past) return whyNotThen;
  if (iterating) return 'It is going on: this window is iterating it.';
  const open = pendingEffects(run).filter(({ effect }) => effect.kind === 'breakpoint').length;
  const asks = open > 0 && state.state === 'needs-you';
  // What an engine lacks is no reason for its run to be stuck: it goes on elsewhere.
  const lacking = notSomethingItCanDo(asks ? 'breakpoint.answer' : 'run.resume', engine);
  if (lacking !== undefined && (asks || iterate.whyNot !== undefined))
    return `Not from here. ${visible(lacking)}`;
  if (asks) {
    return `Yes, once you have answered ${open === 1 ? 'its question' : `its ${open} questions`}.`;
  }
  if (state.state === 'needs-you')
    return `Yes, once the agent has what it waits for. ${visible(state.reason)}.`;
  if (state.next.action === 'run.fork') {
    return 'Not by iterating: the error is recorded, and comes again. Fork it from before the task that failed.';
  }
  if (state.next.action === 'run.repair') return `Not before it is repaired: ${visible(state.next.reason)}.`;
  if (iterate.whyNot === undefined) return 'Yes: iterate it here, or resume an agent.';
  if (resume.whyNot === undefined) return `Yes, by resuming an agent. ${iterate.whyNot}`;
  return `No. ${resume.whyNot}`;
}

function done({ run }: StoredRun, { iterations }: OpenedRun): string {
  const { list, metric } = iterations;
  const lasted = run.updatedAt - run.createdAt;
  const best = metric?.best === undefined ? '' : `best is ${titleOfIteration(list, metric.best)}`;
  return (
    [
      countEffects(run, { iterations }) || 'Nothing yet',
      list.length > 1 ? count(list.length, 'iteration') : '',
      best,
      lasted > 0 ? `${duration(lasted)} from its creation to its last event` : '',
    ]
      .filter(Boolean)
      .join(' · ') + '.'
  );
}

function stop(
  { run, state }: StoredRun,
  { details }: OpenedRun,
  now: number,
): Pick<Standing, 'stopTitle' | 'stop' | 'effectId'> {
  const title = (id: string): string => {
    const effect = run.story.effects.get(id);
    return effect
      ? `“${visible(maskSecrets(taskTitle(effect, details.tasks.get(id) ?? run.pendingTasks.get(id))))}”`
      : '';
  };
  const { end } = run.story;
  if (end) {
    const when = end.at === undefined ? '' : ` ${ago(now - end.at)}`;
    const failed = run.story.effects.list().findLast(({ status }) => status === 'error');
    if (state.state !== 'failed' && state.state !== 'partial') {
      return { stopTitle: 'What it waits for', stop: `For nothing: it ended${when}.`, effectId: '' };
    }
    const stopTitle = 'Where it failed';
    if (!failed) return { stopTitle, stop: `In the process itself${when}, and in no task.`, effectId: '' };
    return {
      stopTitle,
      stop: `It ended${when}; the last task that failed is ${title(failed.effectId)}.`,
      effectId: failed.effectId,
    };
  }
  const stopTitle = 'What it waits for';
  const pending = pendingEffects(run);
  const first = pending.find(({ effect }) => effect.kind === 'breakpoint') ?? pending[0];
  if (!first) {
    const text =
      run.story.effects.size === 0 ? 'For its first iterate.' : 'For the next iterate: nothing is pending.';
    return { stopTitle, stop: text, effectId: '' };
  }
  const { effectId, requestedAt, kind } = first.effect;
  const since =
    requestedAt === undefined || now <= requestedAt ? '' : ` (${shortDuration(now - requestedAt)})`;
  const more = pending.length > 1 ? `, and for ${count(pending.length - 1, 'other')}` : '';
  const who =
    kind === 'breakpoint' ? 'For your answer to' : kind === 'sleep' ? 'For the end of' : 'For the result of';
  return { stopTitle, stop: `${who} ${title(effectId)}${since}${more}.`, effectId };
}
