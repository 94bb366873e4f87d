import { count, cutAtWord, oneLine } from '../format';
import { runTitle, type Run } from '../run/run';

/** What a person keeps of one run, beside it: nothing of this is written into the run. */
export interface RunMarks {
  /** It stands before the others. */
  readonly pinned: boolean;
  /** It is left out of the Runs view unless archived runs are asked for. */
  readonly archived: boolean;
  /** A name of the person's own; `undefined`: the run has its title only. */
  readonly name: string | undefined;
  /** In the order of the alphabet. */
  readonly tags: readonly string[];
}

export const noMarks: RunMarks = { pinned: false, archived: false, name: undefined, tags: [] };

/** How long names and tags may be, in characters, and how many tags a run may have. */
export const markLimits = { name: 80, tag: 40, tags: 20 } as const;

/** A run, and what a person keeps of it; left out: nothing. */
export interface Marked {
  readonly run: Run;
  readonly marks?: RunMarks | undefined;
}

/** What a run is called here: by the person's own name, else by its title. Raw text may be in it. */
export function shownTitle({ run, marks }: Marked): string {
  return marks?.name ?? runTitle(run);
}

/** A name as it is kept, from what was typed; `undefined`: there is none in it. */
export function toName(typed: string): string | undefined {
  return cutAtWord(oneLine(typed.slice(0, 1000)), markLimits.name) || undefined;
}

/** Tags as they are kept, from a text with commas between them; a "#" before one is left out. */
export function toTags(typed: string): readonly string[] {
  return sortedTags(
    typed
      .slice(0, 4000)
      .split(',')
      .map((tag) => cutAtWord(oneLine(tag).trim().replace(/^#/, ''), markLimits.tag))
      .filter(Boolean),
  );
}

const { compare } = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Tags in their order, none twice, whatever the case. */
export function sortedTags(tags: Iterable<string>): readonly string[] {
  const byName = new Map<string, string>();
  for (const tag of tags) if (!byName.has(tag.toLowerCase())) byName.set(tag.toLowerCase(), tag);
  return [...byName.values()].toSorted(compare).slice(0, markLimits.tags);
}

/** Every tag that some of these runs have. */
export function tagsOf(all: readonly Pick<Marked, 'marks'>[]): readonly string[] {
  return [...new Set(all.flatMap(({ marks }) => marks?.tags ?? []))].toSorted(compare);
}

/** "1 run", "1,204 runs". */
export function runsText(n: number): string {
  return count(n, 'run');
}
