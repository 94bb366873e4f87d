import type { Browser } from 'playwright-core';

/**
 * A browser for driving the hosted VS Code: without a window, unless BABYSITTER_TEST_HEADED is 1 (`npm test -- --headed`).
 * It works as root and without a network.
 */
export function launchBrowser(): Promise<Browser>;
