export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The absolute paths at which a browser of Chromium's family may lie, the most wanted first.
 *
 * @param headed with those only that can show a window
 */
export function browserPlaces(machine: Machine, headed: boolean): readonly string[];
