import { html, nothing, type TemplateResult } from 'lit';
import { seenWhole } from '../seenWhole';
import { runApi } from './runApi';

/** A part of the page with a heading that folds it, and a place in the bar that jumps to it. */
export interface PageSection {
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  /** How much is in it; left out: that is not counted. */
  readonly count?: string | number;
  readonly content: TemplateResult | readonly TemplateResult[];
}

/** What a person folds or unfolds stays so when the page comes back. */
export function isUnfolded(name: string, initially: boolean): boolean {
  return runApi.state().toggled.includes(name) !== initially;
}

/** Keeps how somebody left what folds. `initially`: how it is until then. */
export function keepFold(name: string, initially: boolean, open: boolean): void {
  const others = runApi.state().toggled.filter((other) => other !== name);
  runApi.keep({ toggled: open === initially ? others : [...others, name] });
}

/** Something that folds. `initially`: how it is until the person decides. */
export function foldable(
  name: string,
  initially: boolean,
  summary: TemplateResult | string,
  content: TemplateResult | readonly TemplateResult[],
): TemplateResult {
  const toggle = (event: Event): void =>
    keepFold(name, initially, (event.currentTarget as HTMLDetailsElement).open);
  return html`<details data-fold=${name} ?open=${isUnfolded(name, initially)} @toggle=${toggle}>
    <summary>${summary}</summary>
    ${content}
  </details>`;
}

/** A section of the page, unfolded unless the person has folded it. */
export function pageSection({ id, title, count = '', content }: PageSection): TemplateResult {
  const heading = html`<h2 id=${id}>
    ${title}${count === '' ? nothing : html` <small class="count">${count}</small>`}
  </h2>`;
  return html`<section class="fold" aria-labelledby=${id}>
    ${foldable(`section ${id}`, true, heading, content)}
  </section>`;
}

/** Leads to the sections of the page. */
export function jumpBar(sections: readonly Omit<PageSection, 'content'>[]): TemplateResult {
  return html`<nav class="jumps" aria-label="Sections" @focusin=${seenWhole}>
    ${sections.map(
      ({ id, title, count = '' }) =>
        html`<button class="link" role="link" @click=${() => jumpTo(id)}>
          ${title}${count === '' ? nothing : html` <small>${numberOf(count)}</small>`}
        </button>`,
    )}
  </nav>`;
}

/** Of "120 in 40 iterations" the first number: the bar has little room. */
function numberOf(count: string | number): string | number {
  return String(count).split(' ')[0] ?? '';
}

/** Unfolds a section, if it is there. @returns its heading */
export function unfold(id: string): HTMLElement | null {
  const heading = document.getElementById(id);
  const fold = heading?.closest('details');
  if (fold) fold.open = true;
  return heading;
}

/** Unfolds a section, brings it to the top and gives it the focus. */
function jumpTo(id: string): void {
  const heading = unfold(id);
  const target = heading?.closest<HTMLElement>('summary, [tabindex]') ?? heading;
  heading?.scrollIntoView({ block: 'start' });
  target?.focus({ preventScroll: true });
}

/** Text of a run that is folded to its first lines where it is long. */
export function longText(name: string, text: string, className = ''): TemplateResult {
  const isLong = text.length > 280 || text.split('\n', 5).length > 4;
  if (!isLong) return html`<p class="words ${className}" dir="auto">${text}</p>`;
  const toggle = ({ currentTarget }: Event): void => {
    const button = currentTarget as HTMLElement;
    const folded = button.previousElementSibling?.classList.toggle('clamped') ?? false;
    button.textContent = folded ? 'Show all' : 'Show less';
    button.setAttribute('aria-expanded', String(!folded));
  };
  return html`<div data-fold=${name}>
    <p class="words clamped ${className}" dir="auto">${text}</p>
    <button class="link" aria-expanded="false" @click=${toggle}>Show all</button>
  </div>`;
}
