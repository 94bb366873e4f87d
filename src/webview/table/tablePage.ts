import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualizerOptions,
} from '@tanstack/virtual-core';
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { State } from '../../core/run/runState';
import type { TableView, ToTable } from '../../core/table/protocol';
import type { Column, Facets, TableRow } from '../../core/table/runTable';
import { helpDialog, type Keys } from '../help';
import './table.css';
import { tableApi } from './tableApi';

/** As in the style sheet. */
const rowHeight = 26;
const headHeight = 30;
const rowsAsked = 200;

/** `descending`: how it is sorted when it is chosen. */
const heads: readonly { readonly column: Column; readonly name: string; readonly descending: boolean }[] = [
  { column: 'state', name: 'State', descending: false },
  { column: 'title', name: 'Title', descending: false },
  { column: 'process', name: 'Process', descending: false },
  { column: 'iterations', name: 'Iterations', descending: true },
  { column: 'best', name: 'Best metric', descending: true },
  { column: 'created', name: 'Created', descending: true },
  { column: 'updated', name: 'Updated', descending: true },
  { column: 'duration', name: 'Duration', descending: true },
  { column: 'waited', name: 'Waited for people', descending: true },
  { column: 'run', name: 'Run', descending: false },
];

const keys: Keys = [
  ['j, k, ↑, ↓', 'next or previous run'],
  ['Enter', 'open the run'],
  ['Space', 'select the run, or not'],
  ['Shift+Space', 'select up to here'],
  ['Ctrl+A, Escape', 'select all runs that are shown, or none (⌘ on a Mac)'],
  ['/', 'find runs'],
  ['?', 'this help'],
];

/** All runs in a table. It asks for the rows that are seen, however many there are. */
class TablePage extends LitElement {
  static override properties = {
    view: { state: true },
    facets: { state: true },
    sort: { state: true },
    descending: { state: true },
    text: { state: true },
    state: { state: true },
    process: { state: true },
    onlySelected: { state: true },
    asView: { state: true },
    current: { state: true },
  };

  declare view: TableView | undefined;
  declare facets: Facets;
  declare sort: Column;
  declare descending: boolean;
  declare text: string;
  declare state: State | undefined;
  declare process: string | undefined;
  declare onlySelected: boolean;
  declare asView: boolean;
  /** The folder of the run on which the keyboard is; empty: none. */
  declare current: string;

  /** By their places. */
  #rows: ReadonlyMap<number, TableRow> = new Map();
  /** Where the current run stands, as far as is known. */
  #place: number | undefined;
  #asked = { from: 0, to: rowsAsked };
  #waiting = false;
  #scrolled = false;
  #typing: ReturnType<typeof setTimeout> | undefined;
  readonly #virtualizer: Virtualizer<HTMLElement, HTMLElement>;

  constructor() {
    super();
    const { scroll: _, ...kept } = tableApi.state();
    Object.assign(this, kept);
    this.view = undefined;
    this.facets = { states: [], processes: [] };
    this.onlySelected = false;
    this.#virtualizer = new Virtualizer<HTMLElement, HTMLElement>(this.#options(0));
    window.addEventListener('message', (event: MessageEvent<ToTable>) => this.#receive(event.data));
    window.addEventListener('keydown', (event) => this.#press(event));
  }

  #options(count: number): VirtualizerOptions<HTMLElement, HTMLElement> {
    return {
      count,
      getScrollElement: () => this.#grid,
      estimateSize: () => rowHeight,
      overscan: 10,
      // The row of names stays above the others.
      scrollPaddingEnd: headHeight,
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
    this.#virtualizer._didMount();
    this.#virtualizer._willUpdate();
    this.#grid?.addEventListener('scroll', () => this.#keepScroll(), { passive: true });
    tableApi.postMessage({ type: 'ready' });
    this.#setCurrent(this.current);
    const from = Math.floor(tableApi.state().scroll / rowHeight);
    this.#ask(Math.max(0, from - rowsAsked / 4));
    this.#grid?.focus();
  }

  get #grid(): HTMLElement | null {
    return this.querySelector<HTMLElement>('.grid');
  }

  #keepScroll(): void {
    if (this.#scrolled) tableApi.keep({ scroll: this.#grid?.scrollTop ?? 0 });
  }

  #receive(message: ToTable): void {
    if (message.type === 'facets') {
      this.facets = message.facets;
      return;
    }
    const { view } = message;
    if (tableApi.isOutdated('rows', view)) return;
    this.#waiting = false;
    this.#rows = new Map(view.rows.map((row) => [row.place, row]));
    this.view = view;
    // It may have been told before the last key was pressed.
    const row = view.rows.find(({ dir }) => dir === this.current);
    if (row) this.#place = row.place;
    else if (view.current.dir === this.current) this.#place = view.current.place;
    this.#virtualizer.setOptions(this.#options(view.total));
    this.#virtualizer._willUpdate();
    if (!this.#scrolled) void this.#scrollBack();
  }

  /** Once, to where the page was left. */
  async #scrollBack(): Promise<void> {
    await this.updateComplete;
    const grid = this.#grid;
    if (grid) grid.scrollTop = tableApi.state().scroll;
    this.#scrolled = true;
  }

  #ask(from: number): void {
    this.#waiting = true;
    this.#asked = { from, to: from + rowsAsked };
    const { sort, descending, text, state, process, onlySelected, asView } = this;
    tableApi.ask({
      ...{ type: 'rows', ...this.#asked },
      ...{ sort, descending, text, state, process, onlySelected, asView },
    });
  }

  /** Asks for rows that are seen and not known, in one piece. */
  #askForSeen(): void {
    const { view } = this;
    if (!view || this.#waiting) return;
    const places = this.#virtualizer.getVirtualItems().map(({ index }) => index);
    const [first] = places;
    if (first === undefined || places.every((place) => this.#rows.has(place))) return;
    // Runs went, and the list is shorter than it was a moment ago.
    if (this.#asked.from <= first && (places.at(-1) ?? 0) < this.#asked.to) return;
    this.#ask(Math.max(0, first - Math.floor((rowsAsked - places.length) / 2)));
  }

  #arrange(
    change: Partial<
      Pick<this, 'sort' | 'descending' | 'text' | 'state' | 'process' | 'onlySelected' | 'asView'>
    >,
  ): void {
    Object.assign(this, change);
    const { sort, descending, text, state, process, asView } = this;
    tableApi.keep({ sort, descending, text, state, process, asView });
    if (this.#grid) this.#grid.scrollTop = 0;
    this.#ask(0);
  }

  #sortBy({ column, descending }: (typeof heads)[number]): void {
    this.#arrange(this.sort === column ? { descending: !this.descending } : { sort: column, descending });
  }

  #goTo(place: number): void {
    this.#place = place;
    this.#setCurrent(this.#rows.get(place)?.dir ?? '');
    this.#virtualizer.scrollToIndex(place);
    this.requestUpdate();
  }

  #setCurrent(dir: string): void {
    this.current = dir;
    tableApi.keep({ current: dir });
    if (dir !== '') tableApi.postMessage({ type: 'current', dir });
  }

  #move(steps: number): void {
    const total = this.view?.total ?? 0;
    if (total === 0) return;
    const at = this.#place ?? (steps > 0 ? -1 : total);
    this.#grid?.focus({ preventScroll: true });
    this.#goTo(Math.max(0, Math.min(total - 1, at + steps)));
  }

  #open(row: TableRow | undefined): void {
    if (row) tableApi.postMessage({ type: 'open', dir: row.dir });
  }

  /** Keys that mean something wherever nothing is typed into. */
  #press(event: KeyboardEvent): void {
    const help = this.querySelector<HTMLDialogElement>('dialog');
    const target = event.target instanceof Element ? event.target : document.body;
    if (event.defaultPrevented || help?.open || event.altKey) return;
    if (target.matches('input[type="search"]') && (event.key === 'ArrowDown' || event.key === 'Enter')) {
      this.#grid?.focus();
    } else if (target.matches('input:not([type="checkbox"]), select')) return;
    else if (!this.#pressRow(event, target)) return;
    event.preventDefault();
  }

  #pressRow(event: KeyboardEvent, target: Element): boolean {
    const withCommand = event.ctrlKey || event.metaKey;
    if (withCommand) {
      if (event.key !== 'a' || !this.#grid?.contains(target)) return false;
      tableApi.postMessage({ type: 'select', how: 'all' });
      return true;
    }
    const page = Math.max(1, Math.floor(((this.#grid?.clientHeight ?? 0) - headHeight) / rowHeight) - 1);
    const total = this.view?.total ?? 0;
    const inGrid = target === this.#grid;
    const steps =
      { j: 1, k: -1 }[event.key] ??
      (inGrid
        ? { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -total, End: total }[event.key]
        : undefined);
    const row = this.#place === undefined ? undefined : this.#rows.get(this.#place);
    if (steps !== undefined) this.#move(steps);
    else if (event.key === '/') this.#focusFilter();
    else if (event.key === '?') this.#help();
    else if (event.key === 'Escape') tableApi.postMessage({ type: 'select', how: 'none' });
    else if (inGrid && event.key === 'Enter') this.#open(row);
    else if (inGrid && event.key === ' ' && row) this.#select(row, event.shiftKey ? 'range' : 'toggle');
    else return false;
    return true;
  }

  #select({ dir }: TableRow, how: 'toggle' | 'only' | 'range'): void {
    tableApi.postMessage({ type: 'select', how, dir });
  }

  #click(event: MouseEvent, row: TableRow): void {
    this.#grid?.focus({ preventScroll: true });
    this.#goTo(row.place);
    const box = event.target instanceof HTMLInputElement;
    if (event.shiftKey) this.#select(row, 'range');
    else if (box || event.ctrlKey || event.metaKey) this.#select(row, 'toggle');
    // A box shows what the extension says, not what was clicked.
    if (box) event.preventDefault();
  }

  #focusFilter(): void {
    const input = this.querySelector<HTMLInputElement>('input[type="search"]');
    input?.focus();
    input?.select();
  }

  #help(): void {
    this.querySelector<HTMLDialogElement>('dialog')?.showModal();
  }

  protected override updated(): void {
    this.#askForSeen();
  }

  protected override render(): TemplateResult {
    const { view } = this;
    const items = view ? this.#virtualizer.getVirtualItems() : [];
    const active = this.#place !== undefined && this.#rows.has(this.#place);
    return html`
      <header>
        <h1>Runs</h1>
        ${this.#filters()} ${this.#progress()}
      </header>
      <div
        class="grid"
        role="grid"
        tabindex="0"
        aria-label="Runs"
        aria-multiselectable="true"
        aria-rowcount=${(view?.total ?? 0) + 1}
        aria-colcount=${heads.length + 1}
        aria-busy=${view === undefined}
        aria-activedescendant=${active ? `row-${this.#place}` : nothing}
      >
        <div class="head cells" role="row" aria-rowindex="1">
          ${this.#headBox()} ${heads.map((head) => this.#head(head))}
        </div>
        <div class="body" role="rowgroup" .style=${`height: ${this.#virtualizer.getTotalSize()}px`}>
          ${repeat(
            items,
            ({ index }) => this.#rows.get(index)?.dir ?? index,
            ({ index, start }) => this.#row(index, start),
          )}
        </div>
        ${view && view.total === 0 ? this.#empty(view) : nothing}
      </div>
      ${helpDialog(keys)}
    `;
  }

  #filters(): TemplateResult {
    const { view, facets } = this;
    const selected = view?.selected ?? 0;
    return html`
      <div class="filters">
        <label>
          <span class="hidden">Find runs</span>
          <input
            type="search"
            placeholder="Find runs by title, id, process or state (/)"
            .value=${this.text}
            @input=${(event: Event) => {
              this.text = (event.target as HTMLInputElement).value.slice(0, 200);
              clearTimeout(this.#typing);
              this.#typing = setTimeout(() => this.#arrange({}), 150);
            }}
          />
        </label>
        <label>
          <span class="hidden">State</span>
          <select
            @change=${(event: Event) => {
              const { value } = event.target as HTMLSelectElement;
              this.#arrange({ state: value === '' ? undefined : (value as State) });
            }}
          >
            <option value="" ?selected=${this.state === undefined}>All states</option>
            ${facets.states.map(
              ({ state, name, runs }) =>
                html`<option value=${state} ?selected=${this.state === state}>
                  ${name} (${number(runs)})
                </option>`,
            )}
          </select>
        </label>
        <label>
          <span class="hidden">Process</span>
          <select
            @change=${(event: Event) => {
              const { value } = event.target as HTMLSelectElement;
              // The first one is every process.
              this.#arrange({ process: facets.processes[Number(value)]?.process });
            }}
          >
            <option value="-1" ?selected=${this.process === undefined}>All processes</option>
            ${facets.processes.map(
              ({ process, name, runs }, place) =>
                html`<option value=${place} ?selected=${this.process === process}>
                  ${name} (${number(runs)})
                </option>`,
            )}
          </select>
        </label>
        ${
          view?.viewFilter
            ? html`<label class="inline">
                <input
                  type="checkbox"
                  .checked=${this.asView}
                  @change=${() => this.#arrange({ asView: !this.asView })}
                />
                Filter of the Runs view: ${view.viewFilter}
              </label>`
            : nothing
        }
        ${
          selected > 0 || this.onlySelected
            ? html`<label class="inline">
                <input
                  type="checkbox"
                  .checked=${this.onlySelected}
                  @change=${() => this.#arrange({ onlySelected: !this.onlySelected })}
                />
                Selected only
              </label>`
            : nothing
        }
      </div>
      <div class="bar">
        <span class="quiet" role="status">${this.#summary()}</span>
        <button
          class="small"
          ?disabled=${selected !== 2}
          title=${selected === 2 ? nothing : 'Select two runs to compare them'}
          @click=${() => tableApi.postMessage({ type: 'compare' })}
        >
          <span class="codicon codicon-git-compare" aria-hidden="true"></span> Compare Runs…
        </button>
        <button class="small" @click=${() => tableApi.postMessage({ type: 'csv', to: 'clipboard' })}>
          <span class="codicon codicon-copy" aria-hidden="true"></span> Copy as CSV
        </button>
        <button class="small" @click=${() => tableApi.postMessage({ type: 'csv', to: 'file' })}>
          <span class="codicon codicon-export" aria-hidden="true"></span> Export as CSV…
        </button>
        <button class="small" @click=${() => this.#help()}>
          <span class="codicon codicon-keyboard" aria-hidden="true"></span> Keyboard shortcuts
        </button>
      </div>
    `;
  }

  #summary(): string {
    const { view } = this;
    if (!view) return 'Reading…';
    const { total, all, selected } = view;
    const runs =
      total === all
        ? `${number(all)} ${all === 1 ? 'run' : 'runs'}`
        : `${number(total)} of ${number(all)} runs`;
    return [runs, selected > 0 ? `${number(selected)} selected` : ''].filter(Boolean).join(' · ');
  }

  /** All runs have to be read for the order to be right. */
  #progress(): TemplateResult | typeof nothing {
    const { view } = this;
    if (!view?.reading) return nothing;
    const { read, stopped } = view.reading;
    const far = `${number(read)} of ${number(view.total)}`;
    return html`<p class="notice reading">
      <span role="status">
        ${stopped ? `${far} runs were read; the others come last.` : `Reading the runs to sort them: ${far} read`}
      </span>
      <progress max=${view.total} .value=${read} aria-label="Runs read"></progress>
      <button class="small" @click=${() => tableApi.postMessage({ type: 'reading', on: stopped })}>
        ${stopped ? 'Read On' : 'Stop Reading'}
      </button>
    </p>`;
  }

  #empty(view: TableView): TemplateResult {
    const filtered = view.all > 0;
    return html`<p class="empty" role="row">
      <span role="gridcell">
        ${
          filtered
            ? html`No run fits the filter.
                <button
                  class="link"
                  @click=${() =>
                    this.#arrange({
                      ...{ text: '', state: undefined, process: undefined },
                      ...{ onlySelected: false, asView: false },
                    })}
                >
                  Show all runs
                </button>`
            : view.loaded
              ? 'There are no runs here yet.'
              : 'The runs are being read…'
        }
      </span>
    </p>`;
  }

  #headBox(): TemplateResult {
    const { view } = this;
    const all = view !== undefined && view.total > 0 && view.selected >= view.total;
    return html`<div class="cell" role="columnheader" aria-colindex="1">
      <input
        type="checkbox"
        aria-label="Select all runs that are shown"
        .checked=${all}
        .indeterminate=${!all && (view?.selected ?? 0) > 0}
        @click=${(event: Event) => {
          event.preventDefault();
          tableApi.postMessage({ type: 'select', how: all ? 'none' : 'all' });
        }}
      />
    </div>`;
  }

  #head(head: (typeof heads)[number]): TemplateResult {
    const { column, name } = head;
    const sorted = this.sort === column;
    return html`<div
      class="cell"
      role="columnheader"
      aria-colindex=${heads.indexOf(head) + 2}
      aria-sort=${sorted ? (this.descending ? 'descending' : 'ascending') : 'none'}
    >
      <button title=${`Sort by ${name.toLowerCase()}`} @click=${() => this.#sortBy(head)}>
        <span>${name}</span>
        ${
          sorted
            ? html`<span
                class="codicon ${this.descending ? 'codicon-arrow-small-down' : 'codicon-arrow-small-up'}"
                aria-hidden="true"
              ></span>`
            : nothing
        }
      </button>
    </div>`;
  }

  #row(place: number, start: number): TemplateResult {
    const row = this.#rows.get(place);
    // As a property: the policy forbids the attribute.
    const style = `transform: translateY(${start}px)`;
    if (!row) {
      return html`<div class="row cells" role="row" aria-rowindex=${place + 2} .style=${style}>
        <div class="cell" role="gridcell"></div>
        <div class="cell" role="gridcell">…</div>
      </div>`;
    }
    const { dir, selected, state, icon, reason, title, runId, shortId, process, read } = row;
    const cell = (n: number, content: unknown, more = '', tip = ''): TemplateResult =>
      html`<div class="cell ${more}" role="gridcell" aria-colindex=${n} title=${tip === '' ? nothing : tip}>
        ${content}
      </div>`;
    return html`<div
      class="row cells ${place === this.#place ? 'current' : ''}"
      role="row"
      id="row-${place}"
      aria-rowindex=${place + 2}
      aria-selected=${selected}
      data-vscode-context=${JSON.stringify({ webviewSection: 'run', dir, preventDefaultContextMenuItems: true })}
      .style=${style}
      @click=${(event: MouseEvent) => this.#click(event, row)}
      @dblclick=${() => this.#open(row)}
    >
      ${cell(
        1,
        html`<input type="checkbox" tabindex="-1" aria-label=${`Select ${title}`} .checked=${selected} />`,
      )}
      ${cell(
        2,
        html`<span class="codicon codicon-${icon} state-${icon}" aria-hidden="true"></span> ${state}`,
        '',
        reason,
      )}
      ${cell(3, title, 'title', title)} ${cell(4, process, '', process)}
      ${cell(5, read ? read.iterations : unread, 'figure')}
      ${cell(
        6,
        read ? read.best && html`<span class="key">${read.best.key}</span> ${read.best.value}` : unread,
        'figure',
        read?.best ? `${read.best.key} ${read.best.value} in iteration ${read.best.n}` : '',
      )}
      ${cell(7, moment(row.created), 'figure')} ${cell(8, moment(row.updated), 'figure')}
      ${cell(9, row.duration, 'figure')}
      ${cell(
        10,
        read
          ? html`${
              read.waiting
                ? html`<span class="codicon codicon-bell-dot" title="It waits now" aria-hidden="true"></span>
                    <span class="hidden">waits now,</span>`
                : nothing
            }
            ${read.waited}`
          : unread,
        'figure',
      )}
      ${cell(11, html`<code>${shortId}</code>`, '', runId)}
    </div>`;
  }
}

const unread = html`<span class="unread" title="Not read yet">…</span>`;

function number(n: number): string {
  return n.toLocaleString('en-US');
}

const inYear: Intl.DateTimeFormatOptions = {
  ...({ month: 'short', day: 'numeric' } as const),
  ...({ hour: '2-digit', minute: '2-digit', hour12: false } as const),
};
const thisYear = new Intl.DateTimeFormat(undefined, inYear);
const otherYear = new Intl.DateTimeFormat(undefined, { ...inYear, year: 'numeric' });

function moment(at: number): string {
  const date = new Date(at);
  if (!Number.isFinite(date.getTime())) return '';
  return (date.getFullYear() === new Date().getFullYear() ? thisYear : otherYear).format(at);
}

customElements.define('table-page', TablePage);
