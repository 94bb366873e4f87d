import { babysitterFacts, type Looked } from '../../src/engines/babysitter/core/babysitterFacts';
import { describe, expect, it } from 'vitest';
import { toAnswerView } from '../../src/core/views/page/answerView';
import { fromPage } from '../../src/core/views/page/protocol';
import { lineOfFunction, toProvenance, type ProvenanceParts } from '../../src/core/views/page/provenance';
import { toRunView } from '../../src/core/views/page/runView';
import type { Standing } from '../../src/core/views/page/standing';
import { auditAnswers } from '../../src/core/run/audit';
import { journal, minute, type JournalBuilder } from '../support/journalBuilder';
import { aRun } from '../support/runBuilder';
import { now, opened, stored } from '../support/treeText';

function standing(story: JournalBuilder, iterating = false): Standing {
  const run = aRun({ journal: story });
  return toRunView(stored(run), opened(run), now, { iterating, trusted: true }).standing;
}

describe('the three answers', () => {
  it('of a run that waits for a person', () => {
    const story = journal()
      .created()
      .done('a')
      .requested('q', 'breakpoint', { label: 'gate' })
      .requested('b');
    expect(standing(story)).toEqual({
      goOn: 'Yes, once you have answered its question.',
      done: '1 done, 2 pending · 2 iterations · 4s from its creation to its last event.',
      stopTitle: 'What it waits for',
      stop: 'For your answer to “gate” (59m), and for 1 other.',
      effectId: 'q',
    });
  });

  it('of a run that failed in a task', () => {
    const story = journal()
      .created()
      .done('a')
      .requested('b', 'agent', { label: 'Build' })
      .erred('b')
      .failed();
    expect(standing(story)).toMatchObject({
      goOn: expect.stringMatching(/^Not by iterating: .* Fork it from before the task that failed\.$/),
      stopTitle: 'Where it failed',
      stop: 'It ended 59m ago; the last task that failed is “Build”.',
      effectId: 'b',
    });
    const thrown = standing(journal().created().failed('cannot read the config'));
    expect(thrown.goOn).toBe('Yes: iterate it here, or resume an agent.');
    expect(standing(journal().created().failed()).stop).toBe(
      'In the process itself 59m ago, and in no task.',
    );
  });

  it('of a run that is done, ready, new or under way', () => {
    expect(standing(journal().created().completed())).toMatchObject({
      goOn: expect.stringMatching(/^No\. The run is completed, which is final/),
      stop: 'For nothing: it ended 59m ago.',
    });
    expect(standing(journal().created().done('a')).stop).toBe('For the next iterate: nothing is pending.');
    expect(standing(journal().created())).toMatchObject({ done: expect.stringMatching(/^Nothing yet/) });
    expect(standing(journal().created().done('a'), true).goOn).toBe(
      'It is going on: this window is iterating it.',
    );
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
      who: 'Zoë',
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
      ...{ original: undefined, descendants: [], ...known },
      engineFacts: babysitterFacts(run, {
        engine: { version: '0.0.187', where: 'PATH' },
        ...{ session: 'session-7', bound: undefined, codeHash: undefined, ...looked },
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
      Created: '2026-03-01T10:00:00.000Z by claude',
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
    const more = provenance({ processRevision: 'r7' }, [], {}, { bound, codeHash: 'abc' });
    expect(Object.fromEntries(more.facts)).toMatchObject({
      Revision: 'r7',
      Code: 'sha256 abc',
      Session: 's1 (bound, at work), s2 (bound, ended)',
    });
    expect(facts).toMatchObject({ 'Iterates with': '0.0.187 (PATH)' });
    expect(facts).not.toHaveProperty('Mind');
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
