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

/** How the two belong together, as sentences. */
export function compareOrigins(left: Side, right: Side, clean: CleanText): readonly string[] {
  const [a, b] = [left.stored.run, right.stored.run];
  if (a.key === b.key) return [];
  const [from, to] = [a.origin, b.origin];
  return [
    ...(to?.runId === a.runId ? [originSentence(to, 'right', 'left')] : []),
    ...(from?.runId === b.runId ? [originSentence(from, 'left', 'right')] : []),
    ...(from?.type === 'fork' && to?.type === 'fork' && from.runId === to.runId
      ? [
          `Both are forks of ${clean(from.runId, 100)}: the left one at event ${from.at}, the right one at ${to.at}.`,
        ]
      : []),
    ...(a.parentRunId === b.runId ? ['The right run started the left one.'] : []),
    ...(b.parentRunId === a.runId ? ['The left run started the right one.'] : []),
  ];
}

function originSentence(origin: Origin, made: string, original: string): string {
  if (origin.type === 'recovery') {
    return `The ${made} run was recovered from the ${original} one: it took over every recorded answer it asked for.`;
  }
  const { inputs, result } = origin.edited;
  const edited = [...(inputs ? ['its inputs'] : []), ...(result ? ['the last result'] : [])];
  return [
    `The ${made} run is a fork of the ${original} one: what was answered up to event ${origin.at} was replayed, not run again.`,
    ...(edited.length > 0 ? [`Before that, ${list(edited)} ${inputs ? 'were' : 'was'} edited.`] : []),
  ].join(' ');
}
