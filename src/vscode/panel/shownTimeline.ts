import type { Clock } from '../../core/clock';
import type { Disposable } from '../../core/disposables';
import type { ToPage } from '../../core/views/page/protocol';
import { layingOutTimeline, type Timeline } from '../../core/views/page/timeline';
import { makingUsageView } from '../../core/views/page/usageView';
import type { InSlices } from '../../core/sliced';
import type { OpenedRun } from '../../core/views/tree/buildTree';
import type { ShownRun } from './shownRun';

/** A part of the timeline, in milliseconds since 1970. */
type Part = { readonly from: number; readonly to: number };

/** Lays out the timeline of a run page, and counts what its tasks took. */
export class ShownTimeline implements Disposable {
  /** The part that the page is zoomed into; `undefined`: it shows all of it. */
  #part: Part | undefined;
  /** The extent of the timeline as it is now, for the run as it was. */
  #whole: { readonly of: OpenedRun; readonly timeline: Timeline | undefined } | undefined;
  /** Laying out tens of thousands of tasks takes long, so it is not done again at each event. */
  #due = 0;
  /** A later layout makes an earlier one pointless. */
  #request = 0;
  #timer: Disposable | undefined;
  #disposed = false;

  constructor(
    private readonly shown: ShownRun,
    private readonly deps: { readonly clock: Clock; readonly inSlices: InSlices },
    private readonly post: (message: ToPage) => void,
  ) {}

  dispose(): void {
    this.#disposed = true;
    this.#timer?.dispose();
  }

  zoom(part: Part | undefined): Promise<void> {
    this.#part = part;
    return this.update();
  }

  /** As {@link update}, after a rest where the last one took long. */
  async updateSoon(): Promise<void> {
    const wait = this.#due - this.deps.clock.now();
    if (wait <= 0) return this.update();
    this.#timer ??= this.deps.clock.after(wait, () => void this.update());
  }

  /** Tells the page how the timeline is at the moment that it shows. */
  async update(): Promise<void> {
    this.#timer?.dispose();
    this.#timer = undefined;
    const { past, opened: now } = this.shown;
    if (!now) return;
    const begun = this.deps.clock.now();
    this.#request += 1;
    const request = this.#request;
    const whole = past ? await this.#wholeTimeline(now) : undefined;
    const shown = past?.opened ?? now;
    const timeline = await this.#layOut(shown, past?.at ?? begun, this.#part, whole);
    const usage = await this.deps.inSlices(makingUsageView(shown));
    if (request !== this.#request || this.#disposed) return;
    const done = this.deps.clock.now();
    this.#due = done + (done - begun) * 20;
    this.post({ type: 'timeline', timeline });
    this.post({ type: 'usage', usage });
  }

  /** In the past the axis is that of the run as it is, so that moments stay at their places. */
  async #wholeTimeline(of: OpenedRun): Promise<Timeline | undefined> {
    if (this.#whole?.of !== of) {
      this.#whole = { of, timeline: await this.#layOut(of, this.deps.clock.now(), undefined, undefined) };
    }
    return this.#whole.timeline;
  }

  #layOut(
    { run, details, iterations }: OpenedRun,
    now: number,
    part: Part | undefined,
    whole: Timeline | undefined,
  ): Promise<Timeline | undefined> {
    return this.deps.inSlices(
      layingOutTimeline({
        ...{ now, part, whole },
        effects: run.story.effects.list(),
        iterations: iterations.list,
        files: details,
        asksNobody: run.asksNobody,
        idle: run.story.idle ?? [],
        endedAt: run.story.end && (run.story.end.at ?? run.updatedAt),
      }),
    );
  }
}
