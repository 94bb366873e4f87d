import type { EngineAction } from '../core/engine/runEngine';
import {
  canWord,
  contextKeys,
  draftScheme,
  prefix,
  reviewController,
  runsTableType,
  views,
  type CanWord,
  type ContextWord,
} from '../core/contract';

// The named parts of our `when` clauses. None holds an "or", so that they can be joined without parentheses; a menu entry
// that is shown in several places lists them as alternatives (menus.ts).

/** True where every part is. */
export function all(...parts: readonly string[]): string {
  return parts.join(' && ');
}

export const inRuns = `view == ${views.runs}`;
export const inNeedsYou = `view == ${views.needsYou}`;
export const inEitherView = `view =~ /^${prefix}\\.(needsYou|runs)$/`;

/** A row of either view that has all these words. */
export function row(...words: readonly (ContextWord | CanWord)[]): string {
  return all(inEitherView, ...words.map(hasWord));
}

/** A row that has this word, of a run whose engine can do this. */
export function rowThatCan(action: EngineAction, word: ContextWord): string {
  return row(word, canWord(action));
}

/** A row of the Runs view that has this word. */
export function rowOfRuns(word: ContextWord): string {
  return all(inRuns, hasWord(word));
}

/** A row of the Needs You view that has this word. */
export function rowOfNeedsYou(word: ContextWord): string {
  return all(inNeedsYou, hasWord(word));
}

function hasWord(word: ContextWord | CanWord): string {
  return `viewItem =~ /\\b${word}\\b/`;
}

export const filtered = all(inRuns, contextKeys.filter);
export const unfiltered = all(inRuns, `!${contextKeys.filter}`);

export const rowOfRunsTable = all(`webviewId == ${runsTableType}`, 'webviewSection == run');
export const diagnosableRowOfRunsTable = all(rowOfRunsTable, 'canDiagnose');
export const draftEditor = `resourceScheme == ${draftScheme}`;
export const reviewThread = `commentController == ${reviewController}`;

export const noFolder = 'workbenchState == empty';
export const someFolder = 'workbenchState != empty';
export const noRuns = `${contextKeys.shown} == none`;
export const someRuns = `${contextKeys.shown} == runs`;
/** Not everything was looked at, and there is no run yet. */
export const looking = `!${contextKeys.shown}`;
export const nothingNeeded = `!${contextKeys.needs}`;
export const filterHidesAll = `${contextKeys.filter} == hidesAll`;
