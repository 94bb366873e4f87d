import { html, type TemplateResult } from 'lit';

/** Names with texts. */
export function facts(rows: readonly (readonly [name: string, text: string])[]): TemplateResult {
  return html`<dl class="fact-list">
    ${rows.map(
      ([name, text]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${text}</dd>
        </div>`,
    )}
  </dl>`;
}
