import { html, nothing, type TemplateResult } from 'lit';
import { compareApi } from './compareApi';
import type { SideName } from './sideHead';

/** @param what names what is compared, where several buttons have the same label */
export function diffButton(
  label: string,
  message: Parameters<typeof compareApi.postMessage>[0],
  what = '',
): TemplateResult {
  return html`<button
    class="small"
    aria-label=${what === '' ? nothing : `${label}: ${what}`}
    @click=${() => compareApi.postMessage(message)}
  >
    <span class="codicon codicon-diff" aria-hidden="true"></span> ${label}
  </button>`;
}

export function openTask(
  task: { readonly effectId: string; readonly title: string } | undefined,
  side: SideName,
) {
  if (!task) return nothing;
  const label = side === 'left' ? 'Open Left' : 'Open Right';
  return html`<button
    class="small"
    aria-label=${`${label}: ${task.title}`}
    @click=${() => compareApi.postMessage({ type: 'openTask', side, effectId: task.effectId })}
  >
    ${label}
  </button>`;
}
