/** The demo's runs by what they show, each with its run id. */
export type DemoRuns = Readonly<
  Record<
    | 'scored'
    | 'breakpoint'
    | 'twoBreakpoints'
    | 'sleeping'
    | 'ready'
    | 'failed'
    | 'parallel'
    | 'damaged'
    | 'notStarted',
    string
  >
>;

/** A workspace of real runs, and the home folder for everything the engine writes outside of it. */
export interface Demo {
  readonly workspace: string;
  readonly home: string;
  readonly runs: DemoRuns;
}

/**
 * Makes the demo in a folder: about a second, by the real engine.
 * @param options stores: with the stores of other engines, which `npm start` shows too
 */
export function makeDemo(targetDir: string, options?: { readonly stores?: boolean }): Promise<Demo>;

/** The demo in `.demo/`, made only when it is missing or its sources changed and nobody changed its runs. */
export function ensureDemo(options?: {
  readonly fresh?: boolean;
  readonly say?: (text: string) => void;
}): Promise<Demo>;

/** The environment for any call of the engine, so that it writes into this home folder and nowhere else. */
export function engineEnvironment(home: string): Record<string, string>;
