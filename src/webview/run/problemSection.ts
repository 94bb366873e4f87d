import { html, type TemplateResult } from 'lit';
import type { RunView } from '../../core/views/page/runView';

export function problemSection({ problems }: RunView): TemplateResult {
  return html`<ul class="problems">
    ${problems.map(
      ({ file, what }) =>
        html`<li>
          <span class="codicon codicon-warning" aria-hidden="true"></span> <code>${file}</code> ${what}
        </li>`,
    )}
  </ul>`;
}
