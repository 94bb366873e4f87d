// `npm run look -- --help` says how it is called; the paths of the pictures go to stdout.
import { mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { launchBrowser } from '../../scripts/lib/browser.mjs';
import { strangeRuns, writeStrangeRuns, type StrangeRun } from '../support/strangeRuns';
import type { PageName } from './pageParts';
import { showPage, type ShownPage, type ThemeName } from './shownPage';
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
    page: { type: 'string', default: 'run' },
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
  const known = Object.keys(themes);
  const wanted = values.theme.flatMap((word) => known.filter((name) => name.includes(word)));
  if (wanted.length === 0) throw new Error(`No theme is called so: there are ${known.join(', ')}.`);
  for (const { name, ...shown } of toShow(values.page as PageName, Object.entries(dirs))) {
    for (const theme of wanted as readonly ThemeName[]) {
      for (const width of values.width) {
        const size = { width: Number(width), height: Number(values.height) };
        const path = join(values.out, `${name}-${theme}-${width}.png`.replaceAll(' ', '-'));
        await picture(path, await showPage(browser, { ...shown, ...chosen(), project, theme, size }));
      }
    }
  }
  await browser.close();
}

/** The pages of some runs. All are compared with the first of them; one table has them all. */
function toShow(kind: PageName, dirs: readonly (readonly [name: string, dir: string])[]) {
  const all = dirs.map(([name, dir]) => ({
    name: kind === 'run' ? name : `${kind}-${name}`,
    dir: resolve(dir),
    kind,
  }));
  const [first, ...others] = all;
  if (!first) return [];
  if (kind === 'table') return [{ ...first, name: kind }];
  return kind === 'compare' ? others.map((each) => ({ ...each, dir: first.dir, other: each.dir })) : all;
}

function chosen() {
  const { question, home, now } = values;
  return {
    ...(question === undefined ? {} : { question }),
    ...(home === undefined ? {} : { home: resolve(home) }),
    ...(now === undefined ? {} : { now: Date.parse(now) }),
  };
}

/** Something is on a page of any kind, and nothing more comes. */
const drawn = {
  run: 'event-list [role=option]',
  report: 'report-page h1',
  compare: 'compare-page h1',
  table: 'table-page [role=row][aria-rowindex="2"]',
};

async function picture(path: string, { page, asked, close }: ShownPage): Promise<void> {
  page.on('pageerror', (error) => process.stderr.write(`${error.stack}\n`));
  page.on('console', (message) => process.stderr.write(`${message.text()}\n`));
  const kind = values.page as PageName;
  await page.locator(drawn[kind]).first().waitFor();
  if (kind === 'run')
    await page.waitForFunction(() => Reflect.get(document.querySelector('run-page') ?? {}, 'settled'));
  // What is read later stands as "…" in the table, and as a sentence in place of the tasks.
  const unread = page.locator('.unread, :text("Reading the tasks…")').first();
  await unread.waitFor({ state: 'detached' });
  for (const step of values.do) await act(page, step);
  await page.screenshot({ path, fullPage: values.whole });
  process.stdout.write(`${path}\n`);
  if (asked.length > 0) process.stderr.write(`${JSON.stringify(asked)}\n`);
  await close();
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
