/** Where the extension says what it does. Run text that is logged goes through `visible()` first. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** A logger that says nothing, for the command line and for tests. */
export const silentLogger: Logger = { info() {}, warn() {}, error() {} };
