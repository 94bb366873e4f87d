import { html, nothing, type TemplateResult } from 'lit';
import { onlySide, type Fact, type Figure, type SideView } from '../../core/views/compare/comparison';
import { count } from '../../core/format';
import { onlyIn, orNotSet } from './cells';
import { letters, type SideName } from './sideHead';

/** Facts that the sides have: those that differ, and the others folded. */
export function factTable(facts: readonly Fact[], sides: readonly SideView[]): TemplateResult {
  const [differing, equal] = [facts.filter(({ same }) => !same), facts.filter(({ same }) => same)];
  const table = (some: readonly Fact[]): TemplateResult =>
    sideTable(
      'Fact',
      sides,
      some.map((fact) => ({ ...fact, difference: onlyIn(onlySide(fact)), better: '' as const })),
    );
  return html`
    ${differing.length === 0 ? nothing : table(differing)}
    ${
      equal.length === 0
        ? nothing
        : differing.length === 0
          ? table(equal)
          : html`<details class="folded">
              <summary>${count(equal.length, 'unchanged value')}</summary>
              ${table(equal)}
            </details>`
    }
  `;
}

/** @param name what the figures are: "Metric" */
export function figureTable(
  name: string,
  all: readonly Figure[],
  sides: readonly SideView[],
): TemplateResult {
  const difference = (figure: Figure): unknown => {
    const only = onlySide(figure);
    return only === undefined ? figure.change || html`<span class="quiet">equal</span>` : onlyIn(only);
  };
  return sideTable(
    name,
    sides,
    all.map((figure) => ({ ...figure, difference: difference(figure) })),
  );
}

interface SideRow {
  readonly name: string;
  readonly left: string;
  readonly right: string;
  readonly difference: unknown;
  readonly better: SideName | '';
}

function sideTable(name: string, sides: readonly SideView[], rows: readonly SideRow[]): TemplateResult {
  const value = ({ better, ...row }: SideRow, side: SideName): TemplateResult =>
    html`<td class=${better === side ? 'better' : ''} dir="auto">
      ${orNotSet(row[side])} ${betterMark(better === side)}
    </td>`;
  return html`<table>
    <thead>
      <tr>
        <th scope="col">${name}</th>
        <th scope="col">${headOf(sides, 0)}</th>
        <th scope="col">${headOf(sides, 1)}</th>
        <th scope="col">Change</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            <th scope="row" dir="auto">${row.name}</th>
            ${value(row, 'left')} ${value(row, 'right')}
            <td>${row.difference}</td>
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

/** "A", "A · iteration 3". */
function headOf(sides: readonly SideView[], place: 0 | 1): string {
  return [letters[place === 0 ? 'left' : 'right'], sides[place]?.iteration].filter(Boolean).join(' · ');
}
