import type { Alias } from '../core/commands';
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

/** Beside other words of a row: it does not have this one. */
export function without(word: ContextWord): string {
  return `!(${hasWord(word)})`;
}

/** A row that has this word, of a run whose engine can do this. */
export function rowThatCan(action: EngineAction | Alias, word: ContextWord): string {
  return row(word, canWord(action));
}

/** Of a run whose engine can do this: beside another word that a row has. */
export function ofEngineThatCan(action: EngineAction): string {
  return hasWord(canWord(action));
}

/** A row of the Runs view that has this word. */
export function rowOfRuns(word: ContextWord): string {
  return all(inRuns, hasWord(word));
}

/** A row of the Needs You view that has this word. */
export function rowOfNeedsYou(word: ContextWord): string {
  return all(inNeedsYou, hasWord(word));
}

/** A row of either view with this word, of which several are selected. */
export function rowOfSeveral(word: ContextWord | CanWord): string {
  return all(inEitherView, several, hasWord(word));
}

/** Several rows of the view are selected. */
const several = 'listMultiSelection';
export const notSeveral = `!${several}`;

/** A key that is pressed in the Runs view. */
export const keyInRuns = all(`focusedView == ${views.runs}`, 'listFocus', '!inputFocus');

function hasWord(word: ContextWord | CanWord): string {
  return `viewItem =~ /\\b${word}\\b/`;
}

export const filtered = all(inRuns, contextKeys.filter);
export const unfiltered = all(inRuns, `!${contextKeys.filter}`);

export const rowOfRunsTable = all(`webviewId == ${runsTableType}`, 'webviewSection == run');
export const diagnosableRowOfRunsTable = all(rowOfRunsTable, 'canDiagnose');
export const deletableRowOfRunsTable = all(rowOfRunsTable, 'canDelete');
/** A row of the runs table of which this is true: what stands in its context. */
export function rowOfRunsTableThatIs(what: 'pinned' | '!pinned' | 'archived' | '!archived'): string {
  return all(rowOfRunsTable, what);
}
export const draftEditor = `resourceScheme == ${draftScheme}`;
export const reviewThread = `commentController == ${reviewController}`;

export const noFolder = 'workbenchState == empty';
export const someFolder = 'workbenchState != empty';
export const noRuns = `${contextKeys.shown} == none`;
export const someRuns = `${contextKeys.shown} == runs`;
/** Not everything was looked at, and there is no run yet. */
export const looking = `!${contextKeys.shown}`;
export const nothingNeeded = `!${contextKeys.needs}`;
export const someArchived = contextKeys.archived;
export const somePinned = contextKeys.pinned;
export const notAllArchived = all(someRuns, `${contextKeys.archived} != all`);
/** The sessions of agents may be read: `mayReadAgents` says the same. */
export const someSessions = all(someRuns, 'isWorkspaceTrusted', `config.${prefix}.agentSessions.read == on`);
export const allArchived = `${contextKeys.archived} == all`;
export const filterHidesAll = `${contextKeys.filter} == hidesAll`;
