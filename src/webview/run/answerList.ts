import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { AnswerView } from '../../core/views/page/answerView';
import type { RunView } from '../../core/views/page/runView';
import { whenOf } from '../whenOf';
import { showTask } from './taskList';

/** Who answered what, when, after how long and through what. */
export function answerList({ answers, moreAnswers }: RunView): TemplateResult {
  return html`<ul class="answers">
      ${repeat(
        answers,
        ({ effectId }) => effectId,
        ({ effectId, title, verdict, icon, words, who, at, waited, through, signedWith }: AnswerView) =>
          html`<li>
            <button class="task" data-task=${effectId} @click=${(event: Event) => showTask(event, effectId)}>
              <span class="codicon codicon-${icon} state-${icon}" aria-hidden="true"></span>
              <bdi>${title}</bdi>
              <strong>${verdict}</strong>
              <small>
                ${at === undefined ? nothing : whenOf(at)}
                ${[
                  who,
                  waited,
                  through === '' ? '' : `through ${through}`,
                  signedWith === '' ? '' : `signed with ${signedWith} (not checked)`,
                ]
                  .filter(Boolean)
                  .map((fact, i) => (i === 0 && at === undefined ? fact : ` · ${fact}`))}
              </small>
            </button>
            ${words === '' ? nothing : html`<p class="words" dir="auto">${words}</p>`}
          </li>`,
      )}
    </ul>
    ${moreAnswers === 0 ? nothing : html`<p class="quiet">${moreAnswers} older answers are in the journal.</p>`}`;
}
