import { html, nothing, type TemplateResult } from 'lit';
import type { Change, ValueComparison } from '../../core/views/compare/comparison';
import { thousands } from '../../core/format';

/** Where two values differ, place by place. */
export function valueChanges(
  { changes, more, has }: ValueComparison,
  button: TemplateResult,
): TemplateResult {
  return html`<div class="item values" tabindex="-1" role="group" aria-label="Values that differ">
    ${changes.length === 0 ? html`<p class="quiet">Equal.</p>` : changeList(changes, more, has)}
    <p class="buttons">${button}</p>
  </div>`;
}

export function changeList(
  changes: readonly Change[],
  more: number,
  has: ValueComparison['has'] = 'both',
): TemplateResult {
  return html`
    ${has === 'left' || has === 'right' ? html`<p class="quiet">Only the ${has} side has one.</p>` : nothing}
    <ul class="changes">
      ${changes.map(
        ({ path, left, right }) =>
          html`<li>
            <code class="path">${path === '' ? 'value' : path}</code>
            <span class="old">${orNothing(left)}</span>
            <span class="codicon codicon-arrow-small-right" aria-hidden="true"></span>
            <span class="hidden">on the right:</span>
            <span class="new">${orNothing(right)}</span>
          </li>`,
      )}
      ${more === 0 ? nothing : html`<li class="quiet">${thousands(more)} more</li>`}
    </ul>
  `;
}

export function orNothing(text: string): TemplateResult | string {
  return text === '' ? html`<span class="quiet">nothing</span>` : text;
}
