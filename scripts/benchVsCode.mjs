// Measures in a real VS Code what a person waits for (docs/performance.md). `npm run bench:vscode -- [--json FILE]`
import { execFile } from 'node:child_process';
import { cpSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { buildBench } from './build.mjs';
import { ensureVsix } from './package.mjs';
import { temporaryFolder } from './lib/atExit.mjs';
import { launchBrowser } from './lib/browser.mjs';
import { engineHome } from './lib/engineHome.mjs';
import { startHostedVsCode } from './lib/hostedVsCode.mjs';
import { ensureHostedVsCode } from './lib/install.mjs';
import { progress, root, runMain } from './lib/run.mjs';

const { values: options } = parseArgs({ options: { json: { type: 'string' } } });

/** New windows with nothing cached, reloaded ones with an index, and events; the medians are told. */
const [coldStarts, warmStarts, events] = [3, 5, 20];
const longRunId = 'long-run';

await runMain(async () => {
  await buildBench();
  const vsix = await ensureVsix();
  const { node } = await ensureHostedVsCode();
  /** @type {(name: string, job: object) => Promise<any>} */
  const run = async (name, job) => {
    const program = join(root, 'out', 'bench', 'program.js');
    const { stdout } = await promisify(execFile)(node, [program, name, JSON.stringify(job)]);
    return JSON.parse(stdout);
  };
  // Not the kept tree: the editor's own watchers pass over node_modules, but not over a person's runs.
  const folder = temporaryFolder('babysitter-runs-bench');
  progress('Making 1000 runs of 200 events…');
  const shape = { name: 'project', runs: 1000, events: 200, taskFolders: true };
  const project = await run('tree', { cache: folder.path, shape });
  // A long run beside them, whose page is opened.
  const long = await run('tree', {
    cache: folder.path,
    shape: { name: 'long', runs: 1, events: 10_000, taskFolders: true, finished: true },
  });
  const [longRun = ''] = readdirSync(join(long, '.a5c', 'runs'));
  cpSync(join(long, '.a5c', 'runs', longRun), join(project, '.a5c', 'runs', longRunId), { recursive: true });
  const figures = await measure(vsix, project, join(folder.path, 'home'), run);
  folder.remove();

  const rows = [
    row('a click on the view, until the first row', median(figures.settled), 300),
    row('the same, clicked as soon as a new window has the icon', median(figures.cold), 5000),
    row('the same in a window that is loaded again, which has the icon sooner', median(figures.cached), 5000),
    row('a new window, until the first row, nothing cached', median(figures.coldStart), undefined),
    row(
      'a window that is loaded again, until the first row, index cached',
      median(figures.cachedStart),
      undefined,
    ),
    row('one new event, until its row changed, 95th percentile', percentile95(figures.event), 500),
    row('first event on the page of 10,000 events, beyond the time of 200 events', median(figures.page), 500),
    row(
      "first event on the page of 200 events, most of it VS Code's own time",
      median(figures.shortPage),
      undefined,
    ),
    row('activate, until it returns', median(figures.activate), 50),
    row('before that, its code is loaded', median(figures.loading), undefined),
  ];
  console.log('| measured | value | budget | holds |\n| --- | --- | --- | --- |');
  for (const { name, value, budget, holds } of rows) {
    const [most, held] = budget === undefined ? ['', ''] : [`≤ ${budget} ms`, holds ? 'yes' : 'NO'];
    console.log(`| ${name} | ${value} ms | ${most} | ${held} |`);
  }
  if (options.json) writeFileSync(options.json, `${JSON.stringify(rows, undefined, 2)}\n`);
});

/**
 * Opens windows on a project and takes all figures, in milliseconds.
 * @param {string} vsix
 * @param {string} project
 * @param {string} home
 * @param {(name: string, job: object) => Promise<any>} run
 */
async function measure(vsix, project, home, run) {
  /** @type {Record<'cold' | 'cached' | 'coldStart' | 'cachedStart' | 'settled' | 'event' | 'page' | 'shortPage' | 'activate' | 'loading', number[]>} */
  const figures = {
    ...{ cold: [], cached: [], coldStart: [], cachedStart: [], settled: [], event: [] },
    ...{ page: [], shortPage: [], activate: [], loading: [] },
  };
  const target = await run('add', { project });
  const browser = await launchBrowser();
  try {
    for (let start = 1; start <= coldStarts; start += 1) {
      progress(`Window ${start} of ${coldStarts}…`);
      const server = await startHostedVsCode({ vsix, env: engineHome(home) });
      try {
        const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
        await page.goto(server.url(project));
        const first = await firstRow(page);
        figures.cold.push(first.click);
        figures.coldStart.push(first.start);
        // Until everything is read and the index is written.
        await delay(8000);
        if (start === coldStarts) {
          figures.event.push(...(await eventToRow(page, run, target)));
          await page.screenshot({ path: join(root, 'test-results', 'bench.png') });
        }
        const again = start === coldStarts ? warmStarts : 0;
        for (let second = 1; second <= again; second += 1) {
          progress(`Second start ${second} of ${again}…`);
          await reload(page);
          const first = await firstRow(page);
          figures.cached.push(first.click);
          figures.cachedStart.push(first.start);
          await reload(page);
          // The badge shows that the extension is awake and the runs are read.
          await tabOf(page).locator('.badge-content').waitFor({ timeout: 60_000 });
          await delay(3000);
          figures.settled.push((await firstRow(page)).click);
          const short = await firstEvent(page, 'Build ');
          figures.shortPage.push(short);
          figures.page.push(Math.max(0, (await firstEvent(page, longRunId)) - short));
          const activate = await activation(page);
          figures.activate.push(activate);
          figures.loading.push((await loadedAndActivated(page)) - activate);
        }
        await page.close();
      } finally {
        await server.dispose();
      }
    }
  } finally {
    await browser.close();
  }
  return figures;
}

/** @param {import('playwright-core').Page} page */
function tabOf(page) {
  return page.getByRole('tab', { name: /^Babysitter Runs/ });
}

/**
 * Starts the window anew on the same user data, with another view than ours in front and no page open.
 * @param {import('playwright-core').Page} page
 */
async function reload(page) {
  await page.keyboard.press('Control+K');
  await page.keyboard.press('Control+W');
  await page.locator('.tabs-container [role=tab]').first().waitFor({ state: 'detached' });
  await page.getByRole('tab', { name: /^Explorer/ }).click();
  // In a browser, VS Code keeps what is open once in five seconds, when it has time for it.
  await delay(7000);
  await page.reload();
}

/**
 * Clicks as soon as the icon is there, and takes the times inside the page from the click, and from the start of the window,
 * to the first row of a run. A new window has the icon once extensions are known, one that is loaded again before.
 * @param {import('playwright-core').Page} page
 * @returns {Promise<{ click: number, start: number }>} in milliseconds
 */
async function firstRow(page) {
  const tab = tabOf(page);
  await tab.waitFor({ timeout: 60_000 });
  const measured = page.evaluate(
    () =>
      new Promise((resolve) => {
        /** @type {number | undefined} */
        let clicked;
        const hasRow = () => document.querySelector('.pane [role="treeitem"][aria-label^="Build "]');
        const look = () => {
          if (clicked === undefined || !hasRow()) return;
          observer.disconnect();
          requestAnimationFrame(() => {
            const start = performance.now();
            resolve({ click: start - Number(clicked), start });
          });
        };
        const observer = new MutationObserver(look);
        observer.observe(document.body, { childList: true, subtree: true, attributes: true });
        document.addEventListener('mousedown', () => (clicked ??= performance.now()), { capture: true });
      }),
  );
  await tab.click();
  return /** @type {{ click: number, start: number }} */ (await measured);
}

/**
 * Lets another process write events into a live run, and takes the time until its row says something else.
 * @param {import('playwright-core').Page} page
 * @param {(name: string, job: object) => Promise<any>} run
 * @param {object} target
 */
async function eventToRow(page, run, target) {
  await page.locator(`[role="treeitem"][aria-label*=", step 1000001"]`).last().waitFor();
  await page.evaluate(() => {
    /** @type {{ label: string, at: number }[]} */
    const seen = [];
    Object.assign(globalThis, { seen });
    const look = () => {
      const rows = [...document.querySelectorAll('[role="treeitem"][aria-label*=", step 1000001"]')];
      const label = rows.map((row) => row.getAttribute('aria-label')).join('\n');
      if (label !== seen.at(-1)?.label) seen.push({ label, at: performance.timeOrigin + performance.now() });
    };
    look();
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, attributes: true });
  });
  const deeds = await run('write', { type: 'append', targets: [target], rounds: events, pause: 1500 });
  const toDate = Date.now() - Number(process.hrtime.bigint()) / 1e6;
  await delay(1000);
  const seen = await page.evaluate(() => /** @type {any} */ (globalThis).seen);
  return deeds.map((/** @type {{ at: number }} */ { at }) => {
    const changed = seen.find((/** @type {{ at: number }} */ change) => change.at > at + toDate);
    if (!changed) throw new Error(`The row of the live run did not change`);
    return changed.at - at - toDate;
  });
}

/**
 * Opens a run's page from the palette, and takes the time from the click until its first event is drawn.
 * @param {import('playwright-core').Page} page
 * @param {string} run what is typed to find it
 */
async function firstEvent(page, run) {
  await page.keyboard.press('F1');
  const palette = page.locator('.quick-input-widget');
  const input = palette.locator('.quick-input-box input');
  await input.fill('>Babysitter: Open Run');
  await palette.getByRole('option', { name: 'Babysitter: Open Run' }).first().click();
  await input.fill(run);
  const choice = palette.getByRole('option', { name: run }).first();
  await choice.waitFor();
  const frame = page.frameLocator('iframe.webview').frameLocator('iframe#active-frame');
  const start = performance.now();
  await choice.click();
  await frame.locator('.event .type').first().waitFor();
  const took = performance.now() - start;
  await page.keyboard.press('Control+w');
  await page.locator('iframe.webview').waitFor({ state: 'detached' });
  return took;
}

/**
 * What `activate` took, as the extension's log says.
 * @param {import('playwright-core').Page} page
 */
async function activation(page) {
  await runCommand(page, 'Babysitter: Show Log');
  const line = page.locator('.monaco-editor .view-line', { hasText: /Activated.in/ }).first();
  const text = (await line.textContent()) ?? '';
  await runCommand(page, 'View: Close All Editors');
  return Number(/Activated.in.(\d+).ms/.exec(text)?.[1]);
}

/**
 * What VS Code itself says that loading the extension's code and calling `activate` took.
 * @param {import('playwright-core').Page} page
 */
async function loadedAndActivated(page) {
  await runCommand(page, 'Developer: Show Running Extensions');
  const entry = page.locator('.runtime-extensions-editor .monaco-list-row', { hasText: 'Babysitter Runs' });
  const text = (await entry.locator('.activation-time').textContent()) ?? '';
  // It opens above the window, and would take the next click.
  await page.keyboard.press('Escape');
  await entry.waitFor({ state: 'detached' });
  return Number(/(\d+)\s*ms/.exec(text)?.[1]);
}

/**
 * @param {import('playwright-core').Page} page
 * @param {string} command
 */
async function runCommand(page, command) {
  await page.keyboard.press('F1');
  const palette = page.locator('.quick-input-widget');
  await palette.locator('.quick-input-box input').fill(`>${command}`);
  await palette.getByRole('option', { name: command }).first().click();
}

/**
 * @param {string} name
 * @param {number} value
 * @param {number | undefined} budget
 */
function row(name, value, budget) {
  const rounded = Math.round(value);
  const holds = budget === undefined || rounded <= budget;
  return { name: `VS Code, 1000x200: ${name}`, value: rounded, unit: 'ms', budget, holds };
}

/** @param {readonly number[]} values */
function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** @param {readonly number[]} values */
function percentile95(values) {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? NaN;
}
