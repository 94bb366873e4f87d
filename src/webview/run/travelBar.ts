import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { TravelView } from '../../core/views/page/protocol';
import { count, thousands } from '../../core/format';
import { exactMoment } from '../../core/moments';
import { runApi } from './runApi';
import { largeStep } from './timeTravel';

/** A slider over the events: the run as it was with so many of them. */
class TravelBar extends LitElement {
  static override properties = {
    travel: { attribute: false },
    asked: { attribute: false },
    since: { attribute: false },
    fork: { attribute: false },
  };

  declare travel: TravelView;
  /** With how many events the run is to be shown; `undefined`: as it is now. */
  declare asked: number | undefined;
  /** How many events there were when the person left the present. */
  declare since: number;
  declare fork: string;

  /** In the page's own tree, so that its style sheets apply; the policy allows no inline ones. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  #go(event: number): void {
    this.dispatchEvent(new CustomEvent('travel-to', { detail: event, bubbles: true }));
  }

  #press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { all } = this.travel;
    const at = this.asked ?? all;
    const large = largeStep(all);
    const to = {
      ArrowLeft: at - 1,
      ArrowDown: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at + 1,
      PageDown: at - large,
      PageUp: at + large,
      Home: 1,
      End: all,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.#go(to);
  }

  protected override render(): TemplateResult {
    const { asked } = this;
    const { all, at, reading } = this.travel;
    const place = Math.min(asked ?? all, all);
    const button = (
      label: string,
      icon: string,
      to: number,
      keys: string,
      disabled: boolean,
    ): TemplateResult =>
      html`<button
        class="small"
        aria-label=${label}
        aria-keyshortcuts=${keys}
        title="${label} (${keys})"
        ?disabled=${disabled}
        @click=${() => this.#go(to)}
      >
        <span class="codicon codicon-${icon}" aria-hidden="true"></span>
      </button>`;
    // What is told belongs to another moment until this one is read.
    const known = asked !== undefined && at?.event === place ? at : undefined;
    const when = known?.at === undefined ? '' : exactMoment(known.at);
    const named = known ? [known.type, known.title, when].filter(Boolean).join(', ') : '';
    const where =
      asked === undefined
        ? `Now, after ${count(all, 'event')}`
        : `Event ${thousands(place)} of ${thousands(all)}`;
    return html`<section class="travel ${asked === undefined ? '' : 'past'}" aria-label="Time travel">
      <div class="travel-row">
        <span class="codicon codicon-history" aria-hidden="true"></span>
        <small aria-hidden="true">As of event</small>
        ${button('Previous event', 'chevron-left', place - 1, '[', place <= 1)}
        <input
          type="range"
          min="1"
          max=${Math.max(1, all)}
          step="1"
          aria-label="Show the run as of event"
          aria-valuetext=${[where, named].filter(Boolean).join(': ')}
          ?disabled=${all <= 1}
          .value=${String(place)}
          @input=${(event: Event) => this.#go(Number((event.target as HTMLInputElement).value))}
          @keydown=${(event: KeyboardEvent) => this.#press(event)}
        />
        ${button('Next event', 'chevron-right', place + 1, ']', asked === undefined)}
        <span class="travel-where">
          ${
            asked === undefined
              ? html`<strong>Now</strong>`
              : html`<strong>${thousands(place)}</strong> <small>of ${count(all, 'event')}</small>`
          }
        </span>
      </div>
      ${asked === undefined ? nothing : this.#banner(known, reading || !known)}
    </section>`;
  }

  /** That this is the past, which moment of it, and the way back. */
  #banner(known: TravelView['at'], reading: boolean): TemplateResult {
    const { all } = this.travel;
    const came = all - this.since;
    return html`<div class="travel-banner">
      <p role="status">
        <strong>The past, as of event ${known?.seq ?? this.asked}.</strong>
        ${
          known
            ? html`<span class="type">${known.type}</span> ${known.title}
                <small>${known.at === undefined ? nothing : exactMoment(known.at)}</small>`
            : nothing
        }
        ${reading ? html`<em>Reading…</em>` : nothing}
      </p>
      <p class="quiet">
        Nothing can be answered or changed here.
        ${came > 0 ? html`<strong class="came">${count(came, 'new event')} since.</strong>` : nothing}
      </p>
      <div class="buttons">
        <button class="primary" aria-keyshortcuts="n" @click=${() => this.#go(all)}>
          <span class="codicon codicon-debug-reverse-continue mirrored" aria-hidden="true"></span> Back to Now
        </button>
        <button
          class="secondary"
          ?disabled=${!known}
          @click=${() => known && runApi.postMessage({ type: 'compareWithNow', event: known.event })}
        >
          <span class="codicon codicon-diff" aria-hidden="true"></span> Compare With Now
        </button>
        ${
          this.fork
            ? html`<button
                class="secondary"
                ?disabled=${!known}
                @click=${() => known && runApi.postMessage({ type: 'fork', event: known.seq })}
              >
                <span class="codicon codicon-repo-forked" aria-hidden="true"></span> ${this.fork}
              </button>`
            : nothing
        }
      </div>
    </div>`;
  }
}

customElements.define('travel-bar', TravelBar);
