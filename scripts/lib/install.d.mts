import type { Machine } from './browserPlaces.mjs';

/** Runs `npm ci` unless node_modules already holds what package-lock.json asks for. Throws a `Failure` if that fails. */
export function ensureDependencies(): Promise<void>;

/**
 * Installs the hosted VS Code (about 600 MB, less than a minute) when it is missing. Gives the absolute paths of its Node
 * and of the server's script. Throws a `Failure` on a machine it is not made for, and when the installation fails.
 */
export function ensureHostedVsCode(machine?: {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
}): Promise<{ node: string; server: string }>;

export interface BrowserOptions {
  /** One that can show a window, and a display to show it on. */
  readonly headed?: boolean;
  /** Where it is looked for; this one when left out. */
  readonly machine?: Machine;
  isThere?(path: string): boolean;
  /** What is tried, in this order, when none is found; a `Failure` of one is told, and the next is tried. */
  readonly installers?: readonly (() => Promise<void>)[];
}

/**
 * Finds a Chromium, Chrome or Edge (docs/testing.md), or else installs one. Gives the absolute path of its executable;
 * throws a `Failure` where there is none to be had.
 */
export function ensureBrowser(options?: BrowserOptions): Promise<string>;
