import { scalarText, sizeText } from '../page/valueRows';
import type { CleanText } from '../report/cleanText';
import type { ValueComparison } from './comparison';
import { valueDiff } from './valueDiff';

/** Characters of a text. */
const longest = 300;

/** @param changes how many places are told at most */
export function compareValues(
  left: unknown,
  right: unknown,
  changes: number,
  clean: CleanText,
): ValueComparison {
  const { differences, more } = valueDiff(left, right, changes);
  const text = (name: string, value: unknown): string => {
    if (value === undefined) return '';
    const size = sizeText(value);
    if (size !== undefined) return size;
    const plain = clean(scalarText(name, value), longest);
    return typeof value === 'string' && plain === '' ? '(empty text)' : plain;
  };
  return {
    has:
      left === undefined ? (right === undefined ? 'none' : 'right') : right === undefined ? 'left' : 'both',
    changes: differences.map(({ path, name, left: a, right: b }) => ({
      path: clean(path, 200),
      left: text(name, a),
      right: text(name, b),
    })),
    more,
  };
}
