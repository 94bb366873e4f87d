import { html, nothing, type TemplateResult } from 'lit';
import type { CommentView, LeftWords } from '../../core/views/page/protocol';
import type { RunView } from '../../core/views/page/runView';
import { commentList } from './commentList';
import { runApi } from './runApi';

/** Words whose question was answered without them. */
export function leftWords(
  left: readonly LeftWords[],
  onDiscard: (effectId: string) => void,
): readonly TemplateResult[] {
  return left.map(
    ({ effectId, title, answered, text }) =>
      html`<section class="notice left" aria-label="What you wrote to ${title}">
        <p>${title}: ${answered} What you wrote was not sent.</p>
        <pre>${text}</pre>
        <div class="buttons">
          <button class="secondary" @click=${() => runApi.postMessage({ type: 'copyDraft', effectId })}>
            Copy
          </button>
          <button class="link" @click=${() => onDiscard(effectId)}>Discard</button>
        </div>
      </section>`,
  );
}

/** Comments whose question was answered without them. */
export function unsentComments(
  comments: readonly CommentView[],
  { answered }: RunView,
): TemplateResult | typeof nothing {
  const unsent = comments.filter((comment) => answered.some(({ effectId }) => effectId === comment.effectId));
  return unsent.length === 0
    ? nothing
    : commentList(unsent, 'Their question was answered without them, so they were not sent.', nothing);
}
