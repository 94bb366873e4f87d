// Measures one thing, in a process of its own: `node program.js JOB JSON` prints the figures as JSON.
import { join } from 'node:path';
import { readJournal, readRuns, readTasks } from './floor';
import { answers, type Answers } from './answers';
import { watchTurns } from './blocks';
import { addLiveRun, live, type LiveFigures, type LiveJob } from './live';
import { load, untilThere } from './load';
import { open, type OpenFigures } from './open';
import { page, type PageFigures } from './page';
import { loadStore, storeFloor, type StoreTree } from './stores';
import { ensureTree, plansOf, runIdOf, runsDirOf, type Shape } from './trees';
import { sessions, type SessionFigures, type SessionJob } from './sessions';
import { write, type Target, type WriterJob } from './writer';

interface OnTree {
  readonly project: string;
  readonly shape: Shape;
}

/** Every job with what it needs and what it gives. Times are milliseconds. */
export interface Jobs {
  /** Makes a tree; gives the folder of its project. */
  tree: { job: { readonly cache: string; readonly shape: Shape }; figures: string };
  /** Floor, ours, floor, ours…; the first pair only warms files and code. */
  pairs: { job: OnTree & { readonly indexFile?: string; readonly times: number }; figures: readonly Pair[] };
  load: {
    job: OnTree & { readonly indexFile?: string };
    figures: { readonly firstRows: number; readonly allRows: number };
  };
  /** Lets the source write its index into this file. */
  index: { job: OnTree & { readonly indexFile: string }; figures: null };
  /** The longest stretch without yielding while loading, and what stays in memory, in bytes; needs --expose-gc. */
  weigh: {
    job: OnTree & { readonly indexFile?: string };
    figures: { readonly longest: number; readonly heap: number };
  };
  live: { job: LiveJob; figures: LiveFigures };
  /** Adds a live run to a tree that is thrown away afterwards. */
  add: { job: { readonly project: string }; figures: Target };
  /** Reads the only run's journal, then the files of its tasks. */
  openFloor: { job: OnTree; figures: { readonly folded: number; readonly whole: number } };
  open: { job: OnTree; figures: OpenFigures };
  /** Shows the page of the only run, as it is and as it was. */
  page: { job: OnTree; figures: PageFigures };
  answers: { job: OnTree; figures: Answers };
  /** As `pairs` and `weigh`, of another engine's store. */
  storePairs: { job: { readonly tree: StoreTree; readonly times: number }; figures: readonly Pair[] };
  storeWeigh: {
    job: { readonly tree: StoreTree };
    figures: { readonly longest: number; readonly heap: number; readonly firstRows: number };
  };
  /** Reads and follows a session of an agent. */
  sessions: { job: SessionJob; figures: SessionFigures };
  write: { job: WriterJob; figures: Awaited<ReturnType<typeof write>> };
}

export interface Pair {
  readonly floor: number;
  readonly firstRows: number;
  readonly allRows: number;
}

type Programs = { [Name in keyof Jobs]: (job: Jobs[Name]['job']) => Promise<Jobs[Name]['figures']> };

const programs: Programs = {
  tree: async ({ cache, shape }) =>
    ensureTree(cache, shape, (text) => void process.stderr.write(`${text}\n`)),
  pairs: async ({ project, shape, indexFile, times }) => {
    const expected = { plans: plansOf(shape) };
    const pairs: Pair[] = [];
    for (let i = 0; i <= times; i += 1) {
      const start = performance.now();
      readRuns(runsDirOf(project));
      const floor = performance.now() - start;
      const { store, firstRows, allRows } = await load(project, expected, indexFile);
      store.dispose();
      if (i > 0) pairs.push({ floor, firstRows, allRows });
    }
    return pairs;
  },
  load: async ({ project, shape, indexFile }) => {
    const { firstRows, allRows } = await load(project, { plans: plansOf(shape) }, indexFile);
    return { firstRows, allRows };
  },
  index: async ({ project, shape, indexFile }) => {
    await load(project, { plans: plansOf(shape) }, indexFile);
    await untilThere(indexFile);
    return null;
  },
  weigh: async ({ project, shape, indexFile }) => {
    const expected = { plans: plansOf(shape) };
    const before = heapUsed();
    let longest = (): number => 0;
    const { store } = await load(project, expected, indexFile, () => (longest = watchTurns()));
    const figures = { longest: longest(), heap: heapUsed() - before };
    // Alive until here, as it is in the editor.
    store.dispose();
    return figures;
  },
  live,
  add: async ({ project }) => addLiveRun(project),
  openFloor: async ({ project, shape }) => {
    const [dir = ''] = plansOf(shape).map((plan) => join(runsDirOf(project), runIdOf(plan)));
    const start = performance.now();
    readJournal(dir);
    const folded = performance.now() - start;
    readTasks(dir);
    return { folded, whole: performance.now() - start };
  },
  open: ({ project, shape }) => open(project, shape),
  page: ({ project, shape }) => page(project, shape),
  answers: ({ project, shape }) => answers(project, shape),
  storePairs: async ({ tree, times }) => {
    const pairs: Pair[] = [];
    for (let i = 0; i <= times; i += 1) {
      const floor = storeFloor(tree);
      const { store, firstRows, allRows } = await loadStore(tree);
      store.dispose();
      if (i > 0) pairs.push({ floor, firstRows, allRows });
    }
    return pairs;
  },
  storeWeigh: async ({ tree }) => {
    const before = heapUsed();
    const longest = watchTurns();
    const { store, firstRows } = await loadStore(tree);
    const figures = { longest: longest(), heap: heapUsed() - before, firstRows };
    store.dispose();
    return figures;
  },
  sessions,
  write,
};

function heapUsed(): number {
  // Twice: what the first collection finalizes is collected by the second.
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

async function main<Name extends keyof Jobs>(name: Name, job: Jobs[Name]['job']): Promise<void> {
  process.stdout.write(JSON.stringify(await programs[name](job)));
}

const [, , name, job] = process.argv;
void main(name as keyof Jobs, JSON.parse(job ?? '')).then(
  // Watches would keep it alive.
  () => process.exit(),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
