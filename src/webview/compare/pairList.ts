import { html, nothing, type TemplateResult } from 'lit';
import { onlySide, type AnswerPair, type TaskPair } from '../../core/views/compare/comparison';
import { thousands } from '../../core/format';
import { longList } from '../longList';
import { letters } from './sideHead';

/**
 * Pairs of the two sides: those that differ; those that only one side has and those that are equal are folded.
 * @param unfolded to be seen at once, since somebody looks for something
 */
export function pairList<Pair extends TaskPair | AnswerPair>(
  pairs: readonly Pair[],
  render: (pair: Pair) => TemplateResult,
  unfolded: boolean,
): TemplateResult {
  const both = pairs.filter((pair) => onlySide(pair) === undefined);
  const [differing, equal] = [both.filter(differs), both.filter((pair) => !differs(pair))];
  const folded = (some: readonly Pair[], name: string): TemplateResult | typeof nothing =>
    some.length === 0
      ? nothing
      : html`<details class="folded" ?open=${unfolded}>
          <summary>${thousands(some.length)} ${name}</summary>
          ${longList(some, render, 56)}
        </details>`;
  return html`
    ${differing.length === 0 ? nothing : longList(differing, render, 90)}
    ${(['left', 'right'] as const).map((side) =>
      folded(
        pairs.filter((pair) => onlySide(pair) === side),
        `only in ${letters[side]}`,
      ),
    )}
    ${folded(equal, 'unchanged')}
  `;
}

function differs({ differs: what }: TaskPair | AnswerPair): boolean {
  return what.length > 0;
}
