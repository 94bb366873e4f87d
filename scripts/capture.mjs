// Records test/fixtures/captured with every version of the engine that the npm registry has, and test/fixtures/cli with
// the installed one. `npm run capture`, or some versions only: `npm run capture -- 0.0.29`
//
// Everything happens in one fixed folder, because run.json, events and messages name absolute paths and a path that is
// replaced afterwards breaks checksums. Clock and ids are fixed as well: with the same engine and the same version of
// Node the same bytes come out, so that a change of them in git is a change of the engine.
import { spawn } from 'node:child_process';
import {
  cp,
  mkdir,
  readFile,
  readdir,
  rm,
  rmdir,
  symlink,
  truncate,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { RunRecorder, engineEnvironment } from './demo.mjs';
import { ensureEngine } from './lib/install.mjs';
import { Failure, runMain } from './lib/run.mjs';

const script = fileURLToPath(import.meta.url);
const root = join(dirname(script), '..');

const base = '/tmp/babysitter-fixture';
const workspace = join(base, 'workspace');
const runsDir = join(workspace, '.a5c', 'runs');
const sdk = join(workspace, 'node_modules', '@a5c-ai', 'babysitter-sdk');
const clock = join(base, 'fixed-clock.cjs');

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.parse('2026-03-02T09:00:00.000Z');

/** With it the engine is met under the fixed path and not where the link leads to. */
const nodeOptions = ['--preserve-symlinks', '--preserve-symlinks-main'];

const enginePackage = '@a5c-ai/babysitter-sdk';
/** The version that the project works with, in its node_modules. */
const installed = '0.0.187';
/** What the others are recorded with: enough to see where their files differ. */
const core = [
  'created',
  'waiting-agent',
  'breakpoint-pending',
  'sleeping',
  'ready',
  'failed',
  'iterations-scored',
  'parallel-half',
  'error-caught',
  'error-uncaught',
  'breakpoint-rejected',
  'kinds',
  'error-nameless',
];
/** Only 0.0.29 carries tasks out by itself, and only these. */
const carriedOut = ['node-done', 'node-failed'];

/**
 * @typedef {object} Engine
 * @property {(id: string) => boolean} runs the cases it is recorded with
 * @property {string | null} proofKey what it calls the run's secret
 * @property {string} [harness] for which it has a stop hook
 */
const [secret, proof, harness] = ['completionSecret', 'completionProof', 'claude-code'];
/** @type {Record<string, Engine>} */
const engines = {
  '0.0.29': { runs: (id) => [...core, ...carriedOut].includes(id), proofKey: null },
  '0.0.162': { runs: (id) => core.includes(id), proofKey: secret },
  '0.0.168': { runs: (id) => core.includes(id), proofKey: secret },
  '0.0.174': { runs: (id) => [...core, 'stop-hooks'].includes(id), proofKey: proof, harness },
  '0.0.183': { runs: (id) => [...core, 'stop-hooks'].includes(id), proofKey: proof, harness },
  [installed]: { runs: (id) => !carriedOut.includes(id), proofKey: proof, harness: 'cursor' },
};

/** @param {readonly string[]} versions */
async function capture(versions) {
  const unknown = versions.find((version) => !Object.hasOwn(engines, version));
  if (unknown) {
    throw new Failure(`There is no engine ${unknown} here, only ${Object.keys(engines).join(', ')}.`);
  }
  for (const version of versions.length > 0 ? versions : Object.keys(engines)) {
    const nodeModules = version === installed ? join(root, 'node_modules') : await ensureEngine(version);
    const runs = await captureRuns(version, nodeModules);
    console.log(`${(await readdir(runs)).length} runs of ${version} recorded`);
    if (version === installed) console.log(`${await captureCalls(version, runs)} calls of it recorded`);
  }
}

const capturedFolder = (/** @type {string} */ version) => join(root, 'test/fixtures/captured', version);

async function captureRuns(version, nodeModules) {
  const captured = capturedFolder(version);
  const runs = join(captured, 'workspace/.a5c/runs');

  await rm(base, { recursive: true, force: true });
  await rm(runs, { recursive: true, force: true });
  if (version !== installed) await copyWorkspace(captured);
  await cp(join(captured, 'workspace'), workspace, { recursive: true });
  await symlink(nodeModules, join(workspace, 'node_modules'));
  await writeFile(clock, fixedClock);
  const manifestOfEngine = JSON.parse(await readFile(join(sdk, 'package.json'), 'utf8'));
  if (manifestOfEngine.version !== version)
    throw new Failure(`Instead of ${version} there is another engine.`);

  await run(process.execPath, [...nodeOptions, script, '--record', version]);
  await cp(runsDir, runs, { recursive: true });
  await removeEmptyFolders(runs);
  await writeFile(join(captured, 'files.json'), json(await manifest(runs)));
  await writeFile(
    join(captured, 'engine.json'),
    json({ package: enginePackage, version, node: process.version }),
  );
  return runs;
}

/** Git keeps none: what lies here shall be what others get. */
async function removeEmptyFolders(folder) {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.filter((entry) => entry.isDirectory())) {
    await removeEmptyFolders(join(folder, entry.name));
  }
  if ((await readdir(folder)).length === 0) await rmdir(folder);
}

/**
 * Processes are written by hand and live with what was recorded from them, so that the entries in run.json resolve. One
 * version has the originals.
 */
async function copyWorkspace(captured) {
  const from = join(capturedFolder(installed), 'workspace');
  const left = ['.a5c/runs', '.a5c/processes/misbehaving.mjs', '.a5c/processes/broken-import.mjs'];
  await rm(join(captured, 'workspace'), { recursive: true, force: true });
  await cp(from, join(captured, 'workspace'), {
    recursive: true,
    filter: (path) => !left.some((name) => path === join(from, name)),
  });
}

/** Asks every question of {@link calls}, each of runs as they were recorded. @returns {Promise<number>} how many */
async function captureCalls(version, runs) {
  const cli = join(root, 'test/fixtures/cli', version);
  await rm(cli, { recursive: true, force: true });
  await mkdir(cli, { recursive: true });
  const prettier = { ...(await resolveConfig(script)), parser: 'json' };
  const restore = async (/** @type {string} */ id) => {
    await rm(join(runsDir, id), { recursive: true, force: true });
    await cp(join(runs, id), join(runsDir, id), { recursive: true });
  };
  const record = async ([name, call]) => {
    await writeFile(
      join(cli, `${name}.json`),
      await format(JSON.stringify(await callCli(call, restore)), prettier),
    );
  };
  // Waiting for a lock takes the engine ten seconds: those calls go along beside the others, on runs of their own.
  const slow = Object.entries(calls).filter(([, call]) => call.slow);
  await Promise.all([
    ...slow.map(record),
    (async () => {
      for (const call of Object.entries(calls).filter(([, call]) => !call.slow)) await record(call);
    })(),
  ]);
  return Object.keys(calls).length;
}

// --- runs ---------------------------------------------------------------------------------------------------------

async function recordRuns(version) {
  const engine = engines[version];
  for (const [index, [runId, record]] of Object.entries(cases).entries()) {
    if (!engine.runs(runId)) continue;
    const recorder = new RunRecorder({ sdk, runsDir, random: seeded(runId), proofKey: engine.proofKey });
    // A case per hour, so that their order by time is the order of this list. Add new ones at its end.
    const at = START + index * HOUR;
    const create = (/** @type {string} */ entry, /** @type {object} */ options = {}) => {
      const [process = '', exportName = 'process'] = entry.split('#');
      const processId = `fixture/${exportName === 'process' ? process : exportName}`;
      return recorder.create({ at, runId, process, processId, exportName, ...options });
    };
    await record(create, at, engine);
    // It would make git ignore state/ and blobs/ of the fixture.
    await unlink(join(runsDir, runId, '.gitignore'));
  }
}

const answer = (approved, option, text) => ({
  approved,
  option,
  response: text,
  feedback: text,
  respondedBy: 'Robin',
});

/** What each run went through; the key is its id. @type {Record<string, (create: any, at: number, engine: Engine) => Promise<any>>} */
const cases = {
  created: (create) =>
    create('one-task', {
      prompt: 'Build the login page',
      inputs: { feature: 'login' },
      request: 'REQ-1',
      processRevision: 'rev1',
    }),

  async 'waiting-agent'(create) {
    const run = await create('one-task', { prompt: 'Build the login page', inputs: { feature: 'login' } });
    await run.iterate();
  },

  'breakpoint-pending': (create) => waitForApproval(create),

  async 'breakpoint-string'(create) {
    await (await create('questions#bare')).iterate();
  },

  async 'breakpoints-two'(create) {
    await (await create('questions#two', { prompt: 'Publish the package' })).iterate();
  },

  async sleeping(create) {
    await beforeSleep(create, '2999-01-01T00:00:00.000Z');
  },

  async 'sleep-elapsed'(create) {
    await beforeSleep(create, '2026-04-01T00:00:00.000Z');
  },

  async ready(create) {
    const run = await create('one-task', { prompt: 'Build the login page', inputs: { feature: 'login' } });
    await run.iterate();
    await run.post('plan', { score: 90, summary: 'Three steps' }, { metadata: { actor: 'recorder' } });
  },

  async failed(create) {
    const run = await releaseWith(create, 'RELEASE-NOTES.md');
    await run.iterate();
  },

  async 'failed-then-completed'(create) {
    const changelog = join(workspace, 'CHANGELOG.md');
    const text = await readFile(changelog, 'utf8');
    await unlink(changelog);
    const run = await releaseWith(create, 'CHANGELOG.md');
    await run.iterate();
    await writeFile(changelog, text);
    await run.iterate({ after: 10 * MINUTE });
    await run.post('verify', { verified: true });
    await run.iterate();
  },

  async 'iterations-scored'(create) {
    const run = await create('iterations#scored', {
      prompt: 'Raise the quality',
      inputs: { targetQuality: 95, maxIterations: 4 },
    });
    for (const score of [55, 91, 83, 91]) {
      await run.iterate();
      await run.post('improve', { summary: 'Improved', tokens: 1_000 });
      await run.iterate();
      await run.post(
        'run-tests',
        { success: true, exitCode: 0, stdout: '12 passed\n', stderr: '' },
        { stdout: '12 passed\n', stderr: '' },
      );
      await run.post('score', { score, notes: [`${score} of 100`] });
    }
    await run.iterate();
  },

  async 'iterations-repeated'(create) {
    const run = await create('iterations#repeats', {
      prompt: 'Raise the coverage',
      inputs: { goals: ['parser', 'printer', 'parser again'] },
    });
    for (const coverage of [71.5, 88, 80.25]) {
      await run.iterate();
      await run.post('improve', { files: 2 });
      await run.iterate();
      await run.post('score', { coverage, nested: { passRate: 1 } });
    }
    await run.iterate();
  },

  async 'parallel-half'(create) {
    const run = await create('parallel#flat', {
      prompt: 'Review four modules',
      inputs: { modules: ['api', 'web', 'db', 'cli'] },
    });
    await run.iterate();
    await run.post('Review db', { confidence: 0.7 });
    await run.post('Review api', { confidence: 0.9 });
  },

  async 'parallel-nested'(create) {
    const run = await create('parallel#nested', { inputs: { modules: ['api', 'web', 'db'] } });
    // One answer at a time: what is asked again because the numbers have shifted gets the same answer.
    for (let step = 0; step < 40; step++) {
      const { status } = await run.iterate();
      if (status !== 'waiting') return;
      const [{ taskDef }] = run.pending;
      await run.post(taskDef.title, { done: taskDef.title });
    }
    throw new Error('The nested run does not end');
  },

  async 'error-caught'(create) {
    const run = await create('errors#caught');
    await run.iterate();
    await run.fail(
      'fetch-rates',
      {
        name: 'CommandError',
        message: 'curl: (6) Could not resolve host: rates.example',
        data: { exitCode: 6 },
      },
      { stdout: '', stderr: 'curl: (6) Could not resolve host: rates.example\n' },
    );
    await run.iterate();
  },

  async 'error-uncaught'(create) {
    const run = await create('errors#uncaught');
    await run.iterate();
    await run.fail('fetch-rates', {
      name: 'Error',
      message: 'API rate limit exceeded',
      data: { status: 429 },
    });
    await run.iterate();
  },

  async 'breakpoint-rejected'(create) {
    const run = await waitForApproval(create);
    await run.post('migration.plan', answer(false, 'Request changes', 'Say how it is undone.'), {
      metadata: { surface: 'recorder' },
    });
    await run.iterate();
    await run.post('refine-plan', { steps: 4 });
    await run.iterate();
    await run.post('migration.plan', answer(true, 'Approve', 'Good.'));
    await run.iterate();
  },

  async 'non-interactive'(create) {
    const run = await create('questions#skippable', { metadata: { nonInteractive: true } });
    await run.iterate();
    await run.post('work', { done: true });
    await run.iterate();
  },

  async 'sleep-completed'(create) {
    const run = await beforeSleep(create, '2026-03-05T00:00:00.000Z');
    await run.iterate({ after: 72 * HOUR });
    await run.post('check', { ok: true, outdated: 0 });
    await run.iterate();
  },

  async harness(create) {
    const run = await create('one-task', {
      prompt: 'Build the login page',
      inputs: { feature: 'login' },
      harness: 'pi',
    });
    await run.iterate();
    await run.post('plan', { summary: 'Two steps' });
    await run.iterate();
  },

  async 'large-value'(create) {
    const run = await create('values#large');
    await run.iterate();
    await run.post('dump', 'x'.repeat(1024 * 1024 + 1));
    await run.iterate();
  },

  async kinds(create) {
    const run = await create('values#kinds');
    await run.iterate();
    await run.post('delegate', { agreed: true });
    await run.iterate();
    await run.post('skill', null);
    await run.iterate();
  },

  async 'stop-hooks'(create, at, { harness }) {
    const run = await create('one-task', { inputs: { feature: 'login' } });
    await run.iterate();
    await stopHook('stop-hooks', harness, at + 5 * MINUTE);
    await stopHook('stop-hooks', harness, at + 9 * MINUTE);
  },

  async 'duplicate-number'(create) {
    await (await create('questions#skippableTwice', { metadata: { nonInteractive: true } })).iterate();
  },

  async 'error-nameless'(create) {
    const run = await create('errors#uncaught');
    await run.iterate();
    await run.fail('fetch-rates', { message: 'The rates are two days old', exitCode: 4 });
    await run.iterate();
  },

  async 'node-done'(create, at) {
    await create('node-task', { inputs: { folder: 'src', exitCode: 0 } });
    await carryOut('node-done', at);
  },

  async 'node-failed'(create, at) {
    await create('node-task', { inputs: { folder: 'src', exitCode: 3 } });
    await carryOut('node-failed', at);
  },
};

async function waitForApproval(create) {
  const run = await create('approval', { prompt: 'Add a locale to users', inputs: { feature: 'locale' } });
  await run.iterate();
  await run.post('write-plan', { steps: 3 });
  await run.iterate();
  return run;
}

async function beforeSleep(create, until) {
  const run = await create('sleep', { inputs: { until } });
  await run.iterate();
  await run.post('check', { ok: true, outdated: 3 });
  await run.iterate();
  return run;
}

async function releaseWith(create, file) {
  const run = await create('needs-file', { prompt: 'Release 1.1.0', inputs: { file } });
  await run.iterate();
  await run.post('release', { version: '1.1.0' });
  return run;
}

/** 0.0.29 carries out a node task; it alone has these commands. */
async function carryOut(runId, at) {
  const call = async (/** @type {number} */ minute, /** @type {string[]} */ ...args) => {
    const environment = { FIXTURE_NOW: String(at + minute * MINUTE), FIXTURE_SEED: `${runId} ${minute}` };
    await cliProcess([...args, '--json'], { environment });
  };
  await call(1, 'run:step', dir(runId));
  await call(2, 'task:run', dir(runId), (await lastEffect(dir(runId))).effectId);
  await call(3, 'run:step', dir(runId));
}

/** What a harness calls each time its agent is about to stop. */
async function stopHook(runId, harness, now) {
  const stateDir = join(base, 'home/.a5c/state');
  const environment = { FIXTURE_NOW: String(now), FIXTURE_SEED: `${runId} ${now}` };
  const session = ['--session-id', 'session-1', '--state-dir', stateDir, '--json'];
  const sessionKey = harness === 'cursor' ? 'conversation_id' : 'session_id';
  // The second time the session is there already, and the call fails.
  await cliProcess(['session:init', ...session, '--run-id', runId, '--prompt', 'Go on'], { environment });
  const { exitCode, stderr } = await cliProcess(
    ['hook:run', '--hook-type', 'stop', '--harness', harness, '--state-dir', stateDir, '--runs-dir', runsDir],
    { environment, stdin: JSON.stringify({ [sessionKey]: 'session-1' }) },
  );
  if (exitCode !== 0) throw new Failure(`The stop hook failed: ${stderr}`);
}

// --- calls of the command line ------------------------------------------------------------------------------------

const dir = (/** @type {string} */ id) => join(runsDir, id);
const metadata = join(base, 'metadata.json');
const approval = JSON.stringify(answer(true, 'Approve', 'Zoë says: go on'));
const lock = (/** @type {string} */ text) => (/** @type {string} */ runDir) =>
  writeFile(join(runDir, 'run.lock'), text);
const lockedBy = (/** @type {number} */ pid) =>
  lock(
    JSON.stringify(
      { pid, owner: 'runtime:orchestrateIteration', acquiredAt: '2026-03-02T08:59:00.000Z' },
      null,
      2,
    ),
  );
const LIVE = 1;
const DEAD = 2_147_483_646;

/** @param {string} id @param {(effect: any) => string[]} more @param {object} [options] */
const post = (id, more, options = {}) => ({
  run: id,
  args: async () => {
    const effect = await lastEffect(dir(id));
    return ['task:post', dir(id), ...more(effect)];
  },
  stdin: approval,
  ...options,
});
const postValue = (effect) => [
  effect.effectId,
  ...'--status ok --value - --metadata'.split(' '),
  metadata,
  '--invocation-key',
  effect.invocationKey,
  '--json',
];
const on = (/** @type {string} */ command, /** @type {string} */ id, /** @type {object} */ options = {}) => ({
  run: id,
  args: () => [command, dir(id), '--json'],
  ...options,
});
const iterate = (/** @type {string} */ id, options = {}) => on('run:iterate', id, options);
/** A run that is there only for this call. */
const misbehaving = (/** @type {string} */ entry) => ({
  entry,
  args: () => ['run:iterate', dir(entry.replace('#', '-')), '--json'],
});
const create = (/** @type {string[]} */ ...more) => ({
  args: () => [
    'run:create',
    '--runs-dir',
    join(base, 'created'),
    '--process-id',
    'fixture/new',
    ...more,
    '--json',
  ],
});
const tearLastEvent = async (/** @type {string} */ runDir) => {
  const last = (await readdir(join(runDir, 'journal'))).toSorted().at(-1) ?? '';
  await truncate(join(runDir, 'journal', last), 120);
};

/** @type {Record<string, { args: () => string[] | Promise<string[]>, run?: string, entry?: string, stdin?: string, before?: (runDir: string) => Promise<void>, slow?: boolean }>} */
const calls = {
  'post-ok': post('breakpoint-pending', postValue),
  'post-status-error': post('waiting-agent', (effect) => [effect.effectId, '--status', 'error', '--json']),
  'post-already-resolved': post('ready', postValue),
  'post-unknown-effect': post('breakpoint-pending', (effect) =>
    postValue({ ...effect, effectId: '01HZZZZZZZZZZZZZZZZZZZZZZZ' }),
  ),
  'post-key-mismatch': post('breakpoint-pending', (effect) =>
    postValue({ ...effect, invocationKey: 'fixture/approval:S000009:write-plan' }),
  ),
  'post-missing-run': {
    args: () => ['task:post', dir('no-such-run'), ...postValue({ effectId: '01HZZ', invocationKey: 'k' })],
    stdin: approval,
  },
  'post-empty-value': post('breakpoint-pending', postValue, { stdin: '' }),
  'post-invalid-value': post('breakpoint-pending', postValue, { stdin: '{"approved": tru' }),
  'post-value-and-metadata-from-stdin': post('breakpoint-pending', (effect) => [
    effect.effectId,
    ...'--status ok --value - --metadata - --json'.split(' '),
  ]),
  'post-stale-lock': post('breakpoint-pending', postValue, { before: lockedBy(DEAD) }),
  'post-empty-lock': post('breakpoint-pending', postValue, { before: lock('') }),
  'post-lock-held': post('breakpoints-two', postValue, { before: lockedBy(LIVE), slow: true }),
  'post-damaged-journal': post(
    'breakpoint-pending',
    () => postValue({ effectId: '01HZZ', invocationKey: 'k' }),
    {
      before: tearLastEvent,
    },
  ),

  'iterate-waiting-agent': iterate('created'),
  'iterate-waiting-breakpoint': iterate('breakpoint-pending'),
  'iterate-waiting-mixed': iterate('iterations-scored', { before: dropAfterFirstBatch }),
  'iterate-waiting-sleep': iterate('sleeping'),
  'iterate-sleep-elapsed': iterate('sleep-elapsed'),
  'iterate-completed': iterate('ready'),
  'iterate-completed-again': iterate('harness'),
  'iterate-failed': iterate('failed'),
  'iterate-missing-run': { args: () => ['run:iterate', dir('no-such-run'), '--json'] },
  'iterate-missing-process': iterate('ready', {
    before: (runDir) => pointElsewhere(runDir, '../../processes/gone.mjs'),
  }),
  'iterate-broken-import': iterate('ready', {
    before: (runDir) => pointElsewhere(runDir, '../../processes/broken-import.mjs'),
  }),
  'iterate-other-layout': iterate('ready', {
    before: (runDir) => edit(join(runDir, 'run.json'), '2026.01-storage-preview', '2027.01'),
  }),
  'iterate-damaged-journal': iterate('ready', { before: tearLastEvent }),
  'iterate-duplicate-number': iterate('duplicate-number'),
  'iterate-prints': misbehaving('misbehaving#prints'),
  'iterate-never-settles': misbehaving('misbehaving#neverSettles'),
  'iterate-exits': misbehaving('misbehaving#exits'),
  'iterate-empty-lock': iterate('ready', { before: lock('') }),
  'iterate-stale-lock': iterate('ready', { before: lockedBy(DEAD) }),
  'iterate-lock-held': iterate('breakpoint-string', { before: lockedBy(LIVE), slow: true }),

  'status-waiting': on('run:status', 'breakpoint-pending'),
  'status-completed': on('run:status', 'harness'),
  'status-damaged-journal': on('run:status', 'ready', { before: tearLastEvent }),
  'status-missing-run': { args: () => ['run:status', dir('no-such-run'), '--json'] },
  'list-tasks': on('task:list', 'parallel-half'),
  'list-missing-run': { args: () => ['task:list', dir('no-such-run'), '--json'] },
  'repair-damaged-journal': on('run:repair-journal', 'ready', { before: tearLastEvent }),
  'rebuild-state': on('run:rebuild-state', 'ready'),
  'create-ok': create(
    '--entry',
    join(workspace, '.a5c/processes/one-task.mjs#process'),
    '--prompt',
    'Build it',
  ),
  'create-missing-process': create('--entry', join(workspace, '.a5c/processes/gone.mjs#process')),
  'create-broken-import': create('--entry', join(workspace, '.a5c/processes/broken-import.mjs#process')),
  'unknown-command': { args: () => ['run:nonsense', '--json'] },
  version: { args: () => ['version'] },
};

async function callCli({ run: id, entry, args, before, stdin }, restore) {
  if (id) await restore(id);
  if (entry) await recordForCall(entry);
  await before?.(dir(id ?? ''));
  await writeFile(metadata, JSON.stringify({ actor: 'capture', surface: 'fixture' }));
  const list = await args();
  const environment = { FIXTURE_NOW: String(START + 60 * 24 * HOUR), FIXTURE_SEED: list.join(' ') };
  const result = await cliProcess(list, { environment, stdin: stdin ?? '' });
  return { args: list, ...(stdin === undefined ? {} : { stdin }), ...result };
}

async function recordForCall(entry) {
  await run(process.execPath, [...nodeOptions, script, '--record-one', entry]);
}

async function recordOne(entry) {
  const [process = '', exportName = ''] = entry.split('#');
  const runId = entry.replace('#', '-');
  const recorder = new RunRecorder({ sdk, runsDir, random: seeded(runId) });
  await recorder.create({ at: START, runId, process, exportName, processId: `fixture/${exportName}` });
}

async function lastEffect(runDir) {
  const ids = (await readdir(join(runDir, 'tasks'))).toSorted();
  return JSON.parse(await readFile(join(runDir, 'tasks', ids.at(-1) ?? '', 'task.json'), 'utf8'));
}

async function dropAfterFirstBatch(runDir) {
  // Created, improve requested and resolved, two tasks requested at once.
  const names = (await readdir(join(runDir, 'journal'))).toSorted();
  await Promise.all(names.slice(5).map((name) => unlink(join(runDir, 'journal', name))));
}

const pointElsewhere = (runDir, path) => edit(join(runDir, 'run.json'), '../../processes/one-task.mjs', path);

async function edit(file, from, to) {
  await writeFile(file, (await readFile(file, 'utf8')).replaceAll(from, to));
}

// --- processes ----------------------------------------------------------------------------------------------------

/** Makes the engine's time and ids depend on nothing but the call. */
const fixedClock = `'use strict';
const RealDate = Date;
let now = Number(process.env.FIXTURE_NOW);
globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super((now += 3));
    else super(...args);
  }
  static now() {
    return (now += 3);
  }
};
let state = [...process.env.FIXTURE_SEED].reduce((hash, char) => (hash * 31 + char.charCodeAt(0)) >>> 0, 7);
const random = () => (state = (state * 1664525 + 1013904223) >>> 0) / 2 ** 32;
const { createRequire } = require('node:module');
const sdk = ${JSON.stringify(sdk)};
const ulid = createRequire(sdk + '/package.json')('ulid').monotonicFactory(random);
require(sdk + '/dist/storage/ulids.js').setUlidFactoryForTests(() => ulid());
const crypto = require('node:crypto');
crypto.randomBytes = (size) => Buffer.from(Array.from({ length: size }, () => Math.floor(random() * 256)));
`;

/** @returns {Promise<{ exitCode: number | null, stdout: string, stderr: string }>} */
function cliProcess(args, { environment, stdin = '' }) {
  const cli = join(sdk, 'dist/cli/main.js');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...nodeOptions, '--require', clock, cli, ...args], {
      cwd: workspace,
      env: { ...captureEnvironment(), ...environment },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
    child.stdin.on('error', () => {}); // refused before it was read
    child.stdin.end(stdin);
  });
}

function run(command, args) {
  return new Promise((resolve, reject) => {
    spawn(command, args, { env: captureEnvironment(), stdio: ['ignore', 'inherit', 'inherit'] })
      .on('error', reject)
      .on('close', (code) =>
        code === 0 ? resolve(undefined) : reject(new Error(`${args.join(' ')}: ${code}`)),
      );
  });
}

/** Nothing of the surroundings, since the engine looks for signs of the agent that calls it. */
function captureEnvironment() {
  const engine = engineEnvironment(join(base, 'home'));
  const names = ['HOME', 'BABYSITTER_LOG_DIR', 'BABYSITTER_STATE_DIR', 'BABYSITTER_GLOBAL_STATE_DIR', 'PATH'];
  return { ...Object.fromEntries(names.map((name) => [name, engine[name]])), TZ: 'UTC', LANG: 'C.UTF-8' };
}

/** @param {string} text @returns {() => number} the same numbers in [0, 1) for the same text */
function seeded(text) {
  let state = [...text].reduce((hash, char) => (hash * 31 + (char.codePointAt(0) ?? 0)) >>> 0, 7);
  return () => (state = (state * 1_664_525 + 1_013_904_223) >>> 0) / 2 ** 32;
}

/** The files of each run. @returns {Promise<Record<string, string[]>>} */
export async function manifest(runs) {
  const entries = await readdir(runs, { recursive: true, withFileTypes: true });
  /** @type {Record<string, string[]>} */
  const files = {};
  for (const entry of entries.filter((entry) => entry.isFile())) {
    const [id = '', ...rest] = relative(runs, join(entry.parentPath, entry.name)).split('/');
    (files[id] ??= []).push(rest.join('/'));
  }
  const sorted = Object.entries(files).map(([id, names]) => [id, names.toSorted()]);
  return Object.fromEntries(sorted.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)));
}

const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

if (process.argv[1] && import.meta.url === pathToFileURL(resolve(process.argv[1])).href) {
  const [first, ...rest] = process.argv.slice(2);
  await runMain(async () => {
    if (first === '--record') await recordRuns(rest[0] ?? '');
    else if (first === '--record-one') await recordOne(rest[0] ?? '');
    else await capture(process.argv.slice(2));
  });
}
