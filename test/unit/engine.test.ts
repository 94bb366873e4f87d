import { babysitterEngine } from '../../src/engines/babysitter/core/babysitterEngine';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerCall, iterateCall, lastJsonObject } from '../../src/engines/babysitter/core/drive/cliCalls';
import { NoEngineError, type CliOutcome } from '../../src/engines/babysitter/core/drive/engine';
import { explainFailure } from '../../src/engines/babysitter/core/drive/explain';
import { inResumeOrder, type ResumeWay } from '../../src/engines/babysitter/core/drive/resumeOrder';
import type { CommandId } from '../../src/core/commands';
import { whyNot } from '../../src/core/engine/whyNot';
import { isRecord } from '../../src/core/run/lenient';
import { defaultActivityWindow, stateActions, type StateAction } from '../../src/core/run/judgement';
import { classify } from '../../src/engines/babysitter/core/judge';
import { journal, minute, start } from '../support/journalBuilder';
import { aRun, type RunParts } from '../support/runBuilder';
import { momentText } from '../support/momentText';

const fixtures = new URL('../fixtures/cli/0.0.187/', import.meta.url);

interface Recorded {
  readonly args: readonly string[];
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A real answer of the command line, as the engine port tells it. */
function recorded(name: string): CliOutcome<unknown> & Recorded {
  const call = JSON.parse(readFileSync(fileURLToPath(new URL(`${name}.json`, fixtures)), 'utf8')) as Recorded;
  const json = lastJsonObject(call.stdout);
  return {
    ...call,
    ended: 'exit',
    answer: isRecord(json) && typeof json['status'] === 'string' ? json : undefined,
    silent: call.stdout.trim() === '',
  };
}

const outcome = (parts: Partial<CliOutcome<unknown>>): CliOutcome<unknown> => ({
  ended: 'exit',
  exitCode: 1,
  answer: undefined,
  silent: true,
  stderr: '',
  ...parts,
});

describe('explainFailure', () => {
  const brokenJournal =
    'An event of the journal cannot be read, so the engine refuses the run; repair it first.';
  const emptyFile =
    'A file of the run is empty or cut off, perhaps run.lock; look at the problems below the run.';
  const locked = 'Process 1 holds the run (runtime:orchestrateIteration); try again when it is done.';
  const notThere = 'The run or the task was deleted.';
  const noFolder = 'This run was deleted.';
  const silence =
    'The engine ended without an answer: the process waits for something that nothing will ever bring. The lock it left is cleared by the next step.';
  const unloadable = (path: string) =>
    `The process file could not be loaded: /tmp/babysitter-fixture/workspace/.a5c/processes/${path}. It may be missing, or an import in it fails.`;

  /** Every recorded call that did not do what it was asked to. */
  const refusals: Readonly<Record<string, string>> = {
    'create-broken-import': expect.stringMatching(
      /^The process file could not be loaded: \S+broken-import\.mjs: Cannot find package 'a-package-that-is-not-installed'/,
    ),
    'create-missing-process': expect.stringMatching(/^The process file is missing: \/tmp\/\S+\/gone\.mjs\./),
    'iterate-broken-import': unloadable('broken-import.mjs'),
    'iterate-damaged-journal': brokenJournal,
    'iterate-duplicate-number':
      'The journal has a gap or a repeated number, so the engine refuses the run; repair it first.',
    'iterate-empty-lock': emptyFile,
    'iterate-exits': 'The engine ended with exit code 7 and said nothing',
    'iterate-lock-held': locked,
    'iterate-missing-process': unloadable('gone.mjs'),
    'iterate-missing-run': noFolder,
    'iterate-never-settles': silence,
    'iterate-other-layout': 'This engine does not know the layout of the run; use the engine that made it.',
    'post-already-resolved': 'It was answered elsewhere meanwhile; the first answer stands.',
    'post-damaged-journal': brokenJournal,
    'post-empty-lock': emptyFile,
    'post-empty-value': "The engine ended with exit code 1: Missing result payload for result status 'ok'",
    'post-invalid-value': emptyFile,
    'post-key-mismatch': 'The run changed meanwhile: this effect now belongs to another step.',
    'post-lock-held': locked,
    'post-missing-run': notThere,
    'post-unknown-effect': notThere,
    'post-value-and-metadata-from-stdin': silence,
    'status-damaged-journal': brokenJournal,
    'status-missing-run': noFolder,
    'unknown-command': 'The engine ended with exit code 1: Unknown command: run:nonsense',
  };

  it.each(Object.entries(refusals))('%s', (name, sentence) => {
    expect(explainFailure(recorded(name))).toEqual(sentence);
  });

  it('has a sentence for every recorded refusal', () => {
    const names = readdirSync(fixtures).map((file) => file.replace(/\.json$/, ''));
    // Exit code 1 with an answer is the engine's way to post an error; only iterate and post must answer.
    const refused = names.filter((name) => {
      const { exitCode, answer, silent, args } = recorded(name);
      return (exitCode !== 0 && !answer) || (silent && /^(run:iterate|task:post)$/.test(args[0] ?? ''));
    });
    expect(refused.toSorted()).toEqual(Object.keys(refusals).toSorted());
  });

  it.each([
    [
      'a timeout',
      { ended: 'timeout' },
      'The engine took too long and was ended; the next step cleans up after it.',
    ],
    ['a cancel', { ended: 'cancelled' }, 'It was cancelled.'],
    ['a signal', { exitCode: undefined }, 'The engine was ended by a signal and said nothing'],
    [
      'a race that was lost',
      { stderr: '{"name":"RunFailedError","message":"Effect 01X is already resolved"}' },
      'It was answered elsewhere meanwhile; the first answer stands.',
    ],
    [
      'a signed policy',
      {
        stderr:
          '{"name":"RunFailedError","message":"Signed-breakpoint enforcement could not establish trust for effect 01X: missing config-manifest.json","details":{}}',
      },
      "A policy demands signed answers, which have to come from the approver's own tool (Signed-breakpoint enforcement could not establish trust for effect 01X: missing config-manifest.json).",
    ],
    [
      'a bare run of a newer engine',
      { stderr: '[run:iterate] Error: Run has no process assigned. Use run:assign-process' },
      'The run has no process yet; assign one first.',
    ],
    [
      'a lock without an owner',
      { stderr: 'Error: run.lock already held by pid 77' },
      'Process 77 holds the run; try again when it is done.',
    ],
    [
      'a foreign file in the journal',
      { stderr: 'Invalid journal filename: garbage.json' },
      'The journal holds a file that is no event (garbage.json), so the engine refuses the run.',
    ],
    [
      'a missing import',
      { stderr: "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'left-pad' imported from /x.mjs" },
      'The process needs "left-pad", which is not installed where it looks.',
    ],
    [
      'a stack: the line that says error counts, not the last one',
      { stderr: 'preparing\n[run:iterate] Error: Out of paper\n    at print (printer.js:1:1)\n' },
      'The engine ended with exit code 1: Out of paper',
    ],
    [
      'an answer nobody understands',
      { exitCode: 0, silent: false },
      'The engine gave an answer that cannot be understood; the log has it.',
    ],
    [
      'a promise that was not kept',
      { exitCode: 0, silent: false, answer: { status: 'ok' } },
      'The engine says that it is done, but the journal does not show it.',
    ],
  ] as const)('%s', (_why, parts, sentence) => {
    expect(explainFailure(outcome(parts))).toBe(sentence);
  });

  it('is one line without control characters, and no novel', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 3000 }),
        fc.option(fc.integer()),
        (stderr, exitCode) => {
          const said = explainFailure(outcome({ stderr, exitCode: exitCode ?? undefined }));
          // oxlint-disable-next-line no-control-regex -- they are what must not be there
          expect(said).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
          // Each of the 300 characters kept may be spelled out.
          expect(said.length).toBeLessThan(3000);
        },
      ),
    );
    const long = outcome({
      stderr: `Invalid journal filename: ${'x'.repeat(5000)}\n\u202e${'word '.repeat(1000)}`,
    });
    expect(explainFailure(long).length).toBeLessThanOrEqual(300);
  });
});

describe('lastJsonObject', () => {
  it('finds the answer after a process that prints', () => {
    expect(lastJsonObject(recorded('iterate-prints').stdout)).toMatchObject({ status: 'waiting' });
  });

  it('finds the answer after any noise', () => {
    const answer = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }));
    const noise = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.constantFrom(
        '{',
        '}',
        '{"a":',
        '"',
        '{"status":"completed"}',
        '[{}',
        '\\',
        '{"a":"{"}',
        "{ it's",
        '\n',
      ),
    );
    fc.assert(
      fc.property(fc.array(noise), answer, fc.boolean(), (before, value, pretty) => {
        const text = JSON.stringify(value, null, pretty ? 2 : 0);
        const found = lastJsonObject(`${before.join('')}${text}\n`);
        expect(found).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  it.each(['', '  \n', '{', '}', '[]', '7', 'null', '{"a":1', '{"a":1} and more', '{]}', '{"}'])(
    'finds nothing in %j',
    (text) => {
      expect(lastJsonObject(text)).toBeUndefined();
    },
  );

  // Looking at every brace anew would take hours, and the time limit of a test ends that.
  it('is done with a flood', () => {
    const flood = '{"level":"info","message":"{not json"}\n'.repeat(50_000);
    expect(lastJsonObject(`${flood}{"status":"waiting"}`)).toEqual({ status: 'waiting' });
  });
});

describe('calls as data', () => {
  const provenance = {
    respondedBy: 'Dana',
    respondedAt: '2026-03-01T10:00:00.000Z',
    product: 'P 1',
    surface: 'row',
  };

  it('iterate names the run by its absolute path', () => {
    expect(iterateCall('/p/.a5c/runs/r')).toMatchObject({
      args: ['run:iterate', '/p/.a5c/runs/r', '--json'],
    });
    expect(iterateCall('/r').stdin).toBeUndefined();
  });

  it('answer gives the value on standard input and the metadata in a file, guarded by the key', () => {
    const answer = { approved: false, option: 'Reject', response: 'no “quotes”\n', respondedBy: 'Dana' };
    const call = answerCall('/r', '01E', 'p:S000001:__sdk.breakpoint', answer, provenance);
    expect(call.args).toEqual([
      ...['task:post', '/r', '01E', '--status', 'ok', '--value', '-'],
      ...['--invocation-key', 'p:S000001:__sdk.breakpoint', '--json'],
    ]);
    expect(JSON.parse(call.stdin ?? '')).toEqual(answer);
    expect(JSON.parse(call.files?.['--metadata'] ?? '')).toEqual(provenance);
    expect(call.args.join(' ')).not.toContain('Dana');
  });

  it('answer has no guard where the journal has no key', () => {
    const call = answerCall('/r', '01E', undefined, { approved: true, respondedBy: 'D' }, provenance);
    expect(call.args).toEqual(['task:post', '/r', '01E', '--status', 'ok', '--value', '-', '--json']);
  });

  it('accept what the engine really answers, and nothing of another shape', () => {
    const iterate = iterateCall('/r').answer;
    const answers = readdirSync(fixtures).filter((file) => file.startsWith('iterate-'));
    const understood = answers.filter((file) => {
      const { stdout } = recorded(file.replace(/\.json$/, ''));
      return iterate.safeParse(lastJsonObject(stdout)).success;
    });
    expect(understood).toEqual(
      answers.filter((file) => recorded(file.replace(/\.json$/, '')).stdout.includes('"status"')),
    );
    expect(iterate.parse({ status: 'waiting', reason: { odd: true }, more: 1 })).toMatchObject({
      status: 'waiting',
      reason: undefined,
    });
    for (const odd of [undefined, null, 7, [], {}, { status: 1 }])
      expect(iterate.safeParse(odd).success).toBe(false);
  });

  it('say where an engine was looked for, and what to do', () => {
    const error = new NoEngineError(['here', 'there']);
    expect(error.message).toBe('The Babysitter command line was not found. Tried: here; there.');
    expect(error.nextStep).toBe(
      'Install @a5c-ai/babysitter-sdk in the project, or set babysitterRuns.engine.path.',
    );
  });
});

describe('whyNot', () => {
  const final =
    'The run is completed, which is final: iterating would run the whole process again. Make a new run instead.';
  const at = start + 10 * minute;
  const sleepTask = { kind: 'sleep', sleep: { targetEpochMs: start + 60 * minute } };

  const why = (action: StateAction, parts: RunParts, now = at): string | undefined => {
    const run = aRun(parts);
    return whyNot(action, {
      run,
      state: classify(run, now, { activityWindow: defaultActivityWindow }),
      engine: babysitterEngine,
    });
  };

  it.each<[string, RunParts, string]>([
    ['completed', { journal: journal().created().done('a').completed() }, final],
    [
      'halted',
      { journal: journal().created().halted() },
      'The process halted the run, which is final. Make a new run instead.',
    ],
    [
      'failed by an error of the process itself (6.x)',
      { journal: journal().created().processError() },
      'The process itself threw an error; the engine must recover from it before it can go on.',
    ],
    [
      'sealed',
      { journal: journal().created().failed('x', { manual_seal_reason: 'superseded' }) },
      'The run was sealed, which is final. Make a new run instead.',
    ],
    [
      'locked',
      { journal: journal().created().done('a'), lock: { pid: 77, acquiredAt: start } },
      `Process 77 holds the run since ${momentText('2026-03-01 10:00')}; wait until it is done.`,
    ],
    [
      'locked since nobody knows when',
      { journal: journal().created().done('a'), lock: { pid: 77, acquiredAt: undefined } },
      'Process 77 holds the run; wait until it is done.',
    ],
    [
      'needs you',
      { journal: journal().created().requested('q', 'breakpoint') },
      'Answer the open question first. Iterating will not change anything yet.',
    ],
    [
      'sleeping',
      { journal: journal().created().requested('s', 'sleep'), tasks: { s: sleepTask } },
      `Sleeping until ${momentText('2026-03-01 11:00', '2026-03-01 10:30')}. Iterating will not change anything yet.`,
    ],
    [
      'waiting',
      { journal: journal().created().requested('a') },
      `Waiting for an agent since ${momentText('2026-03-01 10:00')}: 1 agent task pending. Iterating will not change anything yet.`,
    ],
    [
      'not started and without a process',
      { journal: journal().created({ entrypoint: undefined }), metadata: { entrypoint: undefined } },
      'The run has no process yet; assign one first.',
    ],
    ['unreadable', { metadata: null }, 'Nothing of this run can be read.'],
  ])('an iterate is not possible: %s', (_state, parts, sentence) => {
    expect(why('run.iterate', parts)).toBe(sentence);
    expect(why('run.continue', parts)).toBe(sentence);
  });

  it.each<[string, RunParts, string | undefined]>([
    ['completed', { journal: journal().created().completed() }, final],
    ['failed', { journal: journal().created().failed() }, undefined],
    ['failed by itself', { journal: journal().created().processError() }, undefined],
    ['waiting', { journal: journal().created().requested('a') }, undefined],
    ['unreadable', { metadata: null }, 'Nothing of this run can be read.'],
  ])('a resume: %s', (_state, parts, sentence) => {
    expect(why('run.resume', parts)).toBe(sentence);
  });

  it.each<[string, RunParts, string | undefined]>([
    ['a question is open', { journal: journal().created().requested('q', 'breakpoint') }, undefined],
    ['none is', { journal: journal().created().requested('a') }, 'No question is open in this run.'],
    [
      'one was open when the run failed',
      { journal: journal().created().requested('q', 'breakpoint').failed() },
      'No question is open: the run is failed.',
    ],
  ])('an answer: %s', (_state, parts, sentence) => {
    for (const action of ['breakpoint.answer', 'breakpoint.approve', 'breakpoint.reject'] as const) {
      expect(why(action, parts)).toBe(sentence);
    }
  });

  it('names the problem with which the engine would do damage', () => {
    const journalled = { journal: journal().created().requested('q', 'breakpoint').done('a') };
    const problem = { file: 'journal/x.tmp', what: 'is a leftover' };
    const sentence = 'journal/x.tmp is a leftover. The engine would fail or cause damage; repair it first.';
    const any = { ...journalled, problems: [{ ...problem, stops: 'any' as const }] };
    expect([why('run.iterate', any), why('breakpoint.answer', any)]).toEqual([sentence, sentence]);
    const iterate = { ...journalled, problems: [{ ...problem, stops: 'iterate' as const }] };
    expect([why('run.iterate', iterate), why('breakpoint.answer', iterate)]).toEqual([sentence, undefined]);
    expect(why('run.resume', any)).toBeUndefined();
    expect(why('run.iterate', { ...journalled, problems: [problem] })).toBeUndefined();
  });

  it('has a sentence for every action that is not listed, and none for one that is', () => {
    const some: readonly RunParts[] = [
      {},
      { metadata: null },
      { journal: journal().created().done('a') },
      { journal: journal().created().requested('a', 'odd kind') },
      { journal: journal().created().completed() },
    ];
    for (const parts of some) {
      const run = aRun(parts);
      const state = classify(run, at, { activityWindow: defaultActivityWindow });
      for (const action of stateActions) {
        const said = whyNot(action, { run, state, engine: babysitterEngine });
        expect(said === undefined, `${state.state}: ${action}`).toBe(state.actions.includes(action));
        if (said !== undefined) expect(said).toMatch(/^[A-Z].*\.$/);
      }
    }
  });
});

describe('what Resume Run offers first', () => {
  const ways = ['iterate', 'continue', 'agent', 'choose-agent'] as const;
  const order = (next: CommandId | undefined, last?: ResumeWay): readonly ResumeWay[] =>
    inResumeOrder(ways, (way) => way, next, last);

  it('is what takes the next step', () => {
    expect(order('run.iterate')).toEqual(ways);
    expect(order('run.resume')).toEqual(['agent', 'iterate', 'continue', 'choose-agent']);
    expect(order('run.resume', 'iterate')).toEqual(['agent', 'iterate', 'continue', 'choose-agent']);
  });

  it('is, of several that take it, what was used last', () => {
    expect(order('run.iterate', 'continue')).toEqual(['continue', 'iterate', 'agent', 'choose-agent']);
  });

  it('is never the choice of an agent, also where there is no next step', () => {
    expect(order(undefined)).toEqual(ways);
    expect(order(undefined, 'agent')).toEqual(['agent', 'iterate', 'continue', 'choose-agent']);
    expect(order('breakpoint.answer', 'choose-agent')).toEqual(ways);
  });
});
