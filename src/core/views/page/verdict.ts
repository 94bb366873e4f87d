import { needsRepair } from '../../attention/needsYou';
import { commands, commandTitle } from '../../commands';
import { actionTitle, calledBy, type RunEngine } from '../../engine/runEngine';
import { notSomethingItCanDo } from '../../engine/whyNot';
import { capital, cutAtWord, firstLine, visible } from '../../format';
import { outcomeIn } from '../../run/outcome';
import { maskSecrets } from '../../run/secrets';
import type { StoredRun } from '../../source/runStore';
import type { OpenedRun } from '../tree/buildTree';
import { describeRun, isUnsuccessful, stateIcons, stateWord } from '../tree/describe';
import { forkLabel, type PageCommand } from './pageCommands';
import { whyNotThen } from './past';

/** Where a run stands, in one line: what is so, and the one thing to do about it. */
export interface Verdict {
  /** "Needs you" */
  readonly state: string;
  readonly icon: string;
  readonly tone: 'asks' | 'good' | 'bad' | 'busy' | 'still';
  /** The run's result or error, else the reason of its state. */
  readonly sentence: string;
  /** What can be done about it, or why nothing can, where the sentence does not say so; else empty. */
  readonly hint: string;
  /** `undefined`: there is nothing to do, or not from here. */
  readonly next: NextView | undefined;
}

/** The one primary button. */
export interface NextView {
  /** `question`: leads to the open question; `fork`: from before a task. */
  readonly does: PageCommand | 'question' | 'fork';
  readonly label: string;
  readonly icon: string;
  /** Of the question, or of the task that is forked from; else empty. */
  readonly effectId: string;
}

interface Shown {
  readonly iterating: boolean;
  readonly past: boolean;
}

/** What is said of a run at the top of its page; all of it comes from its judgement and its outcome. */
export function toVerdict(stored: StoredRun, opened: OpenedRun, now: number, shown: Shown): Verdict {
  const { state, run } = stored;
  const { iterating, past } = shown;
  const { summary = '' } = outcomeIn(opened.details) ?? {};
  const damaged = !iterating && !past && state.state !== 'unreadable' && needsRepair(stored);
  const reason = damaged ? state.next.reason : state.reason;
  const said = state.state === 'completed' && summary !== '' ? firstLine(summary) : reason;
  const sentence = shownText(said);
  const word = iterating ? 'iterating' : damaged ? 'damaged' : stateWord(stored);
  const { icon } = describeRun(stored, now, iterating, 0, opened);
  return {
    state: capital(word),
    icon: (damaged ? stateIcons.unreadable : icon).name.replace('~spin', ''),
    tone: iterating ? 'busy' : damaged || isUnsuccessful(stored) ? 'bad' : tones[state.state],
    sentence: withoutState(sentence, word),
    hint: past
      ? whyNotThen
      : iterating
        ? 'This window is iterating the run.'
        : damaged
          ? shownText(state.reason)
          : hintOf(stored, sentence),
    next: past ? undefined : nextOf(stored, run.story.end?.failedTask ?? '', iterating),
  };
}

function shownText(text: string): string {
  return visible(maskSecrets(cutAtWord(text, 300)));
}

/** "Sleeping until …" goes on from the state: "Until …". */
function withoutState(sentence: string, word: string): string {
  if (!sentence.toLowerCase().startsWith(word)) return sentence;
  const rest = sentence.slice(word.length);
  return /^\p{L}/u.test(rest) ? sentence : capital(rest.replace(/^[\s;:,.]+/, ''));
}

const tones: Readonly<Record<StoredRun['state']['state'], Verdict['tone']>> = {
  reading: 'still',
  unreadable: 'bad',
  completed: 'good',
  failed: 'bad',
  partial: 'bad',
  stopped: 'still',
  halted: 'still',
  'needs-you': 'asks',
  working: 'busy',
  sleeping: 'still',
  ready: 'asks',
  waiting: 'still',
  created: 'still',
};

function hintOf({ run, state, engine }: StoredRun, sentence: string): string {
  const { next } = state;
  // What an engine lacks is no reason for its run to be stuck: it goes on elsewhere.
  const lacking = state.state === 'needs-you' ? notSomethingItCanDo('breakpoint.answer', engine) : undefined;
  if (lacking !== undefined) return visible(lacking);
  if (next.action === 'run.fork') {
    const why = run.story.end?.failedTask === undefined ? '' : ': the failed task is recorded';
    return `Iterating would end with the same error${why}.`;
  }
  const reason = shownText(next.reason);
  const core = (text: string): string => text.toLowerCase().replace(/\.$/, '');
  return core(sentence).includes(core(reason)) || core(state.reason) === core(next.reason) ? '' : reason;
}

function nextOf(stored: StoredRun, failedTask: string, iterating: boolean): NextView | undefined {
  const { state, run } = stored;
  if (iterating) return toNext('run.stop');
  const { action } = state.next;
  switch (action) {
    case 'breakpoint.answer': {
      const question = [...run.story.pending.values()].find(({ kind }) => kind === 'breakpoint');
      return (
        question && {
          does: 'question',
          label: 'Go to the Question',
          icon: 'comment',
          effectId: question.effectId,
        }
      );
    }
    case 'run.fork':
      return failedTask === ''
        ? toNext(action)
        : { does: 'fork', label: forkLabel, icon: commands[action].icon, effectId: failedTask };
    case 'run.resume':
      return { ...toNext(action), label: resumeTitle(stored.engine) };
    case 'run.iterate':
    case 'run.repair':
    case 'run.assignProcess':
      return toNext(action);
    default:
      return run.story.end?.outcome === 'completed' ? toNext('run.report') : undefined;
  }
}

/** Shorter than in menus, where the engine has no words of its own. */
export function resumeTitle(engine: RunEngine): string {
  return calledBy(engine, 'run.resume') === 'run.resume' ? 'Resume…' : actionTitle(engine, 'run.resume');
}

function toNext(does: PageCommand): NextView {
  const { icon = 'arrow-right' } = commands[does] as { readonly icon?: string };
  return { does, label: commandTitle(does), icon, effectId: '' };
}
