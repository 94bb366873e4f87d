import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import type { ValueRow } from '../core/views/page/valueRows';
import { count, thousands } from '../core/format';
import { colouredLines } from './colouredText';
import { copyButton } from './copyButton';
import './dataView.css';
import { longList, type LongList } from './longList';
import { safeHtml } from './markdown';

/** From so many rows on they can be searched, and from so many on deeper ones are folded at first. */
const many = { search: 12, fold: 60 };
/** Longer texts are folded at first. */
const longest = { lines: 20, characters: 2000 };

/** Data of any shape, depth and length: rows that fold, found by words, with texts as what they are. */
export class DataView extends LitElement {
  static override properties = {
    rows: { attribute: false },
    label: { attribute: false },
    text: { state: true },
    turned: { state: true },
    unfolded: { state: true },
    at: { state: true },
  };

  declare rows: readonly ValueRow[];
  /** What the data is called, for those who hear it: "Inputs". */
  declare label: string;
  /** What is looked for. */
  declare text: string;
  /** Rows that are not folded as they were at first, and texts that are shown whole; by place. */
  declare turned: ReadonlySet<number>;
  declare unfolded: ReadonlySet<number>;
  /** Which of the rows that were found is shown; −1: none yet. */
  declare at: number;

  constructor() {
    super();
    this.rows = [];
    this.label = 'Data';
    this.text = '';
    this.turned = new Set();
    this.unfolded = new Set();
    this.at = -1;
  }

  /** In the page's own tree, so that its style sheets apply; the policy allows no inline ones. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  #isFolded(place: number): boolean {
    if (this.#isSearch) return false;
    const atFirst = this.rows.length > many.fold && (this.rows[place]?.depth ?? 0) > 0;
    return atFirst !== this.turned.has(place);
  }

  #toggle(place: number): void {
    const turned = new Set(this.turned);
    if (!turned.delete(place)) turned.add(place);
    this.turned = turned;
  }

  get #isSearch(): boolean {
    return this.text.trim() !== '';
  }

  /** The places of the rows that are seen: found with what they are in, or not folded away; and of those that were found. */
  #shown(): { readonly shown: readonly number[]; readonly matches: readonly number[] } {
    return this.#isSearch ? this.#found() : { shown: this.#unfoldedRows(), matches: [] };
  }

  #said(matches: readonly number[]): string {
    if (!this.#isSearch) return count(this.rows.length, 'value');
    return this.at < 0
      ? `${thousands(matches.length)} found`
      : `${thousands(this.at + 1)} of ${thousands(matches.length)} found`;
  }

  /** Brings the next row that was found into view, or the one before. */
  #goOn(step: 1 | -1): void {
    const { shown, matches } = this.#shown();
    if (matches.length === 0) return;
    this.at =
      this.at < 0 && step < 0 ? matches.length - 1 : (this.at + step + matches.length) % matches.length;
    const place = shown.indexOf(matches[this.at] ?? -1);
    void this.querySelector<LongList<number>>('long-list')?.reveal(place);
  }

  #unfoldedRows(): readonly number[] {
    const shown: number[] = [];
    let within = Number.POSITIVE_INFINITY;
    for (const [place, { depth, holds }] of this.rows.entries()) {
      if (depth > within) continue;
      within = holds && this.#isFolded(place) ? depth : Number.POSITIVE_INFINITY;
      shown.push(place);
    }
    return shown;
  }

  #found(): { readonly shown: readonly number[]; readonly matches: readonly number[] } {
    const words = this.text.toLowerCase().split(/\s+/).filter(Boolean);
    const matches: number[] = [];
    const shown = new Set<number>();
    const path: number[] = [];
    for (const [place, { depth, name, text }] of this.rows.entries()) {
      path.length = depth;
      path.push(place);
      const said = `${name} ${text}`.toLowerCase();
      if (!words.every((word) => said.includes(word))) continue;
      matches.push(place);
      for (const outer of path) shown.add(outer);
    }
    return { shown: [...shown].toSorted((a, b) => a - b), matches };
  }

  protected override render(): TemplateResult {
    const { shown, matches } = this.#shown();
    const [found, current] = [new Set(matches), matches[this.at]];
    return html`
      ${
        this.rows.length < many.search
          ? nothing
          : html`<div class="filters">
              <label>
                <span class="hidden">Find in ${this.label}</span>
                <input
                  type="search"
                  placeholder="Find names and values"
                  title="Enter: next, Shift+Enter: previous"
                  .value=${this.text}
                  @input=${(event: Event) => {
                    this.text = (event.target as HTMLInputElement).value;
                    this.at = -1;
                  }}
                  @keydown=${({ key, shiftKey }: KeyboardEvent) => key === 'Enter' && this.#goOn(shiftKey ? -1 : 1)}
                />
              </label>
              <span class="quiet" role="status">${this.#said(matches)}</span>
            </div>`
      }
      ${longList(
        shown,
        (place) =>
          this.#row(place, `${found.has(place) ? 'found' : ''} ${place === current ? 'current' : ''}`),
        24,
      )}
    `;
  }

  #row(place: number, className: string): TemplateResult {
    const row = this.rows[place];
    if (!row) return html``;
    const { depth, name, text, change = '', holds } = row;
    const isFolded = this.#isFolded(place);
    // As a property: the policy forbids the attribute. Deeper than this nobody counts steps.
    return html`<div class="data-row ${className}" .style=${`--depth: ${Math.min(depth, 24)}`}>
      ${
        holds
          ? html`<button
              class="data-fold"
              aria-expanded=${!isFolded}
              ?disabled=${this.#isSearch}
              @click=${() => this.#toggle(place)}
            >
              <span
                class="codicon codicon-${isFolded ? 'chevron-right' : 'chevron-down'}"
                aria-hidden="true"
              ></span>
              <span class="name" dir="auto">${name}</span>
            </button>`
          : html`<span class="name" dir="auto">${name}</span>`
      }
      ${holds ? html`<small>${text}</small>` : this.#value(place, row)}
      ${change === '' ? nothing : html`<small class="change" dir="auto">${change}</small>`}
      ${holds ? nothing : copyButton(text, name)}
    </div>`;
  }

  #value(place: number, { text }: ValueRow): TemplateResult {
    const lines = text.split('\n', longest.lines + 1);
    if (lines.length === 1 && text.length <= longest.characters && !isMarkdown(text))
      return html`<span class="value" dir="auto">${colouredLines(text)}</span>`;
    const isLong = lines.length > longest.lines || text.length > longest.characters;
    const whole = !isLong || this.unfolded.has(place);
    const shown = whole ? text : lines.slice(0, longest.lines).join('\n').slice(0, longest.characters);
    return html`<div class="value" dir="auto">
      ${guard([shown], () =>
        isMarkdown(text) ? html`<div class="said">${unsafeHTML(safeHtml(shown))}</div>` : longText(shown),
      )}
      ${
        isLong
          ? html`<button
              class="link"
              aria-expanded=${whole}
              @click=${() => {
                const unfolded = new Set(this.unfolded);
                if (!unfolded.delete(place)) unfolded.add(place);
                this.unfolded = unfolded;
              }}
            >
              ${whole ? 'Show less' : 'Show all'}
            </button>`
          : nothing
      }
    </div>`;
  }
}

customElements.define('data-view', DataView);

/** @param label what the data is called: "Inputs" */
export function dataView(rows: readonly ValueRow[], label: string): TemplateResult {
  return html`<data-view .rows=${rows} .label=${label}></data-view>`;
}

/**
 * A text of any length as it was written, its colours drawn; only the lines near to what is seen are in the page.
 * @param classOf a class for a line, as it was written
 */
export function longText(text: string, classOf: (line: string) => string = () => ''): TemplateResult {
  const written = text.split('\n');
  const row = (line: TemplateResult | string, place: number): TemplateResult =>
    html`<div class="line ${classOf(written[place] ?? '')}">${line}</div>`;
  return html`<div class="long-text" tabindex="0" role="group" aria-label="Text">
    ${longList(colouredLines(text), row, 18, true)}
  </div>`;
}

/** Whether a text has what Markdown gives a meaning, and is no plain text or output of a program. */
function isMarkdown(text: string): boolean {
  const beginning = text.slice(0, 4000);
  return (
    !beginning.includes('\u001b') &&
    (/^(?:#{1,6} \S|[*-] \S|\d{1,3}\. \S|```)/m.test(beginning) ||
      /\*\*[^*\n]{1,200}\*\*|`[^`\n]{1,200}`|\[[^\]\n[]{1,200}\]\([^)\n(]{1,200}\)/.test(beginning))
  );
}
