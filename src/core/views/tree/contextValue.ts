import { canWord } from '../../contract';
import type { RunEngine } from '../../engine/runEngine';
import type { Row } from './describe';

/**
 * A row's `contextValue`: what it is, and what the engine of its run can do at all.
 * @param engine `undefined`: the row belongs to no single run
 */
export function contextValue({ words }: Pick<Row, 'words'>, engine: RunEngine | undefined): string {
  // A row without words has no menu of its own.
  const canWords = engine && words.length > 0 ? [...engine.can].map(canWord) : [];
  return [...words, ...canWords].join(' ');
}
