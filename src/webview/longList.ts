import { html, LitElement, nothing, type TemplateResult } from 'lit';

/** So many rows are drawn or left out together. */
const rowsTogether = 40;
/** What lies so near to what is seen is drawn. */
const margin = '1000px 0px';

/**
 * A list of any length within a page that scrolls: rows of any height, of which only those are drawn that are near to
 * what is seen. What is above may grow, fold and move.
 */
export class LongList<T> extends LitElement {
  static override properties = {
    items: { attribute: false },
    row: { attribute: false },
    estimate: { attribute: false },
    isText: { attribute: false },
    near: { state: true },
  };

  declare items: readonly T[];
  declare row: (item: T, place: number) => TemplateResult;
  /** How high a row is likely to be, in pixels. */
  declare estimate: number;
  /** The rows are lines of a text, and nothing to be counted. */
  declare isText: boolean;
  /** The blocks of rows that are drawn. */
  declare near: ReadonlySet<number>;

  readonly #heights = new Map<number, number>();
  #observer: IntersectionObserver | undefined;
  #seen: ReadonlySet<number> = new Set();

  /** On paper nothing can be scrolled to. */
  readonly #printAll = (): void => {
    this.#seen = this.near;
    this.near = new Set(Array(Math.ceil(this.items.length / rowsTogether)).keys());
  };

  readonly #printed = (): void => {
    this.near = this.#seen;
  };

  constructor() {
    super();
    this.items = [];
    this.estimate = 30;
    this.isText = false;
    this.near = new Set([0]);
  }

  /** In the page's own tree, so that its style sheets apply; the policy allows no inline ones. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // `scrollMargin` is for lists within an element that scrolls.
    const options = { root: document, rootMargin: margin, scrollMargin: margin };
    this.#observer = new IntersectionObserver((entries) => this.#see(entries), options);
    window.addEventListener('beforeprint', this.#printAll);
    window.addEventListener('afterprint', this.#printed);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#observer?.disconnect();
    window.removeEventListener('beforeprint', this.#printAll);
    window.removeEventListener('afterprint', this.#printed);
  }

  #see(entries: readonly IntersectionObserverEntry[]): void {
    const near = new Set(this.near);
    for (const { target, isIntersecting, boundingClientRect } of entries) {
      const block = Number((target as HTMLElement).dataset['block']);
      if (isIntersecting) near.add(block);
      else {
        // Folded away, it has no height.
        if (near.has(block) && boundingClientRect.height > 0)
          this.#heights.set(block, boundingClientRect.height);
        near.delete(block);
      }
    }
    this.near = near;
  }

  /** Brings an item into view, also one that is not drawn. */
  async reveal(place: number): Promise<void> {
    const block = Math.floor(place / rowsTogether);
    this.near = new Set([...this.near, block]);
    await this.updateComplete;
    this.children[block]?.children[place % rowsTogether]?.scrollIntoView({ block: 'center' });
  }

  protected override updated(): void {
    this.role = this.isText ? 'none' : 'list';
    for (const block of this.children) this.#observer?.observe(block);
  }

  protected override render(): TemplateResult {
    const blocks = Math.ceil(this.items.length / rowsTogether);
    return html`${Array.from({ length: blocks }, (_, block) => this.#block(block))}`;
  }

  #block(block: number): TemplateResult {
    const from = block * rowsTogether;
    const items = this.items.slice(from, from + rowsTogether);
    const isNear = this.near.has(block);
    const height = this.#heights.get(block) ?? items.length * this.estimate;
    // As a property: the policy forbids the attribute.
    return html`<div role="none" data-block=${block} .style=${isNear ? '' : `height: ${height}px`}>
      ${
        isNear
          ? items.map((item, i) =>
              this.isText
                ? this.row(item, from + i)
                : html`<div role="listitem" aria-setsize=${this.items.length} aria-posinset=${from + i + 1}>
                    ${this.row(item, from + i)}
                  </div>`,
            )
          : nothing
      }
    </div>`;
  }
}

customElements.define('long-list', LongList);

/**
 * A list of which only what is near to what is seen is drawn.
 * @param estimate how high a row is likely to be, in pixels
 * @param isText the rows are lines of a text, and nothing to be counted
 */
export function longList<T>(
  items: readonly T[],
  row: (item: T, place: number) => TemplateResult,
  estimate: number,
  isText = false,
): TemplateResult {
  return html`<long-list .items=${items} .row=${row} .estimate=${estimate} .isText=${isText}></long-list>`;
}
