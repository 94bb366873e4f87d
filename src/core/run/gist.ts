import { atOnce, type Sliced } from '../sliced';
import { cutAtWord, firstLine } from '../format';
import { outcomeIn, type Outcome } from './outcome';
import type { Run, RunDetails, RunGist } from './run';
import { seeingResults } from './seenResults';

const longest = 200;

/** What a row tells of a run whose files were read. */
export function gistOf(run: Run, details: RunDetails): RunGist {
  return atOnce(takingGist(run, details));
}

/** The same, interruptibly. */
export function* takingGist({ story }: Run, details: RunDetails): Sliced<RunGist> {
  const seen = yield* seeingResults(story.effects.list(), details.results);
  return { ...outcomeGist(outcomeIn(details)), seen };
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
    gist.sound === before.sound &&
    gist.seen?.notPassed === before.seen?.notPassed &&
    gist.seen?.failed === before.seen?.failed &&
    gist.seen?.rejected === before.seen?.rejected &&
    gist.outcome?.success === before.outcome?.success &&
    gist.outcome?.summary === before.outcome?.summary;
  return isSame ? run : { ...run, gist };
}
