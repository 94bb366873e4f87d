import { html, nothing, type TemplateResult } from 'lit';
import { letters, type SideName } from './sideHead';

/** What a side says in a row, with its letter before it where columns do not tell the sides apart. */
export function cell(side: SideName, content: unknown, className = ''): TemplateResult {
  return html`<div class="cell ${className}" dir="auto">
    <span class="letter" aria-label="${letters[side]}:">${letters[side]}</span> ${content}
  </div>`;
}

/** A value of a side, with its lines; the empty text is none. */
export function orNotSet(text: string): TemplateResult {
  return text === '' ? html`<span class="quiet">not set</span>` : html`<span class="words">${text}</span>`;
}

/** "only in A"; nothing where both sides have it. */
export function onlyIn(side: SideName | undefined): TemplateResult | typeof nothing {
  return side === undefined ? nothing : html`<span class="tag differs">only in ${letters[side]}</span>`;
}
