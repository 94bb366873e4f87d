import { appendFileSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ClaudeStore } from '../../src/agents/claude/node/claudeStore';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import type { RunLinks } from '../../src/core/sessions/agentSessions';
import { AgentFiles } from '../../src/node/sessions/agentFiles';
import { inSlices } from '../../src/node/slices';
import { RunSessions } from '../../src/node/sessions/runSessions';
import { ClaudeLines } from '../support/claudeLines';
import { journal } from '../support/journalBuilder';
import { aRun } from '../support/runBuilder';
import { watchTurns } from './blocks';
import { figure, type Figure } from './figures';

/** What a session of an agent costs. Times are milliseconds, `cpu` of the whole process; memory in bytes. */
export interface SessionFigures {
  /** What it does now, by the end of its file. */
  readonly row: { readonly cpu: number };
  /** Read whole, as a run's page does; block and memory are also those of the places of its transcript's rows. */
  readonly whole: { readonly cpu: number; readonly longest: number; readonly heap: number };
  /** From a new line until what it does now was found out anew. */
  readonly latencies: readonly number[];
}

export interface SessionJob {
  readonly cache: string;
  /** How large the file is, in megabytes; above 5, the rest is signs of life of subagents, as releases of early 2.1 wrote them. */
  readonly megabytes: number;
  readonly lines: number;
}

const id = 'c0ffee00-1111-4222-8333-444455556666';
const usual = 5;

/** Writes the session unless it is there. @returns its file */
function sessionFile({ cache, megabytes }: SessionJob): string {
  const file = join(cache, `session-${megabytes}`, 'projects', '-srv-demo', `${id}.jsonl`);
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size >= megabytes * 1e6 && size < megabytes * 1e6 + 2e6) return file;
  mkdirSync(dirname(file), { recursive: true });
  const lines = new ClaudeLines('2026-03-01T10:00:00.000Z').prompt('Do all of it');
  for (let i = 0, written = 0; written < Math.min(usual, megabytes) * 1e6; i += 1) {
    const before = lines.lines.length;
    lines
      .calls(`c${i}`, 'Edit', {
        file_path: `/srv/demo/src/f${i % 400}.ts`,
        old_string: 'a',
        new_string: 'b'.repeat(2000),
      })
      .result(`c${i}`, 'x'.repeat(3000));
    written += lines.lines.slice(before).reduce((sum, line) => sum + line.length, 0);
  }
  writeFileSync(file, lines.text);
  const progress =
    `${new ClaudeLines('2026-03-01T12:00:00.000Z').add({ type: 'progress', data: { type: 'agent_progress', message: 'y'.repeat(20_000) } }).text}`.repeat(
      50,
    );
  for (let left = megabytes * 1e6 - statSync(file).size; left > 0; left -= progress.length)
    appendFileSync(file, progress);
  return file;
}

export async function sessions(job: SessionJob): Promise<SessionFigures> {
  const file = sessionFile(job);
  const run = aRun({ journal: journal().created().requested('e1', 'agent') });
  const store = new ClaudeStore({ CLAUDE_CONFIG_DIR: join(job.cache, `session-${job.megabytes}`) });
  const links: RunLinks = { sessionIds: [id], runIds: () => [], otherRun: () => undefined, secrets: [] };
  const files = new AgentFiles({
    sessions: async () => new RunSessions([store]),
    logger: { info() {}, warn: console.error, error: console.error },
    // oxlint-disable-next-line require-yield
    links: function* () {
      return links;
    },
    prompts: () => () => undefined,
    options: () => ({ now: Date.now(), activityWindow: defaultActivityWindow }),
    beforeReading: () => {},
    pricer: async () => undefined,
  });
  // What is loaded and compiled once is not measured.
  await files.look(run);
  const row = await costOf(() => files.look(run));

  const before = heapUsed();
  const reading = files.reading(false);
  let held: unknown;
  const whole = await costOf(async () => (held = await reading.read(run)));
  const [report] = held as Awaited<ReturnType<typeof reading.read>>;
  const [own] = report?.files ?? [];
  const source = report && own && files.transcript(report, own);
  if (!source) throw new Error('The session was not read');
  const rows = await costOf(() => inSlices(source.update()));
  held = [report, source];
  const heap = heapUsed() - before;
  if (held === undefined) throw new Error('Nothing was read');

  const latencies: number[] = [];
  const size = statSync(file).size;
  for (let i = 0; i < job.lines; i += 1) {
    latencies.push(await latencyOf(files, run, file, `n${size}-${i}`));
  }
  const longest = Math.max(whole.longest, rows.longest);
  return { row, whole: { cpu: whole.cpu, longest, heap }, latencies };
}

/** From the writing of a line until what the session does now is known anew, as the product finds out. */
async function latencyOf(
  files: AgentFiles,
  run: ReturnType<typeof aRun>,
  file: string,
  call: string,
): Promise<number> {
  const line = new ClaudeLines(new Date().toISOString()).runs(call, `echo ${call}`).text;
  let changed = (): void => {};
  const following = files.follow(run, () => changed());
  // Watches keep no process alive, and tell of nothing that came before them.
  const alive = setInterval(() => {}, 1000);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const start = performance.now();
  appendFileSync(file, line);
  for (;;) {
    await new Promise<void>((resolve) => (changed = resolve));
    const [state] = await files.look(run);
    if (state?.now.text.includes(call) === true) break;
  }
  const latency = performance.now() - start;
  clearInterval(alive);
  following.dispose();
  return latency;
}

async function costOf(
  work: () => Promise<unknown>,
): Promise<{ readonly cpu: number; readonly longest: number }> {
  const longest = watchTurns();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / 1000, longest: longest() };
}

function heapUsed(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

/** Its rows, each the median of several. */
export function sessionRows(
  megabytes: number,
  all: readonly SessionFigures[],
  median: (values: readonly number[]) => number,
): readonly Figure[] {
  const name = `a session of ${megabytes} MB`;
  const of = (value: (figures: SessionFigures) => number): number => median(all.map(value));
  return [
    figure(
      `${name}: what it does now`,
      of(({ row }) => row.cpu),
      'ms CPU',
      20,
    ),
    ...(megabytes === usual
      ? [
          figure(
            `${name}: read whole`,
            of(({ whole }) => whole.cpu),
            'ms CPU',
            150,
          ),
        ]
      : []),
    figure(
      `${name}: longest block`,
      of(({ whole }) => whole.longest),
      'ms CPU',
      20,
    ),
    figure(`${name}: memory kept`, of(({ whole }) => whole.heap) / 1e6, 'MB', 5),
    figure(
      `${name}: a new line is told`,
      of(({ latencies }) => Math.max(...latencies)),
      'ms',
      300,
    ),
  ];
}
