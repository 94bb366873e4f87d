import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameProblem, sequenceNumber } from '../../src/engines/babysitter/core/eventName';
import {
  isInOrder,
  listJournal,
  type JournalListing,
} from '../../src/engines/babysitter/core/journalListing';
import { parseEvent, toEventRecord } from '../../src/engines/babysitter/core/parseEvent';
import { isSegment, parseJson, parseTime } from '../../src/core/run/lenient';
import { parseLock } from '../../src/engines/babysitter/core/lock';
import { parseMetadata, toEntrypoint } from '../../src/engines/babysitter/core/metadata';
import { passed } from '../../src/core/run/passed';
import { parseResult, parseTask, type AskedTask } from '../../src/core/run/task';
import { atOnce } from '../../src/core/sliced';
import { eventFile, start } from '../support/journalBuilder';
import { runJson } from '../support/runBuilder';

const name = eventFile(2);
const event = (value: unknown): ReturnType<typeof parseEvent> =>
  parseEvent(name, typeof value === 'string' ? value : JSON.stringify(value));
const recordedAt = '2026-03-01T10:00:00.000Z';

/** What no reader may stumble over. */
const hostile = fc.oneof(
  fc.string(),
  fc.json(),
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc
    .record({
      type: fc.constantFrom(
        'RUN_CREATED',
        'EFFECT_REQUESTED',
        'EFFECT_RESOLVED',
        'EFFECT_CANCELLED',
        'RUN_FAILED',
      ),
      recordedAt: fc.oneof(fc.jsonValue(), fc.date({ noInvalidDate: true })),
      data: fc.oneof(
        fc.jsonValue(),
        fc.dictionary(
          fc.constantFrom('effectId', 'kind', 'status', 'error', 'labels', '__proto__'),
          fc.jsonValue(),
        ),
      ),
    })
    .map((value) => JSON.stringify(value)),
);

describe('parseJson', () => {
  it.each([
    ['', 'is empty'],
    [' \n', 'is empty'],
    ['\ufeff{}', 'starts with a byte order mark, which no engine reads'],
    ['{"a":', 'is not valid JSON: it may have been cut off or overwritten'],
    ['{}{}', 'is not valid JSON: it may have been cut off or overwritten'],
    ['{\u0000}', 'is not valid JSON: it may have been cut off or overwritten'],
  ])('%j %s', (text, problem) => {
    expect(parseJson(text)).toEqual({ problem });
  });

  it('reads what nests a million deep', () => {
    expect(parseJson(`${'['.repeat(1e6)}${']'.repeat(1e6)}`)).toHaveProperty('value');
  });
});

describe('parseTime', () => {
  it.each<[string, number]>([
    ['2026-03-01T10:00:00.000Z', start],
    ['2026-03-01T11:00:00+01:00', start],
    ['2026-03-01', Date.UTC(2026, 2, 1)],
    ['+010889-08-02T05:31:50.655Z', 281_474_976_710_655],
    ['2026-13-01T00:00:00Z', Number.NaN],
    ['Nap 1', Number.NaN],
    ['5', Number.NaN],
    ['March 1, 2026', Number.NaN],
    ['2026-03-01 later', Number.NaN],
    ['', Number.NaN],
  ])('%j', (text, time) => {
    expect(parseTime(text)).toBe(time);
  });
});

describe('isSegment', () => {
  it.each(['01KJQ3AWCY2AX1FD2DTYSE9E2X', 'yearly audit', 'größe', '...', '.hidden', '__proto__'])(
    '%s',
    (id) => {
      expect(isSegment(id)).toBe(true);
    },
  );

  it.each(['', '.', '..', '../x', 'a/b', 'a\\b', '/etc', 'a\0b', 'a\nb', 'x'.repeat(256)])('not %j', (id) => {
    expect(isSegment(id)).toBe(false);
  });
});

describe('parseMetadata', () => {
  it('takes the completion proof out of the texts that titles are made of', () => {
    const completionProof = 'c'.repeat(32);
    const prompt = `Say ${completionProof} when you are done`;
    const { metadata } = parseMetadata(
      JSON.stringify({ ...runJson, prompt, request: prompt, completionProof }),
    );
    expect(metadata?.prompt).toBe('Say ••• when you are done');
    expect(metadata?.request).toBe('Say ••• when you are done');
  });

  it('reads what engines write, and leaves the completion proof in the file', () => {
    const json = {
      ...runJson,
      prompt: 'Build it',
      completionProof: 'a'.repeat(32),
      completionSecret: 'b'.repeat(32),
      sdkVersion: '6.0.0',
      cwd: '/project',
      harness: 'claude-code',
      nonInteractive: true,
      nested: { parentRunId: 'parent', parentEffectId: 'e' },
      unknown: { anything: [1] },
    };
    const read = parseMetadata(JSON.stringify(json));
    expect(read).toEqual({
      metadata: {
        processId: 'demo/process',
        entry: { importPath: '../../processes/demo.mjs', exportName: 'process' },
        prompt: 'Build it',
        createdAt: start,
        sdkVersion: '6.0.0',
        cwd: '/project',
        harness: 'claude-code',
        request: 'demo/process',
        processRevision: undefined,
        nonInteractive: true,
        parentRunId: 'parent',
      },
      problems: [],
    });
    expect(JSON.stringify(read)).not.toMatch(/aaaa|bbbb/);
  });

  it('reads the fields of the right type and says which are not', () => {
    const { metadata, problems } = parseMetadata(
      JSON.stringify({
        processId: 5,
        entrypoint: ['x'],
        prompt: 'Build it',
        createdAt: 'yesterday',
        sdkVersion: null,
        nonInteractive: 'yes',
        nested: 'parent',
      }),
    );
    expect(metadata).toMatchObject({
      processId: undefined,
      prompt: 'Build it',
      createdAt: undefined,
      entry: undefined,
    });
    expect(problems).toEqual([
      'has a wrong "processId": it must be text',
      'has a wrong "entrypoint": it must be text, or an object with an importPath',
      'has a wrong "createdAt": "yesterday" is not a time',
      'has a wrong "nonInteractive": it must be true or false',
      'has a wrong "nested": it must be an object',
    ]);
  });

  it.each([
    ['[]', 'holds a list where an object belongs'],
    ['null', 'holds null where an object belongs'],
    ['"run"', 'holds a string where an object belongs'],
    ['7', 'holds a number where an object belongs'],
    ['', 'is empty'],
  ])('%j %s', (json, problem) => {
    expect(parseMetadata(json)).toEqual({ metadata: undefined, problems: [problem] });
  });

  it('says which layout engines refuse', () => {
    const refused = (layoutVersion: unknown) =>
      parseMetadata(JSON.stringify({ ...runJson, layoutVersion })).metadata?.refused;
    expect(refused('2099')).toBe('has the layout "2099", which engines refuse to iterate');
    expect(refused(3)).toBe('has the layout 3, which engines refuse to iterate');
    for (const none of [undefined, null, '']) {
      expect(refused(none)).toBe('has no layoutVersion, which engines refuse to iterate');
    }
    expect(refused(runJson.layoutVersion)).toBeUndefined();
  });

  it.each([undefined, null, '', 3, {}])('says that engines make no task with the run id %j', (runId) => {
    const { metadata } = parseMetadata(JSON.stringify({ ...runJson, runId }));
    expect(metadata?.refused).toMatch(/^has no "runId" that is text/);
  });

  it.each<[unknown, string | undefined]>([
    [undefined, 'there.mjs'],
    [null, 'there.mjs'],
    [{ exportName: 'run' }, 'there.mjs'],
    [{ importPath: '' }, undefined],
    [{ importPath: 3 }, undefined],
    [{ importPath: 'bare-run' }, undefined],
  ])(
    'takes the process file from processPath only where the entry point %j names none',
    (entrypoint, path) => {
      const { metadata } = parseMetadata(
        JSON.stringify({ ...runJson, entrypoint, processPath: 'there.mjs' }),
      );
      expect(metadata?.entry?.importPath).toBe(path);
    },
  );

  it.each<[unknown, unknown]>([
    ['../p.mjs#run', { importPath: '../p.mjs', exportName: 'run' }],
    ['../p.mjs', { importPath: '../p.mjs', exportName: 'process' }],
    [{ importPath: '../p.mjs' }, { importPath: '../p.mjs', exportName: 'process' }],
    [
      { importPath: '../p.mjs', exportName: null },
      { importPath: '../p.mjs', exportName: 'process' },
    ],
    [{ importPath: 'bare-run', exportName: 'process' }, undefined],
    ['bare-run', undefined],
    [{ importPath: '' }, undefined],
    [{}, undefined],
    [undefined, undefined],
  ])('reads the entry %j', (entrypoint, expected) => {
    expect(toEntrypoint(entrypoint)).toEqual(expected);
    expect(parseMetadata(JSON.stringify({ entrypoint })).metadata?.entry).toEqual(expected);
  });
});

describe('parseEvent', () => {
  it('reads types it does not know as such', () => {
    expect(event({ type: 'COFFEE_BREAK', recordedAt, data: { cups: 2 }, sdkVersion: '6.0.0' })).toEqual({
      entry: {
        file: name,
        seq: 2,
        at: start,
        sdkVersion: '6.0.0',
        event: { type: 'other', name: 'COFFEE_BREAK' },
      },
      problems: [],
    });
  });

  it.each<[string, string, boolean]>([
    ['', 'is empty', true],
    ['{"type":', 'is not valid JSON: it may have been cut off or overwritten', true],
    ['[]', 'holds a list where an object belongs', false],
    ['{}', 'has no "type"', false],
    [`{"type":null,"recordedAt":"${recordedAt}"}`, 'has no "type"', false],
    [`{"type":"","recordedAt":"${recordedAt}"}`, 'has a wrong "type": it must not be empty', false],
    [`{"type":5,"recordedAt":"${recordedAt}"}`, 'has a wrong "type": it must be text', false],
  ])('cannot use %j: it %s (mendable: %s)', (json, what, mendable) => {
    const { entry, problems } = event(json);
    expect(entry).toBeUndefined();
    expect(problems).toContainEqual(mendable ? { what, mendable } : { what, stops: 'iterate' });
  });

  it.each<[string, object, string]>([
    ['EFFECT_REQUESTED', {}, 'has no "effectId"'],
    [
      'EFFECT_REQUESTED',
      { effectId: '../../etc' },
      'has a wrong "effectId": it is not a plain name (it could lead out of the run folder)',
    ],
    [
      'EFFECT_REQUESTED',
      { effectId: 'x'.repeat(300) },
      'has a wrong "effectId": it is not a plain name (it could lead out of the run folder)',
    ],
    ['EFFECT_REQUESTED', { effectId: 7 }, 'has a wrong "effectId": it must be text'],
    [
      'EFFECT_RESOLVED',
      { effectId: '..', status: 'ok' },
      'has a wrong "effectId": it is not a plain name (it could lead out of the run folder)',
    ],
    ['EFFECT_RESOLVED', { effectId: 'e' }, 'has no "status"'],
    [
      'EFFECT_RESOLVED',
      { effectId: 'e', status: 'fine' },
      'has a wrong "status": it must be "ok" or "error"',
    ],
    ['EFFECT_CANCELLED', {}, 'has no "effectId"'],
  ])('cannot use %s with %j', (type, data, what) => {
    expect(event({ type, recordedAt, data })).toEqual({
      entry: undefined,
      problems: [{ what, stops: 'iterate' }],
    });
  });

  it('uses an event behind a byte order mark, and says that engines do not', () => {
    const { entry, problems } = event(`\ufeff{"type":"RUN_HALTED","recordedAt":"${recordedAt}"}`);
    expect(entry?.event).toEqual({ type: 'RUN_HALTED', reason: undefined });
    expect(problems).toEqual([
      { what: 'starts with a byte order mark, which no engine reads', mendable: true, stops: 'any' },
    ]);
  });

  it('shows such an event in the list of events, too, and cannot use one behind many of them', () => {
    const json = `{"type":"RUN_HALTED","recordedAt":"${recordedAt}"}`;
    expect(toEventRecord(name, `\ufeff${json}`)).toEqual(toEventRecord(name, json));
    expect(event(`${'\ufeff'.repeat(500_000)}${json}`).entry).toBeUndefined();
  });

  it('uses an event without its lesser fields, and says which were wrong', () => {
    const { entry, problems } = event({
      type: 'EFFECT_REQUESTED',
      data: { effectId: 'e', kind: 5, taskId: null, labels: [1], label: {} },
    });
    expect(entry?.event).toEqual({
      type: 'EFFECT_REQUESTED',
      effectId: 'e',
      taskId: 'e',
      kind: 'unknown',
      label: undefined,
      labels: [],
      stepId: undefined,
      invocationKey: undefined,
    });
    expect(problems).toEqual([
      {
        what: 'has no "invocationKey", "stepId", "taskId" and "taskDefRef", has a wrong "labels": it must be a list of texts; engines refuse the run',
        stops: 'any',
      },
      { what: 'has no "recordedAt"' },
      { what: 'has a wrong "kind": it must be text' },
      { what: 'has a wrong "label": it must be text' },
    ]);
  });

  it.each<[unknown, unknown]>([
    [
      { name: 'E', message: 'm', stack: 's', data: 1 },
      { name: 'E', message: 'm', stack: 's' },
    ],
    ['a text', { name: undefined, message: 'a text', stack: undefined }],
    [{ message: 5 }, { name: undefined, message: undefined, stack: undefined }],
    [{ message: '{"message":"Out of date","exitCode":4}' }, { message: 'Out of date' }],
    [{ message: '{"exitCode":4}' }, { message: 'exitCode: 4' }],
    [{ message: '["Two", "things"]' }, { message: 'Two, things' }],
    [{ reason: 'No budget left' }, { name: undefined, message: 'No budget left' }],
    [{ message: '{"message":" "}' }, { message: 'An error without words' }],
    [{ message: '{not JSON' }, { message: '{not JSON' }],
    [null, undefined],
  ])('reads the error %j', (error, expected) => {
    const { entry, problems } = event({ type: 'RUN_FAILED', recordedAt, data: { error } });
    expect(entry?.event).toMatchObject({ type: 'RUN_FAILED', error: expected });
    expect(problems).toEqual([]);
  });

  it('says when the data is no object', () => {
    expect(event({ type: 'RUN_HALTED', recordedAt, data: 'x' })).toMatchObject({
      entry: { event: { type: 'RUN_HALTED', reason: undefined } },
      problems: [{ what: 'has a wrong "data": it must be an object' }],
    });
  });
});

describe('sequenceNumber', () => {
  const ulid = '01KJQ3AWCY2AX1FD2DTYSE9E2X';
  it.each<[string, number]>([
    [`000001.${ulid}.json`, 1],
    [`999999.${ulid}.json`, 999_999],
    [`1000000.${ulid}.json`, 1_000_000],
    // Engines read these, too (0.0.187 was asked).
    ['000002.short.json', 2],
    ['000002.a.b.json', 2],
    [`000002.${ulid.toLowerCase()}.json`, 2],
  ])('%s', (file, seq) => {
    expect(sequenceNumber(file)).toBe(seq);
  });

  it.each([
    'garbage.json',
    `1.${ulid}`,
    `1.${ulid}.json.tmp-1-2`,
    `x1.${ulid}.json`,
    '1.json',
    '1..json',
    `1.${ulid}.jsox`,
    `${ulid}.json`,
  ])('not %s', (file) => {
    expect(sequenceNumber(file)).toBeUndefined();
  });
});

describe('nameProblem', () => {
  const [less, ulid, more] = ['3', '4', '5'].map((end) => `01KJQ3AWCY2AX1FD2DTYSE9E2${end}`);
  const named = (text?: string): string => `000002.${text}.json`;
  it.each<[string, string, string | undefined, RegExp | undefined]>([
    ['of the first event', named(ulid), undefined, undefined],
    ['of a later one', named(ulid), named(less), undefined],
    ['that repeats', named(ulid), named(ulid), /not greater/],
    ['that is less than the one before', named(ulid), named(more), /not greater/],
    ['that is too short', named('short'), undefined, /no ULID/],
    ['in small letters', named(ulid?.toLowerCase()), undefined, /no ULID/],
    ['with a letter that no ULID has', named(ulid?.replace('K', 'U')), undefined, /no ULID/],
    ['beyond all times', named(ulid?.replace('0', '8')), undefined, /no ULID/],
    ['with a point in it', named('a.b'), undefined, /no ULID/],
    ['behind too many digits', `0000003.${more}.json`, named(ulid), /sorts before/],
    ['behind one with too few digits', `000003.${more}.json`, `2.${ulid}.json`, /sorts before/],
    ['behind six digits, all used', `1000000.${more}.json`, `999999.${ulid}.json`, undefined],
  ])('a ULID %s', (_, file, before, what) => {
    const problem = nameProblem(file, before);
    if (what) expect(problem).toMatchObject({ what: expect.stringMatching(what), mendable: true });
    else expect(problem).toBeUndefined();
  });
});

describe('isInOrder', () => {
  it.each<[boolean, string, readonly string[]]>([
    [true, 'all from 1 in order', [1, 2, 3].map((seq) => eventFile(seq))],
    [true, 'nothing', []],
    [false, 'a gap', [eventFile(1), eventFile(3)]],
    [false, 'another order', [eventFile(2), eventFile(1)]],
    [false, 'a number that is no ULID', [eventFile(1), '000002.short.json']],
    [false, 'a stranger', [eventFile(1), 'notes.txt']],
  ])('is %s of %s', (expected, _, names) => {
    expect(isInOrder(names)).toBe(expected);
  });
});

describe('listJournal', () => {
  const listing = (files: readonly string[], writing = false): JournalListing =>
    atOnce(listJournal(files, writing));
  const list = (files: readonly string[], writing = false): readonly string[] =>
    listing(files, writing).problems.map(
      ({ file, what, mendable }) => `${file.slice(0, 6)}: ${what}${mendable ? ' [mendable]' : ''}`,
    );
  const tmp = `${eventFile(3)}.tmp-99-1`;

  it('orders by number, which outgrows its six digits', () => {
    const files = [1_000_000, 2, 999_999, 1].map((seq) => eventFile(seq));
    expect(listing(files).files.map(sequenceNumber)).toEqual([1, 2, 999_999, 1_000_000]);
  });

  it('says whether a name has to be looked at', () => {
    expect(listing([eventFile(2), eventFile(1)]).odd).toBe(false);
    expect(listing([eventFile(1), '000002.short.json']).odd).toBe(true);
  });

  it.each<[string, readonly string[], readonly string[]]>([
    ['nothing', [], []],
    ['all there', [eventFile(2), eventFile(1)], []],
    ['one missing', [eventFile(1), eventFile(3)], [': lacks the event 2']],
    ['several missing', [eventFile(1), eventFile(5)], [': lacks the events 2 to 4']],
    ['the first missing', [eventFile(2)], [': lacks its first event [mendable]']],
    ['the first two missing', [eventFile(3)], [': lacks the events 1 to 2']],
    [
      'a number twice',
      [eventFile(1), eventFile(2, '01KJQ3AWCY2AX1FD2DTYSE9E2X'), eventFile(2)],
      ['000002: has a sequence number that occurs twice (2) [mendable]'],
    ],
    [
      'number 0',
      [eventFile(0), eventFile(1)],
      ['000000: has a sequence number that is too small; the first is 1'],
    ],
    [
      'a foreign name',
      ['garbage.json'],
      ['garbag: is not named like an event; engines refuse the run while it is here'],
    ],
    ['another file', ['notes.txt'], ['notes.: does not belong in a journal; it is ignored']],
    ['a hidden file', ['.DS_Store'], []],
    [
      'a temporary file',
      [eventFile(1), tmp],
      [
        '000003: is a temporary file that an interrupted write left behind; it breaks the numbering of the next event [mendable]',
      ],
    ],
  ])('%s', (_, files, expected) => {
    expect(list(files)).toEqual(expected);
  });

  it('takes a temporary file under a live lock for a write that is going on', () => {
    expect(list([eventFile(1), tmp], true)).toEqual([]);
  });
});

describe('parseTask', () => {
  it('reads inputs, iteration and sleep', () => {
    const json = {
      title: 'Nap',
      inputs: { iteration: 3 },
      sleep: { iso: recordedAt, targetEpochMs: 5 },
      labels: ['x'],
    };
    expect(parseTask(JSON.stringify(json), 'sleep')).toEqual({
      task: {
        title: 'Nap',
        description: undefined,
        labels: ['x'],
        kind: undefined,
        inputs: { iteration: 3 },
        inputsRef: undefined,
        iteration: 3,
        sleepUntil: 5,
        breakpoint: undefined,
      },
      problems: [],
    });
    expect(parseTask('{"sleep":{"iso":"2026-03-01T10:00:00Z"}}', 'sleep').task?.sleepUntil).toBe(start);
    expect(parseTask(JSON.stringify(json), 'agent').task?.sleepUntil).toBeUndefined();
  });

  it('believes the journal about the kind', () => {
    expect(parseTask('{"kind":"agent"}', 'breakpoint').task?.breakpoint).toBeDefined();
    expect(parseTask('{"kind":"breakpoint"}', 'agent').task?.breakpoint).toBeUndefined();
  });

  it.each([
    ['{"title":5}', 'has a wrong "title": it must be text'],
    ['{"labels":"agent"}', 'has a wrong "labels": it must be a list'],
    ['{"sleep":5}', 'has a wrong "sleep": it must be an object'],
    ['{"sleep":{"targetEpochMs":1e999}}', 'has a wrong "sleep": it must be a number'],
    ['[]', 'holds a list where an object belongs'],
  ])('%s %s', (json, problem) => {
    expect(parseTask(json, 'sleep').problems).toEqual([problem]);
  });
});

describe('parseResult', () => {
  it('reads value, metrics, reference and who posted it', () => {
    const json = {
      status: 'ok',
      value: { score: 9 },
      resultRef: 'tasks/e/blobs/x.json',
      metadata: { actor: 'Ada' },
    };
    expect(parseResult(JSON.stringify(json), ['score'])).toEqual({
      result: {
        metrics: { score: 9 },
        value: { score: 9 },
        resultRef: 'tasks/e/blobs/x.json',
        metadata: { actor: 'Ada' },
        failure: undefined,
      },
      problems: [],
    });
  });

  it.each([
    [{ success: false, exitCode: 2, stderr: 'no such file' }, 'exit code 2'],
    [{ exitCode: 127 }, 'exit code 127'],
    [{ success: false }, 'not successful'],
    [{ success: false, exitCode: 0 }, 'not successful'],
    // A command that is expected to fail.
    [{ success: true, exitCode: 1 }, undefined],
    [{ exitCode: 0 }, undefined],
    [{ exitCode: '1', success: 'no' }, undefined],
    [{ passed: false, score: 40 }, 'passed: false'],
    [{ ok: true, allPassed: false }, 'allPassed: false'],
    [{ valid: false }, 'valid: false'],
    [{ testsPass: false }, 'testsPass: false'],
    [{ testsPassed: false, exitCode: 3 }, 'exit code 3'],
    [{ approved: false }, 'approved: false'],
    [{ passed: true, exitCode: 3 }, undefined],
    [{ inner: { passed: false } }, undefined],
    [[{ success: false }], undefined],
    ['success: false', undefined],
  ])('tells of %j: %s', (value, failure) => {
    expect(parseResult(JSON.stringify({ status: 'ok', result: value }), []).result?.failure).toBe(failure);
  });
});

describe('what a task is asked for', () => {
  const failureOf = (value: object, asked: AskedTask): string | undefined =>
    parseResult(JSON.stringify({ status: 'ok', result: value }), [], asked).result?.failure;

  it('decides which exit code is right, and that no answer to a question is a failure', () => {
    expect(failureOf({ exitCode: 1 }, { expectedExitCode: 1 })).toBeUndefined();
    expect(failureOf({ exitCode: 0 }, { expectedExitCode: 1 })).toBe('exit code 0');
    expect(failureOf({ approved: false }, { kind: 'breakpoint' })).toBeUndefined();
    const expected = (task: object) => parseTask(JSON.stringify(task), 'shell').task?.expectedExitCode;
    expect(expected({ shell: { command: 'false', expectedExitCode: 1 } })).toBe(1);
    expect(expected({ command: 'false', expectedExitCode: 2 })).toBe(2);
    expect(expected({ shell: {} })).toBeUndefined();
  });

  it.each([
    ['agent', 'ok', { score: 1 }, true],
    ['shell', 'ok', { exitCode: 1 }, false],
    ['agent', 'error', undefined, false],
    ['agent', 'pending', undefined, null],
    ['agent', 'cancelled', undefined, null],
    ['agent', 'ok', undefined, null],
    ['breakpoint', 'ok', { approved: false }, null],
    ['breakpoint', 'error', undefined, null],
  ] as const)(
    'a task of kind %s with status %s and result %j passed: %s',
    (kind, status, value, expected) => {
      const result = value && parseResult(JSON.stringify({ result: value }), [], { kind }).result;
      expect(passed({ kind, status }, result)).toBe(expected);
    },
  );
});

describe('parseLock', () => {
  const asked: number[] = [];
  const read = (json: string, alive = true): ReturnType<typeof parseLock> =>
    parseLock(json, (pid) => {
      asked.push(pid);
      return alive;
    });

  it('reads a live and a dead one', () => {
    const json = `{"pid":77,"owner":"runtime:x","acquiredAt":"${recordedAt}"}`;
    const lock = { pid: 77, owner: 'runtime:x', acquiredAt: start };
    expect(read(json)).toEqual({ lock: { ...lock, alive: true }, problems: [] });
    expect(read(json, false)).toEqual({
      lock: { ...lock, alive: false },
      problems: ['was left behind by process 77, which no longer runs'],
    });
  });

  it.each([
    ['', 'is empty'],
    ['garbage', 'is not valid JSON: it may have been cut off or overwritten'],
    ['{}', 'names no process'],
    ['{"pid":"77"}', 'has a wrong "pid": it must be a whole number'],
    ['{"pid":1.5}', 'has a wrong "pid": it must be a whole number'],
    ['{"pid":0}', 'has a wrong "pid": it must be a positive number'],
    ['{"pid":-1}', 'has a wrong "pid": it must be a positive number'],
    ['{"pid":1e300}', /^has a wrong "pid": /],
  ])('%j names no process', (json, problem) => {
    asked.length = 0;
    const { lock, problems } = read(json);
    expect(lock).toBeUndefined();
    expect(problems).toHaveLength(1);
    const [what, consequence] = (problems[0] ?? '').split('; ');
    expect(what).toMatch(problem);
    expect(consequence).toBe('while it is here, every step of the run fails');
    // A signal to 0 or a negative pid would go to whole groups of processes.
    expect(asked).toEqual([]);
  });
});

describe('no reader throws, whatever is in a file', () => {
  it.each<[string, (text: string) => unknown]>([
    ['run.json', parseMetadata],
    ['an event', (text) => parseEvent(name, text)],
    ['task.json', (text) => parseTask(text, 'breakpoint', text)],
    ['a sleep', (text) => parseTask(text, 'sleep')],
    ['result.json', (text) => parseResult(text, ['score'])],
    ['run.lock', (text) => parseLock(text, () => false)],
  ])('%s', (_, read) => {
    fc.assert(fc.property(hostile, (text) => void read(text)));
  });
});
