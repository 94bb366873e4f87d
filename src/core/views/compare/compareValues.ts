import { count } from '../../format';
import { scalarText } from '../page/valueRows';
import type { CleanText } from '../report/cleanText';
import { isRecord } from '../../run/lenient';
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
    if (Array.isArray(value)) return value.length === 0 ? 'empty list' : `list of ${value.length}`;
    if (isRecord(value)) {
      const names = Object.keys(value).length;
      return names === 0 ? 'empty object' : count(names, 'value');
    }
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
