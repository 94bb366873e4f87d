import type { Browser } from 'playwright-core';

/** A Chromium without a window, for driving the hosted VS Code. It works as root and without a network. */
export function launchBrowser(): Promise<Browser>;
