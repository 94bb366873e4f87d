import { html, nothing, type TemplateResult } from 'lit';
import type { SideView } from '../../core/views/compare/comparison';
import { compareApi } from './compareApi';
import { whenOf } from '../whenOf';

export type SideName = 'left' | 'right';

/** What people call the sides, wherever they stand in a narrow window. */
export const letters = { left: 'A', right: 'B' } as const;

/** Which run or iteration stands on a side. */
export function sideHead(side: SideView, name: SideName): TemplateResult {
  const { title, iteration, shortId, runId, state, icon, reason, created } = side;
  const letter = letters[name];
  return html`<section class="side" aria-label="Side ${letter}">
    <h2 dir="auto">
      <span class="letter" aria-hidden="true">${letter}</span>
      <button
        class="link"
        role="link"
        title=${`${title}\nOpen the run ${runId}`}
        @click=${() => compareApi.postMessage({ type: 'openRun', side: name })}
      >
        ${title}
      </button>
      ${iteration === undefined ? nothing : html`<span class="tag">${iteration}</span>`}
    </h2>
    <p title=${reason}>
      <span class="codicon codicon-${icon} state-${icon}" aria-hidden="true"></span>
      <strong>${state}</strong>
      <small>· <code>${shortId}</code> · ${whenOf(created)}</small>
    </p>
  </section>`;
}
