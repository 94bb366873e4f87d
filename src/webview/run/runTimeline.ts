import { html, LitElement, nothing, svg, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Timeline, TimelineBar } from '../../core/views/page/timeline';
import { showTask } from './taskList';
import { savedSvg } from '../savedSvg';
import { runApi } from './runApi';
import { legend, patterns } from './timelineLegend';
import {
  shortDuration,
  timelineScale,
  timelineTicks,
  type TimelineScale,
  type TimeSpan,
} from './timelineScale';

/** Sizes in pixels. */
const laneHeight = 20;
const rowGap = 6;
const top = 46;
const labels = 190;
const least = { bar: 3, part: 1000 };

/** When tasks were under way: a row for each task of the process, its bars along the time. */
export class RunTimeline extends LitElement {
  static override properties = {
    timeline: { attribute: false },
    past: { attribute: false },
    collapse: { state: true },
    width: { state: true },
    shown: { state: true },
    brush: { state: true },
    at: { state: true },
  };

  declare timeline: Timeline;
  /** It is drawn as it was, and the current moment is the one it was then. */
  declare past: boolean;
  /** Idle stretches are drawn short. */
  declare collapse: boolean;
  declare width: number;
  /** The part that is shown; `undefined`: all of it. */
  declare shown: TimeSpan | undefined;
  /** What is being selected with the mouse, in pixels. */
  declare brush: { readonly from: number; readonly to: number } | undefined;
  /** The effect of the bar that the Tab key reaches. */
  declare at: string;

  readonly #resized = new ResizeObserver(([entry]) => {
    const width = Math.floor(entry?.contentRect.width ?? 0);
    if (width > 0) this.width = width;
  });

  constructor() {
    super();
    this.collapse = runApi.state().collapseIdle;
    this.past = false;
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
    return timelineScale(this.#part, this.#gaps, [labels, this.width - 12]);
  }

  get #tops(): readonly number[] {
    let y = top;
    return this.timeline.rows.map(({ lanes }) => {
      const own = y;
      y += lanes * laneHeight + rowGap;
      return own;
    });
  }

  #press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { bars } = this.timeline;
    const at = Math.max(
      0,
      bars.findIndex(({ effectId }) => effectId === this.at),
    );
    const bar = bars[at];
    if (!bar) return;
    const inRow = bars.filter(({ row }) => row === bar.row).toSorted((a, b) => a.from - b.from);
    const place = inRow.indexOf(bar);
    const nearest = (row: number): TimelineBar | undefined => {
      const there = bars.filter((other) => other.row === row);
      const same = there.filter(({ iteration }) => iteration === bar.iteration);
      const distance = ({ from }: TimelineBar): number => Math.abs(from - bar.from);
      return (same.length > 0 ? same : there).toSorted((a, b) => distance(a) - distance(b))[0];
    };
    switch (event.key) {
      case 'ArrowRight':
        this.#focus(inRow[place + 1]);
        break;
      case 'ArrowLeft':
        this.#focus(inRow[place - 1]);
        break;
      case 'ArrowDown':
      case 'j':
        this.#focus(nearest(bar.row + 1));
        break;
      case 'ArrowUp':
      case 'k':
        this.#focus(nearest(bar.row - 1));
        break;
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

  /** Leads to the next bar that failed, or to the one before. */
  focusFailure(step: 1 | -1): void {
    const failed = this.timeline.bars
      .filter(({ status }) => status === 'error')
      .toSorted((a, b) => a.from - b.from);
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
    const button = (label: string, icon: string, action: () => void, disabled = false): TemplateResult =>
      html`<button class="small" ?disabled=${disabled} title=${label} aria-label=${label} @click=${action}>
        <span class="codicon codicon-${icon}" aria-hidden="true"></span>
      </button>`;
    return html`
      <div class="filters">
        ${button('Zoom in', 'zoom-in', () => this.#zoom(0.5))}
        ${button('Zoom out', 'zoom-out', () => this.#zoom(2), !this.shown)}
        ${button('Earlier', 'arrow-left', () => this.#pan(-0.5), !this.shown)}
        ${button('Later', 'arrow-right', () => this.#pan(0.5), !this.shown)}
        ${button('Whole run', 'screen-full', () => this.#show(undefined), !this.shown)}
        <label class="inline">
          <input
            type="checkbox"
            .checked=${this.collapse}
            @change=${(event: Event) => {
              this.collapse = (event.target as HTMLInputElement).checked;
              runApi.keep({ collapseIdle: this.collapse });
            }}
          />
          Collapse idle time
        </label>
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
      ${this.#chart()} ${legend(this.past)}
      ${
        timeline.joined
          ? html`<p class="quiet">Tasks close to each other share a bar; zoom in to see each.</p>`
          : nothing
      }
      ${
        timeline.leftRows > 0
          ? html`<p class="quiet">
              ${timeline.leftRows} more tasks are not drawn; they are in the list below.
            </p>`
          : nothing
      }
    `;
  }

  #chart(): TemplateResult {
    const { timeline, width } = this;
    const scale = this.#scale();
    const tops = this.#tops;
    const lastRow = timeline.rows.at(-1);
    const height = (tops.at(-1) ?? top) + (lastRow?.lanes ?? 0) * laneHeight + rowGap;
    const { from, to } = this.#part;
    const bars = timeline.bars.filter((bar) => bar.to >= from && bar.from <= to);
    const first = bars.some(({ effectId }) => effectId === this.at) ? this.at : bars[0]?.effectId;
    return html`<svg
      class="timeline"
      role="group"
      aria-label="Timeline: ${timeline.rows.length} tasks. Arrow keys move between bars, Enter opens one, plus and minus zoom."
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
        ${timeline.bands.map(({ n, name, best, ...band }, i) => {
          if (band.to <= from || band.from >= to) return nothing;
          const [x, end] = [scale(band.from), scale(band.to)];
          const room = end - Math.max(x, labels);
          const label =
            room > 84 + 6 * (name.length - 10)
              ? `${name}${best ? ' ★' : ''}`
              : room > 22
                ? `${n}${best ? '★' : ''}`
                : '';
          return svg`<rect class="band ${i % 2 === 0 ? 'even' : 'odd'}" x=${x} y="0" width=${Math.max(0, end - x)} height=${height} />
            <text class="band-label" x=${Math.max(x, labels) + 4} y="14">${label}</text>`;
        })}
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
          const x = scale(at) - 3;
          const [y, end] = [
            tops[firstRow] ?? top,
            (tops[lastRow] ?? top) + (timeline.rows[lastRow]?.lanes ?? 1) * laneHeight,
          ];
          return svg`<path class="parallel" d="M ${x + 4} ${y} H ${x} V ${end - 4} H ${x + 4}" />`;
        })}
        ${
          timeline.now === undefined
            ? nothing
            : svg`<line class="now" x1=${scale(timeline.now)} x2=${scale(timeline.now)} y1="18" y2=${height} />`
        }
      </g>
      ${timeline.rows.map(
        ({ label, human }, i) =>
          svg`<text class="row-label" x="0" y=${(tops[i] ?? 0) + 14} aria-hidden="true"><title>${label}</title>${human ? '☺ ' : ''}${fitting(label)}</text>`,
      )}
      <g clip-path="url(#chart)">
        ${repeat(
          bars,
          ({ effectId }) => effectId,
          (bar) => this.#bar(bar, scale, tops[bar.row] ?? top, bar.effectId === first),
        )}
        ${
          this.brush
            ? svg`<rect class="brush" x=${this.brush.from} y="18" width=${this.brush.to - this.brush.from} height=${height - 18} />`
            : nothing
        }
      </g>
    </svg>`;
  }

  #bar(bar: TimelineBar, scale: TimelineScale, y: number, reachable: boolean): TemplateResult {
    const x = scale(bar.from);
    const width = Math.max(least.bar, scale(bar.to) - x);
    const lane = y + bar.lane * laneHeight;
    const sign = { error: '✗', pending: '…', cancelled: '⊘', ok: '' }[bar.status];
    const text = [sign, bar.count > 1 ? `${bar.count} tasks` : bar.attempt > 1 ? `#${bar.attempt}` : '']
      .filter(Boolean)
      .join(' ');
    return svg`<g
      class="bar ${bar.status} ${bar.human ? 'human' : 'agent'}"
      role="button"
      data-bar=${bar.effectId}
      tabindex=${reachable ? 0 : -1}
      aria-label=${bar.spoken}
      @focus=${() => (this.at = bar.effectId)}
      @click=${(event: Event) => {
        this.at = bar.effectId;
        showTask(event, bar.effectId);
      }}
    >
      <title>${bar.spoken}</title>
      <rect class="hit" x=${x} y=${lane} width=${width} height=${laneHeight} />
      <rect class="shape" x=${x} y=${lane + 3} width=${width} height=${laneHeight - 6} rx="2" />
      ${bar.human ? svg`<rect class="hatch" x=${x} y=${lane + 3} width=${width} height=${laneHeight - 6} rx="2" fill="url(#human)" />` : nothing}
      ${width > text.length * 7 + 4 ? svg`<text x=${Math.max(x, labels) + 4} y=${lane + 14}>${text}</text>` : nothing}
    </g>`;
  }
}

function fitting(label: string): string {
  return label.length > 27 ? `${label.slice(0, 26)}…` : label;
}

customElements.define('run-timeline', RunTimeline);
