import { smallest } from '../../core/largest';
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualizerOptions,
} from '@tanstack/virtual-core';
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { EventRow } from '../../core/views/page/eventRow';
import type { EventsView } from '../../core/views/page/protocol';
import { commandTitle } from '../../core/commands';
import { count, thousands } from '../../core/format';
import { askSessions } from './askSessions';
import { eventOption } from './eventOption';
import { showTask } from './taskList';
import { runApi } from './runApi';

/** As in the style sheet. */
const rowHeight = 26;
const rowsAsked = 200;

/** The journal as a log. It asks for the events that are seen, however many there are. */
export class EventList extends LitElement {
  static override properties = {
    newestFirst: { state: true },
    eventType: { state: true },
    text: { state: true },
    view: { state: true },
    selected: { state: true },
    moment: { attribute: false },
    transcripts: { attribute: false },
  };

  declare newestFirst: boolean;
  declare eventType: string;
  declare text: string;
  declare view: EventsView | undefined;
  /** The place of the selected event, among those the filter leaves. */
  declare selected: number | undefined;
  /** With how many events the run is shown; `undefined`: as it is now. */
  declare moment: number | undefined;
  /** There are transcripts in which an event can be found. */
  declare transcripts: boolean;

  /** Events that were told, by their places among those the filter leaves. */
  #rows = new Map<number, EventRow>();
  #seenTypes = new Set<string>();
  #waiting = false;
  /** What is seen is to be asked for again, as it may have changed. */
  #stale = false;
  #opened = false;
  /** The event that was selected when the page was left, by its place in the whole journal; 0: none, or it is selected again. */
  #left = runApi.state().selectedEvent;
  #typing: ReturnType<typeof setTimeout> | undefined;
  readonly #virtualizer: Virtualizer<HTMLElement, HTMLElement>;
  #unmount: () => void = () => {};

  constructor() {
    super();
    const { newestFirst, eventType, eventText } = runApi.state();
    this.newestFirst = newestFirst;
    this.eventType = eventType;
    this.text = eventText;
    this.view = undefined;
    this.selected = undefined;
    this.moment = undefined;
    this.transcripts = false;
    this.#virtualizer = new Virtualizer<HTMLElement, HTMLElement>(this.#options(0));
  }

  #options(count: number): VirtualizerOptions<HTMLElement, HTMLElement> {
    return {
      count,
      getScrollElement: () => this.querySelector<HTMLElement>('.events'),
      estimateSize: () => rowHeight,
      overscan: 10,
      observeElementRect,
      observeElementOffset,
      scrollToFn: elementScroll,
      onChange: () => this.requestUpdate(),
    };
  }

  /** In the page's own tree, so that its style sheets apply; the policy allows no inline ones. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override firstUpdated(): void {
    this.#unmount = this.#virtualizer._didMount();
    this.#virtualizer._willUpdate();
    this.#askFor(0, rowsAsked, this.newestFirst);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#typing);
    this.#unmount();
  }

  /** Takes what the extension tells. */
  receive(events: EventsView): void {
    if (runApi.isOutdated('events', events)) return;
    const grown = events.total - (this.view?.total ?? events.total);
    if (!this.view) this.#seenTypes = new Set([...events.types, ...this.#seenTypes]);
    for (const row of events.rows) {
      this.#rows.set(row.place, row);
      if (row.type !== '') this.#seenTypes.add(row.type);
    }
    this.#waiting = false;
    this.view = events;
    this.#virtualizer.setOptions(this.#options(events.total));
    this.#virtualizer._willUpdate();
    void this.#settle(grown);
  }

  async #settle(grown: number): Promise<void> {
    await this.updateComplete;
    const list = this.#scroller;
    if (!this.#opened) {
      this.#opened = true;
      this.#showFocus();
    } else if (this.newestFirst && grown > 0 && list && list.scrollTop > rowHeight) {
      // New events come above; what is looked at stays where it is.
      list.scrollTop += grown * rowHeight;
    }
    this.#askForSeen();
  }

  /** The run changed: what is seen is asked for again. */
  refresh(): void {
    this.#stale = true;
    this.#askForSeen();
  }

  /** Moves the selection and takes the focus. */
  move(steps: number): void {
    const { view } = this;
    if (!view || view.total === 0) return;
    const last = view.total - 1;
    const at = this.selected === undefined ? (steps > 0 ? -1 : last + 1) : this.#flip(this.selected);
    const index = Math.max(0, Math.min(last, at + steps));
    this.#select(this.#flip(index));
    this.#scroller?.focus({ preventScroll: true });
    this.#scroller?.scrollIntoView({ block: 'nearest' });
    this.#virtualizer.scrollToIndex(index);
  }

  /** Shows the run as it was with the selected event as the last one. */
  travelToSelected(): void {
    const row = this.selected === undefined ? undefined : this.#rows.get(this.selected);
    if (row) this.#travelTo(row.event);
  }

  #showInTranscript(): void {
    const row = this.selected === undefined ? undefined : this.#rows.get(this.selected);
    if (row) askSessions({ type: 'rowOfEvent', seq: row.seq });
  }

  #travelTo(event: number): void {
    this.dispatchEvent(new CustomEvent('travel-to', { detail: event, bubbles: true }));
  }

  /** Selects the event that is the last one at a moment, where no filter makes places mean something else. */
  showMoment(event: number): void {
    const { view } = this;
    if (!view || view.total !== view.all || event > view.total) return;
    this.#select(event - 1);
    this.#virtualizer.scrollToIndex(this.#flip(event - 1));
  }

  /** Selects an event by its place in the whole journal, from 1, and brings it into view; what was filtered is shown again. */
  reveal(event: number): void {
    this.#left = event;
    if (this.eventType !== '' || this.text !== '') {
      [this.eventType, this.text] = ['', ''];
      this.#refilter();
    } else if (this.#opened) this.#showFocus();
    this.#scroller?.focus({ preventScroll: true });
    this.scrollIntoView({ block: 'start' });
  }

  #copyLink(): void {
    const row = this.selected === undefined ? undefined : this.#rows.get(this.selected);
    if (row) runApi.postMessage({ type: 'copyLink', event: row.seq });
  }

  focusFilter(): void {
    const input = this.querySelector<HTMLInputElement>('input');
    input?.focus();
    input?.select();
  }

  get #scroller(): HTMLElement | null {
    return this.querySelector<HTMLElement>('.events');
  }

  /** From a place in the journal's order to one in the order that is shown, and back. */
  #flip(place: number): number {
    return this.newestFirst ? (this.view?.total ?? 0) - 1 - place : place;
  }

  #showFocus(): void {
    const { view } = this;
    const left = this.#left;
    this.#left = 0;
    if (!view || view.total === 0) return;
    const kept = left > 0 && left <= view.total && view.total === view.all && this.moment === undefined;
    const place = kept ? left - 1 : view.focus;
    if (place === undefined) return;
    this.selected = place;
    this.#virtualizer.scrollToIndex(this.#flip(place), { align: 'center' });
  }

  /** Selects an event by its place among those the filter leaves, and keeps which one for when the page comes back. */
  #select(place: number): void {
    this.selected = place;
    const effect = this.#rows.get(place)?.effectId ?? '';
    this.dispatchEvent(new CustomEvent('select-event', { detail: effect, bubbles: true }));
    const { view } = this;
    const isWhole = view !== undefined && view.total === view.all;
    runApi.keep({ selectedEvent: this.#rows.get(place)?.event ?? (isWhole ? place + 1 : 0) });
  }

  #askFor(from: number, to: number, newest = false): void {
    this.#waiting = true;
    this.#stale = false;
    runApi.ask({ type: 'events', from, to, newest, eventType: this.eventType, text: this.text });
  }

  /** Asks for rows that are seen and not known, in one piece. */
  #askForSeen(): void {
    const { view } = this;
    if (!view || this.#waiting) return;
    const places = this.#virtualizer.getVirtualItems().map(({ index }) => this.#flip(index));
    if (places.length === 0) {
      if (this.#stale) this.#askFor(0, rowsAsked, this.newestFirst);
      return;
    }
    if (!this.#stale && places.every((place) => this.#rows.has(place))) return;
    // What was told before may have changed since, and is asked for again when it is seen.
    if (this.#stale) this.#rows = new Map([...this.#rows].filter(([place]) => places.includes(place)));
    const first = smallest(places, (place) => place);
    const from = Math.max(0, first - Math.floor((rowsAsked - places.length) / 2));
    this.#askFor(from, from + rowsAsked);
  }

  #refilter(): void {
    runApi.keep({ eventType: this.eventType, eventText: this.text, newestFirst: this.newestFirst });
    this.#rows.clear();
    this.selected = undefined;
    this.#opened = false;
    this.view = undefined;
    if (this.#scroller) this.#scroller.scrollTop = 0;
    this.#askFor(0, rowsAsked, this.newestFirst);
  }

  #press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const total = this.view?.total ?? 0;
    const page = Math.max(1, Math.floor((this.#scroller?.clientHeight ?? 0) / rowHeight) - 1);
    const steps = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -total,
      End: total,
    }[event.key];
    const row = this.selected === undefined ? undefined : this.#rows.get(this.selected);
    if (steps !== undefined) this.move(steps);
    else if (event.key === 'Enter' && row) runApi.postMessage({ type: 'openEvent', seq: row.seq });
    else if (event.key === ' ' && row && row.effectId !== '') showTask(event, row.effectId);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  protected override updated(): void {
    this.#askForSeen();
  }

  protected override render(): TemplateResult {
    const { view } = this;
    const items = view ? this.#virtualizer.getVirtualItems() : [];
    return html`
      <div class="filters">
        <label>
          <span class="hidden">Find events</span>
          <input
            type="search"
            placeholder="Find events by title, id or type (/)"
            .value=${this.text}
            @input=${(event: Event) => {
              this.text = (event.target as HTMLInputElement).value.slice(0, 200);
              clearTimeout(this.#typing);
              this.#typing = setTimeout(() => this.#refilter(), 200);
            }}
          />
        </label>
        <label>
          <span class="hidden">Type of events</span>
          <select
            @change=${(event: Event) => {
              this.eventType = (event.target as HTMLSelectElement).value;
              this.#refilter();
            }}
          >
            <option value="" ?selected=${this.eventType === ''}>All types</option>
            ${[...this.#seenTypes].map(
              (name) => html`<option value=${name} ?selected=${this.eventType === name}>${name}</option>`,
            )}
          </select>
        </label>
        <button
          class="small"
          @click=${() => {
            this.newestFirst = !this.newestFirst;
            this.#refilter();
          }}
        >
          <span class="codicon codicon-arrow-swap" aria-hidden="true"></span>
          ${this.newestFirst ? 'Newest first' : 'Oldest first'}
        </button>
        <button
          class="small"
          aria-keyshortcuts="t"
          title="Show the run as it was with the selected event as the last one (t)"
          ?disabled=${this.selected === undefined}
          @click=${() => this.travelToSelected()}
        >
          <span class="codicon codicon-history" aria-hidden="true"></span> Show the Run as of Here
        </button>
        ${
          this.transcripts
            ? html`<button
                class="small"
                title="Show what the agent did when the selected event was written"
                ?disabled=${this.selected === undefined}
                @click=${() => this.#showInTranscript()}
              >
                Show in Transcript
              </button>`
            : nothing
        }
        <button
          class="small"
          title="Copy a link to the selected event"
          ?disabled=${this.selected === undefined}
          @click=${() => this.#copyLink()}
        >
          <span class="codicon codicon-link" aria-hidden="true"></span> ${commandTitle('run.copyLink')}
        </button>
        <span class="quiet" role="status">${this.#summary()}</span>
      </div>
      <div
        class="events"
        role="listbox"
        tabindex="0"
        aria-label="Events"
        aria-activedescendant=${this.selected === undefined ? nothing : `event-${this.selected}`}
        @keydown=${(event: KeyboardEvent) => this.#press(event)}
      >
        <div class="events-all" role="presentation" .style=${`height: ${this.#virtualizer.getTotalSize()}px`}>
          ${repeat(
            items,
            ({ index }) => this.#flip(index),
            ({ index, start }) => this.#row(this.#flip(index), start),
          )}
        </div>
      </div>
    `;
  }

  #summary(): string {
    const { view } = this;
    if (!view) return 'Reading…';
    if (view.searched < view.all)
      return `${thousands(view.total)} found in ${thousands(view.searched)} of ${thousands(view.all)}…`;
    return view.total === view.all
      ? count(view.all, 'event')
      : `${thousands(view.total)} of ${count(view.all, 'event')}`;
  }

  #row(place: number, start: number): TemplateResult {
    const row = this.#rows.get(place);
    // As a property: the policy forbids the attribute.
    const style = `transform: translateY(${start}px)`;
    const selected = place === this.selected;
    if (!row) {
      return html`<div
        class="event"
        role="option"
        id="event-${place}"
        aria-selected=${selected}
        .style=${style}
      >
        …
      </div>`;
    }
    return eventOption(row, {
      selected,
      isMoment: row.event === this.moment,
      position: this.#flip(place) + 1,
      total: this.view?.total ?? 0,
      style,
      onSelect: () => this.#select(place),
      onTravel: () => this.#travelTo(row.event),
    });
  }
}

customElements.define('event-list', EventList);
