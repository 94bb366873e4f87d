import type { Page } from 'playwright-core';

/** The entries of rows that stand in a submenu. */
const submenuOf: Readonly<Record<string, string>> = {
  'Export Report…': 'Export',
  'Export Run…': 'Export',
  'Copy Run ID': 'Copy',
  'Copy CLI Command': 'Copy',
  'Halt Run…': 'Manage Run',
  'Assign Process…': 'Manage Run',
};

/**
 * Chooses from the menu of a row, which is open.
 * @param timeout in milliseconds, for each entry to be there
 */
export async function chooseFromMenu(page: Page, item: string, timeout = 30_000): Promise<void> {
  const submenu = submenuOf[item];
  if (submenu !== undefined)
    await page.getByRole('menuitem', { name: submenu, exact: true }).hover({ timeout });
  // A menu that is just opening misses a click now and then.
  await page.getByRole('menuitem', { name: item, exact: true }).hover({ timeout });
  await page.keyboard.press('Enter');
}
