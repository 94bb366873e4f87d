import { html, nothing, type TemplateResult } from 'lit';
import { onlySide, type ComparedTask, type TaskPair } from '../../core/views/compare/comparison';
import { cell, onlyIn } from './cells';
import { diffTag, openTask } from './compareButtons';
import type { SideName } from './sideHead';
import { changeRows } from './valueChanges';

/** What can be compared in the editor, by the word of what differs. */
const compared = { inputs: ['Inputs', 'task-inputs'], result: ['Results', 'task-result'] } as const;

/** A task as both sides have it, or one of them. */
export function taskPair(pair: TaskPair): TemplateResult {
  const { left, right, differs: what, inputs, result, replayed, iteration } = pair;
  const label = (left ?? right)?.title ?? '';
  const difference = (word: string): TemplateResult => {
    const known = word === 'inputs' || word === 'result' ? compared[word] : undefined;
    if (!known || !left || !right) return html`<span class="tag differs">${word}</span>`;
    const ids = { left: left.effectId, right: right.effectId };
    return diffTag(known[0], { type: 'diffTask', what: known[1], ...ids }, label);
  };
  return html`<div class="item" tabindex="-1" role="group" aria-label=${label}>
    <div class="columns">
      <div class="task-title" dir="auto">
        ${label} ${iteration === '' ? nothing : html`<span class="tag">${iteration}</span>`}
      </div>
      ${cell('left', taskSide('left', left, label))} ${cell('right', taskSide('right', right, label))}
      <div class="tags">
        ${onlyIn(onlySide(pair))} ${what.map(difference)}
        ${replayed ? html`<span class="tag" title="The fork took the result over">replayed</span>` : nothing}
      </div>
    </div>
    ${what.includes('inputs') ? changeRows(inputs, 'Inputs') : nothing}
    ${what.includes('result') ? changeRows(result, 'Result') : nothing}
  </div>`;
}

/** @param label the title that the row has already */
function taskSide(name: SideName, task: ComparedTask | undefined, label: string): TemplateResult {
  if (!task) return html`<span class="quiet">–</span>`;
  const { title, kind, state, icon, time, work, why } = task;
  const said = [state, time].filter(Boolean).join(' · ');
  return html`
    ${title === label ? nothing : html`<p class="task-title">${title}</p>`}
    <span class="codicon codicon-${icon} state-${icon}" aria-hidden="true"></span>
    ${openTask(name, task, html`${said}`)} <span class="quiet">${kind}</span>
    ${work === '' ? nothing : html`<small class="quiet">${work}</small>`}
    ${why === '' ? nothing : html`<p class="why words">${why}</p>`}
  `;
}
