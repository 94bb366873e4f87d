// A session of an agent that works on one of the demo's runs, as Claude Code writes it.
import { appendFile, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const SECOND = 1000;

/** The id of the session; the demo has one. */
export const demoSessionId = 'd3300000-1111-4222-8333-444455556666';

const version = '2.1.201';

/**
 * Writes the session of the agent that reviews the modules of the demo: its transcript, its entry in the list of living
 * processes, and the engine's state file that says which run it drives. What was there before is replaced.
 *
 * @param {{ workspace: string, home: string, runs: { parallel: string } }} demo
 * @param {{ pid: number, now?: number }} options the process that the session is said to be of
 */
export async function writeDemoSession({ workspace, home, runs }, { pid, now = Date.now() }) {
  const runDir = join(workspace, '.a5c', 'runs', runs.parallel);
  const file = join(home, '.claude', 'projects', slugOf(workspace), `${demoSessionId}.jsonl`);
  const registry = join(home, '.claude', 'sessions', `${pid}.json`);
  const state = join(home, '.a5c', 'state', `${demoSessionId}.md`);
  for (const path of [file, registry, state]) await mkdir(join(path, '..'), { recursive: true });
  const session = new DemoSession({ file, registry, workspace, pid, now });
  await writeFile(file, session.history(await tasksOf(runDir), runs.parallel));
  await writeFile(
    state,
    [
      '---',
      'active: true',
      'iteration: 1',
      `run_id: "${runs.parallel}"`,
      '---',
      '',
      'Review all modules.',
      '',
    ].join('\n'),
  );
  await session.is('busy');
  return session;
}

/** The name of the folder in which the sessions of a directory lie. @param {string} directory */
function slugOf(directory) {
  return directory.replace(/[^a-zA-Z0-9]/g, '-');
}

/** The tasks of a run in the order in which they were answered, the others last. @param {string} runDir */
async function tasksOf(runDir) {
  const journal = join(runDir, 'journal');
  const tasks = new Map();
  for (const name of (await readdir(journal)).filter((file) => file.endsWith('.json')).toSorted()) {
    const { type, recordedAt, data } = JSON.parse(await readFile(join(journal, name), 'utf8'));
    const at = Date.parse(recordedAt);
    if (type === 'EFFECT_REQUESTED')
      tasks.set(data.effectId, { id: data.effectId, title: data.label, from: at });
    if (type === 'EFFECT_RESOLVED') Object.assign(tasks.get(data.effectId) ?? {}, { to: at });
  }
  const list = [...tasks.values()];
  return list.toSorted((a, b) => (a.to ?? Infinity) - (b.to ?? Infinity));
}

class DemoSession {
  #options;
  #lines = [];
  #at = 0;
  #ids = 0;
  #started = 0;

  constructor(options) {
    this.#options = options;
  }

  /** What the agent's own list of processes says of it. @param {string} status @param {string} [waitingFor] */
  async is(status, waitingFor) {
    const { registry, workspace, pid } = this.#options;
    const [startedAt, updatedAt] = [this.#started, Date.now()];
    const entry = { pid, sessionId: demoSessionId, cwd: workspace, startedAt, version, kind: 'interactive' };
    const procStart = await startOf(pid);
    await writeFile(
      registry,
      JSON.stringify({ ...entry, procStart, status, waitingFor, statusUpdatedAt: updatedAt, updatedAt }),
    );
  }

  /** Begins a call now, as the agent does: one line more in the file. */
  async begins(name, input) {
    this.#lines = [];
    this.#at = Date.now();
    const id = this.#call(name, input);
    await this.#append();
    return id;
  }

  /** Ends a call now. @param {string} id @param {string} output @param {boolean} [failed] */
  async ends(id, output, failed = false) {
    this.#lines = [];
    this.#at = Date.now();
    this.#result(id, output, failed);
    await this.#append();
  }

  #append() {
    return appendFile(this.#options.file, this.#text());
  }

  /** All that it did until now. */
  history(tasks, runId) {
    const { now } = this.#options;
    const first = tasks[0]?.from ?? now;
    // An entry is made after its process began, and one that is older than the process is somebody else's.
    this.#started = now;
    this.#at = first - 9 * SECOND;
    this.#add({ type: 'custom-title', customTitle: 'Review all modules' });
    this.#user('/babysit review all modules for errors that the tests do not find');
    this.#says('I start the run, and review what it asks for, module by module.');
    const pending = tasks.map(({ id, title }) => ({ effectId: id, kind: 'agent', label: title }));
    this.#runs(
      `babysitter run:iterate .a5c/runs/${runId} --json`,
      JSON.stringify({ nextActions: pending }),
      first,
    );
    tasks.forEach((task, i) => this.#review(task, i, runId, task.to ?? now - 40 * SECOND));
    const text = this.#text();
    this.#lines = [];
    return text;
  }

  #review({ id, title, to }, i, runId, end) {
    this.#at = Math.max(this.#at, end - 95 * SECOND);
    const output = `.a5c/runs/${runId}/tasks/${id}/output.json`;
    this.#thinks(`${title}: the callers first, then what they are told when it fails.`);
    this.#done('Read', { file_path: this.#path(`.a5c/runs/${runId}/tasks/${id}/task.json`) }, '{}');
    this.#done('Grep', { pattern: i % 2 === 0 ? 'catch \\(' : 'Math\\.round' }, 'src/api/orders.ts:88');
    if (i === 1)
      this.#runs('npm test -- orders', 'Exit code 1\n1 test failed: refunds are rounded', this.#at, true);
    if (to === undefined) return;
    this.#done('Write', { file_path: this.#path(output), content: '{"findings":[]}\n' }, 'ok', {
      type: 'create',
    });
    this.#runs(
      `babysitter task:post .a5c/runs/${runId} ${id} --status ok --value ${output}`,
      JSON.stringify({ status: 'ok', committed: { resultRef: `tasks/${id}/result.json` } }),
      to - 300,
    );
    if (i !== 1) return;
    const compactMetadata = { trigger: 'auto', preTokens: 167_000 };
    this.#add({ type: 'system', subtype: 'compact_boundary', compactMetadata });
  }

  #path(relative) {
    return join(this.#options.workspace, relative);
  }

  #add(line) {
    this.#at += SECOND;
    const { workspace } = this.#options;
    const envelope = { isSidechain: false, cwd: workspace, sessionId: demoSessionId, version };
    this.#lines.push(JSON.stringify({ ...envelope, ...line, timestamp: new Date(this.#at).toISOString() }));
  }

  #user(content) {
    this.#add({ type: 'user', message: { role: 'user', content } });
  }

  #answer(block, stop) {
    this.#ids += 1;
    const id = `msg_demo_${this.#options.now}_${this.#ids}`;
    const usage = {
      input_tokens: 4,
      output_tokens: 120 + (this.#ids % 7) * 30,
      cache_creation_input_tokens: 900,
      cache_read_input_tokens: 11_000 + this.#ids * 700,
    };
    const message = {
      id,
      model: 'claude-opus-4-8',
      role: 'assistant',
      content: [block],
      stop_reason: stop,
      usage,
    };
    this.#add({ type: 'assistant', message });
  }

  #says(text) {
    this.#answer({ type: 'text', text }, 'tool_use');
  }

  #thinks(thinking) {
    this.#answer({ type: 'thinking', thinking, signature: 'c3ludGhldGlj' }, 'tool_use');
  }

  #call(name, input) {
    const id = `toolu_demo_${this.#options.now}_${this.#ids}`;
    this.#answer({ type: 'tool_use', id, name, input }, 'tool_use');
    return id;
  }

  #result(id, content, failed, toolUseResult = {}) {
    const block = { type: 'tool_result', tool_use_id: id, content, ...(failed ? { is_error: true } : {}) };
    this.#add({ type: 'user', message: { role: 'user', content: [block] }, toolUseResult });
  }

  #done(name, input, content, toolUseResult) {
    this.#result(this.#call(name, input), content, false, toolUseResult);
  }

  #runs(command, output, at, failed = false) {
    const id = this.#call('Bash', { command });
    this.#at = Math.max(this.#at, at);
    this.#result(id, output, failed);
  }

  #text() {
    return this.#lines.map((line) => `${line}\n`).join('');
  }
}

/** When a process started, as Linux counts; elsewhere `undefined`. @param {number} pid */
async function startOf(pid) {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** What the demo's agent goes on to do: a call every few seconds, until it is told to stop. */
const steps = [
  ['Read', { file_path: 'src/billing/invoice.ts' }],
  ['Grep', { pattern: 'toFixed' }],
  ['Bash', { command: 'npm test -- billing', description: 'Run the tests of billing' }],
  ['Edit', { file_path: 'src/billing/invoice.ts', old_string: 'round(x)', new_string: 'roundHalfEven(x)' }],
];

/**
 * Lets the session go on, so that a person sees something happen.
 * @param {Awaited<ReturnType<typeof writeDemoSession>>} session
 * @returns {() => void} ends that
 */
export function playDemoSession(session, every = 6 * SECOND) {
  let [step, open] = [0, ''];
  const next = async () => {
    if (open !== '') await session.ends(open, 'ok');
    const [name, input] = steps[step % steps.length];
    step += 1;
    open = await session.begins(name, input);
  };
  const stop = () => clearInterval(timer);
  // Somebody may have deleted the demo: then there is nothing to go on with, and nothing else ends of it.
  const play = () => next().catch(stop);
  const timer = setInterval(play, every).unref();
  void play();
  return stop;
}
