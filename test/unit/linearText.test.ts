import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it, vi } from 'vitest';
import { cleaner } from '../../src/core/views/report/cleanText';
import { ClaudeReader } from '../../src/agents/claude/core/claudeReader';
import { CodexReader } from '../../src/agents/codex/core/codexReader';
import { maskSecrets } from '../../src/core/run/secrets';
import { maskCredentials } from '../../src/core/sessions/maskCredentials';
import type { LineReader } from '../../src/core/sessions/transcript';
import { parseSession } from '../../src/engines/babysitter/core/diagnose/session';
import { lastJsonObject } from '../../src/engines/babysitter/core/drive/cliCalls';
import {
  exportedFunctions as exported,
  inputsSchema,
} from '../../src/engines/babysitter/core/newRun/processFile';
import { few, runOf, timeOf, tryFunctions, type Tried } from '../support/linearCalls';

// Whatever a function would do to the machine fails at once: only work on the text itself remains.
const failing = vi.hoisted(() => (actual: object): object => {
  const fail = (): never => {
    throw Object.assign(new Error('There is nothing.'), { code: 'ENOENT' });
  };
  return Object.fromEntries(
    Object.entries(actual).map(([name, value]) => [
      name,
      typeof value === 'function' && /^[a-z]/.test(name)
        ? Object.assign(() => fail(), { native: fail })
        : value,
    ]),
  );
});
vi.mock('node:fs', async (original) => failing(await original()));
vi.mock('node:fs/promises', async (original) => failing(await original()));
vi.mock('node:child_process', async (original) => failing(await original()));

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const folders = [
  'src/core',
  'src/node',
  'src/engines/*/core',
  'src/engines/*/node',
  'src/agents/*/core',
  'src/agents/*/node',
];

let tried: Tried;
beforeAll(async () => {
  tried = await tryFunctions(root, folders, (path) => import(path));
}, 900_000);

it('no function takes longer than its text is long', () => {
  expect(tried.slow).toEqual([]);
});

it('leaves out only functions that take nothing, or no text', () => {
  expect(tried.left).toEqual([]);
  expect(tried.count).toBeGreaterThan(300);
});

/** Texts with a beginning or an end of their own, without which nothing is looked for. */
const formed: Readonly<Record<string, (length: number) => unknown>> = {
  'a secret that never ends': (n) => maskSecrets(`"completionProof":"${'\\'.repeat(n)}`),
  'many secrets': (n) => maskSecrets('"completionProof": "'.repeat(n / 20)),
  'brackets before an answer': (n) => lastJsonObject(`${'{'.repeat(n)}}`),
  'quotes before an answer': (n) => lastJsonObject(`${'\\"{'.repeat(n / 3)}"}`),
  'a value of white space': (n) => parseSession('s', `---\nactive: ${' '.repeat(n)}x\n---\n`),
  'lists of exports': (n) => exported(`export {a,b}\n`.repeat(n / 13)),
  'lists of exports that never end': (n) => exported('export {\n'.repeat(n / 9)),
  'names without end': (n) => exported(`export {${'a,'.repeat(n / 2)}}`),
  'functions between line ends': (n) => exported('export\n'.repeat(n / 7)),
  'schemas without end': (n) => inputsSchema('exports.inputSchema = {\n'.repeat(n / 24)),
  'comments without end': (n) => inputsSchema(`/** @inputs {${'}\n * '.repeat(n / 5)}`),
  'keys that never end': (n) => maskCredentials('-eyJ'.repeat(n / 4)),
  'a path of marks': (n) => cleaner([], [['/home/a', '']])(`${'/'.repeat(n)}b`, 1_000_000),
};

/**
 * Expects that work on eight times the text takes far less than the square of that, which would be 64 times as long, or else
 * that it does not go on so: collecting garbage may begin at one size.
 */
function expectLinear(work: (length: number) => unknown, what: string): void {
  const timed = (length: number, times: number): number =>
    Math.min(...Array.from({ length: times }, () => timeOf(() => work(length), [])));
  const once = timed(400_000, 1);
  if (once < 20) return;
  const most = Math.max(20, timed(50_000, 3) * 24);
  if (once < most) return;
  const large = timed(400_000, 2);
  if (large < most) return;
  expect(timed(1_600_000, 2), what).toBeLessThan(large * 10);
}

it.each(Object.entries(formed))('%s: the time grows as the text', { timeout: 60_000 }, (what, work) => {
  expectLinear(work, what);
});

// Lines of transcripts are JSON, without which nothing of them is looked at.
const at = '2026-01-01T00:00:00.000Z';
const transcripts: Readonly<Record<string, (text: string) => readonly [LineReader, ...object[]]>> = {
  claude: (text) => [
    new ClaudeReader(),
    ...['Bash', 'Edit', 'Task', 'Other'].map((name, i) => ({
      ...{ type: 'assistant', timestamp: at },
      message: {
        id: `m${i}`,
        content: [
          { type: 'tool_use', id: `c${i}`, name, input: { command: text, file_path: text, prompt: text } },
        ],
      },
    })),
    ...[text, [{ type: 'tool_result', tool_use_id: 'c0', content: text }]].map((content) => ({
      ...{ type: 'user', timestamp: at },
      message: { content },
    })),
    { type: 'custom-title', customTitle: text, timestamp: at },
  ],
  codex: (text) => [
    new CodexReader(),
    ...[
      { type: 'function_call', name: 'shell', arguments: text, call_id: 'a' },
      {
        type: 'function_call',
        name: 'shell',
        arguments: JSON.stringify({ command: ['sh', '-c', text] }),
        call_id: 'b',
      },
      { type: 'custom_tool_call', name: 'apply_patch', input: text, call_id: 'c' },
      { type: 'function_call_output', call_id: 'a', output: text },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
    ].map((payload) => ({ timestamp: at, type: 'response_item', payload })),
  ],
};

it.each(Object.entries(transcripts))(
  'lines of %s: the time grows as the text',
  { timeout: 120_000 },
  (agent, linesOf) => {
    const words = [
      'babysitter task:post ',
      '--run-id ',
      '.a5c/runs/',
      '&& ',
      "'",
      ';',
      '*** Update File: a\n',
    ];
    for (const text of [...few, ...words.map(runOf)]) {
      const read = (length: number): void => {
        const [reader, ...lines] = linesOf(text(length / 4));
        for (const line of lines) reader.read(JSON.stringify(line));
        reader.readLong(JSON.stringify(lines[0]).slice(0, length / 4), text(length / 4));
      };
      expectLinear(read, `${agent} ${text(12)}`);
    }
  },
);
