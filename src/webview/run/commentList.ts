import { html, type nothing, type TemplateResult } from 'lit';
import { count } from '../../core/format';
import type { CommentView } from '../../core/views/page/protocol';
import { runApi } from './runApi';

/** Comments on lines of context files, with what to know about them. */
export function commentList(
  comments: readonly CommentView[],
  sentence: string,
  button: TemplateResult | typeof nothing,
): TemplateResult {
  const files = new Set(comments.map(({ file }) => file)).size;
  const summary = `${count(comments.length, 'comment')} in ${count(files, 'file')}`;
  return html`<section class="review" aria-label="Review comments">
    <h3><span class="codicon codicon-comment-discussion" aria-hidden="true"></span> ${summary}</h3>
    <p class="quiet">${sentence}</p>
    <ul>
      ${comments.map(
        ({ id, file, place, comment }) =>
          html`<li class="comment">
            <button class="link" role="link" @click=${() => runApi.postMessage({ type: 'showComment', id })}>
              ${file}, ${place}
            </button>
            <button
              class="small"
              aria-label="Remove the comment on ${file}, ${place}"
              @click=${() => runApi.postMessage({ type: 'removeComment', id })}
            >
              <span class="codicon codicon-trash" aria-hidden="true"></span> Remove
            </button>
            <p class="words">${comment}</p>
          </li>`,
      )}
    </ul>
    ${button}
  </section>`;
}
