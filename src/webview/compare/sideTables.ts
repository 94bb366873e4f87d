import { html, nothing, type TemplateResult } from 'lit';
import type { Fact, Figure, SideView } from '../../core/views/compare/comparison';
import { orNothing } from './changeList';
import { counted } from './counted';

/** Facts that both have: those that differ, and the others folded. */
export function factTable(facts: readonly Fact[], sides: readonly SideView[]): TemplateResult {
  const [differing, equal] = [facts.filter(({ same }) => !same), facts.filter(({ same }) => same)];
  const table = (some: readonly Fact[]): TemplateResult =>
    html`<table>
      ${tableHead('', sides, false)}
      <tbody>
        ${some.map(
          ({ name, left, right }) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td>${orNothing(left)}</td>
              <td>${orNothing(right)}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
  return html`
    ${differing.length === 0 ? nothing : table(differing)}
    ${
      equal.length === 0
        ? nothing
        : differing.length === 0
          ? table(equal)
          : html`<details class="equal">
              <summary>${counted(equal.length, 'equal value')}</summary>
              ${table(equal)}
            </details>`
    }
  `;
}

export function figureTable(all: readonly Figure[], sides: readonly SideView[]): TemplateResult {
  return html`<table class="figures">
    ${tableHead('', sides, true)}
    <tbody>
      ${all.map(
        ({ name, left, right, change, better }) =>
          html`<tr>
            <th scope="row">${name}</th>
            <td class=${better === 'left' ? 'better' : ''}>
              ${orNothing(left)} ${betterMark(better === 'left')}
            </td>
            <td class=${better === 'right' ? 'better' : ''}>
              ${orNothing(right)} ${betterMark(better === 'right')}
            </td>
            <td>${change === '' ? html`<span class="quiet">equal</span>` : change}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function betterMark(better: boolean): TemplateResult | typeof nothing {
  return better
    ? html`<span class="codicon codicon-star-full" aria-hidden="true"></span
        ><span class="hidden">better</span>`
    : nothing;
}

function tableHead(name: string, sides: readonly SideView[], change: boolean): TemplateResult {
  const label = (side: SideView | undefined, other: SideView | undefined): string =>
    side === undefined
      ? ''
      : side.n !== undefined && side.key === other?.key
        ? `Iteration ${side.n}`
        : [side.title, side.n === undefined ? '' : `iteration ${side.n}`].filter(Boolean).join(', ');
  const [left, right] = sides;
  return html`<thead>
    <tr>
      <td>${name}</td>
      <th scope="col">${label(left, right)}</th>
      <th scope="col">${label(right, left)}</th>
      ${change ? html`<th scope="col">Change</th>` : nothing}
    </tr>
  </thead>`;
}
