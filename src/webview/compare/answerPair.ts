import { html, nothing, type TemplateResult } from 'lit';
import type { AnswerPair, AnswerSide } from '../../core/views/compare/comparison';
import { diffButton, openTask } from './compareButtons';
import type { SideName } from './sideHead';

/** An answer by a person as both sides have it, or one of them. */
export function answerPair({ left, right, differs: what }: AnswerPair): TemplateResult {
  const label = (left ?? right)?.title ?? '';
  const ids = left && right ? { left: left.effectId, right: right.effectId } : undefined;
  return html`<li class="item" tabindex="-1" aria-label=${label}>
    <div class="pair">
      ${answerSide(left, 'left')}
      <div class="between">
        ${what.map((one) => html`<span class="tag differs">${one}</span>`)}
        ${left ? nothing : html`<span class="tag differs">only right</span>`}
        ${right ? nothing : html`<span class="tag differs">only left</span>`}
      </div>
      ${answerSide(right, 'right')}
    </div>
    <p class="buttons">
      ${
        ids && left?.answer && right?.answer && what.length > 0
          ? diffButton('Compare Answers', { type: 'diffTask', what: 'task-result', ...ids }, label)
          : nothing
      }
      ${openTask(left, 'left')} ${openTask(right, 'right')}
    </p>
  </li>`;
}

function answerSide(side: AnswerSide | undefined, name: SideName): TemplateResult {
  if (!side) return html`<div class="missing quiet">not asked on the ${name}</div>`;
  const { title, answer } = side;
  return html`<div>
    <p class="task-title">
      <span class="codicon codicon-${answer?.icon ?? 'question'}" aria-hidden="true"></span> ${title}
    </p>
    ${
      answer
        ? html`<p>
              <strong>${answer.verdict}</strong>
              <span class="quiet">
                ${[answer.who === '' ? '' : `by ${answer.who}`, answer.waited].filter(Boolean).join(' · ')}
              </span>
            </p>
            ${answer.words === '' ? nothing : html`<p class="words">${answer.words}</p>`}`
        : html`<p class="quiet">not answered</p>`
    }
  </div>`;
}
