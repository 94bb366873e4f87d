// A project with runs in every state, recorded by the real engine. `npm run demo [-- --fresh]`
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { makeStores, storeFolders } from './demoStores.mjs';

const script = fileURLToPath(import.meta.url);
const root = join(dirname(script), '..');
const sdk = join(root, 'node_modules', '@a5c-ai', 'babysitter-sdk');

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * @typedef {object} Demo
 * @property {string} workspace the folder to open in VS Code
 * @property {string} home HOME for everything the engine writes outside of it
 * @property {DemoRuns} runs the id of each run, by what it shows
 *
 * @typedef {Record<'scored' | 'breakpoint' | 'twoBreakpoints' | 'sleeping' | 'ready' | 'failed' | 'parallel' | 'damaged' | 'notStarted', string>} DemoRuns
 */

/**
 * The demo in `.demo`. It is kept from one call to the next, with the answers a person gave in it; it is built again
 * when its sources changed and nobody touched its runs, or when `fresh`.
 *
 * @param {{ fresh?: boolean, say?: (line: string) => void }} [options]
 * @returns {Promise<Demo>}
 */
export async function ensureDemo({ fresh = false, say = () => {} } = {}) {
  const directory = join(root, '.demo');
  const workspace = join(directory, 'workspace');
  const stampFile = join(directory, 'stamp.json');
  const [sources, stamp] = [await hashSources(), await readJson(stampFile)];
  const recorded = await hashRuns(workspace);
  if (!fresh && stamp && recorded) {
    const current = stamp.sources === sources;
    const touched = stamp.recorded !== recorded;
    if (touched) {
      const older = current ? '' : ', though the demo has changed as well';
      say(`The runs were changed since they were recorded and are kept${older}.`);
      say('Start over with: npm run demo -- --fresh');
    }
    if (current || touched) return { workspace, home: join(directory, 'home'), runs: stamp.runs };
  }
  // Without a stamp, what an interrupted call leaves behind is built again.
  await rm(stampFile, { force: true });
  const demo = await makeDemo(directory, { stores: true });
  await writeJson(stampFile, { sources, recorded: await hashRuns(workspace), runs: demo.runs });
  return demo;
}

/**
 * Builds the demo in any folder; what was in its `workspace` and `home` is removed. Takes about a second.
 *
 * @param {string} targetDir
 * @param {{ stores?: boolean }} [options] stores: with the stores of other engines
 * @returns {Promise<Demo>}
 */
export async function makeDemo(targetDir, { stores = false } = {}) {
  const workspace = resolve(targetDir, 'workspace');
  const home = resolve(targetDir, 'home');
  await Promise.all([workspace, home].map((path) => rm(path, { recursive: true, force: true })));
  await Promise.all([
    cp(join(root, 'demo'), workspace, {
      recursive: true,
      filter: (path) => !path.endsWith(join('.a5c', 'runs')),
    }),
    mkdir(home, { recursive: true }),
  ]);
  await linkEngine(workspace, join(root, 'node_modules'));
  // A process of its own: the engine takes its folders from the environment, and the clock is turned back in it.
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--record', workspace], {
    env: engineEnvironment(home),
  });
  if (stores) await makeStores(workspace);
  await commitHistory(workspace, home);
  await makeOld(join(workspace, '.a5c', 'processes'));
  return { workspace, home, runs: JSON.parse(stdout) };
}

/** The runs are dated back, and a process that is newer than its run would be warned of. @param {string} folder */
async function makeOld(folder) {
  const time = new Date(Date.now() - 30 * 24 * HOUR);
  for (const name of await readdir(folder)) await utimes(join(folder, name), time, time);
}

/**
 * Gives the project a git history: the migration plan changed after its run had begun, and the code since the last
 * commit. Without git the demo does without it.
 */
async function commitHistory(workspace, home) {
  const git = (/** @type {string[]} */ args, hoursAgo = 0) => {
    const date = new Date(Date.now() - hoursAgo * HOUR).toISOString();
    return promisify(execFile)('git', ['-c', 'user.name=Demo', '-c', 'user.email=demo@localhost', ...args], {
      cwd: workspace,
      env: { ...process.env, HOME: home, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date },
    });
  };
  const edit = async (/** @type {string} */ path, /** @type {(text: string) => string} */ change) => {
    const file = join(workspace, path);
    const text = await readFile(file, 'utf8');
    await writeFile(file, change(text));
    return () => writeFile(file, text);
  };
  try {
    await git(['init', '--quiet', '--initial-branch=main']);
  } catch {
    return;
  }
  await writeFile(join(workspace, '.gitignore'), `node_modules/\n.a5c/runs/\n${storeFolders.join('/\n')}/\n`);
  const plan = await edit('artifacts/migration-plan.md', (text) => text.slice(0, text.indexOf('## Risks')));
  const code = await edit('src/db/migrate.ts', (text) => text.replace('BATCH = 5_000', 'BATCH = 20_000'));
  await git(['add', '--all']);
  await git(['commit', '--quiet', '--message', 'Orders service'], 10);
  await plan();
  await git(['commit', '--quiet', '--all', '--message', 'Name the risks of the migration'], 1);
  await code();
}

/**
 * The environment in which the engine writes only below `home`.
 *
 * @param {string} home
 * @returns {NodeJS.ProcessEnv}
 */
export function engineEnvironment(home) {
  const state = join(home, '.a5c');
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('BABYSITTER_')),
  );
  // With VITEST set the engine loads processes by require(), which cannot load an .mjs file by its URL.
  delete env['VITEST'];
  return {
    ...env,
    HOME: home,
    USERPROFILE: home,
    BABYSITTER_LOG_DIR: join(state, 'logs'),
    BABYSITTER_STATE_DIR: join(state, 'state'),
    BABYSITTER_GLOBAL_STATE_DIR: state,
    // Inside VS Code, process.execPath is Electron.
    ELECTRON_RUN_AS_NODE: '1',
  };
}

/** Makes the engine reachable from `workspace` the way npm would have installed it. */
async function linkEngine(workspace, nodeModules) {
  const scope = join(workspace, 'node_modules', '@a5c-ai');
  await mkdir(scope, { recursive: true });
  await symlink(join(nodeModules, '@a5c-ai', 'babysitter-sdk'), join(scope, 'babysitter-sdk'), 'junction');
  if (process.platform === 'win32') return;
  await mkdir(join(workspace, 'node_modules', '.bin'));
  await symlink(
    '../@a5c-ai/babysitter-sdk/dist/cli/main.js',
    join(workspace, 'node_modules', '.bin', 'babysitter'),
  );
}

/**
 * Records runs with the engine's own functions. Its clock stands still but for a few milliseconds per reading, and
 * moves on when told to, so that a run of hours is recorded in milliseconds.
 */
export class RunRecorder {
  #engine;
  #runsDir;
  #random;
  #proofKey;
  #clock = 0;

  /**
   * @param {object} options
   * @param {string} options.sdk the folder of the engine's package
   * @param {string} options.runsDir
   * @param {() => number} [options.random] in [0, 1), for ids
   * @param {string | null} [options.proofKey] what the engine calls the completion proof; null if it has none
   */
  constructor({ sdk, runsDir, random = Math.random, proofKey = 'completionProof' }) {
    const require = createRequire(join(sdk, 'package.json'));
    const load = (/** @type {string} */ path) => require(join(sdk, 'dist', path));
    this.#engine = {
      ...load('runtime/createRun'),
      ...load('runtime/orchestrateIteration'),
      ...load('runtime/commitEffectResult'),
      ...load('storage/clock'),
      ...load('storage/ulids'),
      ...require('ulid'),
    };
    this.#runsDir = runsDir;
    this.#random = random;
    this.#proofKey = proofKey;
    this.#engine.setClockForTests(() => new Date((this.#clock += 3)));
  }

  /**
   * @param {object} options
   * @param {number} options.at when the run begins, in epoch milliseconds
   * @param {string} options.process file name below .a5c/processes, without .mjs
   * @param {string} [options.runId] a ULID of that time unless given
   * @param {string} [options.processId] the file name unless given
   * @param {string} [options.exportName]
   * @param {string} [options.prompt]
   * @param {unknown} [options.inputs]
   * @param {string} [options.harness]
   * @param {string} [options.processRevision]
   * @param {string} [options.request]
   * @param {Record<string, unknown>} [options.metadata] further keys of run.json
   */
  async create({ at, process, exportName = 'process', runId, processId = process, metadata = {}, ...rest }) {
    // A factory per run: it never goes back in time, and the next run may begin earlier than this one ended.
    const nextId = this.#engine.monotonicFactory(this.#random);
    const id = runId ?? nextId(at);
    const run = new RecordedRun(this.#engine, join(this.#runsDir, id), at, (time) => {
      this.#clock = time;
      this.#engine.setUlidFactoryForTests(() => nextId(this.#clock));
      return () => this.#clock;
    });
    await run.create({
      ...rest,
      runsDir: this.#runsDir,
      runId: id,
      process: {
        processId,
        importPath: join(this.#runsDir, '..', 'processes', `${process}.mjs`),
        exportName,
      },
      metadata: this.#proofKey === null ? metadata : { ...metadata, [this.#proofKey]: this.#proof() },
    });
    return run;
  }

  #proof() {
    return Array.from({ length: 32 }, () => Math.floor(this.#random() * 16).toString(16)).join('');
  }
}

class RecordedRun {
  /** What the last iterate said is pending, less what was posted since. @type {any[]} */
  pending = [];
  #engine;
  #time;
  #turnClock;

  constructor(engine, dir, time, turnClock) {
    this.#engine = engine;
    this.dir = dir;
    this.#time = time;
    this.#turnClock = turnClock;
  }

  get id() {
    return basename(this.dir);
  }

  create(options) {
    return this.#at(0, () => this.#engine.createRun(options));
  }

  /** @param {{ after?: number }} [options] milliseconds since the run's last step */
  async iterate({ after = 2_000 } = {}) {
    const result = await this.#at(after, (now) =>
      this.#engine.orchestrateIteration({ runDir: this.dir, now: () => new Date(now()) }),
    );
    this.pending = result.status === 'waiting' ? result.nextActions : [];
    return result;
  }

  /**
   * Posts a result for the first pending effect whose task id, label or title is `name`.
   *
   * @param {string} name
   * @param {unknown} value
   * @param {{ after?: number, stdout?: string, stderr?: string, metadata?: object }} [options]
   */
  post(name, value, options = {}) {
    return this.#commit(name, { status: 'ok', value }, options);
  }

  /** @param {string} name @param {object} error @param {object} [options] */
  fail(name, error, options = {}) {
    return this.#commit(name, { status: 'error', error }, options);
  }

  async #commit(name, result, { after = MINUTE, ...rest }) {
    const index = this.pending.findIndex(
      (effect) => effect.taskId === name || effect.label === name || effect.taskDef.title === name,
    );
    if (index === -1) {
      const there = this.pending.map((effect) => effect.taskDef.title).join(', ');
      throw new Error(`Nothing named ${name} is pending in ${this.id}, only: ${there}`);
    }
    const [effect] = this.pending.splice(index, 1);
    const startedAt = new Date(this.#time + 1_000).toISOString();
    await this.#at(after, (now) =>
      this.#engine.commitEffectResult({
        runDir: this.dir,
        effectId: effect.effectId,
        invocationKey: effect.invocationKey,
        result: { ...result, ...rest, startedAt, finishedAt: new Date(now()).toISOString() },
      }),
    );
  }

  async #at(after, work) {
    const now = this.#turnClock(this.#time + after);
    // Not awaited directly, so that the stack of a process's error ends at the engine and does not name this file.
    const result = await new Promise((settle, reject) => {
      work(now).then(
        (value) => settle(value),
        (error) => reject(error),
      );
    });
    this.#time = now();
    // Where an id tells no time, the folder's age orders the runs.
    const time = new Date(this.#time);
    await Promise.all([this.dir, join(this.dir, 'journal')].map((path) => utimes(path, time, time)));
    return result;
  }
}

/** Records the demo's runs below `workspace`. @returns {Promise<DemoRuns>} */
async function recordDemo(workspace) {
  const now = Date.now();
  const recorder = new RunRecorder({ sdk, runsDir: join(workspace, '.a5c', 'runs') });
  const runs = {};
  for (const [name, record] of Object.entries(recordings)) runs[name] = (await record(recorder, now)).id;
  return runs;
}

/** @type {Record<keyof DemoRuns, (recorder: RunRecorder, now: number) => Promise<RecordedRun>>} */
const recordings = {
  async scored(recorder, now) {
    const run = await recorder.create({
      at: now - 7 * HOUR,
      process: 'search-relevance',
      processId: 'search/relevance',
      prompt: 'Raise the relevance of product search to at least 95 without making it slower',
      inputs: { targetQuality: 95, maxIterations: 5 },
    });
    for (const { change, files, ndcg, p95, score, summary, regressions } of rankingIterations) {
      await run.iterate();
      await run.post('tune-ranking', { summary: change, changedFiles: files }, { after: 11 * MINUTE });
      await run.iterate();
      const stdout = `queries 20\nndcg@10 ${ndcg}\np95    ${p95} ms\n`;
      await run.post(
        'run-benchmark',
        { success: true, exitCode: 0, stdout, stderr: '' },
        { after: 95_000, stdout, stderr: '' },
      );
      await run.iterate();
      await run.post('score-relevance', { score, summary, regressions }, { after: 3 * MINUTE });
    }
    await run.iterate();
    return run;
  },

  async breakpoint(recorder, now) {
    const run = await recorder.create({
      at: now - 75 * MINUTE,
      process: 'migrate-orders',
      processId: 'database/migrate-orders',
      prompt: 'Move the order lines out of the JSON column into a table of their own, without downtime',
      inputs: { database: 'orders_staging', batchSize: 5_000 },
    });
    await run.iterate();
    const stdout = '{"rows":8412907,"sizeGb":41.3,"orphans":312}\n';
    await run.post(
      'survey-schema',
      { rows: 8_412_907, sizeGb: 41.3, orphans: 312 },
      { after: 40_000, stdout },
    );
    await run.iterate();
    await run.post(
      'draft-plan',
      { file: 'artifacts/migration-plan.md', batchSize: 5_000, rehearsalMinutes: 47, confidence: 0.9 },
      { after: 31 * MINUTE },
    );
    await run.iterate();
    return run;
  },

  async twoBreakpoints(recorder, now) {
    const run = await recorder.create({
      at: now - 34 * MINUTE,
      process: 'release',
      processId: 'release/prepare',
      prompt: 'Prepare release 2.9.0 for Thursday',
      inputs: { version: '2.9.0' },
    });
    await run.iterate();
    await run.post(
      'write-release-notes',
      { headline: 'Orders can be searched by line item.', pullRequests: 23 },
      { after: 9 * MINUTE },
    );
    await run.post(
      'scan-dependencies',
      {
        findings: 1,
        package: 'csv-reader',
        severity: 'moderate',
        path: 'orders-service > import-kit > csv-reader@1.4.2',
      },
      { after: 20_000 },
    );
    await run.iterate();
    return run;
  },

  async sleeping(recorder, now) {
    const run = await recorder.create({
      at: now - 9 * HOUR,
      runId: 'yearly-dependency-audit',
      process: 'dependency-audit',
      processId: 'maintenance/dependency-audit',
      prompt: 'Audit the dependencies now and again in a year',
      inputs: { nextAudit: new Date(now + 365 * 24 * HOUR).toISOString() },
    });
    await run.iterate();
    await run.post('audit-dependencies', { outdated: 4, major: ['fastify'] }, { after: 12_000 });
    await run.iterate();
    return run;
  },

  async ready(recorder, now) {
    const run = await recorder.create({
      at: now - 58 * MINUTE,
      process: 'flaky-tests',
      processId: 'tests/flaky',
      prompt: 'Find out why the token expiry test fails now and then, and stop it',
      inputs: { test: 'test/api/token-expiry' },
    });
    await run.iterate();
    await run.post('repeat-test', { success: true, exitCode: 1, failures: 7 }, { after: 13 * MINUTE });
    await run.iterate();
    await run.post(
      'find-cause',
      { summary: 'The test compares whole seconds, and the server reads the clock twice.', confidence: 0.86 },
      { after: 6 * MINUTE },
    );
    await run.iterate();
    await run.post(
      'flaky.decision',
      {
        approved: true,
        option: 'Fix the clock',
        response: 'Pass the clock in, as we do in the scheduler.',
        feedback: 'Pass the clock in, as we do in the scheduler.',
        respondedBy: 'Dana Reyes',
      },
      { after: 17 * MINUTE },
    );
    return run;
  },

  async failed(recorder, now) {
    const run = await recorder.create({
      at: now - 3 * HOUR,
      process: 'catalog-sync',
      processId: 'catalog/sync',
      prompt: "Bring the catalog in line with Northwind's new product API",
      inputs: { supplier: 'northwind', pages: 480 },
    });
    await run.iterate();
    await run.post(
      'map-fields',
      { mapped: 37, ignored: ['legacyCode'], confidence: 0.94 },
      { after: 8 * MINUTE },
    );
    await run.iterate();
    await run.fail(
      'import-pages',
      {
        name: 'RateLimitError',
        message:
          'API rate limit exceeded: 429 from api.northwind.example after 212 of 480 pages, retry in 3600 s',
        data: { status: 429, page: 212, retryAfterSeconds: 3600 },
      },
      {
        after: 14 * MINUTE,
        stderr: 'page 211 ok\npage 212 429 Too Many Requests\ngiving up after 5 attempts\n',
      },
    );
    await run.iterate();
    return run;
  },

  async parallel(recorder, now) {
    const run = await recorder.create({
      at: now - 21 * MINUTE,
      process: 'module-review',
      processId: 'review/modules',
      prompt: 'Review all modules for errors that the tests do not find',
      inputs: { services: ['auth', 'orders', 'billing'], clients: ['search', 'web', 'mobile'] },
    });
    await run.iterate();
    await run.post(
      'Review orders',
      { confidence: 0.9, findings: [finding('src/orders/refund.ts', 88, 'rounds half cents down')] },
      { after: 4 * MINUTE },
    );
    await run.post('Review auth', { confidence: 0.95, findings: [] }, { after: 2 * MINUTE });
    await run.post(
      'Review search',
      {
        confidence: 0.8,
        findings: [finding('src/search/rank.ts', 12, 'a product from the future ranks above 1')],
      },
      { after: 5 * MINUTE },
    );
    return run;
  },

  async damaged(recorder, now) {
    const run = await recorder.create({
      at: now - 6 * HOUR,
      process: 'extract-pricing',
      processId: 'refactor/extract-pricing',
      prompt: 'Move the price rules out of the order handlers',
      inputs: { module: 'orders' },
    });
    await run.iterate();
    await run.post(
      'find-rules',
      { rules: ['line total', 'volume discount', 'shipping'] },
      { after: 7 * MINUTE },
    );
    await run.iterate();
    await run.post(
      'move-rules',
      { files: ['src/pricing/rules.ts', 'src/api/orders.ts'] },
      { after: 16 * MINUTE },
    );
    await run.iterate();
    await crashWhileWriting(join(run.dir, 'journal'));
    return run;
  },

  notStarted: (recorder, now) =>
    recorder.create({
      at: now - 6 * MINUTE,
      process: 'rate-limiting',
      processId: 'api/rate-limiting',
      prompt: 'Add rate limiting to the public API',
      inputs: { requestsPerMinute: 600, exempt: ['/health'] },
    }),
};

const rankingIterations = [
  {
    change: 'Weight the title twice as much as popularity',
    files: ['src/search/rank.ts'],
    ndcg: '0.612',
    p95: 61,
    score: 61,
    summary: 'Exact matches come first now, but plurals are not found.',
    regressions: ['running shoes'],
  },
  {
    change: 'Stem the words searched for and the titles',
    files: ['src/search/rank.ts', 'src/search/stem.ts'],
    ndcg: '0.741',
    p95: 66,
    score: 74,
    summary: 'Plurals are found. Brand names are stemmed too, which they should not be.',
    regressions: ['adidas'],
  },
  {
    change: 'Leave brand names unstemmed and let fresh products rise a little',
    files: ['src/search/rank.ts', 'src/search/brands.ts'],
    ndcg: '0.918',
    p95: 68,
    score: 92,
    summary: 'All but one reference query show the expected product in the first three.',
    regressions: [],
  },
  {
    change: 'Find misspelled words by edit distance',
    files: ['src/search/fuzzy.ts'],
    ndcg: '0.884',
    p95: 79,
    score: 88,
    summary: 'Misspellings are found, but short words now match too much.',
    regressions: ['tea', 'pan'],
  },
  {
    change: 'Use edit distance only from five letters on',
    files: ['src/search/fuzzy.ts'],
    ndcg: '0.901',
    p95: 77,
    score: 90,
    summary: 'Short words are right again. Two long queries still rank an accessory first.',
    regressions: ['phone case leather'],
  },
];

const finding = (file, line, text) => ({ file, line, text });

/** What a machine that lost power leaves behind: half an event, and the file the next one was being written to. */
async function crashWhileWriting(journal) {
  const names = (await readdir(journal)).toSorted();
  const resolved = names.at(-2) ?? '';
  const text = await readFile(join(journal, resolved), 'utf8');
  await writeFile(join(journal, resolved), text.slice(0, Math.floor(text.length * 0.6)));
  const last = names.at(-1) ?? '';
  const next = last.replace(/^\d+/, (seq) => String(Number(seq) + 1).padStart(6, '0'));
  await writeFile(join(journal, `${next}.tmp-4242-${Date.now()}`), '');
}

async function hashSources() {
  const version = (await readJson(join(sdk, 'package.json')))?.version;
  const makers = ['demoStores', 'lib/perstackJob', 'lib/themisRun', 'lib/daystromRun'];
  const files = [
    script,
    ...makers.map((name) => join(root, 'scripts', `${name}.mjs`)),
    ...(await filesBelow(join(root, 'demo'))),
  ];
  const hash = createHash('sha256').update(String(version));
  for (const file of files) hash.update(relative(root, file)).update(await readFile(file));
  return hash.digest('hex');
}

/** Names and sizes are enough to see whether anything happened to the runs: a journal only ever grows. */
async function hashRuns(workspace) {
  const recorded = await filesBelow(join(workspace, '.a5c', 'runs'));
  if (recorded.length === 0) return undefined;
  const stores = await Promise.all(storeFolders.map((folder) => filesBelow(join(workspace, folder))));
  const files = [...recorded, ...stores.flat()];
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(`${relative(workspace, file)} ${(await stat(file)).size}\n`);
  }
  return hash.digest('hex');
}

async function filesBelow(directory) {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

async function readJson(file) {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
}

const writeJson = (file, value) => writeFile(file, `${JSON.stringify(value, null, 2)}\n`);

if (process.argv[1] && import.meta.url === pathToFileURL(resolve(process.argv[1])).href) {
  if (process.argv[2] === '--record') {
    process.stdout.write(JSON.stringify(await recordDemo(process.argv[3] ?? '')));
  } else {
    const demo = await ensureDemo({ fresh: process.argv.includes('--fresh'), say: console.log });
    console.log(`The demo is in ${relative(process.cwd(), demo.workspace) || '.'}`);
    for (const [name, id] of Object.entries(demo.runs)) console.log(`  ${name.padEnd(15)} ${id}`);
  }
}
