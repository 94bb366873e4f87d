import { pendingBreakpoints } from '../attention/needsYou';
import { pickerTitle } from '../commands';
import { visible } from '../format';
import { keyText } from '../run/runKey';
import type { StoredRun } from '../source/runStore';
import type { OrderChange } from './orderEntry';
import { noMarks, runsText, shownTitle } from './runMarks';

const marking = {
  'run.pin': { what: 'pinned', value: true, done: 'Pinned', already: 'pinned already' },
  'run.unpin': { what: 'pinned', value: false, done: 'Unpinned', already: 'not pinned' },
  'run.archive': { what: 'archived', value: true, done: 'Archived', already: 'archived already' },
  'run.unarchive': { what: 'archived', value: false, done: 'Unarchived', already: 'not archived' },
} as const;

/** Commands that mark runs, or take a mark back. */
export type MarkCommand = keyof typeof marking;

/** What a command would do with the runs that were chosen. */
export interface MarkPlan {
  readonly changes: readonly OrderChange[];
  /** "Archive 12 runs?", and the exact counts of the others. */
  readonly question: string;
  readonly detail: string;
  /** "Archived 12 runs", once it is done. */
  readonly done: string;
  /** Why there is nothing to do; `undefined`: there is something. */
  readonly nothing: string | undefined;
}

export function planMarks(command: MarkCommand, chosen: readonly StoredRun[]): MarkPlan {
  const { what, value, done, already } = marking[command];
  const changed = chosen.filter(({ marks = noMarks }) => marks[what] !== value);
  const same = chosen.length - changed.length;
  const asking = changed.filter(({ run }) => pendingBreakpoints(run).length > 0).length;
  const hides = command === 'run.archive';
  const detail = [
    same === 0 ? '' : `${runsText(same)} of ${chosen.length} ${same === 1 ? 'is' : 'are'} ${already}.`,
    hides ? 'Archived runs are hidden in the Runs view; the filter "Archived" shows them.' : '',
    hides && asking > 0
      ? `${runsText(asking)} ${asking === 1 ? 'asks' : 'ask'} something: the questions stay in Needs You.`
      : '',
    'You can undo this.',
  ];
  const [first] = chosen;
  const [only] = changed;
  return {
    changes: changed.map(({ run }): OrderChange => ({ what, of: keyText(run.key), value })),
    question: `${pickerTitle(command)} ${runsText(changed.length)}?`,
    detail: detail.filter(Boolean).join('\n'),
    done: `${done} ${only && changed.length === 1 ? `"${visible(shownTitle(only))}"` : runsText(changed.length)}`,
    nothing:
      changed.length > 0
        ? undefined
        : first && chosen.length === 1
          ? `"${visible(shownTitle(first))}" is ${already}.`
          : `All ${runsText(chosen.length)} are ${already}.`,
  };
}
