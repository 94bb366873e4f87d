import { html, LitElement, nothing, svg, type PropertyValues, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { count, shortDuration } from '../../core/format';
import type { Timeline, TimelineBar } from '../../core/views/page/timeline';
import { showTask } from './taskList';
import { savedSvg } from '../savedSvg';
import { timelineBar } from './timelineBar';
import { barBeside, movingKeys } from './timelineMoves';
import { bandLabels, fitting } from './timelineLabels';
import { checkbox, failedButton, iconButton, separator, statuses, timelineChoice } from './timelineTools';
import { runApi } from './runApi';
import { legend, patterns } from './timelineLegend';
import { timelineScale, timelineTicks, type TimelineScale, type TimeSpan } from './timelineScale';

/** Sizes in pixels. */
const laneHeights = { usual: 20, many: 16 };
const rowGap = 6;
const top = 46;
/** The column of labels: how wide it may be, and how much of a window. */
const column = { least: 60, usual: 190, most: 480, share: 0.28 };
const least = { bar: 3, part: 1000 };

/** When tasks were under way: a row for each task of the process, its bars along the time. */
export class RunTimeline extends LitElement {
  static override properties = {
    timeline: { attribute: false },
    past: { attribute: false },
    marked: { attribute: false },
    status: { state: true },
    kind: { state: true },
    column: { state: true },
    collapse: { state: true },
    width: { state: true },
    shown: { state: true },
    brush: { state: true },
    at: { state: true },
  };

  declare timeline: Timeline;
  /** It is drawn as it was, and the current moment is the one it was then. */
  declare past: boolean;
  /** The task that is selected elsewhere on the page; empty: none. */
  declare marked: string;
  /** Only bars of this status, and rows of this kind; empty: all. */
  declare status: string;
  declare kind: string;
  /** The width of the labels that the person chose, in pixels; 0: the usual one. */
  declare column: number;
  /** Idle stretches are drawn short. */
  declare collapse: boolean;
  declare width: number;
  /** The part that is shown; `undefined`: all of it. */
  declare shown: TimeSpan | undefined;
  /** What is being selected with the mouse, in pixels. */
  declare brush: { readonly from: number; readonly to: number } | undefined;
  /** The effect of the bar that the Tab key reaches. */
  declare at: string;

  /** A failed bar is looked for as soon as the whole run is told. */
  #seeking: 1 | -1 | undefined;

  readonly #resized = new ResizeObserver(([entry]) => {
    const width = Math.floor(entry?.contentRect.width ?? 0);
    if (width > 0) this.width = width;
  });

  constructor() {
    super();
    this.collapse = runApi.state().collapseIdle;
    this.past = false;
    this.marked = '';
    this.status = '';
    this.kind = '';
    this.column = runApi.state().labelColumn;
    this.width = 800;
    this.shown = runApi.state().part;
    this.brush = undefined;
    this.at = '';
  }

  /** In the page's own tree, so that its style sheets apply; the policy allows no inline ones. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resized.observe(this);
  }

  protected override updated(changed: PropertyValues<this>): void {
    const step = this.#seeking;
    if (step === undefined || !changed.has('timeline')) return;
    this.#seeking = undefined;
    this.focusFailure(step);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
  }

  /** Shows a part of the run, or with `undefined` all of it. */
  #show(part: TimeSpan | undefined): void {
    const { start, end } = this.timeline;
    const from = Math.max(start, part?.from ?? start);
    const to = Math.min(end, part?.to ?? end);
    if (part && to - from < least.part) return;
    this.shown = part && (from > start || to < end) ? { from, to } : undefined;
    runApi.keep({ part: this.shown });
    runApi.postMessage({ type: 'timeline', part: this.shown });
  }

  /** `factor` below 1 shows less, around a moment. */
  #zoom(factor: number, around?: number): void {
    const { from, to } = this.#part;
    const middle = around ?? (from + to) / 2;
    this.#show({ from: middle - (middle - from) * factor, to: middle + (to - middle) * factor });
  }

  #pan(share: number): void {
    const { shown } = this;
    if (!shown) return;
    const { start, end } = this.timeline;
    const wanted = (shown.to - shown.from) * share;
    const by = Math.max(start - shown.from, Math.min(end - shown.to, wanted));
    this.#show({ from: shown.from + by, to: shown.to + by });
  }

  /** What is drawn of the run. */
  get #part(): TimeSpan {
    const { start, end } = this.timeline;
    return this.shown ?? { from: start, to: end };
  }

  /** Idle stretches that are drawn short. */
  get #gaps(): readonly TimeSpan[] {
    return this.collapse ? this.timeline.gaps : [];
  }

  /** Pixels of moments: idle stretches have a width of their own. */
  #scale(): TimelineScale {
    return timelineScale(this.#part, this.#gaps, [this.#labels, this.width - 12]);
  }

  /** The width of the column of labels, which gives way where there is little room. */
  get #labels(): number {
    const wanted = this.column || column.usual;
    return Math.round(
      Math.max(column.least, Math.min(wanted, column.most, this.width * (this.column ? 0.6 : column.share))),
    );
  }

  #resize(width: number): void {
    this.column = Math.max(column.least, Math.min(column.most, Math.round(width)));
    runApi.keep({ labelColumn: this.column });
  }

  /** What the filter leaves. */
  get #bars(): readonly TimelineBar[] {
    const { bars, rows } = this.timeline;
    const { status, kind } = this;
    return status === '' && kind === ''
      ? bars
      : bars.filter(
          (bar) => (status === '' || bar.status === status) && (kind === '' || rows[bar.row]?.kind === kind),
        );
  }

  #heightOf(row: number): number {
    const lanes = this.timeline.rows[row]?.lanes ?? 0;
    return lanes * laneHeight(lanes);
  }

  get #tops(): readonly number[] {
    let y = top;
    const bars = this.#bars;
    const drawn = bars === this.timeline.bars ? undefined : new Set(bars.map(({ row }) => row));
    // A row of which nothing is left takes no room.
    return this.timeline.rows.map(({ lanes }, i) => {
      const own = y;
      if (!drawn || drawn.has(i)) y += lanes * laneHeight(lanes) + rowGap;
      return own;
    });
  }

  #press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const bars = this.#bars;
    const at = Math.max(
      0,
      bars.findIndex(({ effectId }) => effectId === this.at),
    );
    const bar = bars[at];
    if (!bar) return;
    if (movingKeys.has(event.key)) {
      this.#focus(barBeside(event.key, bar, bars));
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    switch (event.key) {
      case 'Enter':
      case ' ':
        showTask(event, bar.effectId);
        break;
      case '+':
      case '=':
        this.#zoom(0.5, (bar.from + bar.to) / 2);
        break;
      case '-':
        this.#zoom(2);
        break;
      case '0':
        this.#show(undefined);
        break;
      case '<':
        this.#pan(-0.5);
        break;
      case '>':
        this.#pan(0.5);
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** Leads to the next bar that failed, or to the one before, whatever the filters leave; where none is seen, in the whole run. */
  focusFailure(step: 1 | -1): void {
    const { bars, failed: all } = this.timeline;
    const failed = bars.filter(({ status }) => status === 'error').toSorted((a, b) => a.from - b.from);
    if (failed.length === 0 && all > 0 && this.shown) {
      this.#seeking = step;
      this.#show(undefined);
    }
    if (failed.some((bar) => !this.#bars.includes(bar))) [this.status, this.kind] = ['', ''];
    const at = failed.findIndex(({ effectId }) => effectId === this.at);
    const next = at === -1 ? (step > 0 ? 0 : failed.length - 1) : (at + step + failed.length) % failed.length;
    this.#focus(failed[next]);
  }

  #focus(bar: TimelineBar | undefined): void {
    if (!bar) return;
    this.at = bar.effectId;
    void this.updateComplete.then(() =>
      this.querySelector<SVGElement>(`[data-bar="${CSS.escape(bar.effectId)}"]`)?.focus(),
    );
  }

  /** Dragging over the chart selects the part to be shown. */
  #drag(event: PointerEvent): void {
    const chart = event.currentTarget;
    if (!(chart instanceof SVGSVGElement) || event.button !== 0) return;
    const left = chart.getBoundingClientRect().left;
    const begin = event.clientX - left;
    const labels = this.#labels;
    if (begin < labels) return;
    const scale = this.#scale();
    const moved = ({ clientX }: PointerEvent): void => {
      const x = Math.max(labels, Math.min(this.width - 12, clientX - left));
      this.brush = { from: Math.min(begin, x), to: Math.max(begin, x) };
    };
    const ended = (): void => {
      window.removeEventListener('pointermove', moved);
      const { brush } = this;
      this.brush = undefined;
      if (!brush || brush.to - brush.from < 6) return;
      this.#show({ from: scale.invert(brush.from).getTime(), to: scale.invert(brush.to).getTime() });
    };
    window.addEventListener('pointermove', moved);
    window.addEventListener('pointerup', ended, { once: true });
  }

  #wheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const chart = event.currentTarget as Element;
    const x = event.clientX - chart.getBoundingClientRect().left;
    this.#zoom(event.deltaY > 0 ? 1.25 : 0.8, this.#scale().invert(x).getTime());
  }

  protected override render(): TemplateResult {
    const { timeline } = this;
    const kinds = [...new Set(timeline.rows.map(({ kind }) => kind))].map((kind): [string, string] => [
      kind,
      kind,
    ]);
    return html`
      <div class="filters">
        ${iconButton('Zoom in', 'zoom-in', () => this.#zoom(0.5))}
        ${iconButton('Zoom out', 'zoom-out', () => this.#zoom(2), !this.shown)}
        ${iconButton('Earlier', 'arrow-left', () => this.#pan(-0.5), !this.shown)}
        ${iconButton('Later', 'arrow-right', () => this.#pan(0.5), !this.shown)}
        ${iconButton('Whole run', 'screen-full', () => this.#show(undefined), !this.shown)}
        ${checkbox('Collapse idle time', this.collapse, (collapse) => {
          this.collapse = collapse;
          runApi.keep({ collapseIdle: collapse });
        })}
        ${timelineChoice('Status', statuses, this.status, (status) => (this.status = status))}
        ${timelineChoice('Kind', kinds, this.kind, (kind) => (this.kind = kind))}
        ${timeline.failed === 0 ? nothing : failedButton(timeline.failed, () => this.focusFailure(1))}
        <button
          class="small"
          @click=${() => {
            const chart = this.querySelector('svg');
            if (chart) runApi.postMessage({ type: 'saveTimeline', svg: savedSvg(chart) });
          }}
        >
          <span class="codicon codicon-save" aria-hidden="true"></span> Save as SVG…
        </button>
      </div>
      ${this.#bars.length > 0 ? this.#chart() : this.#noBars()} ${legend(timeline, this.past)}
      ${
        timeline.joined
          ? html`<p class="quiet">Tasks close to each other share a bar; zoom in to see each.</p>`
          : nothing
      }
      ${
        timeline.leftRows > 0
          ? html`<p class="quiet">
              ${count(timeline.leftRows, 'more task')} not drawn. The list below has all of them.
            </p>`
          : nothing
      }
    `;
  }

  /** Nothing is left by the filters. */
  #noBars(): TemplateResult {
    return html`<p class="quiet" role="status">
      No task matches.
      <button class="link" @click=${() => ([this.status, this.kind] = ['', ''])}>Show all</button>
    </p>`;
  }

  #chart(): TemplateResult {
    const { timeline, width } = this;
    const scale = this.#scale();
    const [tops, labels] = [this.#tops, this.#labels];
    const { from, to } = this.#part;
    const bars = this.#bars.filter((bar) => bar.to >= from && bar.from <= to);
    const drawn = new Set(this.#bars.map(({ row }) => row));
    const lowest = timeline.rows.findLastIndex((_, i) => drawn.has(i));
    const height = (tops[lowest] ?? top) + this.#heightOf(lowest) + rowGap;
    const first = bars.some(({ effectId }) => effectId === this.at) ? this.at : bars[0]?.effectId;
    return html`<svg
      class="timeline"
      role="group"
      aria-label="Timeline: ${count(timeline.rows.length, 'row')}. Arrow keys move between bars, Enter opens one, plus and minus zoom."
      width=${width}
      height=${height}
      viewBox="0 0 ${width} ${height}"
      @keydown=${(event: KeyboardEvent) => this.#press(event)}
      @pointerdown=${(event: PointerEvent) => this.#drag(event)}
      @wheel=${(event: WheelEvent) => this.#wheel(event)}
      @dblclick=${() => this.#show(undefined)}
    >
      ${patterns()}
      <clipPath id="chart">
        <rect x=${labels - 6} y="0" width=${Math.max(0, width - labels + 6)} height=${height} />
      </clipPath>
      <g clip-path="url(#chart)" aria-hidden="true">
        ${timeline.bands.map((band, i) => {
          if (band.to <= from || band.from >= to) return nothing;
          const [x, end] = [scale(band.from), scale(band.to)];
          return svg`<rect class="band ${i % 2 === 0 ? 'even' : 'odd'}" x=${x} y="0" width=${Math.max(0, end - x)} height=${height} />`;
        })}
        ${bandLabels(timeline.bands, scale, [labels, width - 12]).map(
          ({ x, text }) => svg`<text class="band-label" x=${x} y="14">${text}</text>`,
        )}
        ${timelineTicks(scale, this.#part, this.#gaps, width).map(
          ({ x, label }) => svg`<line class="tick" x1=${x} x2=${x} y1="34" y2=${height} />
            <text class="tick-label" x=${x + 3} y="32">${label}</text>`,
        )}
        ${this.#gaps.map(({ from, to }) => {
          const [x, end] = [scale(from), scale(to)];
          return svg`<rect class="gap" x=${x} y="34" width=${Math.max(0, end - x)} height=${height - 34} fill="url(#idle)" />
            <text class="gap-label" x=${(x + end) / 2} y="44" text-anchor="middle">${shortDuration(to - from)}</text>`;
        })}
        ${timeline.groups.map(({ at, firstRow, lastRow }) => {
          if (!drawn.has(firstRow) || !drawn.has(lastRow)) return nothing;
          const x = scale(at) - 3;
          const [y, end] = [tops[firstRow] ?? top, (tops[lastRow] ?? top) + this.#heightOf(lastRow)];
          return svg`<path class="parallel" d="M ${x + 4} ${y} H ${x} V ${end - 4} H ${x + 4}" />`;
        })}
        ${
          timeline.now === undefined
            ? nothing
            : svg`<line class="now" x1=${scale(timeline.now)} x2=${scale(timeline.now)} y1="18" y2=${height} />`
        }
      </g>
      ${timeline.rows.map(({ label, human, tasks }, i) => {
        if (!drawn.has(i)) return nothing;
        const count = tasks > 1 && timeline.bands.length < 2 ? ` (${tasks})` : '';
        const text = fitting(`${human ? '☺ ' : ''}${label}`, labels - 20 - count.length * 7);
        return svg`<text class="row-label" x="0" y=${(tops[i] ?? 0) + 14} aria-hidden="true"><title>${label}: ${tasks}</title>${text}${count}</text>`;
      })}
      ${separator(labels, height, column, (width) => this.#resize(width))}
      <g clip-path="url(#chart)">
        ${repeat(
          bars,
          ({ effectId }) => effectId,
          (bar) => {
            const [x, height] = [scale(bar.from), laneHeight(timeline.rows[bar.row]?.lanes ?? 1)];
            const y = (tops[bar.row] ?? top) + bar.lane * height;
            return timelineBar(bar, {
              ...{
                x,
                y,
                height,
                width: Math.max(least.bar, scale(bar.to) - x),
                textFrom: labels,
                textTo: width - 12,
                rowLabel: timeline.rows[bar.row]?.label ?? '',
              },
              idle: bar.idle.map((rest) => [scale(rest.from), scale(rest.to)] as const),
              ...{ reachable: bar.effectId === first, marked: bar.effectId === this.marked },
              onFocus: () => (this.at = bar.effectId),
            });
          },
        )}
        ${
          this.brush
            ? svg`<rect class="brush" x=${this.brush.from} y="18" width=${this.brush.to - this.brush.from} height=${height - 18} />`
            : nothing
        }
      </g>
    </svg>`;
  }
}

/** Lanes of a row with very many are lower. */
function laneHeight(lanes: number): number {
  return lanes > 12 ? laneHeights.many : laneHeights.usual;
}

customElements.define('run-timeline', RunTimeline);
