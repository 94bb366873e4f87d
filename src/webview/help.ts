import { html, type TemplateResult } from 'lit';

export type Keys = readonly (readonly [keys: string, what: string])[];

/** What each key does; shown when somebody asks. */
export function helpDialog(keys: Keys): TemplateResult {
  return html`<dialog aria-labelledby="help">
    <h2 id="help">Keyboard shortcuts</h2>
    <dl class="fact-list">
      ${keys.map(
        ([key, what]) =>
          html`<div>
            <dt><kbd>${key}</kbd></dt>
            <dd>${what}</dd>
          </div>`,
      )}
    </dl>
    <form method="dialog"><button class="secondary">Close</button></form>
  </dialog>`;
}

/** Opens the page's help for those who do not know its key. */
export function helpLink(page: HTMLElement): TemplateResult {
  return html`<p class="quiet keys">
    <button class="link" @click=${() => page.querySelector<HTMLDialogElement>('dialog')?.showModal()}>
      Keyboard shortcuts
    </button>
    <kbd aria-hidden="true">?</kbd>
  </p>`;
}
