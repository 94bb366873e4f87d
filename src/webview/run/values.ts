import { html, type TemplateResult } from 'lit';
import type { ValueNode } from '../../core/views/page/valueTree';

/** Values that can be unfolded. `open`: they are, to begin with. */
export function values(nodes: readonly ValueNode[], open = false): TemplateResult {
  return html`<ul class="values">
    ${nodes.map(
      ({ name, text, children }) =>
        html`<li>
          ${
            children.length === 0
              ? html`<span class="name">${name}</span> <span class="value">${text}</span>`
              : html`<details ?open=${open}>
                  <summary><span class="name">${name}</span> <small>${text}</small></summary>
                  ${values(children, open)}
                </details>`
          }
        </li>`,
    )}
  </ul>`;
}
