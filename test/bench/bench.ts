// Measures every budget side by side with the floor and prints a table (docs/performance.md).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import type { Jobs } from './program';
import { figure, printTable, type Figure } from './figures';
import { pageRows } from './page';
import { sessionRows } from './sessions';
import {
  bare,
  growing,
  long,
  longest,
  many,
  manyBare,
  manyShort,
  opened,
  paged,
  tiny,
  usual,
} from './shapes';
import type { StoreTree } from './stores';
import type { Shape } from './trees';

const { values: options } = parseArgs({
  options: {
    /** The rows of a thousand runs only. */
    quick: { type: 'boolean', default: false },
    /** Small trees, measured once: only whether it works. */
    smoke: { type: 'boolean', default: false },
    json: { type: 'string' },
    cache: { type: 'string' },
    /** Where stores of other engines lie (scripts/lib/storeTrees.mjs); left out: they are not measured. */
    stores: { type: 'string' },
    /** Those stores, and nothing else. */
    'only-stores': { type: 'boolean', default: false },
    /** Size of the VSIX in bytes, where it was packed. */
    vsix: { type: 'string' },
  },
});
const { quick, smoke } = options;
const cache = options.cache ?? '';
const figures: Figure[] = [];
const growth: [string, string][] = [];

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
};
const percentile95 = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? NaN;

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** Runs one job in a process of its own. */
async function run<Name extends keyof Jobs>(
  name: Name,
  job: Jobs[Name]['job'],
): Promise<Jobs[Name]['figures']> {
  const program = join(__dirname, 'program.js');
  const child = spawn(process.execPath, ['--expose-gc', program, name, JSON.stringify(job)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output = text(child.stdout);
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`The job ${name} ended with exit code ${code}`);
  return JSON.parse(await output);
}

async function repeat<T>(times: number, measure: () => Promise<T>): Promise<readonly T[]> {
  const results: T[] = [];
  for (let i = 0; i < (smoke ? 1 : times); i += 1) results.push(await measure());
  return results;
}

/** Floor, ours, floor, ours…: whatever else the machine does then meets both. The first pair only warms the files. */
async function inPairs<F, O>(
  times: number,
  floor: () => Promise<F>,
  ours: () => Promise<O>,
): Promise<readonly { readonly floor: F; readonly ours: O }[]> {
  if (!smoke) await Promise.all([floor(), ours()]);
  return repeat(times, async () => ({ floor: await floor(), ours: await ours() }));
}

/** The trees of a benchmark that is broken off are healed by the next; making them is not measured. */
async function treeOf(wanted: Shape): Promise<{ readonly project: string; readonly shape: Shape }> {
  const shape = smoke ? tiny(wanted) : wanted;
  say(`${shape.name}…`);
  return { shape, project: await run('tree', { cache, shape }) };
}

type Tree = Awaited<ReturnType<typeof treeOf>>;

/** A budget in milliseconds for the ratio to the floor. */
function ratio(
  name: string,
  pairs: readonly { readonly floor: number; readonly ours: number }[],
  budget: number,
): void {
  figures.push(
    figure(name, median(pairs.map(({ ours }) => ours)), 'ms', budget, {
      floor: median(pairs.map(({ floor }) => floor)),
      ratio: median(pairs.map(({ floor, ours }) => ours / floor)),
    }),
  );
}

function plain(name: string, value: number, unit: string, budget: number): void {
  figures.push(figure(name, value, unit, budget));
}

/** @returns milliseconds of all rows with nothing cached */
async function measureLoad(tree: Tree, budgets: { cold: number; heap?: number }): Promise<number> {
  const { name } = tree.shape;
  const all = await measurePairs(tree);
  ratio(`${name}: all rows, nothing cached`, all, budgets.cold);
  const weighed = await repeat(5, () => run('weigh', tree));
  plain(`${name}: longest block while loading`, median(weighed.map(({ longest }) => longest)), 'ms CPU', 20);
  if (budgets.heap !== undefined) {
    plain(`${name}: memory kept`, median(weighed.map(({ heap }) => heap)) / 1e6, 'MB', budgets.heap);
  }
  return median(all.map(({ ours }) => ours));
}

/** Measures first rows, and gives floor and all rows side by side. */
async function measurePairs(
  tree: Tree & { readonly indexFile?: string },
): Promise<readonly { readonly floor: number; readonly ours: number }[]> {
  const name = `${tree.shape.name}: first rows${tree.indexFile === undefined ? '' : ', index cached'}`;
  const pairs = await run('pairs', { ...tree, times: smoke ? 1 : 7 });
  plain(name, median(pairs.map(({ firstRows }) => firstRows)), 'ms', 150);
  const alone = await repeat(5, () => run('load', tree));
  plain(`${name}, in a new process`, median(alone.map(({ firstRows }) => firstRows)), 'ms', 150);
  return pairs.map(({ floor, allRows }) => ({ floor, ours: allRows }));
}

async function measureIndex(tree: Tree): Promise<void> {
  const { name, runs } = tree.shape;
  const indexed = { ...tree, indexFile: join(cache, `${name}.index`) };
  rmSync(indexed.indexFile, { force: true });
  await run('index', indexed);
  const all = await measurePairs(indexed);
  if (tree.shape.events === 1) {
    const each = median(all.map(({ ours }) => ours)) * (1000 / runs);
    plain(`${name}: each bare run, index cached`, each, 'µs', 20);
    return;
  }
  ratio(`${name}: all rows, index cached`, all, 0.2);
  const weighed = await repeat(5, () => run('weigh', indexed));
  plain(
    `${name}: longest block while loading, index cached`,
    median(weighed.map(({ longest }) => longest)),
    'ms CPU',
    20,
  );
}

/** More runs than anybody has. */
async function measureMany(tree: Tree): Promise<void> {
  const { name } = tree.shape;
  await measureLoad(tree, { cold: 2.5, heap: 60 });
  const all = await repeat(5, () => run('answers', tree));
  const tell = (
    what: string,
    of: (one: Jobs['answers']['figures']) => number,
    unit: string,
    budget: number,
  ) => plain(`${name}: ${what}`, median(all.map(of)), unit, budget);
  tell('filtered', ({ filter }) => filter, 'ms', 100);
  tell('grouped', ({ group }) => group, 'ms', 100);
  tell('found by words', ({ find }) => find, 'ms', 100);
  tell('longest block while words are looked for', ({ longest }) => longest, 'ms CPU', 20);
}

/** The store of another engine. */
async function measureStore(tree: StoreTree): Promise<void> {
  const name = `${tree.name}, ${tree.runs} runs`;
  const pairs = await run('storePairs', { tree, times: smoke ? 1 : 5 });
  plain(`${name}: first rows`, median(pairs.map(({ firstRows }) => firstRows)), 'ms', 150);
  const weighed = await repeat(5, () => run('storeWeigh', { tree }));
  const alone = median(weighed.map(({ firstRows }) => firstRows));
  plain(`${name}: first rows, in a new process`, alone, 'ms', 150);
  ratio(
    `${name}: all rows`,
    pairs.map(({ floor, allRows }) => ({ floor, ours: allRows })),
    storeBudgets[tree.name],
  );
  plain(`${name}: longest block while loading`, median(weighed.map(({ longest }) => longest)), 'ms CPU', 20);
  plain(`${name}: memory kept`, median(weighed.map(({ heap }) => heap)) / 1e6, 'MB', 24);
}

/** The floor reads one file or row of each run; a row tells of several, so that all rows may take some times as long. */
const storeBudgets = { perstack: 3, sqlite: 4, jsonl: 8 };

function storesIn(folder: string): readonly StoreTree[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name): StoreTree => JSON.parse(readFileSync(join(folder, name), 'utf8')));
}

const nothing = { single: 0, together: 0, deleted: 0 };
const events = smoke ? 3 : 60;

async function measureEvent(tree: Tree): Promise<void> {
  tellEvent(tree.shape.name, await run('live', { ...tree, ...nothing, live: 1, single: events }));
}

function tellEvent(name: string, { latencies, cpuPerEvent }: Jobs['live']['figures']): void {
  plain(`${name}: one new event, 95th percentile`, percentile95(latencies), 'ms', 100);
  plain(`${name}: one new event, processor`, cpuPerEvent, 'ms CPU', 3);
}

async function measureLive(tree: Tree): Promise<void> {
  const name = `${tree.shape.name}, 50 live`;
  const job = { ...tree, ...nothing, live: 50, together: smoke ? 1 : 5 };
  const first = await run('live', { ...job, single: events, deleted: 6 });
  tellEvent(name, first);
  plain(`${name}: all of them change at once`, median(first.changes), 'changes', 3);
  plain(`${name}: a run is deleted`, median(first.deletions), 'ms', 100);
  plain(`${name}: other runs read again for it`, first.others, 'runs', 0);
  if (first.watches !== undefined) plain(`${name}: watches`, first.watches, 'watches', 2 * 50 + 1);
  const blocks = [first, ...(await repeat(4, () => run('live', job)))].map(({ longest }) => longest);
  plain(`${name}: longest block`, median(blocks), 'ms CPU', 20);
}

async function measureOpening(tree: Tree): Promise<void> {
  const pairs = await inPairs(
    5,
    () => run('openFloor', tree),
    () => run('open', tree),
  );
  const name = 'a run of 100000 events is opened';
  const fold = pairs.map(({ floor, ours }) => ({ floor: floor.folded, ours: ours.folded }));
  ratio(`${name}: its events`, fold, 2.5);
  const whole = pairs.map(({ floor, ours }) => ({ floor: floor.whole, ours: ours.whole }));
  ratio(`${name}: its tasks too`, whole, 2.5);
  plain(`${name}: longest block`, median(pairs.map(({ ours }) => ours.longest)), 'ms CPU', 20);
}

async function measureGrowth(usualTree: Tree, cold: number): Promise<void> {
  const rows = async (tree: Tree): Promise<number> =>
    median((await repeat(5, () => run('load', tree))).map(({ allRows }) => allRows));
  const ms = (value: number): string => `${value.toFixed(0)} ms`;
  const trees: Tree[] = [];
  for (const shape of growing) trees.push(await treeOf(shape));
  const [short, middle, tall] = trees as [Tree, Tree, Tree];
  const many10k = figures.find(({ name }) => name.startsWith(`${many.name}: all rows, nothing`));
  const byRuns = [await rows(middle), cold, many10k?.value ?? NaN].map(ms).join(' · ');
  growth.push(['all rows of 100 · 1,000 · 10,000 runs of 200 events', byRuns]);
  const byEvents = [await rows(short), await rows(middle), await rows(tall)].map(ms).join(' · ');
  growth.push(['all rows of 100 runs of 20 · 200 · 2,000 events', byEvents]);
  const byLive: string[] = [];
  for (const live of [1, 10, 50]) {
    const job = { ...usualTree, ...nothing, live, single: smoke ? 1 : 50 };
    const { cpuPerEvent, watches } = await run('live', job);
    byLive.push(`${cpuPerEvent.toFixed(1)} ms CPU, ${watches ?? '?'} watches`);
  }
  growth.push(['one new event among 1 · 10 · 50 live runs', byLive.join(' · ')]);
}

async function measureSessions(): Promise<void> {
  for (const megabytes of smoke ? [1] : quick ? [5] : [5, 500]) {
    say(`a session of ${megabytes} MB…`);
    const job = { cache: join(cache, 'sessions'), megabytes, lines: smoke ? 1 : 10 };
    figures.push(...sessionRows(megabytes, await repeat(5, () => run('sessions', job)), median));
  }
}

async function measureRuns(): Promise<void> {
  const usualTree = await treeOf(usual);
  const cold = await measureLoad(usualTree, { cold: 1.5, heap: 12 });
  await measureIndex(usualTree);
  await measureLive(usualTree);
  await measureSessions();
  if (!quick) {
    const manyTree = await treeOf(many);
    await measureLoad(manyTree, { cold: 1.5, heap: 30 });
    await measureIndex(manyTree);
    for (const shape of [long, longest]) {
      const tree = await treeOf(shape);
      await measureLoad(tree, { cold: 2.5 });
      await measureIndex(tree);
      await measureEvent(tree);
    }
    const bareTree = await treeOf(bare);
    await measureLoad(bareTree, { cold: 2.5 });
    await measureIndex(bareTree);
    for (const shape of [manyBare, manyShort]) await measureMany(await treeOf(shape));
    await measureOpening(await treeOf(opened));
    for (const tree of [await treeOf(paged), await treeOf(opened)]) {
      figures.push(...pageRows(tree.shape, await repeat(5, () => run('page', tree)), median));
    }
    await measureGrowth(usualTree, cold);
    if (options.vsix !== undefined) plain('size of the VSIX', Number(options.vsix) / 1e6, 'MB', 0.75);
  }
}

async function main(): Promise<void> {
  // Whatever else runs on the machine makes the absolute figures worse.
  const [load = 0] = loadavg();
  mkdirSync(cache, { recursive: true });
  if (!options['only-stores']) await measureRuns();
  for (const tree of options.stores === undefined ? [] : storesIn(options.stores)) await measureStore(tree);
  console.log(`Node ${process.version}, ${cpus().length} cores, load ${load.toFixed(1)} at the start\n`);
  printTable(figures);
  if (growth.length > 0) {
    console.log(`\n${growth.map(([what, cost]) => `${what}: ${cost}`).join('\n')}`);
  }
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(figures, undefined, 2)}\n`);
}

void main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
