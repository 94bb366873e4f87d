import type { Page } from 'playwright-core';
import { launchBrowser } from '../../../scripts/lib/browser.mjs';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** An empty page of a browser of its own. */
export async function openPage(): Promise<Page> {
  const browser = await launchBrowser();
  // Without a permission, a call of the clipboard never returns.
  const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  return await context.newPage();
}

/** For a page that was just opened or cleared. */
export async function preparePage(page: Page, size: Size): Promise<void> {
  await page.setViewportSize(size);
  // On a slow machine a window that is loaded again takes more than Playwright's half a minute until its pages are back.
  page.setDefaultTimeout(60_000);
}

/**
 * Empties a page whose window is done, and forgets what VS Code kept in the browser, so that another window can be opened in
 * it: the browser has VS Code's code compiled by then, and a window is there in half the time.
 *
 * @returns `false`: that failed, and its browser is closed
 */
export async function clearPage(page: Page): Promise<boolean> {
  const context = page.context();
  const browser = context.browser();
  try {
    const { origin } = new URL(page.url());
    page.removeAllListeners();
    for (const other of browser?.contexts() ?? []) if (other !== context) await other.close();
    for (const other of context.pages()) if (other !== page) await other.close();
    await page.goto('about:blank');
    const session = await context.newCDPSession(page);
    await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
    await session.detach();
    return true;
  } catch {
    await browser?.close();
    return false;
  }
}
