import {
  elementScroll,
  measureElement,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualizerOptions,
} from '@tanstack/virtual-core';
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import { repeat } from 'lit/directives/repeat.js';
import { count } from '../../core/format';
import type { RowsAsked, RowsView } from '../../core/views/page/sessionProtocol';
import type { RowDetail, RowView } from '../../core/views/page/transcriptView';
import { askSessions } from './askSessions';
import { transcriptRow } from './transcriptRow';

const rowHeight = 28;
const rowsAsked = 120;

const filters = { all: 'Everything', prompts: 'Prompts', calls: 'Calls', errors: 'Errors' } as const;

/** One file of a session, row by row. It asks for the rows that are seen, however many there are. */
export class TranscriptList extends LitElement {
  static override properties = {
    session: { attribute: false },
    files: { attribute: false },
    filter: { state: true },
    text: { state: true },
    file: { state: true },
    view: { state: true },
    selected: { state: true },
    follows: { state: true },
  };

  /** By its place in the list of sessions. */
  declare session: number;
  declare files: readonly string[];
  declare filter: RowsAsked['filter'];
  declare text: string;
  declare file: number;
  declare view: RowsView | undefined;
  /** Among the rows that the filter leaves. */
  declare selected: number | undefined;
  /** The end is seen, and is to be seen when there is more. */
  declare follows: boolean;

  #rows = new Map<number, RowView>();
  /** By their places in the file. */
  readonly #details = new Map<number, RowDetail>();
  readonly #unfolded = new Set<number>();
  #request = 0;
  #waiting = false;
  /** The person moves the list; otherwise it moves as rows come and are measured. */
  #byPerson = false;
  /** Shown once the rows around it are there. */
  #target: number | undefined;
  #typing: ReturnType<typeof setTimeout> | undefined;
  readonly #virtualizer: Virtualizer<HTMLElement, HTMLElement>;
  #unmount: () => void = () => {};

  constructor() {
    super();
    this.session = 0;
    this.files = [];
    this.filter = 'all';
    this.text = '';
    this.file = 0;
    this.view = undefined;
    this.selected = undefined;
    this.follows = true;
    this.#virtualizer = new Virtualizer<HTMLElement, HTMLElement>(this.#options(0));
  }

  #options(count: number): VirtualizerOptions<HTMLElement, HTMLElement> {
    return {
      count,
      getScrollElement: () => this.querySelector<HTMLElement>('.rows'),
      estimateSize: () => rowHeight,
      measureElement,
      overscan: 8,
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
    if (!this.#waiting) this.#ask(0, rowsAsked, true);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#typing);
    this.#unmount();
    askSessions({ type: 'close' });
  }

  /** Shows only the calls that hold some words. */
  find(text: string): void {
    this.text = text;
    this.filter = 'calls';
    this.#refilter(false);
  }

  /** Shows a row among all of them, by its index there. */
  show(index: number): void {
    this.filter = 'all';
    this.text = '';
    this.file = 0;
    this.#forget();
    this.follows = false;
    this.selected = index;
    this.#target = index;
    this.#ask(Math.max(0, index - rowsAsked / 2), index + rowsAsked / 2, false);
  }

  receiveRows(view: RowsView): void {
    if (view.request !== this.#request) return;
    this.#waiting = false;
    view.rows.forEach((row, i) => this.#rows.set(view.from + i, row));
    this.view = view;
    this.#virtualizer.setOptions(this.#options(view.total));
    this.#virtualizer._willUpdate();
    void this.#settle();
  }

  receiveDetail(detail: RowDetail): void {
    this.#details.set(detail.place, detail);
    this.requestUpdate();
  }

  async #settle(): Promise<void> {
    await this.updateComplete;
    if (this.#target !== undefined) {
      this.#virtualizer.scrollToIndex(this.#target, { align: 'center' });
      this.#target = undefined;
    }
    this.#askForSeen();
  }

  get #scroller(): HTMLElement | null {
    return this.querySelector<HTMLElement>('.rows');
  }

  #forget(): void {
    this.#rows.clear();
    this.#details.clear();
    this.#unfolded.clear();
    this.selected = undefined;
    this.view = undefined;
  }

  #refilter(follows = true): void {
    this.#forget();
    this.follows = follows;
    this.#ask(0, rowsAsked, follows);
  }

  #ask(from: number, to: number, newest: boolean): void {
    this.#waiting = true;
    this.#request += 1;
    const { session, file, filter, text } = this;
    askSessions({ type: 'rows', request: this.#request, session, file, from, to, newest, filter, text });
  }

  #askForSeen(): void {
    const { view } = this;
    if (!view || this.#waiting) return;
    const indexes = this.#virtualizer.getVirtualItems().map(({ index }) => index);
    const missing = indexes.filter((index) => index < view.total && !this.#rows.has(index));
    const [first] = missing;
    if (first === undefined) return;
    const from = Math.max(0, first - Math.floor((rowsAsked - missing.length) / 2));
    // The end is asked for as such, so that what comes next is told, too.
    this.#ask(from, from + rowsAsked, this.follows);
  }

  #scrolled(): void {
    const list = this.#scroller;
    if (!list || !this.#byPerson || this.#target !== undefined || this.#waiting) return;
    const atEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - rowHeight;
    if (atEnd === this.follows) return;
    this.follows = atEnd;
    const total = this.view?.total ?? 0;
    if (atEnd) this.#ask(0, rowsAsked, true);
    else this.#ask(Math.max(0, total - rowsAsked), total, false);
  }

  #toEnd(): void {
    this.#byPerson = false;
    this.follows = true;
    this.#ask(0, rowsAsked, true);
  }

  #toggle(row: RowView): void {
    if (this.#unfolded.delete(row.place)) return this.requestUpdate();
    this.#unfolded.add(row.place);
    // What was told before may have got its result since.
    askSessions({ type: 'row', place: row.place });
    this.requestUpdate();
  }

  #move(steps: number): void {
    const last = (this.view?.total ?? 0) - 1;
    if (last < 0) return;
    const at = this.selected ?? (steps > 0 ? -1 : last + 1);
    this.selected = Math.max(0, Math.min(last, at + steps));
    this.follows = this.selected === last;
    this.#virtualizer.scrollToIndex(this.selected);
  }

  #press(event: KeyboardEvent): void {
    // A long text in a row scrolls by the same keys.
    if (event.target !== this.#scroller || event.ctrlKey || event.metaKey || event.altKey) return;
    const total = this.view?.total ?? 0;
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -total, End: total }[
      event.key
    ];
    const row = this.selected === undefined ? undefined : this.#rows.get(this.selected);
    if (steps !== undefined) this.#move(steps);
    else if ((event.key === 'Enter' || event.key === ' ') && row) this.#toggle(row);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  protected override updated(): void {
    const list = this.#scroller;
    // Rows are measured as they are drawn, which moves the end.
    if (this.follows && list) list.scrollTop = list.scrollHeight;
    this.#askForSeen();
  }

  protected override render(): TemplateResult {
    const items = this.view ? this.#virtualizer.getVirtualItems() : [];
    const selected = this.selected === undefined ? undefined : this.#rows.get(this.selected);
    return html`
      <div class="filters">
        ${this.files.length < 2 ? nothing : this.#choice('File', this.files, (file) => (this.file = file))}
        <label>
          <span class="hidden">Find in the transcript</span>
          <input
            type="search"
            placeholder="Find in the transcript"
            .value=${this.text}
            @input=${(event: Event) => {
              this.text = (event.target as HTMLInputElement).value.slice(0, 200);
              clearTimeout(this.#typing);
              this.#typing = setTimeout(() => this.#refilter(), 200);
            }}
          />
        </label>
        <label>
          <span class="hidden">Rows to show</span>
          <select
            .value=${this.filter}
            @change=${(event: Event) => {
              this.filter = (event.target as HTMLSelectElement).value as RowsAsked['filter'];
              this.#refilter();
            }}
          >
            ${Object.entries(filters).map(([id, name]) => html`<option value=${id}>${name}</option>`)}
          </select>
        </label>
        <button
          class="small"
          ?disabled=${!selected}
          @click=${() => selected && askSessions({ type: 'eventOfRow', place: selected.place })}
        >
          Show in Events
        </button>
        <button class="small" ?disabled=${this.follows} @click=${() => this.#toEnd()}>Go to End</button>
        <span class="quiet" role="status">${this.#summary()}</span>
      </div>
      <div
        class="rows"
        role="tree"
        tabindex="0"
        aria-label="Transcript"
        aria-activedescendant=${this.selected === undefined ? nothing : `row-${this.selected}`}
        @keydown=${(event: KeyboardEvent) => this.#press(event)}
        @wheel=${() => (this.#byPerson = true)}
        @pointerdown=${() => (this.#byPerson = true)}
        @scroll=${() => this.#scrolled()}
      >
        <div class="rows-all" role="presentation" .style=${`height: ${this.#virtualizer.getTotalSize()}px`}>
          ${repeat(
            items,
            ({ index }) => index,
            ({ index, start }) => this.#row(index, start),
          )}
        </div>
      </div>
    `;
  }

  #choice(name: string, options: readonly string[], choose: (index: number) => void): TemplateResult {
    return html`<label>
      <span class="hidden">${name}</span>
      <select
        @change=${(event: Event) => {
          choose((event.target as HTMLSelectElement).selectedIndex);
          this.#refilter();
        }}
      >
        ${options.map((option, i) => html`<option ?selected=${i === this.file}>${option}</option>`)}
      </select>
    </label>`;
  }

  #summary(): string {
    if (!this.view) return 'Reading…';
    const { total } = this.view;
    const rows = count(total, 'row');
    return this.follows ? `${rows}, following the end` : rows;
  }

  #row(index: number, start: number): TemplateResult {
    const row = this.#rows.get(index);
    return html`<div
      class="row-place"
      role="presentation"
      data-index=${index}
      .style=${`transform: translateY(${start}px)`}
      ${ref((element) => this.#virtualizer.measureElement((element as HTMLElement | undefined) ?? null))}
    >
      ${
        row
          ? transcriptRow(row, {
              id: `row-${index}`,
              selected: index === this.selected,
              unfolded: this.#unfolded.has(row.place),
              detail: this.#details.get(row.place),
              onSelect: () => (this.selected = index),
              onToggle: () => this.#toggle(row),
            })
          : html`<div class="row" role="treeitem" id="row-${index}">…</div>`
      }
    </div>`;
  }
}

customElements.define('transcript-list', TranscriptList);
