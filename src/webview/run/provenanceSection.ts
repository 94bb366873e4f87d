import { html, nothing, type TemplateResult } from 'lit';
import type { Provenance } from '../../core/views/page/provenance';
import { wordsToCopy } from '../copyButton';
import { facts } from './facts';
import { foldable } from './folds';
import { runApi } from './runApi';
import { dataView } from '../dataView';

/** Where the run comes from. */
export function provenanceSection({
  facts: rows,
  entry,
  prompt,
  inputs,
  origin,
  parent,
  children,
  moreChildren,
  forks,
  moreForks,
}: Provenance): TemplateResult {
  return html`${facts(rows)}
    <dl class="fact-list">
      ${
        entry === ''
          ? nothing
          : fact(
              'Entry',
              html`<button class="link" role="link" @click=${() => runApi.postMessage({ type: 'openEntry' })}>
                ${entry}
              </button>`,
            )
      }
      ${origin ? fact('Made as', origin.open ? runLink(origin.runId, origin.words) : origin.words) : nothing}
      ${
        forks.length === 0
          ? nothing
          : fact(
              'Forks',
              html`${forks.map(({ runId, title }) => html`<span class="line">${runLink(runId, title)}</span>`)}
              ${moreForks === 0 ? nothing : html`and ${moreForks} more`}`,
            )
      }
      ${parent ? fact('Parent run', parent.open ? runLink(parent.runId, parent.runId) : parent.runId) : nothing}
      ${
        children.length === 0
          ? nothing
          : fact(
              'Child runs',
              html`${children.map(({ runId, title }) => runLink(runId, title))}
              ${moreChildren === 0 ? nothing : html`and ${moreChildren} more`}`,
            )
      }
    </dl>
    ${prompt === '' ? nothing : foldable('prompt', false, 'Prompt', wordsToCopy(prompt, 'the prompt'))}
    ${inputs.length === 0 ? nothing : foldable('inputs', false, 'Inputs', dataView(inputs, 'the inputs'))}`;
}

function runLink(runId: string, label: string): TemplateResult {
  return html`<button class="link" role="link" @click=${() => runApi.postMessage({ type: 'openRun', runId })}>
    ${label}
  </button>`;
}

function fact(name: string, content: TemplateResult | string): TemplateResult {
  return html`<div>
    <dt>${name}</dt>
    <dd>${content}</dd>
  </div>`;
}
