import { html, nothing, type TemplateResult } from 'lit';
import type { TaskPair, ComparedTask } from '../../core/views/compare/comparison';
import { changeList } from './changeList';
import { diffButton, openTask } from './compareButtons';
import type { SideName } from './sideHead';

/** A task as both sides have it, or one of them. */
export function taskPair(pair: TaskPair): TemplateResult {
  const { left, right, differs: what, inputs, result, replayed, iteration } = pair;
  const ids = left && right ? { left: left.effectId, right: right.effectId } : undefined;
  const label = (left ?? right)?.title ?? '';
  return html`<li class="item" tabindex="-1" aria-label=${label}>
    <div class="pair">
      ${taskSide(left, 'left')}
      <div class="between">
        ${iteration === '' ? nothing : html`<span class="tag" title="Iteration">#${iteration}</span>`}
        ${what.map((one) => html`<span class="tag differs">${one}</span>`)}
        ${replayed ? html`<span class="tag" title="The fork took the result over">replayed</span>` : nothing}
        ${left ? nothing : html`<span class="tag differs">only right</span>`}
        ${right ? nothing : html`<span class="tag differs">only left</span>`}
      </div>
      ${taskSide(right, 'right')}
    </div>
    ${
      what.includes('inputs')
        ? html`<p class="what">Inputs</p>
            ${changeList(inputs.changes, inputs.more)}`
        : nothing
    }
    ${
      what.includes('result')
        ? html`<p class="what">Result</p>
            ${changeList(result.changes, result.more)}`
        : nothing
    }
    <p class="buttons">
      ${
        ids && what.includes('result')
          ? diffButton('Compare Results', { type: 'diffTask', what: 'task-result', ...ids }, label)
          : nothing
      }
      ${
        ids && what.includes('inputs')
          ? diffButton('Compare Inputs', { type: 'diffTask', what: 'task-inputs', ...ids }, label)
          : nothing
      }
      ${openTask(left, 'left')} ${openTask(right, 'right')}
    </p>
  </li>`;
}

function taskSide(task: ComparedTask | undefined, side: SideName): TemplateResult {
  if (!task) return html`<div class="missing quiet">not on the ${side}</div>`;
  const { title, kind, state, icon, time, why } = task;
  return html`<div>
    <p class="task-title">
      <span class="codicon codicon-${icon} state-${icon}" aria-hidden="true"></span> ${title}
    </p>
    <p class="quiet">${[kind, state, time].filter(Boolean).join(' · ')}</p>
    ${why === '' ? nothing : html`<p class="why">${why}</p>`}
  </div>`;
}
