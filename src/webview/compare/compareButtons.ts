import { html, type TemplateResult } from 'lit';
import { compareApi } from './compareApi';
import { letters, type SideName } from './sideHead';

type Message = Parameters<typeof compareApi.postMessage>[0];

/** Opens values in the editor's own diff. */
export function diffButton(label: string, message: Message): TemplateResult {
  return html`<button class="small compare" @click=${() => compareApi.postMessage(message)}>
    <span class="codicon codicon-diff" aria-hidden="true"></span> ${label}
  </button>`;
}

/** The same in a row, where what is compared is said by the row. @param label "Results" */
export function diffTag(label: string, message: Message, row: string): TemplateResult {
  return html`<button
    class="small compare"
    title="Compare ${label} in the editor"
    aria-label="Compare ${label}: ${row}"
    @click=${() => compareApi.postMessage(message)}
  >
    <span class="codicon codicon-diff" aria-hidden="true"></span> ${label}
  </button>`;
}

/** What a side says of a task, which opens it. */
export function openTask(
  side: SideName,
  { effectId, title }: { readonly effectId: string; readonly title: string },
  content: TemplateResult,
): TemplateResult {
  const name = `Open in ${letters[side]}`;
  return html`<button
    class="link"
    title=${name}
    aria-description="${name}: ${title}"
    @click=${() => compareApi.postMessage({ type: 'openTask', side, effectId })}
  >
    ${content}
  </button>`;
}
