import { list } from '../../format';
import type { CleanText } from '../report/cleanText';
import { stateWord } from '../tree/describe';
import type { Fact, Side } from './comparison';
import type { Origin } from '../../run/origin';

/** What is the same in most runs that are worth comparing. */
export function compareFacts(left: Side, right: Side, clean: CleanText): readonly Fact[] {
  const of: readonly (readonly [string, (side: Side) => string | undefined])[] = [
    ['State', ({ stored }) => stateWord(stored)],
    ['Process', ({ stored }) => stored.run.processId],
    ['Process file', ({ stored: { run } }) => run.entry?.importPath],
    ...namesOf(factsOf, left, right),
    ...namesOf(aboutOf, left, right),
    ['Engine', ({ stored: { run } }) => run.engineVersion],
    ['Harness', ({ stored }) => stored.run.harness],
    ['Asks people', ({ stored }) => (stored.run.asksNobody ? 'no' : 'yes')],
    ['Prompt', ({ stored: { run } }) => run.prompt],
  ];
  return of.flatMap(([name, read]) => {
    const [a, b] = [read(left) ?? '', read(right) ?? ''];
    if (a === '' && b === '') return [];
    return [{ name, left: clean(a, 1000), right: clean(b, 1000), same: a === b }];
  });
}

type Told = (side: Side) => ReadonlyMap<string, string>;

/** What both sides are told by name, in the order in which it is told. */
function namesOf(told: Told, left: Side, right: Side) {
  const names = new Set([...told(left).keys(), ...told(right).keys()]);
  return [...names].map((name) => [name, (side: Side) => told(side).get(name)] as const);
}

const factsOf: Told = ({ stored: { run, engine } }) => new Map(engine.facts(run));

/** What there is to read of an iteration besides its tasks. */
const aboutOf: Told = ({ iteration }) => new Map(iteration?.recorded?.about);

/** That two runs are of different processes, as a sentence; empty: they are of one, or it is not known. */
export function processWarning(left: Side, right: Side, clean: CleanText): string {
  const [a, b] = [left.stored.run.processId, right.stored.run.processId];
  return a === b || a === '' || b === ''
    ? ''
    : `Different processes: A runs ${clean(a, 200)}, B runs ${clean(b, 200)}. Only tasks with the same name are matched.`;
}

/** How the two belong together, as sentences. */
export function compareOrigins(left: Side, right: Side, clean: CleanText): readonly string[] {
  const [a, b] = [left.stored.run, right.stored.run];
  if (a.key === b.key) return [];
  const [from, to] = [a.origin, b.origin];
  return [
    ...(to?.runId === a.runId ? [originSentence(to, 'B', 'A')] : []),
    ...(from?.runId === b.runId ? [originSentence(from, 'A', 'B')] : []),
    ...(from?.type === 'fork' && to?.type === 'fork' && from.runId === to.runId
      ? [`Both are forks of ${clean(from.runId, 100)}: A at event ${from.at}, B at event ${to.at}.`]
      : []),
    ...(a.parentRunId === b.runId ? ['B started A.'] : []),
    ...(b.parentRunId === a.runId ? ['A started B.'] : []),
  ];
}

function originSentence(origin: Origin, made: string, original: string): string {
  if (origin.type === 'recovery') {
    return `${made} was recovered from ${original}: every recorded answer it asked for was taken over.`;
  }
  const { inputs, result } = origin.edited;
  const edited = [...(inputs ? ['its inputs'] : []), ...(result ? ['the last result'] : [])];
  return [
    `${made} is a fork of ${original}: everything up to event ${origin.at} was replayed, not run again.`,
    ...(edited.length > 0 ? [`Before that, ${list(edited)} ${inputs ? 'were' : 'was'} edited.`] : []),
  ].join(' ');
}
