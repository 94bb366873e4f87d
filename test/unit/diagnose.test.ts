import { babysitterEngine } from '../../src/engines/babysitter/core/babysitterEngine';
import { describe, expect, it } from 'vitest';
import { diagnose, type DiagnoseFacts } from '../../src/engines/babysitter/core/diagnose/diagnose';
import { parseSession } from '../../src/engines/babysitter/core/diagnose/session';
import type { RepairPlan } from '../../src/engines/babysitter/core/repair/repairPlan';
import { classify } from '../../src/engines/babysitter/core/judge';
import { journal, minute } from '../support/journalBuilder';
import { aRun, type RunParts } from '../support/runBuilder';

const sound: RepairPlan = { damage: [], steps: [], beyondRepair: undefined, lost: [], before: '', after: '' };
const repairable: RepairPlan = {
  ...sound,
  damage: ['journal/000003.x.json is empty.'],
  steps: [{ type: 'journal' }],
};

function facts(parts: RunParts, more: Partial<DiagnoseFacts> = {}): DiagnoseFacts {
  const run = aRun(parts);
  const now = run.updatedAt + 60 * minute;
  return {
    stored: { run, state: classify(run, now, { activityWindow: 2 * minute }), engine: babysitterEngine },
    iterating: false,
    details: undefined,
    repair: sound,
    engine: { found: true, version: '0.0.187' },
    process: { loads: true },
    sessions: [],
    parent: undefined,
    children: [],
    now,
    ...more,
  };
}

/** The sentence, and what the button does. */
function told(parts: RunParts, more: Partial<DiagnoseFacts> = {}): readonly [string, string] {
  const { sentence, remedy } = diagnose(facts(parts, more));
  const what = remedy?.type === 'command' ? remedy.command : (remedy?.type ?? 'none');
  return [sentence, what];
}

const started = () => journal().created();
const details = {
  tasks: new Map(),
  results: new Map(),
  problems: [],
  warnings: [
    { file: 'run.json', what: "names the process file p.mjs, which was changed after the run's last event" },
  ],
};

describe('diagnose', () => {
  const waiting: RunParts = { journal: started().requested('plan1') };
  const asked: RunParts = {
    journal: started().requested('b1', 'breakpoint'),
    tasks: { b1: { kind: 'breakpoint', metadata: { payload: { title: 'Approve the plan' } } } },
  };
  const ready: RunParts = { journal: started().done('plan1') };
  const dead = { pid: 99, alive: false } as const;

  it.each<readonly [string, RunParts, Partial<DiagnoseFacts>, RegExp, string]>([
    ['iterated by this window', ready, { iterating: true }, /this window is iterating/, 'run.stop'],
    [
      'held by a living process',
      { ...ready, lock: { alive: true } },
      {},
      /Process 4242 holds the run since/,
      'none',
    ],
    [
      'held by a dead process, on an engine that may not remove its lock',
      { ...ready, lock: dead, problems: [{ file: 'run.lock', what: 'was left', mendable: true }] },
      {},
      /Process 99, .*ended without giving it back/,
      'run.repair',
    ],
    [
      'completed',
      { journal: started().done('plan1').completed() },
      {},
      /completed, which is final/,
      'run.startAgain',
    ],
    [
      'sealed',
      { journal: started().failed('x', { manual_seal_reason: 'over' }) },
      {},
      /That is final/,
      'run.startAgain',
    ],
    [
      'damaged',
      asked,
      { repair: repairable },
      /000003.x.json is empty. Until that is repaired/,
      'run.repair',
    ],
    [
      'damaged beyond repair',
      asked,
      { repair: { ...repairable, steps: [], beyondRepair: 'No.' } },
      /a new run can take over the recorded answers/,
      'run.repair',
    ],
    [
      'perhaps being written',
      asked,
      { repair: { ...repairable, steps: [] } },
      /may still be written by somebody/,
      'none',
    ],
    [
      'without an engine',
      ready,
      { engine: { found: false, version: undefined } },
      /No Babysitter command line/,
      'engine',
    ],
    [
      'waiting for a person',
      asked,
      {},
      /It has been waiting for you since .*: Approve the plan/,
      'breakpoint.answer',
    ],
    [
      'sleeping',
      { journal: started().requested('s1', 'sleep', { label: 'sleep:2036-01-01T00:00:00Z' }) },
      {},
      /Sleeping until/,
      'none',
    ],
    [
      'waiting, with no session',
      waiting,
      {},
      /waiting for an agent since .*"agent" is to be done, and no session is bound/,
      'run.resume',
    ],
    [
      'waiting, its session ended',
      waiting,
      { sessions: [{ sessionId: 's1', active: false, lastIterationAt: undefined }] },
      /the session s1 that drove it has ended/,
      'run.resume',
    ],
    [
      'waiting, its session silent',
      waiting,
      { sessions: [{ sessionId: 's1', active: true, lastIterationAt: undefined }] },
      /The session s1 is bound to it, and recorded nothing since/,
      'run.resume',
    ],
    [
      'half answered',
      { journal: started().requested('a1').requested('b1').resolved('a1') },
      {},
      /waiting for an agent since/,
      'run.resume',
    ],
    [
      'without a process, of an engine that can be given one later',
      { metadata: { entrypoint: { importPath: 'bare-run' }, sdkVersion: '6.0.0' } },
      { engine: { found: true, version: '6.0.0' } },
      /no process yet/,
      'run.assignProcess',
    ],
    [
      'without its process file',
      {
        ...ready,
        problems: [{ file: 'run.json', what: 'names the process file p.mjs, which does not exist' }],
      },
      {},
      /p\.mjs, which does not exist/,
      'run.reveal',
    ],
    [
      'with a process file that does not load',
      ready,
      { process: { loads: false, cause: 'SyntaxError: Unexpected token', path: '/p.mjs', line: 3 } },
      /does not load: SyntaxError: Unexpected token/,
      'open',
    ],
    [
      'failed by an error that nobody catches',
      { journal: started().requested('plan1').erred('plan1', 'Rate limit').failed('Rate limit') },
      {},
      /"agent" was answered with an error that the process does not catch: Rate limit/,
      'run.fork',
    ],
    [
      'ready after an error, on a newer engine',
      { metadata: { sdkVersion: '6.0.0' }, journal: started().requested('plan1').erred('plan1') },
      { engine: { found: true, version: '6.0.0' } },
      /ended with an error.*; iterating shows whether the process handles it/,
      'run.iterate',
    ],
    [
      'failed by the process',
      { journal: started().done('plan1').failed('undefined is no function') },
      {},
      /It failed: undefined is no function. Mend what it names; iterating runs the process again/,
      'run.iterate',
    ],
    [
      'failed, and mended since',
      { journal: started().done('plan1').failed('x') },
      { details },
      /The process file was changed since/,
      'run.iterate',
    ],
    [
      'made by another engine',
      { metadata: { sdkVersion: '6.0.0' }, ...ready },
      {},
      /made by version 6.0.0 of the engine/,
      'engine',
    ],
    ['ready', ready, {}, /Everything is answered; iterate to go on/, 'run.iterate'],
    [
      'ready, and its process changed',
      ready,
      { details },
      /But run.json names the process file/,
      'run.iterate',
    ],
    ['not started', { journal: started() }, {}, /Not started; iterate to begin/, 'run.iterate'],
  ])('tells of a run that is %s', (_name, parts, more, sentence, remedy) => {
    const [said, does] = told(parts, more);
    expect(said).toMatch(sentence);
    expect(does).toBe(remedy);
  });

  it.each<RunParts>([
    waiting,
    asked,
    ready,
    { journal: started() },
    { journal: started().requested('a1').requested('b1').resolved('a1') },
    { journal: started().requested('p').erred('p', 'Rate limit').failed('Rate limit') },
    { journal: started().requested('p').erred('p', 'Rate limit') },
    { journal: started().done('p').failed('x') },
    { metadata: { sdkVersion: '6.0.0' }, journal: started().done('p').failed('x') },
    { metadata: { entrypoint: { importPath: 'bare-run' } } },
    {
      ...ready,
      problems: [{ file: 'journal/000002.x.json', what: 'is empty', mendable: true, stops: 'any' }],
    },
  ])('says what the judge says, where nobody looks closer: %#', (parts) => {
    const nothing = { repair: undefined, engine: undefined, process: undefined, sessions: undefined };
    const given = facts(parts, nothing);
    const { remedy } = diagnose(given);
    expect(remedy?.type === 'command' ? remedy.command : remedy).toBe(given.stored.state.next.action);
  });

  it('takes somebody who was at work a moment ago for at work', () => {
    const run = aRun(waiting);
    const now = run.updatedAt + 20_000;
    const stored = {
      run,
      state: classify(run, now, { activityWindow: 2 * minute }),
      engine: babysitterEngine,
    };
    expect(told(waiting, { stored, now })).toEqual([
      'Somebody seems to be at work on "agent": the last event is 20s ago.',
      'none',
    ]);
  });

  it('leads from a parent to the child it waits for, and from an ended child to its parent', () => {
    const child = facts({ journal: started().requested('b1', 'breakpoint') }).stored;
    const parent = facts({ journal: started().requested('sub1', 'subprocess') }).stored;
    const waits = diagnose(
      facts({ journal: started().requested('sub1', 'subprocess') }, { children: [child] }),
    );
    expect(waits.sentence).toMatch(/waits for its child run "demo\/process": Needs your answer/);
    expect(waits.remedy).toEqual({ type: 'command', command: 'run.diagnose', runKey: child.run.key });
    const ended = diagnose(facts({ journal: started().completed() }, { parent }));
    expect(ended.sentence).toMatch(/its parent run "demo\/process" goes on/);
  });

  it('puts damage before a person, a person before the process, and the engine before both', () => {
    const broken = { process: { loads: false, cause: 'x', path: undefined, line: undefined } } as const;
    const none = { found: false, version: undefined };
    expect(told(asked, { ...broken, engine: none, repair: repairable })[1]).toBe('run.repair');
    expect(told(asked, { ...broken, engine: none })[1]).toBe('engine');
    expect(told(asked, broken)[1]).toBe('breakpoint.answer');
    // Where nothing is trusted, neither is known.
    expect(told(asked, { engine: undefined, process: undefined })[1]).toBe('breakpoint.answer');
  });
});

describe('a session', () => {
  it('is read as the engine writes it', () => {
    const text =
      '---\nactive: true\nrun_id: "R1"\nlast_iteration_at: "2026-11-21T13:01:42Z"\n---\n\nhi run_id: R2';
    expect(parseSession('s1', text)).toEqual({
      sessionId: 's1',
      active: true,
      lastIterationAt: Date.parse('2026-11-21T13:01:42Z'),
      runIds: ['R1'],
    });
    expect(parseSession('s1', '---\nactive: false\nrun_ids: ["R1", "R2"]\n---\n')?.runIds).toEqual([
      'R1',
      'R2',
    ]);
    expect(parseSession('s1', 'no front matter')).toBeUndefined();
  });
});
