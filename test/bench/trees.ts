import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { encodeTime } from 'ulid';
import type { State } from '../../src/core/run/judgement';

/** What a tree of runs looks like. */
export interface Shape {
  readonly name: string;
  readonly runs: number;
  /** Events of each run. 1: bare runs, of which nothing but their creation is known. Else an even number. */
  readonly events: number;
  /** Whether every effect has its folder with task.json and result.json; otherwise pending ones alone have it. */
  readonly taskFolders: boolean;
  /** Every run has ended. Otherwise 2 % are unfinished, the first one among them. */
  readonly finished?: boolean;
}

export type Ending = 'completed' | 'failed' | 'question' | 'task' | 'bare';

/** One run, told by numbers: whatever is written of it follows from them. */
export interface RunPlan {
  readonly seed: number;
  /** When its first event was recorded, in milliseconds since 1970. */
  readonly start: number;
  readonly events: number;
  readonly ending: Ending;
  readonly taskFolders: boolean;
}

/** Change it with what is written below: trees of another version are made anew. */
const version = 2;
/** At most so many runs of a tree, the newest, are written into. */
const mostLive = 50;
const firstStart = Date.parse('2025-06-01T08:00:00.000Z');
const betweenRuns = 600_000;
const betweenEvents = 1000;

/** The runs of a tree, oldest first. */
export function plansOf(shape: Shape): readonly RunPlan[] {
  return Array.from({ length: shape.runs }, (_, index) => planOf(shape, index));
}

function planOf({ events, taskFolders, finished }: Shape, index: number): RunPlan {
  const unfinished = index % 100 === 0 ? 'question' : 'task';
  let ending: Ending = index % 20 === 7 ? 'failed' : 'completed';
  if (index % 50 === 0 && !finished) ending = unfinished;
  if (events === 1) ending = 'bare';
  return { seed: index, start: firstStart + index * betweenRuns, events, ending, taskFolders };
}

export function runIdOf({ seed, start }: RunPlan): string {
  return ulid(start, seed, 0);
}

/** The states that the rows of these runs must come to, with their numbers. */
export function statesOf(plans: readonly RunPlan[]): ReadonlyMap<State, number> {
  const states = {
    completed: 'completed',
    failed: 'failed',
    question: 'needs-you',
    task: 'waiting',
    bare: 'created',
  } as const;
  const counts = new Map<State, number>();
  for (const { ending } of plans) counts.set(states[ending], (counts.get(states[ending]) ?? 0) + 1);
  return counts;
}

/**
 * Gives the folder of a project with these runs; made if it is not there, whole and of this version. What an earlier
 * benchmark that was broken off left in it is removed.
 */
export function ensureTree(cache: string, shape: Shape, progress: (text: string) => void): string {
  const project = join(cache, shape.name);
  const marker = join(project, 'complete.json');
  const wanted = JSON.stringify({ version, ...shape });
  const runsDir = runsDirOf(project);
  const plans = plansOf(shape);
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) {
    const own = new Set(plans.map(runIdOf));
    for (const id of readdirSync(runsDir)) if (!own.has(id)) remove(join(runsDir, id));
    for (const plan of plans.slice(-mostLive)) cutJournal(join(runsDir, runIdOf(plan)), plan);
    return project;
  }
  progress(`Making ${shape.runs} runs of ${shape.events} events (once)…`);
  remove(project);
  makeProject(project);
  for (const [index, plan] of plans.entries()) {
    writeRun(join(runsDir, runIdOf(plan)), plan);
    if (index % 1000 === 999) progress(`  ${index + 1} runs`);
  }
  writeFileSync(marker, wanted);
  return project;
}

export function runsDirOf(project: string): string {
  return join(project, '.a5c', 'runs');
}

/** An empty project with the process that the runs name. */
export function makeProject(project: string): void {
  mkdirSync(runsDirOf(project), { recursive: true });
  mkdirSync(join(project, '.a5c', 'processes'));
  writeFileSync(
    join(project, '.a5c', 'processes', 'feature.mjs'),
    'export async function process(inputs, ctx) {\n  return { done: true };\n}\n',
  );
}

/** Removes what was written after a run was made. */
export function cutJournal(dir: string, plan: RunPlan): void {
  for (const file of readdirSync(join(dir, 'journal'))) {
    const seq = Number.parseInt(file, 10);
    if (seq <= plan.events) continue;
    remove(join(dir, 'journal', file));
    if (isRequest(plan, seq)) remove(join(dir, 'tasks', effectOf(plan, seq).effectId));
  }
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

/** Writes a run as an engine (0.0.187) leaves it. */
export function writeRun(dir: string, plan: RunPlan): void {
  mkdirSync(join(dir, 'journal'), { recursive: true });
  const runId = basename(dir);
  const bare = plan.ending === 'bare';
  writeJson(join(dir, 'run.json'), {
    runId,
    request: 'bench/feature',
    processId: 'bench/feature',
    entrypoint,
    processPath: entrypoint.importPath,
    layoutVersion: '2026.01-storage-preview',
    createdAt: iso(plan.start),
    ...(bare ? {} : { prompt: promptOf(plan) }),
    completionProof: createHash('md5').update(runId).digest('hex'),
  });
  if (!bare) writeJson(join(dir, 'inputs.json'), { feature: promptOf(plan), maxIterations: 5 });
  for (let seq = 1; seq <= plan.events; seq += 1) {
    writeTaskFile(dir, plan, seq);
    writeFileSync(join(dir, 'journal', eventFile(plan, seq)), eventText(dir, plan, seq));
  }
}

/** Writes the next event of a run, which reopens it if it has ended, as the engine does: its task's file, a temporary file, and a rename. */
export function appendEvent(dir: string, plan: RunPlan, seq: number): void {
  writeTaskFile(dir, plan, seq);
  const path = join(dir, 'journal', eventFile(plan, seq));
  const temporary = `${path}.tmp-${process.pid}-${Date.now()}`;
  writeFileSync(temporary, eventText(dir, plan, seq, Date.now()));
  renameSync(temporary, path);
}

const entrypoint = { importPath: '../../processes/feature.mjs', exportName: 'process' };

const features = ['search by tag', 'the partner API', 'dark mode', 'the import of price lists', 'audit logs'];

function promptOf({ seed }: RunPlan): string {
  return `Build ${features[seed % features.length]}, step ${seed + 1}: with tests, documentation and a migration`;
}

/** The tasks of a process that goes round; the third gives a score. */
const rounds = [
  { taskId: 'plan', kind: 'agent', title: 'Plan the next step' },
  { taskId: 'implement', kind: 'agent', title: 'Implement the step' },
  { taskId: 'verify', kind: 'shell', title: 'Run the checks' },
  { taskId: 'review', kind: 'agent', title: 'Review and score' },
];

interface Effect {
  readonly effectId: string;
  readonly taskId: string;
  readonly kind: string;
  readonly title: string;
  readonly stepId: string;
  readonly invocationKey: string;
}

const hasEnded = ({ ending }: RunPlan): boolean => ending === 'completed' || ending === 'failed';

/** Requests and answers take turns; the end of a run stands in the place of a request. */
function isRequest(plan: RunPlan, seq: number): boolean {
  return seq % 2 === (hasEnded(plan) && seq > plan.events ? 1 : 0);
}

/** The effect that an event requests or resolves. */
function effectOf(plan: RunPlan, seq: number): Effect {
  const n = Math.ceil((seq + (isRequest(plan, seq) ? 0 : -1)) / 2);
  const isQuestion = plan.ending === 'question' && seq === plan.events;
  const usual = rounds[n % rounds.length] as (typeof rounds)[number];
  const task = isQuestion
    ? { taskId: '__sdk.breakpoint', kind: 'breakpoint', title: 'Approve the step' }
    : usual;
  const stepId = `S${String(n).padStart(6, '0')}`;
  const effectId = ulid(plan.start + 2 * n * betweenEvents, plan.seed, 1_000_000 + n);
  return { ...task, effectId, stepId, invocationKey: `bench/feature:${stepId}:${task.taskId}` };
}

function eventOf(runId: string, plan: RunPlan, seq: number): { type: string; data: object } {
  if (seq === 1) {
    const common = { runId, processId: 'bench/feature', entrypoint };
    const data =
      plan.ending === 'bare' ? common : { ...common, inputsRef: 'inputs.json', prompt: promptOf(plan) };
    return { type: 'RUN_CREATED', data };
  }
  if (seq === plan.events && plan.ending === 'completed') {
    return { type: 'RUN_COMPLETED', data: { outputRef: 'state/output.json' } };
  }
  if (seq === plan.events && plan.ending === 'failed') {
    const message = `The checks of step ${plan.seed + 1} failed`;
    const stack = `Error: ${message}\n    at process (file:///project/.a5c/processes/feature.mjs:12:11)`;
    return { type: 'RUN_FAILED', data: { error: { name: 'Error', message, stack } } };
  }
  const { effectId, taskId, kind, stepId, invocationKey } = effectOf(plan, seq);
  if (isRequest(plan, seq)) {
    const invocationHash = createHash('sha256').update(invocationKey).digest('hex');
    const taskDefRef = `tasks/${effectId}/task.json`;
    const request = {
      effectId,
      invocationKey,
      invocationHash,
      stepId,
      taskId,
      kind,
      label: kind,
      taskDefRef,
    };
    return { type: 'EFFECT_REQUESTED', data: { ...request, labels: [kind] } };
  }
  const resultRef = `tasks/${effectId}/result.json`;
  return { type: 'EFFECT_RESOLVED', data: { effectId, status: 'ok', resultRef, ...times(plan, seq) } };
}

/** Pretty-printed, with the checksum that the engine computes: over the same text without it. */
function eventText(dir: string, plan: RunPlan, seq: number, at = timeOf(plan, seq)): string {
  const event = { ...eventOf(basename(dir), plan, seq) };
  const unsigned = { type: event.type, recordedAt: iso(at), data: event.data };
  const text = JSON.stringify(unsigned, null, 2);
  const checksum = createHash('sha256').update(`${text}\n`).digest('hex');
  return `${text.slice(0, -2)},\n  "checksum": "${checksum}"\n}\n`;
}

function eventFile(plan: RunPlan, seq: number): string {
  return `${String(seq).padStart(6, '0')}.${ulid(timeOf(plan, seq), plan.seed, seq)}.json`;
}

function writeTaskFile(dir: string, plan: RunPlan, seq: number): void {
  const ends = seq === plan.events && hasEnded(plan);
  if (seq === 1 || ends || (!plan.taskFolders && seq < plan.events)) return;
  const effect = effectOf(plan, seq);
  const { effectId, taskId, kind, title, stepId, invocationKey } = effect;
  const folder = join(dir, 'tasks', effectId);
  if (isRequest(plan, seq)) {
    mkdirSync(folder, { recursive: true });
    const inputs = { iteration: Math.floor(seq / 8) + 1, feature: promptOf(plan) };
    writeJson(join(folder, 'task.json'), {
      ...contentOf(effect, plan),
      kind,
      labels: [kind],
      title,
      schemaVersion: '2026.01.tasks-v1',
      effectId,
      taskId,
      invocationKey,
      stepId,
      inputs,
    });
    return;
  }
  const result =
    taskId === 'review'
      ? { score: 60 + ((seq * 7 + plan.seed) % 40), summary: 'Better than the last one' }
      : { summary: 'Done as planned', filesChanged: ['src/feature.ts', 'test/feature.test.ts'] };
  writeJson(join(folder, 'result.json'), {
    schemaVersion: '2026.01.results-v1',
    effectId,
    taskId,
    invocationKey,
    status: 'ok',
    result,
    ...times(plan, seq),
    value: result,
  });
}

function contentOf({ kind }: Effect, plan: RunPlan): object {
  if (kind === 'shell') return { shell: { args: ['run', 'check'], command: 'npm' } };
  if (kind === 'breakpoint') {
    const question = `Step ${plan.seed + 1} is ready. Shall it be merged?`;
    return {
      metadata: { payload: { options: ['Approve', 'Request changes'], question, title: 'Approve the step' } },
    };
  }
  return {
    agent: {
      name: 'general-purpose',
      outputSchema: { required: ['summary'], type: 'object' },
      prompt: {
        context: { feature: promptOf(plan) },
        instructions: ['Read the plan first', 'Change nothing that the step does not name', 'Run the checks'],
        outputFormat: 'JSON',
        role: 'engineer',
        task: promptOf(plan),
      },
    },
  };
}

function times(plan: RunPlan, seq: number): { startedAt: string; finishedAt: string } {
  return { startedAt: iso(timeOf(plan, seq - 1)), finishedAt: iso(timeOf(plan, seq)) };
}

function timeOf({ start }: RunPlan, seq: number): number {
  return start + (seq - 1) * betweenEvents;
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

function writeJson(path: string, value: object): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}

const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A ULID that is the same each time. */
function ulid(time: number, seed: number, n: number): string {
  let state = (Math.imul(seed + 1, 0x9e37_79b1) ^ Math.imul(n + 1, 0x85eb_ca6b)) >>> 0;
  let random = '';
  for (let i = 0; i < 16; i += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    random += letters[state >>> 27];
  }
  return encodeTime(time, 10) + random;
}
