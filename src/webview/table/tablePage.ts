import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualizerOptions,
} from '@tanstack/virtual-core';
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { State } from '../../core/run/judgement';
import type { TableView, ToTable } from '../../core/views/table/protocol';
import type { Facets } from '../../core/views/table/runTable';
import { rareColumns, type Column } from '../../core/views/table/tableOrder';
import type { TableRow } from '../../core/views/table/tableRow';
import { count, thousands } from '../../core/format';
import { helpDialog, type Keys } from '../help';
import './table.css';
import { tableActions } from './tableActions';
import { tableApi } from './tableApi';
import { tableFilters, type TableFilter } from './tableFilters';
import { columnsMenu, layOut, narrow, shownHeads, type Head } from './tableColumns';
import { tableHead } from './tableHead';
import { noRuns, readingProgress } from './tableNotices';
import { tableRow } from './tableRow';

const rowsAsked = 200;

/** In pixels, as in the style sheet. */
function heights(): { readonly row: number; readonly head: number } {
  return narrow.matches ? { row: 46, head: 54 } : { row: 26, head: 30 };
}

const keys: Keys = [
  ['j, k, ↑, ↓', 'next or previous run'],
  ['Enter', 'open the run'],
  ['Space', 'select or deselect the run'],
  ['Shift+Space', 'select up to here'],
  ['Ctrl+A, Escape', 'select all runs shown, or none (⌘ on a Mac)'],
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
    engine: { state: true },
    onlySelected: { state: true },
    asView: { state: true },
    unwanted: { state: true },
    current: { state: true },
  };

  declare view: TableView | undefined;
  declare facets: Facets;
  declare sort: Column;
  declare descending: boolean;
  declare text: string;
  declare state: State | undefined;
  declare process: string | undefined;
  declare engine: string | undefined;
  declare onlySelected: boolean;
  declare asView: boolean;
  /** Columns that are not shown. */
  declare unwanted: readonly Column[];
  /** The key of the run on which the keyboard is; empty: none. */
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
    this.facets = { states: [], processes: [], engines: [] };
    this.onlySelected = false;
    this.#virtualizer = new Virtualizer<HTMLElement, HTMLElement>(this.#options(0));
    window.addEventListener('message', (event: MessageEvent<ToTable>) => this.#receive(event.data));
    window.addEventListener('keydown', (event) => this.#press(event));
    narrow.addEventListener('change', () => {
      this.#virtualizer.setOptions(this.#options(this.view?.total ?? 0));
      this.#virtualizer.measure();
      this.requestUpdate();
    });
  }

  #options(count: number): VirtualizerOptions<HTMLElement, HTMLElement> {
    return {
      count,
      getScrollElement: () => this.#grid,
      estimateSize: () => heights().row,
      overscan: 10,
      // The row of names stays above the others.
      scrollPaddingEnd: heights().head,
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
    const from = Math.floor(tableApi.state().scroll / heights().row);
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
    const row = view.rows.find(({ key }) => key === this.current);
    if (row) this.#place = row.place;
    else if (view.current.key === this.current) this.#place = view.current.place;
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
    const { sort, descending, text, state, process, engine, onlySelected, asView } = this;
    tableApi.ask({
      ...{ type: 'rows', ...this.#asked },
      ...{ sort, descending, text, state, process, engine, onlySelected, asView },
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

  #arrange(change: Partial<TableFilter & Pick<this, 'sort' | 'descending'>>): void {
    Object.assign(this, change);
    const { sort, descending, text, state, process, engine, asView } = this;
    tableApi.keep({ sort, descending, text, state, process, engine, asView });
    if (this.#grid) this.#grid.scrollTop = 0;
    this.#ask(0);
  }

  #sortBy({ column, descending }: Head): void {
    this.#arrange(this.sort === column ? { descending: !this.descending } : { sort: column, descending });
  }

  #goTo(place: number): void {
    this.#place = place;
    this.#setCurrent(this.#rows.get(place)?.key ?? '');
    this.#virtualizer.scrollToIndex(place);
    this.requestUpdate();
  }

  #setCurrent(key: string): void {
    this.current = key;
    tableApi.keep({ current: key });
    if (key !== '') tableApi.postMessage({ type: 'current', key });
  }

  #move(steps: number): void {
    const total = this.view?.total ?? 0;
    if (total === 0) return;
    const at = this.#place ?? (steps > 0 ? -1 : total);
    this.#grid?.focus({ preventScroll: true });
    this.#goTo(Math.max(0, Math.min(total - 1, at + steps)));
  }

  #open(row: TableRow | undefined): void {
    if (row) tableApi.postMessage({ type: 'open', key: row.key });
  }

  /** Keys that mean something wherever nothing is typed into. */
  #press(event: KeyboardEvent): void {
    const help = this.querySelector<HTMLDialogElement>('dialog');
    const target = event.target instanceof Element ? event.target : document.body;
    if (event.defaultPrevented || help?.open || event.altKey) return;
    if (target.matches('input[type="search"]') && (event.key === 'ArrowDown' || event.key === 'Enter')) {
      this.#grid?.focus();
    } else if (target.matches('input:not([type="checkbox"]), select, summary')) return;
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
    const { row: high, head } = heights();
    const page = Math.max(1, Math.floor(((this.#grid?.clientHeight ?? 0) - head) / high) - 1);
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

  #select({ key }: TableRow, how: 'toggle' | 'only' | 'range'): void {
    tableApi.postMessage({ type: 'select', how, key });
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

  get #idle(): readonly Column[] {
    return this.view?.idle ?? [...rareColumns, 'agentCost'];
  }

  get #heads(): readonly Head[] {
    return shownHeads(this.unwanted, this.#idle);
  }

  #hide(columns: readonly Column[]): void {
    this.unwanted = columns;
    tableApi.keep({ unwanted: columns });
    tableApi.postMessage({ type: 'hide', columns: [...columns] });
  }

  #help(): void {
    this.querySelector<HTMLDialogElement>('dialog')?.showModal();
  }

  protected override updated(): void {
    if (this.#grid) layOut(this.#grid, this.#heads);
    this.#askForSeen();
  }

  protected override render(): TemplateResult {
    const { view } = this;
    const items = view ? this.#virtualizer.getVirtualItems() : [];
    const active = this.#place !== undefined && this.#rows.has(this.#place);
    return html`
      <header>
        <h1>Runs</h1>
        ${this.#header()} ${view ? readingProgress(view) : nothing}
      </header>
      <main>
        <div
          class="grid"
          role="grid"
          tabindex="0"
          aria-label="Runs"
          aria-multiselectable="true"
          aria-rowcount=${(view?.total ?? 0) + 1}
          aria-colcount=${this.#heads.length + 1}
          aria-busy=${view === undefined}
          aria-activedescendant=${active ? `row-${this.#place}` : nothing}
        >
          ${tableHead(view, this.#heads, this, (head) => this.#sortBy(head))}
          <div class="body" role="rowgroup" .style=${`height: ${this.#virtualizer.getTotalSize()}px`}>
            ${repeat(
              items,
              ({ index }) => this.#rows.get(index)?.key ?? index,
              ({ index, start }) => this.#row(index, start),
            )}
          </div>
          ${view && view.total === 0 ? noRuns(view, () => this.#showAll()) : nothing}
        </div>
      </main>
      ${helpDialog(keys)}
    `;
  }

  #header(): TemplateResult {
    const { view, facets, text, state, process, engine, asView, onlySelected } = this;
    return html`
      ${tableFilters({
        ...{ facets, text, state, process, engine, asView, onlySelected },
        viewFilter: view?.viewFilter ?? '',
        selected: view?.selected ?? 0,
        onText: (typed) => {
          this.text = typed;
          clearTimeout(this.#typing);
          this.#typing = setTimeout(() => this.#arrange({}), 150);
        },
        onChange: (change) => this.#arrange(change),
      })}
      ${tableActions(
        this.#summary(),
        view?.selected ?? 0,
        columnsMenu(this.unwanted, this.#idle, (columns) => this.#hide(columns)),
        () => this.#help(),
      )}
    `;
  }

  #summary(): string {
    const { view } = this;
    if (!view) return 'Reading…';
    const { total, all, selected } = view;
    const runs = total === all ? count(all, 'run') : `${thousands(total)} of ${count(all, 'run')}`;
    return [runs, selected > 0 ? `${thousands(selected)} selected` : ''].filter(Boolean).join(' · ');
  }

  #showAll(): void {
    this.#arrange({
      ...{ text: '', state: undefined, process: undefined, engine: undefined },
      ...{ onlySelected: false, asView: false },
    });
  }

  #row(place: number, start: number): TemplateResult {
    const row = this.#rows.get(place);
    // As a property: the policy forbids the attribute.
    const style = `transform: translateY(${start}px)`;
    return row
      ? tableRow(row, this.#heads, {
          current: place === this.#place,
          style,
          onClick: (event) => this.#click(event, row),
          onOpen: () => this.#open(row),
        })
      : html`<div class="row cells" role="row" aria-rowindex=${place + 2} .style=${style}>
          <div class="cell" role="gridcell"></div>
          <div class="cell" role="gridcell">…</div>
        </div>`;
  }
}

customElements.define('table-page', TablePage);
