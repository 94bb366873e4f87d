import { html, nothing, type TemplateResult } from 'lit';
import { onlySide, type AnswerPair, type AnswerSide } from '../../core/views/compare/comparison';
import { cell, onlyIn } from './cells';
import { diffTag, openTask } from './compareButtons';
import type { SideName } from './sideHead';

/** An answer by a person as both sides have it, or one of them. */
export function answerPair(pair: AnswerPair): TemplateResult {
  const { left, right, differs: what } = pair;
  const label = (left ?? right)?.title ?? '';
  const ids = left && right ? { left: left.effectId, right: right.effectId } : undefined;
  return html`<div class="item" tabindex="-1" role="group" aria-label=${label}>
    <div class="columns">
      <div class="task-title" dir="auto">${label}</div>
      ${cell('left', answerSide('left', left, label))} ${cell('right', answerSide('right', right, label))}
      <div class="tags">
        ${onlyIn(onlySide(pair))} ${what.map((one) => html`<span class="tag differs">${one}</span>`)}
        ${
          ids && left?.answer && right?.answer && what.length > 0
            ? diffTag('Answers', { type: 'diffTask', what: 'task-result', ...ids }, label)
            : nothing
        }
      </div>
    </div>
  </div>`;
}

/** @param label the title that the row has already */
function answerSide(name: SideName, side: AnswerSide | undefined, label: string): TemplateResult {
  if (!side) return html`<span class="quiet">–</span>`;
  const { title, answer } = side;
  return html`
    ${title === label ? nothing : html`<p class="task-title">${title}</p>`}
    <span class="codicon codicon-${answer?.icon ?? 'question'}" aria-hidden="true"></span>
    ${openTask(name, side, html`${answer?.verdict ?? 'not answered'}`)}
    <span class="quiet"> ${[answer?.who, answer?.waited].filter(Boolean).join(' · ')} </span>
    ${answer?.words ? html`<p class="words">${answer.words}</p>` : nothing}
  `;
}
