import { expect, test } from 'vitest';
import { smallCorpus, writeCorpus } from '../hostile/corpus';
import { openWindow } from './support/openWindow';

test.each([true, false])(
  'A window on runs that were made to upset it shows all of them and answers to clicks, trusted: %s',
  async (trusted) => {
    let names: readonly string[] = [];
    const { page, showViews, webview, screenshot } = await openWindow({
      workspace: (folder) => void (names = writeCorpus(folder, smallCorpus)),
      trusted,
      settings: { 'babysitterRuns.pageSize': 1000 },
      size: { width: 1280, height: 1600 },
    });
    await showViews();

    const rows = page.getByRole('tree', { name: /^Runs/ }).getByRole('treeitem', { level: 1 });
    const size = async (): Promise<number> => Number(await rows.first().getAttribute('aria-setsize'));
    await rows.first().waitFor();
    await expect.poll(size).toBe(names.length);
    await screenshot(`hostile-runs-${trusted ? 'trusted' : 'untrusted'}`);

    // Runs of every kind are opened, from the top of the list and from its end.
    // The last of them are being read meanwhile, so the rows are drawn again.
    for (const end of ['Home', 'End']) {
      await rows.first().click();
      await webview().locator('h1').first().waitFor();
      await page.keyboard.press(end);
      for (let i = 0; i < 5; i += 1) {
        await page.keyboard.press('Enter');
        await webview().locator('h1').first().waitFor();
        await page.keyboard.press(end === 'Home' ? 'ArrowDown' : 'ArrowUp');
      }
    }
  },
  180_000,
);
