import type { BreakpointCard } from './breakpointCard';
import type { EventList } from './eventList';
import { unfold } from './folds';
import type { RunTimeline } from './runTimeline';
import type { TimeTravel } from './timeTravel';

/** What keys do something with. */
export interface KeyTargets {
  readonly page: HTMLElement;
  readonly travel: TimeTravel;
  readonly hasTask: boolean;
  hideTask(): void;
}

/** Takes a key that nothing on the page took before. True: it meant something. */
export function pressKey(event: KeyboardEvent, targets: KeyTargets): boolean {
  return !event.defaultPrevented && (pressBreakpoint(event, targets.page) || pressPage(event, targets));
}

/** Keys that mean something wherever nothing is typed into. */
function pressPage(event: KeyboardEvent, { page, travel, hasTask, hideTask }: KeyTargets): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const help = page.querySelector<HTMLDialogElement>('dialog');
  if (event.key === 'Escape' && !help?.open && hasTask) {
    hideTask();
    return true;
  }
  if (help?.open || isTyping(event)) return false;
  // A section that is folded has no use for keys.
  const events = (): EventList | null => {
    unfold('events');
    return page.querySelector<EventList>('event-list');
  };
  const timeline = (): RunTimeline | null => {
    unfold('timeline');
    return page.querySelector<RunTimeline>('run-timeline');
  };
  const actions: Readonly<Record<string, () => void>> = {
    j: () => events()?.move(1),
    k: () => events()?.move(-1),
    '/': () => events()?.focusFilter(),
    '[': () => travel.step(-1),
    ']': () => travel.step(1),
    '{': () => travel.stepFar(-1),
    '}': () => travel.stepFar(1),
    t: () => page.querySelector<EventList>('event-list')?.travelToSelected(),
    n: () => travel.step(Number.POSITIVE_INFINITY),
    f: () => timeline()?.focusFailure(1),
    F: () => timeline()?.focusFailure(-1),
    '?': () => help?.showModal(),
  };
  const action = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined;
  action?.();
  return action !== undefined;
}

/** Ctrl+Enter sends; a number chooses an option, where it is not typed into a text. */
function pressBreakpoint(event: KeyboardEvent, page: HTMLElement): boolean {
  const target = event.target instanceof Element ? event.target : document.body;
  const cards = [...page.querySelectorAll<BreakpointCard>('breakpoint-card')];
  const card =
    target.closest<BreakpointCard>('breakpoint-card') ?? (cards.length === 1 ? cards[0] : undefined);
  if (!card || event.altKey || event.shiftKey) return false;
  const withCommand = event.ctrlKey || event.metaKey;
  if (event.key === 'Enter' && withCommand && !event.repeat) {
    card.sendChosen();
    return true;
  }
  return /^[1-9]$/.test(event.key) && !withCommand && !isTyping(event) && card.choose(Number(event.key));
}

function isTyping({ target }: KeyboardEvent): boolean {
  return (
    target instanceof Element &&
    target.matches('textarea, select, input:not([type="checkbox"], [type="range"])')
  );
}
