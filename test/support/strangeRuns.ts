import { resolve } from 'node:path';
import { minute, journal, second, type JournalBuilder } from './journalBuilder';
import { projectFolder, write, writeRun } from './runFolder';

/**
 * Big and strange runs to look at, made by hand: no engine wrote them, and each says so in its prompt. What a page does
 * with many iterations, wide batches, long stacks, deep values and unusual texts is seen on them.
 */
export const strangeRuns = {
  scored: scoredIterations,
  steps: manySteps,
  parallel: parallelTasks,
  stack: longStack,
  deep: deepValue,
  texts: unusualTexts,
  long: manyEvents,
  options: openQuestion,
  outcome: unsuccessful,
  sleeping,
  damaged,
} as const;

export type StrangeRun = keyof typeof strangeRuns;

/** Writes some of the runs into a project. @returns the run folders, by name */
export function writeStrangeRuns(
  project: string,
  names = Object.keys(strangeRuns) as readonly StrangeRun[],
): Readonly<Partial<Record<StrangeRun, string>>> {
  const { runs } = projectFolder(resolve(project));
  write(project, '.a5c/processes/demo.mjs', 'export async function process() {\n  // line 2\n}\n'.repeat(60));
  return Object.fromEntries(names.map((name) => [name, strangeRuns[name](runs)]));
}

interface Told {
  readonly prompt: string;
  readonly story: JournalBuilder;
  /** By effect id; over what a run written by hand has. */
  readonly tasks?: ReadonlyMap<string, Task>;
  readonly files?: Readonly<Record<string, unknown>>;
}

interface Task {
  readonly task?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
  readonly stdout?: string;
  readonly stderr?: string;
}

function made(runs: string, runId: string, { prompt, story, tasks = new Map(), files = {} }: Told): string {
  const own: Record<string, unknown> = {};
  for (const [id, { task, result, stdout, stderr }] of tasks) {
    if (task) own[`tasks/${id}/task.json`] = task;
    if (result !== undefined) own[`tasks/${id}/result.json`] = { status: 'ok', result };
    if (stdout !== undefined) own[`tasks/${id}/stdout.log`] = stdout;
    if (stderr !== undefined) own[`tasks/${id}/stderr.log`] = stderr;
  }
  const metadata = { prompt: `${prompt}\n\nMade by hand to be looked at; no engine wrote this run.` };
  return writeRun(runs, `made-by-hand-${runId}`, { journal: story, metadata, files: { ...own, ...files } });
}

function scoredIterations(runs: string): string {
  const story = journal().created();
  const tasks = new Map<string, Task>();
  for (let n = 1; n <= 40; n += 1) {
    for (const name of ['tune', 'build', 'verify']) {
      const id = `${name}${n}`;
      const kind = name === 'tune' ? 'agent' : 'shell';
      tasks.set(id, {
        task: { kind, title: `Iteration ${n}: ${name} the ranking`, inputs: { iteration: n } },
        result:
          name === 'verify'
            ? {
                score: Math.round(60 + 30 * Math.sin(n / 6) + (n % 7)),
                coverage: 0.5 + n / 100,
                p95: 400 - n,
              }
            : { success: !(name === 'build' && n % 11 === 0), summary: `${name} ${n} is done` },
      });
      story
        .requested(id, kind)
        .after((20 + ((n * 7) % 90)) * second)
        .resolved(id);
    }
  }
  const output = {
    success: true,
    summary: 'The best of 40 iterations reaches 93 of 100.',
    best: { iteration: 10, score: 93 },
    report: '## What was done\n\n- weights tuned **40** times\n- `p95` fell from 399 ms to 360 ms',
  };
  return made(runs, 'scored', {
    ...{ prompt: 'Raise the ranking over 40 scored iterations', tasks },
    story: story.completed(),
    files: { 'state/output.json': output, 'inputs.json': { targetQuality: 95, maxIterations: 40 } },
  });
}

function manySteps(runs: string): string {
  const story = journal().created();
  const tasks = new Map<string, Task>();
  for (let n = 1; n <= 300; n += 1) {
    tasks.set(`step${n}`, { task: { kind: 'agent', title: `Step ${n}` }, result: { step: n } });
    story.requested(`step${n}`).after(30 * second);
    if (n < 300) story.resolved(`step${n}`);
  }
  return made(runs, 'steps', { prompt: 'Work through 300 steps', story, tasks });
}

function parallelTasks(runs: string): string {
  const story = journal().created().done('plan1');
  const tasks = new Map<string, Task>();
  for (let n = 1; n <= 30; n += 1) {
    const id = `module${n}`;
    tasks.set(id, { task: { kind: 'agent', title: `Review the module ${n}` }, result: { ok: n % 9 !== 0 } });
    story.requested(id);
  }
  for (let n = 1; n <= 24; n += 1) {
    story.after(40 * second);
    if (n % 10 === 0) story.erred(`module${n}`, 'The reviewer lost its connection');
    else story.resolved(`module${n}`);
  }
  return made(runs, 'parallel', { prompt: 'Review 30 modules in parallel', story, tasks });
}

/** As Node prints it: frames of the process, then of the engine and of Node itself. */
function stackOf(message: string, entry: string): string {
  const own = Array.from({ length: 24 }, (_, i) => `    at step${i} (${entry}:${i + 5}:${(i % 9) + 3})`);
  const engine = Array.from(
    { length: 30 },
    (_, i) =>
      `    at async replay${i} (/project/node_modules/@a5c-ai/babysitter-sdk/dist/runtime/replay${i}.js:${i + 10}:7)`,
  );
  const node = '    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)';
  return [`TypeError: ${message}`, ...own, ...engine, node].join('\n');
}

function longStack(runs: string): string {
  const message = "Cannot read properties of undefined (reading 'price')";
  const entry = runs.replace(/runs$/, 'processes/demo.mjs');
  const stderr = [
    ...Array.from({ length: 60 }, (_, i) => `page ${i + 1} of 480 imported`),
    '\u001B[33mwarn\u001B[0m retrying in 2 s',
    `\u001B[31mfatal\u001B[0m ${message}`,
  ].join('\n');
  const story = journal()
    .created()
    .done('plan1')
    .requested('import1', 'shell')
    .after(3 * minute);
  story.resolved('import1', {
    status: 'error',
    error: { name: 'TypeError', message, stack: stackOf(message, entry) },
  });
  story.failed(message, { error: { name: 'TypeError', message, stack: stackOf(message, entry) } });
  const command = { command: 'node', args: ['tools/import.mjs', '--pages', '480', '--strict'] };
  const task = { kind: 'shell', title: 'Import 480 pages of products', shell: command };
  return made(runs, 'stack', {
    ...{ prompt: 'Import the catalog and fail with a long stack', story },
    tasks: new Map([['import1', { task, stderr, stdout: 'starting\n' }]]),
  });
}

function nested(depth: number): unknown {
  let value: unknown = { bottom: `${depth} levels down`, list: [1, 2, 3] };
  for (let n = depth; n > 0; n -= 1) value = { [`level${n}`]: value, note: `level ${n}` };
  return value;
}

function deepValue(runs: string): string {
  return made(runs, 'deep', {
    prompt: 'Return a value that is 60 levels deep',
    story: journal().created().done('dig1').completed(),
    tasks: new Map([['dig1', { task: { kind: 'node', title: 'Dig' }, result: nested(60) }]]),
    files: { 'state/output.json': nested(60), 'inputs.json': nested(12) },
  });
}

function unusualTexts(runs: string): string {
  const story = journal().created();
  const titles = [
    'مراجعة خطة الترحيل قبل الإصدار 2.9 (orders → order_lines)',
    'בדיקת הגירת הנתונים — שלב ראשון, לפני האישור הסופי של הצוות',
    'x'.repeat(300),
    'Family 👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦 and flags 🇩🇪🇫🇷🇯🇵🇧🇷 and é̂̃ letters',
    '데이터베이스 마이그레이션 계획을 검토하고 승인하세요',
  ];
  const tasks = new Map<string, Task>();
  for (const [i, title] of titles.entries()) {
    const id = `text${i}`;
    tasks.set(id, {
      task: { kind: 'agent', title, description: title, agent: { prompt: { task: title } } },
      result: { summary: title, path: '/'.padEnd(400, 'very-long-') },
    });
    story.requested(id, 'agent', { taskId: `task-${i}` }).after(50 * second);
    if (i < 4) story.resolved(id);
  }
  const question = 'الرجاء مراجعة الخطة. هل نبدأ الترحيل الليلة؟\n\n'.concat('y'.repeat(400));
  story.requested('ask1', 'breakpoint');
  const payload = { title: titles[0], question, options: ['نعم', 'لا', titles[3]] };
  tasks.set('ask1', { task: { kind: 'breakpoint', title: 'breakpoint', inputs: payload } });
  return made(runs, 'texts', { prompt: titles.slice(0, 4).join(' · '), story, tasks });
}

function manyEvents(runs: string): string {
  const story = journal().created();
  for (let n = 1; n < 5000; n += 1) story.done(`step${n}`);
  return made(runs, 'long', {
    prompt: 'A long night of 10,000 events',
    story: story.requested('last1', 'agent', { label: 'The last one' }),
  });
}

function openQuestion(runs: string): string {
  const question = [
    '### Split orders into orders and order_lines',
    ...Array.from(
      { length: 30 },
      (_, i) => `${i + 1}. Step ${i + 1} of the plan, with its risk and its owner.`,
    ),
  ].join('\n');
  const options = [
    { value: 'ship', label: 'Ship it tonight', description: 'With the team awake.' },
    { value: 'later', label: 'Ship it on Monday' },
    { value: 'changes', label: 'Request changes', description: 'Say what is missing.' },
    { value: 'abort', label: 'Abort' },
  ];
  const inputs = { title: 'Approve migration plan', question, options, context: { rows: 48_000_000 } };
  const story = journal()
    .created()
    .done('measure1', 'shell')
    .after(4 * minute)
    .done('plan1');
  return made(runs, 'options', {
    prompt: 'Migrate the orders table without downtime',
    story: story.requested('ask1', 'breakpoint').after(50 * minute),
    tasks: new Map([['ask1', { task: { kind: 'breakpoint', title: 'breakpoint', inputs } }]]),
  });
}

function unsuccessful(runs: string): string {
  const output = { success: false, reason: 'The gate was rejected twice.', attempts: 2, notes: ['a', 'b'] };
  return made(runs, 'outcome', {
    prompt: 'Complete without success',
    story: journal().created().done('build1', 'shell').done('gate1', 'breakpoint').completed(),
    files: { 'state/output.json': output },
  });
}

function sleeping(runs: string): string {
  const until = '2026-03-09T08:00:00.000Z';
  const story = journal()
    .created()
    .done('fetch1')
    .requested('nap1', 'sleep', { label: `sleep:${until}` });
  return made(runs, 'sleeping', { prompt: 'Wait for the nightly export', story });
}

function damaged(runs: string): string {
  return made(runs, 'damaged', {
    prompt: 'Carry on with a damaged journal',
    story: journal().created().done('plan1').requested('build1'),
    files: { 'journal/000002.01ARZ3NDEKTSV4RRFFQ69G5FAV.json': '{ "type": "EFFECT_', 'run.lock': '{}' },
  });
}
