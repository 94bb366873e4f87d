import type { Settings } from '../settings';

/** What can be done with a run whose question was just answered. */
export interface Possible {
  /** The person trusts the workspace, whose code an iterate runs. */
  readonly trusted: boolean;
  /** An iterate is legal now, and would bring something new. */
  readonly iterate: boolean;
}

/**
 * What is done by itself after an answer. `undefined`: the person is asked.
 * @param setting what the person chose for all answers
 */
export function afterAnswer(
  setting: Settings['afterAnswer'],
  { trusted, iterate }: Possible,
): 'iterate' | 'resume' | 'nothing' | undefined {
  switch (setting) {
    case 'iterate':
      // Another question is still open, a process holds the run …: the next answer may iterate.
      return trusted && iterate ? 'iterate' : undefined;
    case 'resume':
      return trusted ? 'resume' : undefined;
    case 'nothing':
      return 'nothing';
    default:
      return undefined;
  }
}
