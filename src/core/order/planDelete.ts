import { pendingBreakpoints } from '../attention/needsYou';
import { bytesText, list, thousands, visible } from '../format';
import type { StoredRun } from '../source/runStore';
import { runsText, shownTitle } from './runMarks';

/** Which of the chosen runs may be deleted, and which not. */
export interface DeletePlan {
  readonly runs: readonly StoredRun[];
  /** Something may still be written to them. */
  readonly live: readonly StoredRun[];
  /** Their engines' stores are only ever read. */
  readonly foreign: readonly StoredRun[];
}

/** @param isIterating whether this window is iterating a run right now */
export function planDelete(
  chosen: readonly StoredRun[],
  isIterating: (stored: StoredRun) => boolean,
): DeletePlan {
  const foreign = chosen.filter(({ engine }) => !engine.can.has('run.delete'));
  const own = chosen.filter(({ engine }) => engine.can.has('run.delete'));
  const live = own.filter((stored) => isLive(stored) || isIterating(stored));
  return { runs: own.filter((stored) => !live.includes(stored)), live, foreign };
}

/** Whether something may still be written to a run: a process holds it, an agent works on it, or that is not known yet. */
export function isLive({ run, state, engine }: StoredRun): boolean {
  return (
    state.state === 'working' ||
    state.state === 'reading' ||
    (!run.story.end && state.session?.living === true) ||
    (engine.isHeld?.(run) ?? false)
  );
}

/** What is said before anything is deleted. */
export function deleteQuestion(
  { runs, live, foreign }: DeletePlan,
  { bytes, files }: { readonly bytes: number; readonly files: number },
): { readonly question: string; readonly detail: string } {
  const [only] = runs;
  const what = only && runs.length === 1 ? `"${visible(shownTitle(only))}"` : runsText(runs.length);
  const open = runs.filter(({ run }) => !run.story.end).length;
  const asking = runs.filter(({ run }) => !run.story.end && pendingBreakpoints(run).length > 0).length;
  const copied = runs.filter(({ copies = [] }) => copies.length > 0).length;
  return {
    question: `Move ${what} to the trash?`,
    detail: [
      `${runsText(runs.length)}, ${bytesText(bytes)} in ${thousands(files)} ${files === 1 ? 'file' : 'files'}.`,
      open === 0
        ? ''
        : `${runsText(open)} did not end${asking === 0 ? '' : `; ${runsText(asking)} ${asking === 1 ? 'asks' : 'ask'} something`}.`,
      copied === 0 ? '' : `Copies of ${runsText(copied)} in other folders stay.`,
      leftOut(live, 'live'),
      leftOut(foreign, 'of an engine whose store is only read'),
    ]
      .filter(Boolean)
      .join('\n'),
  };
}

/** "Left out, as they are live: A, B and 3 more."; empty: none is. */
export function leftOut(runs: readonly StoredRun[], why: string): string {
  if (runs.length === 0) return '';
  const named = runs.slice(0, 5).map((stored) => `"${visible(shownTitle(stored))}"`);
  const more = runs.length - named.length;
  const all = list([...named, ...(more > 0 ? [`${thousands(more)} more`] : [])]);
  return `Left out, as ${runs.length === 1 ? 'it is' : 'they are'} ${why}: ${all}.`;
}
