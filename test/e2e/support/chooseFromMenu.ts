import type { Page } from 'playwright-core';

/** The entries of rows that stand in a submenu. */
const submenuOf: Readonly<Record<string, string>> = {
  'Export Report…': 'Export',
  'Export Run…': 'Export',
  'Copy Run ID': 'Copy',
  'Copy CLI Command': 'Copy',
  'Halt Run…': 'Manage Run',
  'Assign Process…': 'Manage Run',
  Pin: 'Manage Run',
  Unpin: 'Manage Run',
  Archive: 'Manage Run',
  Unarchive: 'Manage Run',
  'Rename…': 'Manage Run',
  'Edit Tags…': 'Manage Run',
  'Delete…': 'Manage Run',
};

/**
 * Chooses from the menu of a row, which is open.
 * @param timeout in milliseconds, for each entry to be there
 */
export async function chooseFromMenu(page: Page, item: string, timeout = 30_000): Promise<void> {
  // Of several rows, everything stands in the menu itself.
  const direct = page.getByRole('menuitem', { name: item, exact: true });
  const known = submenuOf[item];
  if (known !== undefined)
    await page.getByRole('menuitem', { name: known, exact: true }).or(direct).first().waitFor({ timeout });
  const submenu = known !== undefined && (await direct.count()) === 0 ? known : undefined;
  if (submenu !== undefined)
    await page.getByRole('menuitem', { name: submenu, exact: true }).hover({ timeout });
  // A menu that is just opening misses a click now and then.
  await page.getByRole('menuitem', { name: item, exact: true }).hover({ timeout });
  await page.keyboard.press('Enter');
}
