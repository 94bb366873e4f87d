import { cutAtWord, firstLine } from '../format';
import { outcomeIn, type Outcome } from './outcome';
import { passed } from './passed';
import type { Run, RunDetails, RunGist } from './run';

const longest = 200;

/** What a row tells of a run whose files were read. */
export function gistOf({ story }: Run, details: RunDetails): RunGist {
  const all = [...story.effects.values()];
  const notPassed = all.filter((effect) => passed(effect, details.results.get(effect.effectId)) === false);
  return { ...outcomeGist(outcomeIn(details)), notPassed: notPassed.length };
}

/** Its part that tells what the process said; empty: it says nothing. */
export function outcomeGist(outcome: Outcome | undefined): RunGist {
  if (!outcome) return {};
  const { success, summary } = outcome;
  return {
    outcome: { success, summary: summary === undefined ? summary : cutAtWord(firstLine(summary), longest) },
  };
}

/** The run with what was seen in its files besides what is known already; the same one where that is nothing new. */
export function withGist<R extends Run>(run: R, seen: RunGist): R {
  const before = run.gist ?? {};
  const gist: RunGist = { ...before, ...seen };
  const isSame =
    gist.notPassed === before.notPassed &&
    gist.outcome?.success === before.outcome?.success &&
    gist.outcome?.summary === before.outcome?.summary;
  return isSame ? run : { ...run, gist };
}
