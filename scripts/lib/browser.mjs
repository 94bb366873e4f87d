import { chromium } from 'playwright-core';
import { ensureBrowser } from './install.mjs';

/**
 * A Chromium without a window, for driving the hosted VS Code. It works as root and without a network.
 * @returns {Promise<import('playwright-core').Browser>}
 */
export async function launchBrowser() {
  return chromium.launch({
    executablePath: await ensureBrowser(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
