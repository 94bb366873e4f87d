import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import { safeHtml } from '../markdown';

interface FoldableText {
  /** Of the element on the page. */
  readonly id: string;
  readonly className: string;
  /** Markdown of unknown origin. */
  readonly text: string;
  /** Texts longer than this are folded at first. */
  readonly limit: { readonly characters: number; readonly lines: number };
  readonly unfolded: boolean;
  readonly onToggle: (unfolded: boolean) => void;
}

/** Markdown that can be folded where it is long. */
export function foldableText({
  id,
  className,
  text,
  limit,
  unfolded,
  onToggle,
}: FoldableText): TemplateResult {
  const isLong = text.length > limit.characters || text.split('\n', limit.lines + 1).length > limit.lines;
  const folded = isLong && !unfolded;
  return html`
    <div
      class="question ${folded ? 'folded' : ''} ${className}"
      id=${id}
      dir="auto"
      @focusin=${() => {
        // What is reached with the keyboard is to be seen.
        if (folded) onToggle(true);
      }}
    >
      ${guard([text], () => unsafeHTML(safeHtml(text)))}
    </div>
    ${
      isLong
        ? html`<button
            class="link"
            aria-expanded=${folded ? 'false' : 'true'}
            aria-controls=${id}
            @click=${() => onToggle(folded)}
          >
            ${folded ? 'Show all' : 'Show less'}
          </button>`
        : nothing
    }
  `;
}
