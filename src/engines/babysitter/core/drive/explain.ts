import { cutAtWord, oneLine, visible } from '../../../../core/format';
import { isRecord } from '../../../../core/run/lenient';
import type { CliOutcome } from './engine';
import { lastJsonObject } from './cliCalls';

/** What the engine prints (0.0.187 and 6.x, observed) and what it means for a person. First match wins. */
const sayings: readonly (readonly [RegExp, (match: RegExpExecArray) => string])[] = [
  [
    /run\.lock already held by pid (\d+)(?: \(([^)]*)\))?/,
    ([, pid, owner]) =>
      `Process ${pid} holds the run${owner ? ` (${owner})` : ''}; try again when it is done.`,
  ],
  [
    /is not requested \(status=|is already resolved/,
    () => 'It was answered elsewhere meanwhile; the first answer stands.',
  ],
  [/Invocation key mismatch/, () => 'The run changed meanwhile: this effect now belongs to another step.'],
  [/effect \S+ not found at/, () => 'The run or the task was deleted.'],
  [
    /Signed-breakpoint enforcement[^"\n]*/,
    ([said]) => `A policy demands signed answers, which have to come from the approver's own tool (${said}).`,
  ],
  [
    /Failed to load process module at ([^\n"]+)/,
    ([, path]) =>
      `The process file could not be loaded: ${path?.split('(', 1)[0]?.trimEnd()}. It may be missing, or an import in it fails.`,
  ],
  [/Process entry file not found: ([^\n"]+)/, ([, path]) => `The process file is missing: ${path}.`],
  [/Run has no process assigned/, () => 'The run has no process yet; assign one first.'],
  [
    /Run layout version is not supported/,
    () => 'This engine does not know the layout of the run; use the engine that made it.',
  ],
  [
    /Journal sequence (?:gap|regression)|Journal seq mismatch/,
    () => 'The journal has a gap or a repeated number, so the engine refuses the run; repair it first.',
  ],
  [
    /Failed to parse journal/,
    () => 'An event of the journal cannot be read, so the engine refuses the run; repair it first.',
  ],
  [
    /Invalid journal filename: (\S+)/,
    ([, file]) => `The journal holds a file that is no event (${file}), so the engine refuses the run.`,
  ],
  [
    /Unexpected end of JSON input/,
    () => 'A file of the run is empty or cut off, perhaps run.lock; look at the problems below the run.',
  ],
  [/ENOENT[^\n]{0,1000}run\.json/, () => 'This run was deleted.'],
  [
    /Cannot find (?:package|module) '([^']+)'/,
    ([, name]) => `The process needs "${name}", which is not installed where it looks.`,
  ],
];

/** Of what the engine printed so much is looked at, in characters: its error comes last. */
const mostSaid = 100_000;

const waitsForNothing =
  'The engine ended without an answer: the process waits for something that nothing will ever bring. The lock it left is cleared by the next step.';

/** One sentence for an error that a function of the engine threw; `undefined`: it never came back. */
export function explainError(message: string | undefined): string {
  if (message === undefined) return waitsForNothing;
  return explainSaying(message) ?? `The engine says: ${visible(cutAtWord(oneLine(message), 300))}`;
}

function explainSaying(said: string): string | undefined {
  const end = said.slice(-mostSaid);
  for (const [pattern, sentence] of sayings) {
    const match = pattern.exec(end);
    if (match) return visible(cutAtWord(sentence(match), 300));
  }
  return undefined;
}

/** One sentence for a call that did not do what it was asked to. */
export function explainFailure(outcome: CliOutcome<unknown>): string {
  if (outcome.ended === 'timeout')
    return 'The engine took too long and was ended; the next step cleans up after it.';
  if (outcome.ended === 'cancelled') return 'It was cancelled.';
  const known = explainSaying(outcome.stderr);
  if (known !== undefined) return known;
  if (outcome.exitCode === 0 && outcome.silent) {
    return waitsForNothing;
  }
  const said = saidOn(outcome.stderr);
  if (outcome.exitCode === 0 && said === '') {
    return outcome.answer === undefined
      ? 'The engine gave an answer that cannot be understood; the log has it.'
      : 'The engine says that it is done, but the journal does not show it.';
  }
  const how =
    outcome.exitCode === undefined ? 'was ended by a signal' : `ended with exit code ${outcome.exitCode}`;
  return `The engine ${how}${said === '' ? ' and said nothing' : `: ${said}`}`;
}

/** The same for a call that runs no process, which has nothing to wait for. */
export function explainNoEffect(outcome: CliOutcome<unknown>): string {
  if (outcome.ended !== 'exit' || outcome.exitCode !== 0 || !outcome.silent) return explainFailure(outcome);
  const said = saidOn(outcome.stderr);
  return said === ''
    ? 'The engine ended without an answer, and nothing was recorded.'
    : `The engine says: ${said}`;
}

/** The error in what was printed: that of a JSON error object, else the last line that says something. */
function saidOn(stderr: string): string {
  const json = lastJsonObject(stderr);
  const message = isRecord(json) ? json['message'] : undefined;
  const lines = stderr
    .slice(-mostSaid)
    .split('\n')
    .filter((line) => line.trim() !== '');
  const line =
    typeof message === 'string' ? message : (lines.find((l) => /error/i.test(l)) ?? lines.at(-1) ?? '');
  return visible(cutAtWord(oneLine(line.replace(/^\[[\w:-]+\]\s*(?:Error:\s*)?/, '')), 300));
}
