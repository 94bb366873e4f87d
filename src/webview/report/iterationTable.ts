import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import {
  iterationColumns,
  sortIterations,
  type IterationOrder,
} from '../../core/views/report/iterationColumns';
import type { ReportIteration, ReportMetric } from '../../core/views/report/report';
import { seenWhole } from '../seenWhole';
import { reportApi } from './reportApi';

/** As in the style sheet. */
const rowHeight = 28;
/** Rows drawn above and below those that are seen. */
const around = 12;

/** All iterations, sorted by a column; only the rows that are seen are in the page. */
export class IterationTable extends LitElement {
  static override properties = {
    iterations: { attribute: false },
    metrics: { attribute: false },
    current: { attribute: false },
    order: { state: true },
    top: { state: true },
    height: { state: true },
  };

  declare iterations: readonly ReportIteration[];
  declare metrics: readonly ReportMetric[];
  /** The iteration that is shown. */
  declare current: number | undefined;
  declare order: IterationOrder;
  /** What is seen, in pixels. */
  declare top: number;
  declare height: number;
  declare onShow: (iteration: number) => void;

  #shown: number | undefined;

  readonly #resized = new ResizeObserver(() => {
    this.height = this.#scroller?.clientHeight ?? this.height;
  });

  constructor() {
    super();
    this.order = reportApi.state().order;
    this.top = 0;
    this.height = 400;
    this.onShow = () => {};
  }

  /** In the page's own tree, so that its style sheets apply; the policy allows no inline ones. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  /** On paper nothing can be scrolled to. */
  readonly #printAll = (): void => {
    [this.top, this.height] = [0, Number.POSITIVE_INFINITY];
  };

  readonly #printed = (): void => {
    const { scrollTop = 0, clientHeight = 0 } = this.#scroller ?? {};
    [this.top, this.height] = [scrollTop, clientHeight];
  };

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('beforeprint', this.#printAll);
    window.addEventListener('afterprint', this.#printed);
  }

  protected override firstUpdated(): void {
    if (this.#scroller) this.#resized.observe(this.#scroller);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
    window.removeEventListener('beforeprint', this.#printAll);
    window.removeEventListener('afterprint', this.#printed);
  }

  get #scroller(): HTMLElement | null {
    return this.querySelector('.iterations');
  }

  get #sorted(): readonly ReportIteration[] {
    return sortIterations(this.iterations, this.#columns, this.order);
  }

  get #columns() {
    return iterationColumns(this.iterations, this.metrics);
  }

  protected override updated(): void {
    for (const row of this.querySelectorAll<HTMLElement>('tr[data-height]')) {
      row.style.height = `${row.dataset['height']}px`;
    }
    if (this.current === this.#shown) return;
    this.#shown = this.current;
    this.#reveal();
  }

  /** Brings the row of the iteration that is shown into view, without moving the page. */
  #reveal(): void {
    const scroller = this.#scroller;
    const place = this.#sorted.findIndex(({ n }) => n === this.current);
    if (!scroller || place === -1) return;
    const head = this.querySelector('thead')?.clientHeight ?? rowHeight;
    const [top, bottom] = [place * rowHeight, (place + 1) * rowHeight + head];
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (bottom > scroller.scrollTop + scroller.clientHeight) {
      // Only whole rows lie below the head.
      scroller.scrollTop = Math.ceil((bottom - scroller.clientHeight) / rowHeight) * rowHeight;
    }
  }

  #sortBy(column: string): void {
    const { order } = this;
    // Numbers are wanted from the highest first, unless somebody turns that round.
    const descending = order.column === column ? !order.descending : column !== 'iteration';
    this.order = { column, descending };
    reportApi.keep({ order: this.order });
    void this.updateComplete.then(() => this.#reveal());
  }

  protected override render(): TemplateResult {
    const columns = this.#columns;
    const sorted = this.#sorted;
    const from = Math.max(0, Math.floor(this.top / rowHeight) - around);
    const to = Math.min(sorted.length, Math.ceil((this.top + this.height) / rowHeight) + around);
    const spacer = (rows: number): TemplateResult | typeof nothing =>
      rows === 0 ? nothing : html`<tr aria-hidden="true" data-height=${rows * rowHeight}></tr>`;
    return html`<div
      class="iterations"
      tabindex="0"
      role="region"
      aria-label="Table of iterations"
      @scroll=${(event: Event) => (this.top = (event.target as HTMLElement).scrollTop)}
    >
      <table aria-rowcount=${sorted.length + 1}>
        <thead @focusin=${seenWhole}>
          <tr aria-rowindex="1">
            ${columns.map(({ id, name }) => {
              const sortedBy = this.order.column === id;
              const direction = this.order.descending ? 'descending' : 'ascending';
              return html`<th scope="col" aria-sort=${sortedBy ? direction : 'none'}>
                <button class="sort" @click=${() => this.#sortBy(id)}>
                  ${name}
                  <span
                    class="codicon codicon-${sortedBy ? (this.order.descending ? 'arrow-down' : 'arrow-up') : 'blank'}"
                    aria-hidden="true"
                  ></span>
                </button>
              </th>`;
            })}
          </tr>
        </thead>
        <tbody>
          ${spacer(from)}
          ${repeat(
            sorted.slice(from, to),
            ({ n }) => n,
            (iteration, i) =>
              html`<tr
                aria-rowindex=${from + i + 2}
                aria-current=${iteration.n === this.current ? 'true' : nothing}
                class=${iteration.best ? 'best' : nothing}
                @click=${() => this.onShow(iteration.n)}
              >
                ${columns.map(({ id, text }) =>
                  id === 'iteration'
                    ? html`<th scope="row">
                        <button class="link">${text(iteration)}</button>
                      </th>`
                    : html`<td>${text(iteration)}</td>`,
                )}
              </tr>`,
          )}
          ${spacer(sorted.length - to)}
        </tbody>
      </table>
    </div>`;
  }
}

customElements.define('iteration-table', IterationTable);
