import { demandEngineCan } from '../../core/engine/whyNot';
import { HumanError, runDeleted } from '../../core/errors';
import { pendingEffects, type Run } from '../../core/run/run';
import type { Decision } from '../../core/run/answer';
import type { BreakpointOption } from '../../core/run/breakpoint';
import { keyText, type RunKey } from '../../core/run/runKey';
import type { RunStore, StoredRun } from '../../core/source/runStore';
import type { Answering } from '../commands/answering';
import type { CommandTable } from '../commands/commandTable';
import { doingOf, type Doing } from '../engineDoing';
import type { Snoozing } from '../commands/snoozing';
import type { AnswerMessage, PageActions } from './runPanel';

export interface PageActionDeps {
  readonly store: RunStore;
  readonly commands: CommandTable;
  readonly answering: Answering;
  readonly doing: Doing;
  readonly snoozing: Snoozing;
}

/** What the buttons of a run page do: the same as the commands, for the page's own run. */
export function pageActions(deps: PageActionDeps): PageActions {
  const { store, commands, answering, doing, snoozing } = deps;
  const stored = (key: RunKey): StoredRun => {
    const found = store.get(key);
    if (!found) throw new HumanError(runDeleted);
    return found;
  };
  return {
    async command(id, key) {
      switch (id) {
        case 'run.iterate':
          demandEngineCan(id, stored(key));
          return doingOf(doing, stored(key)).iterate(stored(key), 'page', 1);
        case 'run.continue':
          demandEngineCan(id, stored(key));
          return doingOf(doing, stored(key)).continue(stored(key), 'page');
        default:
          return commands[id]({ dir: keyText(key) });
      }
    },

    async answer(key, message) {
      const found = stored(key);
      const effect = found.run.story.effects.get(message.effectId);
      if (!effect) throw new HumanError('The run has no such breakpoint.');
      const target = { stored: found, effect, surface: 'page' } as const;
      const report =
        message.kind === 'request-changes'
          ? await answering.requestChanges(target, message.text)
          : await answering.answer(target, toDecision(found.run, message));
      return report.recorded ? { recorded: true, sentence: '' } : report;
    },

    snooze: async (key, effectId) => snoozing.snoozeUntil({ stored: stored(key), effectId }),

    async pickAnswer(key, effectId) {
      const found = stored(key);
      const effect = found.run.story.effects.get(effectId);
      if (!effect) throw new HumanError('The run has no such breakpoint.');
      await answering.answerStepByStep({ stored: found, effect, surface: 'page' });
    },

    openTask: (key, effectId) => commands['task.open']({ dir: keyText(key), effectId }),

    fork: (key, event, effectId) => commands['run.fork']({ dir: keyText(key), event, effectId }),

    copyLink: (key, { effectId, event }) => commands['run.copyLink']({ dir: keyText(key), effectId, event }),

    openReport: (key, iteration) => commands['iteration.report']({ dir: keyText(key), iteration }),
  };
}

/** The page names options by their places; what they mean is read here, from the run. */
function toDecision(run: Run, message: AnswerMessage): Decision {
  const { effectId, kind, option: place, approved, answers = [], text } = message;
  const asks = pendingEffects(run).find(({ effect }) => effect.effectId === effectId)?.task?.breakpoint;
  switch (kind) {
    case 'option':
      return { kind, option: optionAt(asks?.options, place), approved, text };
    case 'several':
      return {
        kind,
        text,
        answers: answers.map((answer, i) => {
          const asked = asks?.questions[i];
          if (!asked) throw new HumanError('The questions changed meanwhile; look at them again.');
          const option = answer.option === undefined ? undefined : optionAt(asked.options, answer.option);
          return { question: asked.question, option, text: answer.text };
        }),
      };
    default:
      return { kind, text };
  }
}

function optionAt(
  options: readonly BreakpointOption[] | undefined,
  place: number | undefined,
): BreakpointOption {
  const option = place === undefined ? undefined : options?.[place];
  if (!option) throw new HumanError('The question changed meanwhile; look at it again.');
  return option;
}
