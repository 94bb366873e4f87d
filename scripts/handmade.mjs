// Writes test/fixtures/handmade: runs in the format of 6.x, which no registry at hand offers. `node scripts/handmade.mjs`
//
// Unlike test/fixtures/captured these were never near an engine. What they look like follows the source of 6.0.0 and
// observations of it; shapes nobody has seen are named in the README beside them.
import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { monotonicFactory } from 'ulid';
import { manifest } from './capture.mjs';

const VERSION = '6.0.0';
const LAYOUT = '2026.01-storage-preview';
const START = Date.parse('2026-08-03T09:00:00.000Z');
const HOUR = 3_600_000;

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const directory = join(root, 'test/fixtures/handmade', VERSION);
const workspace = join(directory, 'workspace');
const runs = join(workspace, '.a5c/runs');
/** Where the runs claim to have been made. */
const cwd = '/tmp/babysitter-fixture/workspace';

const processText = `/** What the runs beside it claim to have run. */
export async function process(inputs, ctx) {
  const plan = await ctx.task(task('plan'), inputs);
  return ctx.task(task('build'), { plan });
}

const task = (id) => ({ id, build: () => ({ kind: 'agent', title: id, labels: ['agent'], agent: { name: 'worker' } }) });
`;
const processCodeHash = sha256(processText);

/** Writes one run, event by event. */
class Handwriting {
  #events = 0;
  #effects = new Map();
  #writes = [];
  #nextId;
  #lastId = '';

  constructor(runId, hour) {
    this.runId = runId;
    this.now = START + hour * HOUR;
    let state = 7 + hour;
    const random = () => (state = (state * 1_664_525 + 1_013_904_223) >>> 0) / 2 ** 32;
    const factory = monotonicFactory(random);
    this.#nextId = () => factory(this.now);
    this.completionProof = sha256(runId).slice(0, 32);
    this.processId = 'fixture/six';
    this.entrypoint = { importPath: '../../processes/six.mjs', exportName: 'process' };
  }

  /** @param {Record<string, unknown>} [more] further keys of run.json */
  created({ inputs, ...more } = {}) {
    const { runId, processId, entrypoint } = this;
    this.metadata = {
      runId,
      request: processId,
      processId,
      entrypoint,
      processPath: entrypoint.importPath,
      layoutVersion: LAYOUT,
      createdAt: this.#iso(),
      cwd,
      ...more,
      ...(this.isBare ? {} : { processCodeHash }),
      completionProof: this.completionProof,
      sdkVersion: VERSION,
    };
    if (inputs) this.#file('inputs.json', inputs);
    return this.event('RUN_CREATED', {
      runId,
      processId,
      entrypoint,
      ...(inputs ? { inputsRef: 'inputs.json' } : {}),
      ...(more.prompt ? { prompt: more.prompt } : {}),
      ...(more.nested ? { nested: more.nested } : {}),
      ...(this.isBare ? {} : { processCodeHash }),
    });
  }

  get isBare() {
    return this.entrypoint.importPath === 'bare-run';
  }

  /** @param {string} taskId @param {Record<string, any>} task @param {{ stepId?: string, inputs?: object }} [options] */
  requested(taskId, task, { stepId, inputs = {} } = {}) {
    const effectId = this.#nextId();
    const step = stepId ?? `${taskId}.agent.${sha256(Object.keys(inputs).join()).slice(0, 8)}.1`;
    const invocationKey = `${this.processId}:${step}:${taskId}`;
    this.#effects.set(taskId, { effectId, invocationKey, stepId: step });
    const taskDefRef = `tasks/${effectId}/task.json`;
    const envelope = {
      schemaVersion: '2026.01.tasks-v1',
      effectId,
      taskId,
      invocationKey,
      stepId: step,
    };
    this.#file(taskDefRef, { ...task, ...envelope, inputs, sdkVersion: VERSION });
    return this.event('EFFECT_REQUESTED', {
      effectId,
      invocationKey,
      invocationHash: sha256(invocationKey),
      stepId: step,
      taskId,
      kind: task.kind,
      label: task.metadata?.label ?? task.labels?.[0] ?? task.title,
      taskDefRef,
      labels: task.labels ?? [task.title],
    });
  }

  resolved(taskId, value) {
    return this.#finish(taskId, { status: 'ok', result: value }, { value }, (effectId, resultRef, times) =>
      this.event('EFFECT_RESOLVED', { effectId, status: 'ok', resultRef, ...times }),
    );
  }

  cancelled(taskId, reason) {
    const tail = {
      error: { name: 'EffectCancelledError', message: reason },
      metadata: { cancelled: true, reason },
    };
    return this.#finish(taskId, { status: 'cancelled', reason }, tail, (effectId) =>
      this.event('EFFECT_CANCELLED', { effectId, reason }),
    );
  }

  /** A person's answer; the event of a breakpoint names it. */
  answered(taskId, breakpointId, value) {
    return this.#finish(taskId, { status: 'ok', result: value }, { value }, (effectId, resultRef, times) =>
      this.event('EFFECT_RESOLVED', { effectId, status: 'ok', resultRef, ...times, breakpointId }),
    );
  }

  /**
   * What `run:recover-process-error` does: the journal is written anew without the last PROCESS_RUNTIME_ERROR, with new
   * ids, the old times and no version; the old one is kept beside it.
   */
  recovered() {
    this.now += 30_000;
    const events = this.#writes.filter(({ path }) => path.startsWith('journal/'));
    const last = events.findLast(({ value }) => value.type === 'PROCESS_RUNTIME_ERROR');
    const backup = `journal.process-error.bak.${this.now}`;
    this.#events = 0;
    for (const write of events) {
      const { type, recordedAt, data } = write.value;
      if (write !== last) this.#journal({ type, recordedAt, data });
      write.path = write.path.replace('journal', backup);
    }
    return this;
  }

  #finish(taskId, head, tail, write) {
    const { effectId, invocationKey } = this.effect(taskId);
    const times = { startedAt: this.#iso(), finishedAt: this.#iso() };
    const resultRef = `tasks/${effectId}/result.json`;
    const envelope = {
      schemaVersion: '2026.01.results-v1',
      effectId,
      taskId,
      invocationKey,
    };
    this.#file(resultRef, { ...envelope, ...head, ...times, ...tail, sdkVersion: VERSION });
    return write(effectId, resultRef, times);
  }

  effect(taskId) {
    const effect = this.#effects.get(taskId);
    if (!effect) throw new Error(`${this.runId} has no effect of ${taskId}`);
    return effect;
  }

  output(value) {
    this.#file('state/output.json', value);
    return this.event('RUN_COMPLETED', { outputRef: 'state/output.json', costStats: { totalCostUsd: 0.42 } });
  }

  event(type, data) {
    this.now += 30_000;
    this.#journal({ type, recordedAt: this.#iso(), data, sdkVersion: VERSION });
    return this;
  }

  #journal(event) {
    this.#lastId = this.#nextId();
    const name = `${String(++this.#events).padStart(6, '0')}.${this.#lastId}.json`;
    const checksum = sha256(`${JSON.stringify(event, null, 2)}\n`);
    this.#file(`journal/${name}`, { ...event, checksum });
  }

  get head() {
    return { seq: this.#events, ulid: this.#lastId };
  }

  async write() {
    this.#file('run.json', this.metadata);
    for (const { path, value } of this.#writes) {
      const file = join(runs, this.runId, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, `${JSON.stringify(value, null, 2)}\n`);
    }
  }

  #iso() {
    return new Date(this.now).toISOString();
  }

  #file(path, value) {
    this.#writes.push({ path, value });
  }
}

const agent = (title) => ({
  kind: 'agent',
  title,
  labels: ['agent'],
  agent: { name: 'worker', prompt: { task: title } },
});
const plan = agent('Plan the work');
const build = agent('Build it');
const shell = {
  kind: 'shell',
  title: 'Run the tests',
  labels: ['shell'],
  shell: { command: 'npm', args: ['test'], expectedExitCode: 0 },
};

const childProcess = `${cwd}/.a5c/processes/six.mjs`;

/** @type {Record<string, (run: Handwriting) => Handwriting>} */
const cases = {
  completed: (run) =>
    planned(run).requested('build', build).resolved('build', { score: 88 }).output({ score: 88 }),

  halted: (run) =>
    planned(run).event('RUN_HALTED', {
      reason: 'The budget is spent',
      payload: { spentUsd: 5.2, limitUsd: 5 },
    }),

  'process-error': (run) => threw(planned(run)),

  cancelled: (run) => planned(run).requested('build', build).cancelled('build', 'No longer needed'),

  'sealed-completed': (run) =>
    planned(run).requested('build', build).event('RUN_COMPLETED', {
      manual_seal_reason: 'Finished by hand',
      completionProof: run.completionProof,
    }),

  'sealed-failed': (run) =>
    planned(run)
      .requested('build', build)
      .event('RUN_FAILED', {
        error: { name: 'RunHaltedError', message: 'Superseded by another run' },
        manual_seal_reason: 'Superseded by another run',
        completionProof: run.completionProof,
      }),

  bare(run) {
    run.processId = 'bare-run';
    run.entrypoint = { importPath: 'bare-run' };
    return run.created({ prompt: 'Find out what to do first' });
  },

  assigned(run) {
    run.processId = 'bare-run';
    run.entrypoint = { importPath: 'bare-run' };
    run.created({ prompt: 'Find out what to do first' });
    const previousEntrypoint = run.entrypoint;
    run.processId = 'fixture/six';
    run.entrypoint = { importPath: `${cwd}/.a5c/processes/six.mjs`, exportName: 'process' };
    const { processId, entrypoint } = run;
    Object.assign(run.metadata, {
      processId,
      entrypoint,
      processPath: entrypoint.importPath,
      processCodeHash,
    });
    return run
      .event('PROCESS_ASSIGNED', { processId, entrypoint, previousEntrypoint, force: false, processCodeHash })
      .requested('plan', plan);
  },

  'breakpoint-pending': (run) => asksForApproval(planned(run)),

  progress(run) {
    planned(run).requested('build', build);
    const { effectId } = run.effect('build');
    return run
      .event('EFFECT_PROGRESS', {
        effectId,
        progressPercent: 40,
        progressLabel: '2 of 5 files',
        currentStep: 'src/api.ts',
      })
      .event('COST_TRACKED', { ...cost('turn-1', 0.21), effectId, taskKind: 'agent' })
      .event('PROCESS_CODE_HASH_CHANGED', {
        runId: run.runId,
        processId: run.processId,
        previousProcessCodeHash: sha256('before'),
        processCodeHash,
      });
  },

  'unknown-event': (run) =>
    planned(run)
      .event('SOMETHING_NEWER', { note: 'An event of a version after this one' })
      .requested('build', build),

  parent: (run) =>
    planned(run).requested(
      '__sdk.subprocess',
      {
        kind: 'subprocess',
        metadata: {
          processId: 'fixture/six',
          processPath: childProcess,
          shareSession: true,
          subprocess: true,
        },
        subprocess: {
          exportName: 'process',
          inputs: {},
          processId: 'fixture/six',
          processPath: childProcess,
          shareSession: true,
        },
        title: 'fixture/six',
      },
      {
        stepId: `__sdk-subprocess.fixture-six.${sha256('{}').slice(0, 12)}.0`,
        inputs: {
          invocation: {
            exportName: 'process',
            inputs: {},
            processId: 'fixture/six',
            processPath: childProcess,
          },
          label: 'fixture/six',
        },
      },
    ),

  child(run) {
    const { effectId, invocationKey } = parentEffect;
    const nested = {
      parentRunId: 'parent',
      parentEffectId: effectId,
      parentInvocationKey: invocationKey,
      shareSession: false,
    };
    return run.created({ nested }).requested('plan', plan);
  },

  'process-error-recovered': (run) =>
    threw(planned(run))
      .recovered()
      .requested('build', build)
      .resolved('build', { score: 90 })
      .output({ score: 90 }),

  // `task:post --status error` of a shell task records an ordinary result.
  'shell-failure': (run) =>
    planned(run).requested('test', shell).resolved('test', {
      success: false,
      exitCode: 2,
      stdout: '',
      stderr: 'src/api.ts(4,31): error TS2339\n',
      error: 'Shell command exited with code 2',
    }),

  'breakpoint-signed': (run) =>
    asksForApproval(planned(run)).answered('__sdk.breakpoint', 'plan.approval', {
      approved: true,
      response: 'Go on',
      respondedBy: 'Robin',
      responderId: 'robin',
      breakpointId: 'plan.approval',
      signature: sha256('not a real signature'),
      publicKeyFingerprint: sha256('not a real key').slice(0, 40),
      signedAt: '2026-08-04T00:02:30.000Z',
      signedFields: ['breakpointId', 'approved', 'responderId'],
    }),

  'code-changed': (run) =>
    planned(run)
      .requested('build', build)
      .event('PROCESS_CODE_HASH_CHANGED', {
        runId: run.runId,
        processId: run.processId,
        previousProcessCodeHash: sha256('before'),
        processCodeHash,
      })
      .requested('test', shell),

  'costs-after-end': (run) =>
    planned(run)
      .output({ steps: 2 })
      .event('COST_TRACKED', cost('turn-1', 0.21))
      .event('COST_TRACKED', cost('turn-2', 0.02)),
};

function threw(run) {
  const { effectId, invocationKey, stepId } = run.effect('plan');
  return run.event('PROCESS_RUNTIME_ERROR', {
    error: {
      name: 'TypeError',
      message: "Cannot read properties of undefined (reading 'files')",
      stack: `TypeError: Cannot read properties of undefined (reading 'files')\n    at process (file://${cwd}/.a5c/processes/six.mjs:4:31)`,
    },
    iteration: 2,
    runId: run.runId,
    processId: run.processId,
    journalHead: run.head,
    lastEffect: {
      effectId,
      invocationKey,
      taskId: 'plan',
      stepId,
      kind: 'agent',
      status: 'resolved_ok',
      resultRef: `tasks/${effectId}/result.json`,
    },
    recovery: { command: 'run:recover-process-error', recoverable: true },
  });
}

function asksForApproval(run) {
  const payload = {
    title: 'Approve the plan',
    question: 'Shall the plan be carried out?',
    options: ['Approve', 'Request changes'],
    breakpointId: 'plan.approval',
  };
  const metadata = { payload, label: 'plan.approval', breakpointId: 'plan.approval', autoApproveAfterN: 3 };
  return run.requested(
    '__sdk.breakpoint',
    {
      autoApproval: {
        recommended: true,
        reason: 'Approved three times',
        matchedRule: 'plan.*',
        consecutiveApprovals: 3,
      },
      kind: 'breakpoint',
      metadata,
      title: 'plan.approval',
    },
    { stepId: '__sdk.breakpoint.plan.approval', inputs: { payload, label: 'plan.approval' } },
  );
}

const cost = (idempotencyKey, costUsd) => ({
  model: 'model-large',
  inputTokens: 12_000,
  outputTokens: 900,
  cacheCreationTokens: 0,
  cacheReadTokens: 8_000,
  source: 'harness',
  costUsd,
  idempotencyKey,
});

let parentEffect = { effectId: '', invocationKey: '' };

function planned(run) {
  return run
    .created({ prompt: 'Build the thing', inputs: { thing: 'relay' } })
    .requested('plan', plan, { inputs: { thing: 'relay' } })
    .resolved('plan', { steps: 2 });
}

function sha256(text) {
  return createHash('sha256').update(text).digest('hex');
}

await rm(workspace, { recursive: true, force: true });
await mkdir(join(workspace, '.a5c/processes'), { recursive: true });
await writeFile(join(workspace, '.a5c/processes/six.mjs'), processText);
await writeFile(join(workspace, '.a5c/package.json'), '{ "type": "module" }\n');
for (const [index, [runId, describe]] of Object.entries(cases).entries()) {
  const run = describe(new Handwriting(runId, index));
  if (runId === 'parent') parentEffect = run.effect('__sdk.subprocess');
  await run.write();
}
await writeFile(join(directory, 'files.json'), `${JSON.stringify(await manifest(runs), null, 2)}\n`);
console.log(`${Object.keys(cases).length} runs of ${VERSION} written by hand`);
