import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
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
import { exportedFunctions, type ExportedFunction } from '../support/hostileCalls';

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

const characters = [
  ...' \t\n\r\\/"\'`.,:;!?=+-*_#@$%&|~^<>()[]{}0aZé',
  ...[
    '\u0000',
    '\u00a0',
    '\u200d',
    '\u202e',
    '\u2028',
    '\ufeff',
    '\ud800',
    '👩‍',
    '\u0301',
    '\r\n',
    '${',
    '/*',
    '"\\',
  ],
];
const paired = [...' \n\\/"`.*_<([{0a='];
/** In characters. */
const sizes = { small: 4000, large: 16_000 };

type Text = (length: number) => string;

const runOf =
  (part: string): Text =>
  (length) =>
    part.repeat(Math.ceil(length / part.length));

/** Long runs of each character and of pairs, alone and before something that ends them otherwise. */
function textsFor(words: readonly string[]): readonly Text[] {
  const runs = [...characters, ...words].map(runOf);
  const ended = runs.map(
    (run): Text =>
      (length) =>
        `x${run(length)}\u0001`,
  );
  const pairs = paired.flatMap((one, i) =>
    paired
      .slice(i + 1)
      .flatMap((other): Text[] => [
        runOf(one + other),
        (length) => runOf(one)(length / 2) + runOf(other)(length / 2),
      ]),
  );
  const brackets = ['()', '[]', '{}', '<>'].flatMap(([open = '', close = '']): Text[] => [
    (length) => open.repeat(length) + close,
    (length) => open.repeat(length / 2) + close.repeat(length / 2),
  ]);
  return [...runs, ...ended, ...pairs, ...brackets];
}

/** For what is made of many texts, each of which a function with one text has been tried with. */
const few = [...' \n\\"/(*`#0a\u0000'].map(runOf);

type Callable = (...args: readonly unknown[]) => unknown;

interface Way {
  readonly argumentsOf: (text: string) => readonly unknown[];
  readonly texts: readonly Text[];
}

/** Once with the text everywhere, and once with it in each parameter alone. */
function waysOf({ parameters, words }: ExportedFunction): readonly Way[] {
  const holding = parameters.flatMap(({ holds }, i) => (holds === 'none' ? [] : [i]));
  const alone = holding.map((place) => ({
    argumentsOf: (text: string) => parameters.map(({ make }, i) => make(i === place ? text : 'a')),
    texts: parameters[place]?.holds === 'text' ? textsFor(words) : few,
  }));
  if (holding.length < 2) return alone;
  return [{ argumentsOf: (text) => parameters.map(({ make }) => make(text)), texts: few }, ...alone];
}

/** Calls a function and goes through what it gives. */
function call(callable: Callable, args: readonly unknown[]): void {
  try {
    const result = callable(...args);
    if (result instanceof Promise) result.catch(() => {});
    else if (typeof result === 'object' && result !== null && 'next' in result) {
      const generator = result as Generator;
      for (let i = 0; i < 10_000 && !generator.next().done; i += 1);
    }
  } catch {
    // Refusing is fine.
  }
}

/** In milliseconds of the processor. */
function timeOf(callable: Callable, args: readonly unknown[]): number {
  const before = process.cpuUsage();
  call(callable, args);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Shorter times are noise, in milliseconds; one that grows as the text squared is longer at the small size. */
const noticeable = 4;
/** Of the sizes it is 4, and its square 16. */
const factor = 9;

/** The text with which a function is slower than the text is long; `undefined`: none is found. */
function slowWith(callable: Callable, { argumentsOf, texts }: Way): string | undefined {
  return texts.find((text) => {
    const [small, large] = [argumentsOf(text(sizes.small)), argumentsOf(text(sizes.large))];
    const first = timeOf(callable, small);
    if (first < noticeable) return false;
    // Whatever else the machine does makes it slower, never faster.
    const times = (args: readonly unknown[]): number =>
      Math.min(timeOf(callable, args), timeOf(callable, args));
    return timeOf(callable, large) > factor * first && times(large) > factor * times(small);
  })?.(12);
}

const functions = exportedFunctions(root, folders);
const takesNoText = ({ parameters }: ExportedFunction): boolean =>
  parameters.every(({ holds }) => holds === 'none');

it('no function takes longer than its text is long', { timeout: 300_000 }, async () => {
  const slow: string[] = [];
  for (const found of functions) {
    if (takesNoText(found)) continue;
    const { file, name } = found;
    const module: Record<string, unknown> = await import(`${root}/${file}`);
    for (const way of waysOf(found)) {
      const text = slowWith(module[name] as Callable, way);
      if (text !== undefined) slow.push(`${file} ${name}: ${JSON.stringify(text)}`);
    }
  }
  expect(slow).toEqual([]);
});

it('leaves out only functions that take nothing, or no text', () => {
  const left = functions.filter(takesNoText);
  const why = ({ file, name, parameters }: ExportedFunction): string =>
    `${file} ${name} takes (${parameters.map(({ type }) => type).join(', ')})`;
  expect(
    left.map(why).filter((said) => /\b(?:string|unknown|any|Record)\b/.test(said.split(' takes ')[1] ?? '')),
  ).toEqual([]);
  expect(functions.length - left.length).toBeGreaterThan(300);
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

/** Expects that work on eight times the text takes far less than the square of that, which would be 64 times as long. */
function expectLinear(work: (length: number) => unknown, what: string): void {
  const timed = (length: number, times: number): number =>
    Math.min(...Array.from({ length: times }, () => timeOf(() => work(length), [])));
  const large = timed(400_000, 1);
  if (large < 20) return;
  expect(timed(400_000, 2), what).toBeLessThan(Math.max(20, timed(50_000, 3) * 24));
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
