import { html, nothing, type TemplateResult } from 'lit';
import type { AnswerPair, TaskPair } from '../../core/views/compare/comparison';
import { counted } from './counted';

/**
 * Pairs of the two sides: those that differ, and the others folded.
 * @param noun what a pair that is equal is called
 */
export function pairList<Pair extends TaskPair | AnswerPair>(
  pairs: readonly Pair[],
  noun: string,
  render: (pair: Pair) => TemplateResult,
): TemplateResult {
  const [differing, equal] = [pairs.filter(differs), pairs.filter((pair) => !differs(pair))];
  return html`
    ${
      differing.length === 0
        ? nothing
        : html`<ul class="pairs">
            ${differing.map(render)}
          </ul>`
    }
    ${
      equal.length === 0
        ? nothing
        : html`<details class="equal">
            <summary>${counted(equal.length, noun)}</summary>
            <ul class="pairs">
              ${equal.map(render)}
            </ul>
          </details>`
    }
  `;
}

function differs({ left, right, differs: what }: TaskPair | AnswerPair): boolean {
  return left === undefined || right === undefined || what.length > 0;
}
