// `npm run look -- --help` says how it is called; the paths of the pictures go to stdout.
import { mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { launchBrowser } from '../../scripts/lib/browser.mjs';
import { strangeRuns, writeStrangeRuns, type StrangeRun } from '../support/strangeRuns';
import { showRunPage, type ThemeName } from './shownPage';
import { themes } from './themes.json';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    project: { type: 'string' },
    home: { type: 'string' },
    now: { type: 'string' },
    theme: { type: 'string', multiple: true, default: ['Default Dark Modern'] },
    width: { type: 'string', multiple: true, default: ['1400'] },
    height: { type: 'string', default: '1000' },
    question: { type: 'string' },
    whole: { type: 'boolean', default: false },
    do: { type: 'string', multiple: true, default: [] },
    out: { type: 'string', default: 'test-results/look' },
  },
});
void main();

async function main(): Promise<void> {
  const made = join(values.out, 'project');
  const names = positionals.length > 0 || values.project ? positionals : Object.keys(strangeRuns);
  const dirs = values.project
    ? runsBelow(values.project, names)
    : writeStrangeRuns(made, names as readonly StrangeRun[]);
  const project = resolve(values.project ?? made);
  mkdirSync(values.out, { recursive: true });
  const browser = await launchBrowser();
  for (const [name, dir = ''] of Object.entries(dirs)) {
    for (const theme of values.theme.flatMap((word) => Object.keys(themes).filter((t) => t.includes(word)))) {
      for (const width of values.width) {
        const size = { width: Number(width), height: Number(values.height) };
        const { question } = values;
        const { page, asked, close } = await showRunPage(browser, {
          ...{ project, dir: resolve(dir), size, theme: theme as ThemeName },
          ...(question === undefined ? {} : { question }),
          ...(values.home === undefined ? {} : { home: resolve(values.home) }),
          ...(values.now === undefined ? {} : { now: Date.parse(values.now) }),
        });
        page.on('pageerror', (error) => process.stderr.write(`${error.stack}\n`));
        page.on('console', (message) => process.stderr.write(`${message.text()}\n`));
        await page.locator('event-list [role=option]').first().waitFor();
        await page.waitForFunction(() => Reflect.get(document.querySelector('run-page') ?? {}, 'settled'));
        for (const step of values.do) await act(page, step);
        const path = join(values.out, `${name}-${theme}-${width}.png`.replaceAll(' ', '-'));
        await page.screenshot({ path, fullPage: values.whole });
        process.stdout.write(`${path}\n`);
        if (asked.length > 0) process.stderr.write(`${JSON.stringify(asked)}\n`);
        await close();
      }
    }
  }
  await browser.close();
}

/** "key:j", "click:css", "hover:css", "scroll:600", "fill:css=text". */
async function act(page: Page, step: string): Promise<void> {
  const at = step.indexOf(':');
  const [what, rest] = [step.slice(0, at), step.slice(at + 1)];
  if (what === 'key') await page.keyboard.press(rest);
  else if (what === 'click') await page.locator(rest).first().click();
  else if (what === 'hover') await page.locator(rest).first().hover();
  else if (what === 'scroll') await page.evaluate((y) => window.scrollTo(0, y), Number(rest));
  else throw new Error(`${step} is no step.`);
  // What a step brings is drawn with the next frames.
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
}

function runsBelow(project: string, names: readonly string[]): Readonly<Record<string, string>> {
  const runs = join(project, '.a5c', 'runs');
  return Object.fromEntries(
    readdirSync(runs)
      .filter((id) => names.length === 0 || names.some((name) => id.includes(name)))
      .map((id) => [id, join(runs, id)]),
  );
}
