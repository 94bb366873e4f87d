import { html, nothing, type TemplateResult } from 'lit';
import type { SideView } from '../../core/views/compare/comparison';
import { compareApi } from './compareApi';

export type SideName = 'left' | 'right';

/** Which run or iteration stands on a side. */
export function sideHead(side: SideView, name: SideName): TemplateResult {
  const { title, n, shortId, runId, state, icon, reason, created } = side;
  return html`<section class="side" aria-label=${name === 'left' ? 'Left side' : 'Right side'}>
    <h2>
      <button
        class="link"
        role="link"
        title=${`Open the run ${runId}`}
        @click=${() => compareApi.postMessage({ type: 'openRun', side: name })}
      >
        ${title}
      </button>
      ${n === undefined ? nothing : html`<span class="tag">iteration ${n}</span>`}
    </h2>
    <p title=${reason}>
      <span class="codicon codicon-${icon} state-${icon}" aria-hidden="true"></span>
      <strong>${state}</strong>
      <small>· <code>${shortId}</code> · ${moment(created)}</small>
    </p>
  </section>`;
}

function moment(at: number): string {
  const date = new Date(at);
  return Number.isFinite(date.getTime())
    ? date.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short', hour12: false })
    : '';
}
