import type * as Axe from 'axe-core';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Locator, Page } from 'playwright-core';

/**
 * What axe finds on a page, of any severity.
 * @param targets also targets smaller than 24 px, for which one has to ask it
 */
export async function findingsOf(page: Page, targets = true): Promise<readonly string[]> {
  // Through the debugger, which the page's policy does not bind.
  if (!(await page.evaluate(() => 'axe' in globalThis)))
    await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  return page.evaluate(async (enabled) => {
    const { axe } = globalThis as unknown as { axe: typeof Axe };
    const { violations } = await axe.run(document, {
      rules: { 'target-size': { enabled } },
      // What passed is not described, which takes longer than finding out.
      resultTypes: ['violations'],
      ...{ selectors: false, ancestry: false, xpath: false },
    });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  }, targets);
}

/** Whether all of an element is seen, and nothing lies over its middle. */
export function isSeen(element: Locator): Promise<boolean> {
  return element.evaluate((shown) => {
    const { top, bottom, left, width } = shown.getBoundingClientRect();
    const over = document.elementFromPoint(left + Math.min(20, width / 2), (top + bottom) / 2);
    return (
      top >= 0 && bottom <= window.innerHeight && (shown.contains(over) || over?.contains(shown) === true)
    );
  });
}
