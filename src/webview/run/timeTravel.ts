import type { ReactiveControllerHost } from 'lit';
import type { TravelView } from '../../core/views/page/protocol';
import { runApi } from './runApi';

/** How far the keys for larger steps lead, in events, of so many. */
export function largeStep(all: number): number {
  return Math.max(5, Math.round(all / 20));
}

/** Where in time the run page is, and the way to other moments. */
export class TimeTravel {
  /** `undefined`: the extension has not told it yet. */
  view: TravelView | undefined;
  /** With how many events the run is to be shown; `undefined`: as it is now. */
  asked: number | undefined = runApi.state().event || undefined;

  /** The request for a moment that will be posted with the next frame. */
  #frame = 0;

  /** @param onMoment is called with each moment of the past that is asked for */
  constructor(
    private readonly page: ReactiveControllerHost,
    private readonly onMoment: (event: number) => void,
  ) {}

  /** Shows the run as it was with so many events; from the last one on, as it is now. */
  to(event: number): void {
    const all = this.view?.all ?? 0;
    const asked = event >= all ? undefined : Math.max(1, event);
    if (asked === this.asked) return;
    if (this.asked === undefined) runApi.keep({ since: all });
    this.#ask(asked);
    // While the slider is dragged, one request a frame is enough.
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => runApi.postMessage({ type: 'travel', event: asked }));
    if (asked !== undefined) this.onMoment(asked);
  }

  /** Steps through the events, from where the page is in time. */
  step(events: number): void {
    this.to((this.asked ?? this.view?.all ?? 0) + events);
  }

  /** Steps far, forwards or backwards. */
  stepFar(direction: 1 | -1): void {
    this.step(direction * largeStep(this.view?.all ?? 0));
  }

  /** Takes what the extension tells. */
  receive(view: TravelView): void {
    this.view = view;
    // The journal became shorter than what was asked for.
    if (view.at && !view.reading && view.asked === this.asked && view.at.event !== this.asked) {
      this.#ask(view.at.event);
    }
    this.page.requestUpdate();
  }

  /** The extension has gone back to the present by itself. */
  returned(): void {
    this.#ask(undefined);
  }

  #ask(asked: number | undefined): void {
    this.asked = asked;
    runApi.keep({ event: asked ?? 0 });
    this.page.requestUpdate();
  }
}
