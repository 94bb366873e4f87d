import { demandEngineCan } from '../../core/engine/whyNot';
import { HumanError } from '../../core/errors';
import { pendingEffects, type Run } from '../../core/run/run';
import type { Decision } from '../../core/run/breakpoint';
import type { RunStore, StoredRun } from '../../core/source/runStore';
import type { Answering } from '../commands/answering';
import type { CommandTable } from '../commands/commandTable';
import { doingOf, type Doing } from '../engineDoing';
import type { Snoozing } from '../commands/snoozing';
import type { Review } from '../review';
import type { AnswerMessage, PageActions } from './runPanel';

export interface PageActionDeps {
  readonly store: RunStore;
  readonly commands: CommandTable;
  readonly answering: Answering;
  readonly doing: Doing;
  readonly snoozing: Snoozing;
  readonly review: Review;
}

/** What the buttons of a run page do: the same as the commands, for the page's own run. */
export function pageActions(deps: PageActionDeps): PageActions {
  const { store, commands, answering, doing, snoozing, review } = deps;
  const stored = (dir: string): StoredRun => {
    const found = store.get(dir);
    if (!found) throw new HumanError('The run is not there any more.');
    return found;
  };
  return {
    async command(id, dir) {
      switch (id) {
        case 'run.resume':
          demandEngineCan(id, stored(dir));
          return doingOf(doing, stored(dir)).resume(dir);
        case 'run.iterate':
          demandEngineCan(id, stored(dir));
          return doingOf(doing, stored(dir)).iterate(stored(dir), 'page', 1);
        case 'run.continue':
          demandEngineCan(id, stored(dir));
          return doingOf(doing, stored(dir)).continue(stored(dir), 'page');
        default:
          return commands[id]({ dir });
      }
    },

    async answer(dir, message) {
      const found = stored(dir);
      const effect = found.run.story.effects.get(message.effectId);
      if (!effect) throw new HumanError('The run has no such breakpoint.');
      const target = { stored: found, effect, surface: 'page' } as const;
      const report =
        message.kind === 'request-changes'
          ? await review.requestChanges(target, message.text)
          : await answering.answer(target, toDecision(found.run, message));
      return report.recorded ? { recorded: true, sentence: '' } : report;
    },

    snooze: async (dir, effectId) => snoozing.snoozeUntil({ stored: stored(dir), effectId }),

    openTask: (dir, effectId) => commands['task.open']({ dir, effectId }),

    fork: (dir, event, effectId) => commands['run.fork']({ dir, event, effectId }),

    openReport: (dir, iteration) => commands['iteration.report']({ dir, iteration }),
  };
}

/** The page names an option by its place; what it means is read here, from the run. */
function toDecision(run: Run, { effectId, kind, option: place, approved, text }: AnswerMessage): Decision {
  if (kind !== 'option') return { kind, text };
  const asked = pendingEffects(run).find(({ effect }) => effect.effectId === effectId);
  const option = place === undefined ? undefined : asked?.task?.breakpoint?.options[place];
  if (!option) throw new HumanError('The question changed meanwhile; look at it again.');
  return { kind, option, approved, text };
}
