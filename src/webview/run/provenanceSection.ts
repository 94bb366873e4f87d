import { html, nothing, type TemplateResult } from 'lit';
import type { Provenance } from '../../core/views/page/provenance';
import { facts } from './facts';
import { runApi } from './runApi';
import { values } from './values';

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
  return html`<section aria-labelledby="provenance">
    <h2 id="provenance">Where it comes from</h2>
    ${facts(rows)}
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
    ${prompt === '' ? nothing : folded('prompt', 'Prompt', html`<p class="words">${prompt}</p>`)}
    ${inputs.length === 0 ? nothing : folded('inputs', 'Inputs', values(inputs))}
  </section>`;
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

/** What a person unfolds stays so when the page comes back. */
function folded(name: string, label: string, content: TemplateResult): TemplateResult {
  const toggle = (event: Event): void => {
    const others = runApi.state().unfolded.filter((other) => other !== name);
    const { open } = event.currentTarget as HTMLDetailsElement;
    runApi.keep({ unfolded: open ? [...others, name] : others });
  };
  return html`<details ?open=${runApi.state().unfolded.includes(name)} @toggle=${toggle}>
    <summary>${label}</summary>
    ${content}
  </details>`;
}
