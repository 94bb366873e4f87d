import { html, type TemplateResult } from 'lit';
import { copyButton } from '../copyButton';

/** Names with texts. */
export function facts(rows: readonly (readonly [name: string, text: string])[]): TemplateResult {
  return html`<dl class="fact-list">
    ${rows.map(
      ([name, text]) =>
        html`<div>
          <dt>${name}</dt>
          <dd><bdi class="words">${text}</bdi> ${copyButton(text, name)}</dd>
        </div>`,
    )}
  </dl>`;
}
