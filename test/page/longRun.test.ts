import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../scripts/lib/atExit.mjs';
import { launchBrowser } from '../../scripts/lib/browser.mjs';
import { showPage } from '../look/shownPage';
import { eventFile, eventText, journal } from '../support/journalBuilder';
import { projectFolder, writeRun } from '../support/runFolder';

describe('A run of ten thousand events', () => {
  const folder = temporaryFolder('babysitter-runs-long');
  const events = (): Locator => page.getByRole('listbox', { name: 'Events' });
  const event = (seq: number): Locator =>
    events()
      .getByRole('option')
      .filter({ hasText: new RegExp(`^\\s*\\S\\s*${seq}\\b`) });
  let browser: Browser;
  let page: Page;
  let dir: string;
  let close: () => Promise<void>;

  beforeAll(async () => {
    const story = journal().created();
    for (let n = 1; n < 5000; n += 1) story.done(`step${n}`);
    story.requested('last1', 'agent', { label: 'The last one' });
    const { runs } = projectFolder(folder.path);
    dir = writeRun(runs, 'long', { journal: story, metadata: { prompt: 'A long night' } });
    browser = await launchBrowser();
    ({ page, close } = await showPage(browser, { project: folder.path, dir }));
  });
  afterAll(async () => {
    await close();
    await browser.close();
    folder.remove();
  });

  test('opens at the step that waits, with as many rows as are seen', async () => {
    await events().getByRole('option', { selected: true }).getByText('waiting', { exact: true }).waitFor();
    await page.getByText('10,000 events').waitFor();
    expect(await events().getByRole('option').count()).toBeLessThan(60);
    expect(await page.locator('.bar').count()).toBeLessThan(1600);
  });

  test('takes a new event without losing the place, in both orders', async () => {
    const scrollTop = (): Promise<number> => events().evaluate((list) => list.scrollTop);
    const append = (type: string, data: Record<string, unknown>, seq: number): void => {
      const file = join(dir, 'journal', eventFile(seq));
      writeFileSync(`${file}.tmp-1-1`, eventText({ type, recordedAt: new Date().toISOString(), data }));
      renameSync(`${file}.tmp-1-1`, file);
    };
    await events().press('Home');
    await events().getByText('RUN_CREATED').waitFor();
    await events().evaluate((list) => (list.scrollTop = 26_000));
    await event(1005).waitFor();

    append('EFFECT_RESOLVED', { effectId: 'last1', status: 'ok' }, 10_001);
    await page.getByText('10,001 events').waitFor();
    expect(await scrollTop()).toBe(26_000);

    await page.getByRole('button', { name: 'Oldest first' }).click();
    await event(10_001).getByText('Not yet replayed').waitFor();
    await events().evaluate((list) => (list.scrollTop = 26_000));
    const seen = event(8998);
    await seen.waitFor();
    /** In the list, which the sections above it may push down. */
    const placeInList = async (): Promise<number> =>
      ((await seen.boundingBox())?.y ?? 0) - ((await events().boundingBox())?.y ?? 0);
    const place = await placeInList();
    append('STOP_HOOK_INVOKED', { sessionId: 'session-7', decision: 'block' }, 10_002);
    await page.getByText('10,002 events').waitFor();
    await expect.poll(scrollTop).toBe(26_026);
    await expect.poll(placeInList).toBe(place);
  });

  test('is searched whole', async () => {
    await page.getByLabel('Find events').fill('step4321');
    await page.getByText('2 of 10,002 events').waitFor();
    await page.getByLabel('Find events').fill('');
    await page.getByText('10,002 events').waitFor();
  });

  test('is shown as it was, far back and step by step', async () => {
    const slider = page.getByRole('slider', { name: 'Show the run as of event' });
    await slider.fill('5001');
    await page.getByText('The past, as of event 5001.').waitFor();
    await page.getByText('2,500 done').first().waitFor();
    await slider.press('ArrowLeft');
    await page.getByText('2,499 done, 1 pending').first().waitFor();
    await events().getByRole('option', { selected: true }).getByText('waiting', { exact: true }).waitFor();
  });
});
