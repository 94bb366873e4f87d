import { cutAtWord, list, visible } from '../format';
import { editedWords, type Origin } from './origin';
import { runTitle, type Run } from './run';

/** "Fork of "Migrate the orders" at event 12", with a name for the original; texts made visible. */
export function originWords(origin: Origin, name: string): string {
  const original = visible(name);
  return origin.type === 'recovery'
    ? `Recovery of ${original}`
    : `Fork of ${original} at event ${origin.at}${editedWords(origin.edited)}`;
}

/** The original among the runs that are here: one in the same folder, as ids may repeat in others. */
export function originalOf(run: Run, all: Iterable<Run>): Run | undefined {
  const origin = run.origin;
  if (!origin) return undefined;
  const { place } = run;
  for (const other of all) {
    if (other.runId === origin.runId && other.place === place) return other;
  }
  return undefined;
}

/** The run that one is most usefully compared with: its original, else the last run of the same process before it. */
export function predecessorOf(run: Run, all: Iterable<Run>): Run | undefined {
  let last: Run | undefined;
  for (const other of all) {
    const isBefore =
      other.createdAt < run.createdAt &&
      other.processId === run.processId &&
      other.place === run.place &&
      other.engine === run.engine;
    if (isBefore && other.createdAt > (last?.createdAt ?? Number.NEGATIVE_INFINITY)) last = other;
  }
  return originalOf(run, all) ?? last;
}

/** A run that was made from another one. */
export interface Descendant {
  readonly run: Run;
  readonly origin: Origin;
}

/** The forks and recoveries of a run among the runs that are here. */
export function descendantsOf(original: Run, all: Iterable<Run>): readonly Descendant[] {
  const { place } = original;
  const found: Descendant[] = [];
  for (const run of all) {
    // Thousands of runs are looked through, and few are forks.
    const origin = run.origin;
    if (origin?.runId === original.runId && run.place === place && run.key !== original.key) {
      found.push({ run, origin });
    }
  }
  return found;
}

/** "fork at event 12: Migrate the orders", for a list of them; made visible. */
export function descendantWords({ run, origin }: Descendant): string {
  const what =
    origin.type === 'recovery' ? 'recovery' : `fork at event ${origin.at}${editedWords(origin.edited)}`;
  return `${visible(runTitle(run))} (${what})`;
}

/** The lines of a run's tooltip about lineage: made as what, and which runs were made from it. */
export function lineageLines(
  run: Run,
  all: readonly Run[],
): readonly (readonly [name: string, text: string])[] {
  const origin = run.origin;
  const forks = descendantsOf(run, all);
  const more = forks.length > mostNamed ? [`${forks.length - mostNamed} more`] : [];
  return [
    ['Made as', origin === undefined ? '' : originWords(origin, nameOf(origin, originalOf(run, all)))],
    ['Forks', list([...forks.slice(0, mostNamed).map(descendantWords), ...more])],
  ];
}

const mostNamed = 5;

/** What the original is called: its title if it is here, else its id. */
export function nameOf({ runId }: Origin, original: Run | undefined): string {
  return original ? `"${runTitle(original)}"` : cutAtWord(runId, 60);
}
