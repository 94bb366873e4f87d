import { html, nothing, type TemplateResult } from 'lit';
import type { OutputCard } from '../../core/views/page/outputView';
import { facts } from './facts';
import { foldableText } from './foldableText';
import { isUnfolded, keepFold } from './folds';
import { dataView } from '../dataView';

const limit = { characters: 3000, lines: 40 };

/** What the process returned, to be read like a report. */
export function outputCard(
  { success, summary, facts: rows, texts, values: nodes }: OutputCard,
  redraw: () => void,
): TemplateResult {
  const markdown = (name: string, text: string): TemplateResult =>
    foldableText({
      id: `output-${name}`,
      className: '',
      text,
      limit,
      unfolded: isUnfolded(`output ${name}`, false),
      onToggle: (open) => {
        keepFold(`output ${name}`, false, open);
        redraw();
      },
    });
  return html`
    ${
      success === null
        ? nothing
        : html`<p>
            <strong class="badge tone-${success ? 'good' : 'bad'}">
              <span class="codicon codicon-${success ? 'pass' : 'circle-slash'}" aria-hidden="true"></span>
              ${success ? 'Successful' : 'Not successful'}
            </strong>
          </p>`
    }
    ${summary === '' ? nothing : markdown('summary', summary)} ${rows.length === 0 ? nothing : facts(rows)}
    ${texts.map(
      ({ name, text }, i) =>
        html`<h3>${name}</h3>
          ${markdown(String(i), text)}`,
    )}
    ${nodes.length === 0 ? nothing : dataView(nodes, 'the output')}
  `;
}
