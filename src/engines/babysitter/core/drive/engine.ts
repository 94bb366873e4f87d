import { HumanError } from '../../../../core/errors';
import type { CliCall } from './cliCalls';

/** How one call of the command line went. */
export interface CliOutcome<T> {
  /** `exit`: it ended by itself; `cancelled`, `timeout`: it was ended. */
  readonly ended: 'exit' | 'cancelled' | 'timeout';
  /** `undefined` when a signal ended it. */
  readonly exitCode: number | undefined;
  /** `undefined`: standard output ends with no JSON of the expected shape. */
  readonly answer: T | undefined;
  /** Nothing at all was printed to standard output. */
  readonly silent: boolean;
  readonly stderr: string;
}

/** The Babysitter engine, as far as it can be asked to change something. */
export interface Engine {
  /**
   * Runs one call to its end. A non-zero exit code is an outcome, not an error: only the journal tells what happened.
   * @param projectDir where the call runs, and from where the engine is looked for
   * @throws NoEngineError when there is no engine, HumanError when it cannot be started
   */
  call<T>(call: CliCall<T>, projectDir: string, signal: AbortSignal): Promise<CliOutcome<T>>;
}

/** There is no engine on this machine, as far as was looked. */
export class NoEngineError extends HumanError {
  /** @param tried where it was looked for, in order */
  constructor(readonly tried: readonly string[]) {
    super(
      `The Babysitter command line was not found. Tried: ${tried.join('; ')}.`,
      'Install @a5c-ai/babysitter-sdk in the project, or set babysitterRuns.engine.path.',
    );
  }
}
