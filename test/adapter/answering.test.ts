import { expect, it } from 'vitest';
import type { Decision } from '../../src/core/run/answer';
import type { BreakpointOption } from '../../src/core/run/breakpoint';
import { pendingEffects } from '../../src/core/run/run';
import { asRunKey } from '../../src/core/run/runKey';
import { drive, processRun, readJson } from '../support/driving';

// Every form in which a process or an agent asks × every kind of answer, recorded by the real engine and handed to a
// real process, which returns what it got.

const never = new AbortController().signal;

/** What a process asks, by how it does it. */
const payloads = {
  'a bare text': 'Shall we?',
  'a title and a question': { title: 'Ship it?', question: '# Shall we?\n\n- [ ] really' },
  'a question alone': { question: 'Shall we?' },
  'a message instead of a question': { message: 'Shall we?' },
  'a title alone': { title: 'Ship it?' },
  'nothing that is known': { amount: 3, nested: { list: [1, null, 'a'] } },
  'a context with files': {
    question: 'Shall we?',
    context: { files: [{ path: 'a.md', format: 'markdown' }, 'b.ts'], summary: 'Two files' },
  },
  'options that are texts': { question: 'Which?', options: ['Ship', 'Request changes', 'Abort'] },
  'options with a value': {
    question: 'Which?',
    options: [
      { label: 'MIT licence', value: 'mit', description: 'Short' },
      { label: 'No licence', value: 'none' },
    ],
  },
  'options that say what they count as': {
    question: 'Which?',
    options: [
      { label: 'Go', value: 'go', approved: false },
      { label: 'Stop the old one', value: 'stop', approved: true },
    ],
  },
  'options that are numbers': { question: 'How many?', options: [1, 2] },
} as const;

type Payload = keyof typeof payloads;

const words = 'Nicht so: "quoted", $HOME, `x`\n— 漢字 🙂 — \\n, it\'s wrong';
const said = { response: words, feedback: words };
const plain: Record<string, readonly [Decision, Readonly<Record<string, unknown>>]> = {
  approve: [{ kind: 'approve', text: '' }, { approved: true }],
  'approve with words': [
    { kind: 'approve', text: words },
    { approved: true, ...said },
  ],
  reject: [{ kind: 'reject', text: '' }, { approved: false }],
  'reject with words': [
    { kind: 'reject', text: words },
    { approved: false, ...said },
  ],
  'request changes': [
    { kind: 'request-changes', text: words },
    { approved: false, ...said },
  ],
};
const own: typeof plain = {
  text: [
    { kind: 'text', text: words },
    { approved: true, ...said },
  ],
};

/** Chooses an option by its label, as the run offers it. */
function chosen(options: readonly BreakpointOption[], label: string): BreakpointOption {
  return options.find((option) => option.label === label) ?? expect.fail(`no option ${label}`);
}

/** By payload: the label of an option, what the person lets it count as, the words, and what is to arrive. */
const choices: Partial<
  Record<
    Payload,
    readonly (readonly [string, boolean | undefined, string, Readonly<Record<string, unknown>>])[]
  >
> = {
  'options that are texts': [
    ['Ship', undefined, '', { approved: true, option: 'Ship', response: 'Ship' }],
    ['Request changes', undefined, words, { approved: false, option: 'Request changes', ...said }],
    ['Abort', true, '', { approved: true, option: 'Abort', response: 'Abort' }],
  ],
  'options with a value': [
    ['MIT licence', undefined, '', { approved: true, option: 'mit', response: 'mit' }],
    ['No licence', undefined, words, { approved: false, option: 'none', ...said }],
    ['MIT licence', false, words, { approved: false, option: 'mit', ...said }],
  ],
  'options that say what they count as': [
    ['Go', undefined, '', { approved: false, option: 'go', response: 'go' }],
    ['Stop the old one', undefined, '', { approved: true, option: 'stop', response: 'stop' }],
    ['Go', true, '', { approved: true, option: 'go', response: 'go' }],
  ],
  'options that are numbers': [['2', undefined, '', { approved: true, option: '2', response: '2' }]],
};

interface Case {
  readonly name: string;
  readonly payload: Payload;
  readonly decide: (options: readonly BreakpointOption[]) => Decision;
  readonly expected: Readonly<Record<string, unknown>>;
}

const cases: readonly Case[] = (Object.keys(payloads) as Payload[]).flatMap((payload) => [
  ...Object.entries({ ...plain, ...(choices[payload] ? {} : own) }).map(
    ([name, [decision, expected]]): Case => ({ name, payload, decide: () => decision, expected }),
  ),
  ...(choices[payload] ?? []).map(([label, approved, text, expected]): Case => ({
    name: `${label}${approved === undefined ? '' : `, switched to ${approved}`}`,
    payload,
    decide: (options) => ({ kind: 'option', option: chosen(options, label), approved, text }),
    expected,
  })),
]);

/** A run that asks everything at once, answered one after the other, since the engine locks the run; what it returned. */
async function answerAll(these: readonly Case[]): Promise<readonly unknown[]> {
  const asked = these.map(({ payload }) => payloads[payload]);
  const { workspace, home, dir } = await processRun(`
    export async function process(inputs, ctx) {
      const asked = ${JSON.stringify(asked)};
      return ctx.parallel.all(asked.map((payload, i) => () => ctx.breakpoint(payload, { label: 'q' + i })));
    }`);
  const { driver, store } = await drive(workspace, dir, { home });
  expect((await driver.iterate(asRunKey(dir), 1, never, () => {})).reason).toBe('needs-you');
  const open = pendingEffects(store.get(asRunKey(dir))?.run ?? expect.fail('no run'));
  expect(open).toHaveLength(these.length);
  for (const [place, { decide, name }] of these.entries()) {
    const { effect, task } = open.find(({ effect }) => effect.label === `q${place}`) ?? expect.fail(name);
    const decision = decide(task?.breakpoint?.options ?? []);
    expect(await driver.answer(asRunKey(dir), effect.effectId, decision, 'page'), name).toEqual({
      recorded: true,
    });
  }
  expect((await driver.iterate(asRunKey(dir), 1, never, () => {})).reason).toBe('completed');
  return (await readJson(dir, 'state', 'output.json')) as readonly unknown[];
}

it(
  'an answer arrives in the process exactly as it was given, whatever was asked and however it was answered',
  { timeout: 240_000 },
  async () => {
    // Two runs, as many as there are processors.
    const halves = [0, 1].map((half) => cases.filter((_, i) => i % 2 === half));
    const got = await Promise.all(halves.map(answerAll));
    const named = (these: readonly Case[], values: readonly unknown[]) =>
      Object.fromEntries(these.map(({ payload, name }, i) => [`${payload}: ${name}`, values[i]]));
    const expected = cases.map(({ expected }) => ({ ...expected, respondedBy: 'Dana Reyes' }));
    expect(named(halves.flat(), got.flat())).toEqual(named(cases, expected));
  },
);
