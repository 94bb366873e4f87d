import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import type { Block, Cell } from '../../core/views/report/blocks';
import type { Section } from '../../core/views/report/sections';
import { safeHtml } from '../markdown';

/** A block of a section; its chart is drawn elsewhere. */
export function blockOf(block: Block, section: Section): TemplateResult | typeof nothing {
  switch (block.kind) {
    case 'text':
      return html`<p>${block.text}</p>`;
    case 'heading':
      return html`<h4 dir="auto">${block.text}</h4>`;
    case 'entries':
      return html`<p class="quiet">${block.name}</p>
        <ul class="bullets">
          ${block.entries.map(
            (text) => html`<li dir="auto">${guard([text], () => unsafeHTML(safeHtml(text)))}</li>`,
          )}
        </ul>`;
    case 'list':
      return html`<ul class="bullets">
        ${block.items.map((item) => html`<li>${textOf(item)}</li>`)}
      </ul>`;
    case 'facts':
      return html`<dl class="fact-list">
        ${block.rows.map(
          ([name, value]) =>
            html`<div>
              <dt>${name}</dt>
              <dd dir="auto">${value}</dd>
            </div>`,
        )}
      </dl>`;
    case 'table':
      return html`<div class="wide" tabindex="0" role="region" aria-label="Table: ${section.title}">
        <table>
          <thead>
            <tr>
              ${block.head.map((name) => html`<th scope="col">${name}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${block.rows.map(
              (row) =>
                html`<tr>
                  ${row.map((item) => html`<td dir="auto">${textOf(item)}</td>`)}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>`;
    case 'chart':
      return nothing;
    default:
      return block satisfies never;
  }
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}
