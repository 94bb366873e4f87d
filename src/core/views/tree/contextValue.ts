import { canWord } from '../../contract';
import { calledBy, type EngineAction, type RunEngine } from '../../engine/runEngine';
import type { Row } from './describe';

/**
 * A row's `contextValue`: what it is, and what can be done with its run.
 * @param engine `undefined`: the row belongs to no single run
 * @param isPossible whether something of what the engine can do is possible now; left out: all of it is
 */
export function contextValue(
  { words }: Pick<Row, 'words'>,
  engine: RunEngine | undefined,
  isPossible: (action: EngineAction) => boolean = () => true,
): string {
  // A row without words has no menu of its own.
  if (!engine || words.length === 0) return words.join(' ');
  const possible = [...engine.can].filter(isPossible).map((action) => canWord(calledBy(engine, action)));
  return [...words, ...possible].join(' ');
}
