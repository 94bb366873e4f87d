import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { chartLegend, metricChart, type ChartNode } from '../../core/views/report/metricChart';
import { change, figure } from '../../core/views/report/figures';
import { titleOfIteration, type NamedIteration } from '../../core/run/iterations';
import type { ReportMetric } from '../../core/views/report/report';
import { reportApi } from './reportApi';
import { savedSvg } from '../savedSvg';

/** In pixels; wider pictures are hard to read. */
const widths = { least: 320, most: 1100 };

/** Metrics over the iterations: those that are chosen, as one picture whose points are buttons. */
export class MetricCharts extends LitElement {
  static override properties = {
    metrics: { attribute: false },
    current: { attribute: false },
    named: { attribute: false },
    numbers: { attribute: false },
    unwanted: { state: true },
    wanted: { state: true },
    read: { state: true },
    width: { state: true },
  };

  declare metrics: readonly ReportMetric[];
  /** Other numbers of results, which are drawn when somebody wants them. */
  declare numbers: readonly ReportMetric[];
  /** The iteration that is shown. */
  declare current: number | undefined;
  declare named: readonly NamedIteration[];
  /** Metrics that are not drawn, and other numbers that are, by their names. */
  declare unwanted: readonly string[];
  declare wanted: readonly string[];
  /** What the point says that is pointed to or has the focus. */
  declare read: string;
  declare width: number;
  declare onShow: (iteration: number) => void;

  /** The point that the Tab key reaches. */
  #at: { readonly key: string; readonly iteration: number } | undefined;

  readonly #resized = new ResizeObserver(([entry]) => {
    const width = Math.floor(entry?.contentRect.width ?? 0);
    if (width > 0) this.width = Math.max(widths.least, Math.min(widths.most, width));
  });

  constructor() {
    super();
    this.named = [];
    this.numbers = [];
    this.unwanted = reportApi.state().hidden;
    this.wanted = reportApi.state().numbers;
    this.read = '';
    this.width = 800;
    this.onShow = () => {};
  }

  /** In the page's own tree, so that its style sheets apply; the policy allows no inline ones. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resized.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
  }

  get #drawn(): readonly ReportMetric[] {
    return [
      ...this.metrics.filter(({ key, series }) => series.length > 1 && !this.unwanted.includes(key)),
      ...this.numbers.filter(({ key }) => this.wanted.includes(key)),
    ];
  }

  /** The picture is made anew, and whatever had the focus in it gets it back. */
  protected override updated(changed: ReadonlyMap<PropertyKey, unknown>): void {
    const place = this.querySelector('.chart-place');
    // What a point says changes nothing in the picture, and drawing it anew would move the focus again and again.
    if (!place || (changed.size === 1 && changed.has('read'))) return;
    const hadFocus = place.contains(document.activeElement);
    const drawn = this.#drawn;
    if (drawn.length === 0) {
      place.replaceChildren();
      return;
    }
    const chart = toElement(metricChart(drawn, this.current, this.named, this.width));
    // Its points can be reached, so it is no single image here.
    chart.setAttribute('role', 'group');
    chart.setAttribute(
      'aria-label',
      `${chart.getAttribute('aria-label')} Arrow keys move, Enter shows an iteration.`,
    );
    chart.setAttribute('width', String(this.width));
    place.replaceChildren(chart);
    const point =
      this.#pointAt(this.#at) ?? this.#pointAt({ key: drawn[0]?.key ?? '', iteration: this.current ?? -1 });
    const first = point ?? this.#points[0];
    first?.setAttribute('tabindex', '0');
    if (hadFocus) first?.focus({ preventScroll: true });
  }

  get #points(): readonly SVGElement[] {
    return [...this.querySelectorAll<SVGElement>('.chart [data-iteration]')];
  }

  #pointAt(at: { readonly key: string; readonly iteration: number } | undefined): SVGElement | undefined {
    return this.#points.find(
      ({ dataset }) => dataset['key'] === at?.key && dataset['iteration'] === String(at?.iteration),
    );
  }

  #press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target;
    if (!(target instanceof SVGElement) || target.dataset['iteration'] === undefined) return;
    const points = this.#points;
    const { key, iteration } = target.dataset;
    const series = points.filter(({ dataset }) => dataset['key'] === key);
    const place = series.indexOf(target);
    const keys = [...new Set(points.map(({ dataset }) => dataset['key']))];
    /** In another line, the point of the same iteration, or the nearest one. */
    const across = (by: number): SVGElement | undefined => {
      const other = keys[keys.indexOf(key) + by];
      const distance = ({ dataset }: SVGElement): number =>
        Math.abs(Number(dataset['iteration']) - Number(iteration));
      return points
        .filter(({ dataset }) => other !== undefined && dataset['key'] === other)
        .toSorted((a, b) => distance(a) - distance(b))[0];
    };
    const moves: Readonly<Record<string, () => SVGElement | undefined>> = {
      ArrowRight: () => series[place + 1],
      ArrowLeft: () => series[place - 1],
      ArrowDown: () => across(1),
      ArrowUp: () => across(-1),
      Home: () => series[0],
      End: () => series.at(-1),
    };
    if (event.key === 'Enter' || event.key === ' ') this.onShow(Number(iteration));
    else if (moves[event.key]) this.#focus(moves[event.key]?.());
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #focus(point: SVGElement | undefined): void {
    if (!point) return;
    for (const other of this.#points) other.setAttribute('tabindex', other === point ? '0' : '-1');
    point.focus();
  }

  #click(event: Event): void {
    const point =
      event.target instanceof Element ? event.target.closest<SVGElement>('[data-iteration]') : null;
    if (!point) return;
    this.#remember(point);
    this.onShow(Number(point.dataset['iteration']));
  }

  #remember({ dataset }: SVGElement): void {
    this.#at = { key: dataset['key'] ?? '', iteration: Number(dataset['iteration']) };
  }

  /** Says the value of a point, and how far it is from the one before and from the best. */
  #tell(target: EventTarget | null): void {
    const point = target instanceof Element ? target.closest<SVGElement>('[data-iteration]') : null;
    const { key, iteration } = point?.dataset ?? {};
    const metric = this.#drawn.find((known) => known.key === key);
    this.read = metric ? pointText(metric, Number(iteration), this.named) : '';
  }

  #toggleNumber(key: string, drawn: boolean): void {
    this.wanted = drawn ? [...this.wanted, key] : this.wanted.filter((other) => other !== key);
    reportApi.keep({ numbers: this.wanted });
  }

  #toggle(key: string, drawn: boolean): void {
    this.unwanted = drawn ? this.unwanted.filter((other) => other !== key) : [...this.unwanted, key];
    reportApi.keep({ hidden: this.unwanted });
  }

  /** Every number that results have, under the process's own names. */
  #numbersMenu(): TemplateResult | typeof nothing {
    return this.numbers.length === 0
      ? nothing
      : html`<details class="numbers">
          <summary>Other numbers (${this.numbers.length})</summary>
          ${this.numbers.map(
            ({ key }) =>
              html`<label class="inline">
                <input
                  type="checkbox"
                  .checked=${this.wanted.includes(key)}
                  @change=${(event: Event) =>
                    this.#toggleNumber(key, (event.target as HTMLInputElement).checked)}
                />
                <span dir="auto">${key}</span>
              </label>`,
          )}
        </details>`;
  }

  protected override render(): TemplateResult | typeof nothing {
    const drawable = this.metrics.filter(({ series }) => series.length > 1);
    if (drawable.length + this.numbers.length === 0) return nothing;
    const drawn = this.#drawn;
    return html`
      <div class="filters" role="group" aria-label="Metrics in the chart">
        ${drawable.map(
          ({ key }) =>
            html`<label class="inline">
              <input
                type="checkbox"
                .checked=${!this.unwanted.includes(key)}
                @change=${(event: Event) => this.#toggle(key, (event.target as HTMLInputElement).checked)}
              />
              ${key}
            </label>`,
        )}
        ${this.#numbersMenu()}
        <button
          class="small"
          ?disabled=${drawn.length === 0}
          @click=${() => {
            const chart = this.querySelector('svg');
            if (chart) reportApi.postMessage({ type: 'saveChart', svg: savedSvg(chart) });
          }}
        >
          <span class="codicon codicon-save" aria-hidden="true"></span> Save as SVG…
        </button>
      </div>
      <div
        class="chart-place"
        @keydown=${(event: KeyboardEvent) => this.#press(event)}
        @click=${(event: Event) => this.#click(event)}
        @focusin=${({ target }: Event) => {
          if (target instanceof SVGElement) this.#remember(target);
          this.#tell(target);
        }}
        @focusout=${() => this.#tell(null)}
        @pointerover=${({ target }: Event) => this.#tell(target)}
        @pointerleave=${() => this.#tell(this.querySelector('.chart :focus'))}
      ></div>
      <p class="quiet" dir="auto">
        ${this.read || (drawn.length === 0 ? 'No metric is chosen.' : chartLegend(drawn, this.current, this.named))}
      </p>
    `;
  }
}

/** "score, iteration 3: 92 · +18 vs previous · best". */
function pointText(
  { key, series, best }: ReportMetric,
  iteration: number,
  named: readonly NamedIteration[],
): string {
  const place = series.findIndex((point) => point.iteration === iteration);
  const [value, previous] = [series[place]?.value, series[place - 1]?.value];
  if (value === undefined) return '';
  const fromBest = best?.iteration === iteration ? 'best' : `${change(value, best?.value)} vs best`;
  return [
    `${key}, ${titleOfIteration(named, iteration)}: ${figure(value)}`,
    ...(previous === undefined ? [] : [`${change(value, previous)} vs previous`]),
    ...(best === undefined ? [] : [fromBest]),
  ].join(' · ');
}

/** The picture as elements; texts are text nodes, whatever they hold. */
function toElement({ tag, attributes, children, point }: ChartNode): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name !== 'xmlns') element.setAttribute(name, String(value));
  }
  if (point) {
    element.dataset['key'] = point.key;
    element.dataset['iteration'] = String(point.iteration);
    element.setAttribute('role', 'button');
    element.setAttribute('tabindex', '-1');
    element.setAttribute('aria-label', point.spoken);
  }
  element.append(...children.map((child) => (typeof child === 'string' ? child : toElement(child))));
  return element;
}

customElements.define('metric-charts', MetricCharts);
