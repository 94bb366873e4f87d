import { again } from './again';
import type { Locator } from 'playwright-core';
import { openDemo, type DemoOptions, type DemoWindow } from './openDemo';

export interface PageWindow extends DemoWindow {
  /** Opens the page of a run from the palette. */
  openPage(name: RegExp): Promise<void>;
  /** The list of events. */
  readonly events: () => Locator;
  /** What the page said on the console that it should not have. */
  readonly complaints: readonly string[];
}

/** A window on the demo that is large enough for a run's page. */
export async function openRunPages(options: DemoOptions = {}): Promise<PageWindow> {
  const window = await openDemo({ size: { width: 1400, height: 1400 }, ...options });
  const complaints: string[] = [];
  window.page.on('console', (message) => {
    const { url } = message.location();
    if (/Content Security Policy/.test(message.text()) || /dist\/webview/.test(url)) {
      complaints.push(message.text());
    }
  });
  const events = (): Locator => window.webview().getByRole('listbox', { name: 'Events' });
  return {
    ...window,
    events,
    complaints,
    async openPage(name) {
      // A page that was just opened may take the focus, and close the picker.
      await again(async () => {
        await window.runCommand('Babysitter: Open Run');
        const option = window.page.locator('.quick-input-widget').getByRole('option', { name });
        await option.click({ timeout: 10_000 });
      });
      await window.webview().getByRole('heading', { level: 1, name }).waitFor();
      await events().getByRole('option').first().waitFor();
    },
  };
}
