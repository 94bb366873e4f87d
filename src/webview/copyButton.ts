import { html, type TemplateResult } from 'lit';
import { withoutLook } from '../core/format';

/** Puts a text on the clipboard. @param name what is copied: "stdout" */
export function copyButton(text: string, name: string): TemplateResult {
  const copy = async ({ currentTarget }: Event): Promise<void> => {
    const button = currentTarget as HTMLElement;
    await navigator.clipboard.writeText(withoutLook(text));
    const icon = button.querySelector('.codicon');
    icon?.classList.replace('codicon-copy', 'codicon-check');
    setTimeout(() => icon?.classList.replace('codicon-check', 'codicon-copy'), 1500);
  };
  return html`<button
    class="copy"
    title="Copy"
    aria-label="Copy ${name}"
    @click=${(event: Event) => void copy(event)}
  >
    <span class="codicon codicon-copy" aria-hidden="true"></span>
  </button>`;
}

/** Words of a run as they were written, and a button that copies them. @param name what is copied */
export function wordsToCopy(text: string, name: string): TemplateResult {
  return html`<div class="text-head">
    <p class="words" dir="auto">${text}</p>
    ${copyButton(text, name)}
  </div>`;
}
