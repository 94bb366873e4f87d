import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../../scripts/lib/browser.mjs';

/** An empty page of a browser of its own. */
export async function openPage(): Promise<Page> {
  return pageOf(await launchBrowser());
}

/** A page for the window of another person, who shares nothing with the first one's. */
export async function openPageBeside(page: Page): Promise<Page> {
  const browser = page.context().browser();
  if (!browser) throw new Error('The page has no browser.');
  return pageOf(browser);
}

async function pageOf(browser: Browser): Promise<Page> {
  // Without a permission, a call of the clipboard never returns.
  const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  // On a slow machine a window that is loaded again takes more than Playwright's half a minute until its pages are back.
  context.setDefaultTimeout(60_000);
  return await context.newPage();
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
