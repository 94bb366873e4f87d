import { html, nothing, type TemplateResult } from 'lit';
import { onlySide, type Change, type ValueComparison } from '../../core/views/compare/comparison';
import { count } from '../../core/format';
import { cell, onlyIn, orNotSet } from './cells';

/** Where two values differ, place by place. */
export function valueChanges(value: ValueComparison, button: TemplateResult): TemplateResult {
  return html`<div class="item" tabindex="-1" role="group" aria-label="Values that differ">
    ${value.changes.length === 0 ? nothing : changeRows(value)}
    <p class="buttons">${button}</p>
  </div>`;
}

/** @param name what the values are called: "Inputs"; empty: the section says it */
export function changeRows({ changes, more }: ValueComparison, name = ''): TemplateResult {
  return html`<ul class="changes">
    ${changes.map(
      (change) =>
        html`<li class="columns">
          <code class="path" dir="auto">${placeOf(change, name)}</code>
          ${cell('left', orNotSet(change.left))} ${cell('right', orNotSet(change.right), 'new')}
          <div>${onlyIn(onlySide(change))}</div>
        </li>`,
    )}
    ${more === 0 ? nothing : html`<li class="quiet">${moreText(changes.length, more, name)}</li>`}
  </ul>`;
}

function placeOf({ path }: Change, name: string): string {
  return name === ''
    ? path || 'value'
    : [name.toLowerCase(), path].filter(Boolean).join(path.startsWith('[') ? '' : '.');
}

function moreText(told: number, more: number, name: string): string {
  const places = `${count(more, told > 0 ? 'more place' : 'place')} ${more === 1 ? 'differs' : 'differ'}`;
  return name === '' ? places : `${name}: ${places}`;
}
