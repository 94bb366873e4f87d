import { html, type TemplateResult } from 'lit';

export type Keys = readonly (readonly [keys: string, what: string])[];

/** Those of a run's page. */
export const runKeys: Keys = [
  ['j, k', 'next or previous event'],
  ['Enter', 'open the event’s file, or the task of a bar'],
  ['Space', 'show the event’s task'],
  ['[, ]', 'the run as of the previous or next event; { and } in larger steps'],
  ['t', 'the run as of the selected event'],
  ['n', 'back to now'],
  ['←, →, PageUp, PageDown, Home, End', 'on the slider: step through the events'],
  ['/', 'find events'],
  ['Escape', 'close the task'],
  ['← →, ↑ ↓', 'in the timeline: between bars and rows; in a task: between tabs'],
  ['+, -, 0', 'in the timeline: zoom in, zoom out, whole run'],
  ['<, >', 'in the timeline: earlier, later'],
  ['1 – 9', 'choose an option of the open question'],
  ['Ctrl+Enter', 'send the answer (⌘ on a Mac)'],
  ['?', 'this help'],
];

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
