import { chromium } from 'playwright-core';
import { ensureBrowser } from './install.mjs';

/** @type {import('./browser.mjs').launchBrowser} */
export async function launchBrowser() {
  const headed = process.env.BABYSITTER_TEST_HEADED === '1';
  return chromium.launch({
    executablePath: await ensureBrowser({ headed }),
    headless: !headed,
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
