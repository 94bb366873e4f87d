import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { launchBrowser } from '../../scripts/lib/browser.mjs';
import type { PageName } from '../look/pageParts';
import { showPage, type LookOptions } from '../look/shownPage';
import { temporaryFolder } from '../support/runFolder';
import { writeStrangeRuns, type StrangeRun } from '../support/strangeRuns';

type Show = (kind: PageName, run: StrangeRun, options?: Partial<LookOptions>) => Promise<Page>;

/** Pages of a strange run, in one browser for a test file; what compares has the scored one beside it. */
export function useStrangePages(): Show {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  return async (kind, run, options = {}) => {
    const project = temporaryFolder();
    const { [run]: dir = '', scored: other = '' } = writeStrangeRuns(project, [run, 'scored']);
    const { page, close } = await showPage(browser, { ...options, kind, project, dir, other });
    onTestFinished(() => close());
    await page.locator('h1').waitFor();
    if (kind === 'run') await page.getByRole('heading', { name: 'Timeline' }).waitFor();
    return page;
  };
}
