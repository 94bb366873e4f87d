/** An error whose message is a sentence for the person at the keyboard: what happened, where, and what to do next. */
export class HumanError extends Error {
  override readonly name: string = 'HumanError';

  /** @param nextStep what the person can do now, as a sentence; `undefined` when the message says it all */
  constructor(
    message: string,
    readonly nextStep?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What was asked for is not possible now, and the message says why. Nothing went wrong. */
export class NotNowError extends HumanError {
  override readonly name = 'NotNowError';
}

/** The person cancelled. Shown to nobody. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';
  constructor() {
    super('Cancelled');
  }
}

/** What is said where somebody asks for a run that is not on disk any more. */
export const runDeleted = 'This run was deleted.';

/** The message of anything thrown, on one line. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s+/g, ' ').trim();
}
