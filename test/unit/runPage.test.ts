import { babysitterFacts, type Looked } from '../../src/engines/babysitter/core/babysitterFacts';
import { describe, expect, it } from 'vitest';
import { exactMoment } from '../../src/core/moments';
import { toAnswerView } from '../../src/core/views/page/answerView';
import { fromPage } from '../../src/core/views/page/protocol';
import { lineOfFunction, toProvenance, type ProvenanceParts } from '../../src/core/views/page/provenance';
import { toRunView } from '../../src/core/views/page/runView';
import { failingTask, toFailureView } from '../../src/core/views/page/failureView';
import { toOutputCard } from '../../src/core/views/page/outputView';
import type { TaskDetail } from '../../src/core/views/page/taskDetail';
import type { Verdict } from '../../src/core/views/page/verdict';
import { stackFrames } from '../../src/core/run/stackFrames';
import { gistOf, withGist } from '../../src/core/run/gist';
import { auditAnswers } from '../../src/core/run/audit';
import { journal, minute, type JournalBuilder } from '../support/journalBuilder';
import { aRun } from '../support/runBuilder';
import { now, opened, stored } from '../support/treeText';

function verdict(story: JournalBuilder, { iterating = false, output }: VerdictParts = {}): Verdict {
  const run = aRun({ journal: story });
  const open = opened(run);
  const details = output === undefined ? open.details : { ...open.details, output };
  return toRunView(stored(withGist(run, gistOf(run, details))), { ...open, details }, now, {
    iterating,
    trusted: true,
  }).verdict;
}

interface VerdictParts {
  readonly iterating?: boolean;
  readonly output?: unknown;
}

describe('the verdict', () => {
  it('on a run that waits for a person leads to the question', () => {
    const story = journal().created().done('a').requested('q', 'breakpoint', { label: 'gate' });
    expect(verdict(story)).toEqual({
      ...{ state: 'Needs you', icon: 'bell-dot', tone: 'asks', hint: '' },
      sentence: 'Needs your answer: gate',
      next: { does: 'question', label: 'Go to the Question', icon: 'comment', effectId: 'q' },
    });
  });

  it('on a run that failed in a task offers a fork from before it, else another iterate', () => {
    const story = journal().created().done('a').requested('b', 'agent', { label: 'Build' });
    expect(verdict(story.erred('b', 'No space left').failed('No space left'))).toMatchObject({
      ...{ state: 'Failed', tone: 'bad', sentence: 'No space left' },
      next: { does: 'fork', label: 'Fork From Before This Task…', effectId: 'b' },
    });
    expect(verdict(journal().created().failed('cannot read the config')).next?.does).toBe('run.iterate');
  });

  it('on a completed run is its result, and offers its report', () => {
    const completed = journal().created().done('a').completed();
    expect(verdict(completed)).toMatchObject({ state: 'Completed', tone: 'good', sentence: '' });
    expect(verdict(completed, { output: { success: true, summary: 'All 12 checks pass.' } })).toMatchObject({
      ...{ state: 'Completed', tone: 'good', sentence: 'All 12 checks pass.' },
      next: { does: 'run.report' },
    });
    expect(verdict(completed, { output: { success: false, reason: 'Rejected twice' } })).toMatchObject({
      ...{ state: 'Completed, not successful', tone: 'bad', sentence: 'Rejected twice' },
    });
  });

  it('on a damaged run says what has to be mended, and where it stands beside', () => {
    const run = aRun({
      journal: journal().created().done('a').requested('q', 'breakpoint', { label: 'gate' }),
      problems: [{ file: 'journal/000002.x.json', what: 'is not valid JSON', stops: 'any' }],
    });
    const shown = toRunView(stored(run), opened(run), now, { iterating: false, trusted: true }).verdict;
    expect(shown).toMatchObject({
      ...{ state: 'Damaged', icon: 'warning', tone: 'bad', hint: 'Needs your answer: gate' },
      ...{ sentence: 'journal/000002.x.json is not valid JSON', next: { does: 'run.repair' } },
    });
  });

  it('on a run that this window iterates offers to stop that', () => {
    expect(verdict(journal().created().done('a'), { iterating: true })).toMatchObject({
      ...{ state: 'Iterating', tone: 'busy', next: { does: 'run.stop' } },
    });
  });
});

describe('the failure of a run', () => {
  const own = '    at load (/project/.a5c/processes/demo.mjs:12:7)';
  const stack = [
    'TypeError: no price',
    own,
    '    at async replay (file:///project/node_modules/engine/dist/a%20b.js:3:1)',
    '    at async node:internal/process/task_queues:105:5',
    '    at <anonymous>',
  ].join('\n');

  it('has its frames, those of packages and Node told apart', () => {
    expect(stackFrames(stack)).toEqual([
      { text: own.trim(), path: '/project/.a5c/processes/demo.mjs', line: 12, column: 7, foreign: false },
      expect.objectContaining({ path: '/project/node_modules/engine/dist/a b.js', line: 3, foreign: true }),
      expect.objectContaining({ path: undefined, foreign: true }),
      expect.objectContaining({ path: undefined, foreign: true }),
    ]);
    expect(stackFrames('at C:\\work\\main.js:4:2')[0]).toMatchObject({ path: 'C:\\work\\main.js', line: 4 });
  });

  it('is told with the stack that the task left where the run has none', () => {
    const error = { name: 'TypeError', message: 'no price', stack };
    const story = journal().created().requested('b').resolved('b', { status: 'error', error });
    const run = { ...aRun({ journal: story.failed('no price') }), projectDir: '/project' };
    expect(toFailureView(run, undefined)).toMatchObject({
      message: 'no price',
      frames: [
        { place: 0, opens: true, foreign: false, text: 'at load (.a5c/processes/demo.mjs:12:7)' },
        { opens: true, text: 'at async replay (node_modules/engine/dist/a%20b.js:3:1)' },
        { opens: false },
        { opens: false },
      ],
    });
    expect(failingTask(run)?.effectId).toBe('b');
    const output = [{ name: 'stderr', text: 'a\n\u001B[31mfatal\u001B[0m: b', cut: false }] as const;
    const asked = { description: 'Import', prompt: [], command: 'node a.mjs', inputs: [] };
    const task = { effectId: 'b', title: 'Build', output, asked } as unknown as TaskDetail;
    expect(toFailureView(run, task)).toMatchObject({
      ...{ effectId: 'b', title: 'Build', command: 'node a.mjs', asked: 'Import', stderr: output[0].text },
    });
    expect(toFailureView(aRun({ journal: journal().created().completed() }), undefined)).toBeUndefined();
  });
});

describe('what a process returned', () => {
  it('is told as summary, facts, texts and values', () => {
    const output = {
      success: true,
      summary: 'Done.',
      bestScore: 96,
      notes: 'a\nb',
      steps: [1, 2],
      completionProof: 'abc123def456',
    };
    expect(toOutputCard({ output })).toMatchObject({
      ...{ success: true, summary: 'Done.' },
      facts: [
        ['Best score', '96'],
        ['Completion proof', '•••'],
      ],
      texts: [{ name: 'Notes', text: 'a\nb' }],
      values: [{ name: 'steps', holds: true }, { depth: 1 }, { depth: 1 }],
    });
    expect(toOutputCard({})).toBeUndefined();
    expect(toOutputCard({ output: 'Just words' })).toMatchObject({ facts: [['Value', 'Just words']] });
  });
});

describe('an answer in the list', () => {
  it('says who answered what, when, after how long and through what', () => {
    const run = aRun({
      journal: journal()
        .created()
        .requested('q', 'breakpoint', { label: 'gate' })
        .after(3 * minute)
        .resolved('q'),
    });
    const value = { approved: false, option: 'Request changes', feedback: 'Too long', respondedBy: 'Zoë' };
    const [answer] = auditAnswers(run, opened(run, { results: { q: value } }).details);
    expect(answer && toAnswerView(answer)).toEqual({
      effectId: 'q',
      title: 'gate',
      verdict: 'requested changes',
      icon: 'circle-slash',
      words: 'Too long',
      who: 'by Zoë',
      at: run.story.effects.get('q')?.resolvedAt,
      waited: 'after 3m 1s',
      through: '',
      signedWith: '',
    });
  });
});

describe('where a run comes from', () => {
  const provenance = (
    metadata: object,
    children: readonly { title: string; runId: string }[] = [],
    known: Partial<ProvenanceParts> = {},
    looked: Partial<Looked> = {},
  ) => {
    const run = aRun({
      journal: journal().created().done('a', 'agent', { stepId: 'S000001' }),
      metadata: { ...metadata },
    });
    return toProvenance({
      run,
      ...{ inputs: [], parentIsHere: true, children },
      ...{ original: undefined, descendants: [], copies: [], ...known },
      engineFacts: babysitterFacts(run, {
        engine: { version: '0.0.187', where: 'PATH' },
        ...{ session: 'session-7', bound: undefined, ...looked },
      }),
    });
  };

  it('names process, entry, engine, session, parent and children', () => {
    const shown = provenance({ harness: 'claude', nested: { parentRunId: 'up' } }, [
      { title: 'Child', runId: 'down' },
    ]);
    const facts = Object.fromEntries(shown.facts);
    expect(facts).toMatchObject({
      Process: 'demo/process',
      Created: `${exactMoment(Date.parse('2026-03-01T10:00:00.000Z'))} by claude`,
      Engine: '0.0.x (version not recorded)',
      Session: 'session-7',
    });
    expect(shown).toMatchObject({
      entry: '../../processes/demo.mjs#process',
      parent: { runId: 'up', open: true },
      children: [{ title: 'Child', runId: 'down' }],
    });
    const bound = [
      { sessionId: 's1', active: true, lastIterationAt: now },
      { sessionId: 's2', active: false, lastIterationAt: undefined },
    ];
    const more = provenance({ processRevision: 'r7', processCodeHash: 'AB'.repeat(32) }, [], {}, { bound });
    expect(Object.fromEntries(more.facts)).toMatchObject({
      Revision: 'r7',
      Code: `sha256 ${'ab'.repeat(32)}`,
      Session: 's1 (bound, at work), s2 (bound, ended)',
    });
    expect(facts).toMatchObject({ 'Iterates with': '0.0.187 (PATH)' });
    expect(facts).not.toHaveProperty('Mind');
    expect(Object.fromEntries(provenance({ processCodeHash: '[x](y)' }).facts)).not.toHaveProperty('Code');
    const newer = Object.fromEntries(provenance({ sdkVersion: '6.0.0' }).facts);
    expect(newer['Engine']).toBe('6.0.0');
    expect(newer['Mind']).toMatch(/made by version 6.0.0 of the engine.*It may ask finished work again/);
  });

  it('names the run it was forked from, and its forks', () => {
    const original = aRun({ metadata: { prompt: 'Migrate' } });
    const request = 'fork of R1 at 7 with edited inputs';
    expect(provenance({ request }).origin).toEqual({
      ...{ words: 'Fork of R1 at event 7 with edited inputs', runId: 'R1', open: false },
    });
    expect(provenance({ request }, [], { original }).origin).toMatchObject({
      ...{ words: 'Fork of "Migrate" at event 7 with edited inputs', open: true },
    });
    const descendants = Array.from({ length: 60 }, () => ({
      run: original,
      origin: { type: 'recovery', runId: 'run' } as const,
    }));
    const shown = provenance({}, [], { descendants });
    expect(shown.forks[0]).toEqual({ title: 'Migrate (recovery)', runId: 'run' });
    expect([shown.origin, shown.forks.length, shown.moreForks]).toEqual([undefined, 50, 10]);
  });

  it('is bounded', () => {
    const children = Array.from({ length: 80 }, (_, i) => ({ title: `c${i}`, runId: `r${i}` }));
    const shown = provenance({ prompt: 'x'.repeat(90_000) }, children);
    expect([shown.children.length, shown.moreChildren, shown.prompt.length]).toEqual([50, 30, 20_000]);
  });

  it.each([
    ['export async function process(inputs, ctx) {', 'process', 2],
    ['export const build = async () => {};', 'build', 2],
    ['exports.run = function () {};', 'run', 2],
    ['async function later() {}\nexport { later };', 'later', 2],
    ['export default function main() {}', 'main', 2],
    ['const processes = 1;', 'process', undefined],
    ['// function process() {}', 'process', undefined],
    ['anything', '(', undefined],
  ])('finds the function in "%s"', (text, name, line) => {
    expect(lineOfFunction(`// first\n${text}\n`, name)).toBe(line);
  });
});

describe('what the page may ask for', () => {
  const events = { type: 'events', request: 1, from: 0, to: 200, newest: false, eventType: '', text: '' };

  it.each<[string, object]>([
    ['some events', events],
    ['a task', { type: 'task', effectId: '01E' }],
    ['no task any more', { type: 'task' }],
    ['a part of the timeline', { type: 'timeline', part: { from: 1.5, to: 2 } }],
    ['all of the timeline', { type: 'timeline' }],
    ['a picture to be saved', { type: 'saveTimeline', svg: '<svg xmlns="">' }],
  ])('is %s', (_what, message) => {
    expect(fromPage.safeParse(message).success).toBe(true);
  });

  it.each<[string, object]>([
    ['all events at once', { ...events, to: 100_000 }],
    ['half an event', { ...events, from: 0.5 }],
    ['a filter without end', { ...events, text: 'x'.repeat(201) }],
    ['a task elsewhere', { type: 'task', effectId: '../x' }],
    ['a file by its path', { type: 'openTaskFile', effectId: '01E', file: '/etc/passwd' }],
    ['a part without bounds', { type: 'timeline', part: { from: 0, to: Number.POSITIVE_INFINITY } }],
    ['something else to be saved', { type: 'saveTimeline', svg: 'MZ' }],
    ['a run elsewhere', { type: 'openRun', runId: 'a/b' }],
  ])('is not %s', (_what, message) => {
    expect(fromPage.safeParse(message).success).toBe(false);
  });
});
