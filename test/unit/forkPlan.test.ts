import { describe, expect, it } from 'vitest';
import { forkPlan } from '../../src/engines/babysitter/core/fork/forkPlan';
import { parseRecordedResult, parseRecordedTask } from '../../src/engines/babysitter/core/fork/recordedTask';
import type { Run } from '../../src/core/run/run';
import { journal } from '../support/journalBuilder';
import { aRun } from '../support/runBuilder';

const keyed = (id: string) => ({ invocationKey: `p:${id}`, label: id });
const none = { tasks: new Map(), results: new Map() };

/** Two parallel tasks answered one by one, with something asked for in between. */
const nested = (): Run =>
  aRun({
    journal: journal()
      .created()
      .requested('a1', 'agent', keyed('a1'))
      .requested('b1', 'agent', keyed('b1'))
      .resolved('b1')
      .requested('c1', 'breakpoint', keyed('c1'))
      .resolved('a1')
      .resolved('c1')
      .requested('d1', 'agent', keyed('d1')),
  });

const effect = (run: Run, id: string) => run.story.effects.get(id) ?? expect.fail(id);
const told = (run: Run, from?: string) => {
  const plan = forkPlan(run, none, from === undefined ? undefined : effect(run, from).requestedSeq - 1);
  return {
    ...plan,
    steps: plan.steps.map(({ type, effect: { effectId } }) => `${type} ${effectId}`),
    replayed: plan.replayed.map(({ effect: { effectId } }) => effectId),
    human: plan.human.map(({ effect: { effectId } }) => effectId),
  };
};

describe('forkPlan', () => {
  it('repeats requests and answers in the order of the journal', () => {
    expect(told(nested()).steps).toEqual([
      ...['requested a1', 'requested b1', 'settled b1', 'requested c1', 'settled a1', 'settled c1'],
      'requested d1',
    ]);
  });

  it('keeps what was answered before the request, and no more', () => {
    const run = nested();
    expect(told(run, 'c1')).toMatchObject({
      at: 4,
      steps: ['requested a1', 'requested b1', 'settled b1'],
      replayed: ['b1'],
      human: [],
      anew: ['a1', 'c1', 'd1'],
    });
    expect(told(run, 'd1')).toMatchObject({
      at: 7,
      replayed: ['b1', 'a1', 'c1'],
      human: ['c1'],
      anew: ['d1'],
    });
    expect(told(run, 'a1')).toMatchObject({ at: 1, steps: [], replayed: [] });
    expect(told(run)).toMatchObject({ at: 8, replayed: ['b1', 'a1', 'c1'], anew: ['d1'] });
  });

  it('keeps what was there after an event, whatever kind of event it is', () => {
    const run = nested();
    // After the first of two requests of one iterate, between an answer and the next request, at an answer.
    expect(forkPlan(run, none, 2)).toMatchObject({ at: 2, replayed: [], refused: undefined });
    expect(forkPlan(run, none, 4).replayed.map(({ effect: { effectId } }) => effectId)).toEqual(['b1']);
    expect(forkPlan(run, none, 6).replayed.map(({ effect: { effectId } }) => effectId)).toEqual(['b1', 'a1']);
    expect(forkPlan(run, none, 8).replayed).toHaveLength(3);
    expect(forkPlan(run, none, 9).refused).toBe('The journal ends at event 8.');
  });

  it('refuses what cannot be repeated', () => {
    expect(forkPlan(aRun({ metadata: null }), none).refused).toMatch(/run.json cannot be read/);
    const bare = aRun({ metadata: { entrypoint: { importPath: 'bare-run' } } });
    expect(forkPlan(bare, none).refused).toMatch(/no process/);
    const cancelled = aRun({
      journal: journal().created().requested('a1', 'agent', keyed('a1')).cancelled('a1').requested('b1'),
    });
    expect(forkPlan(cancelled, none).refused).toMatch(/"a1" was cancelled/);
    expect(forkPlan(cancelled, none, effect(cancelled, 'a1').requestedSeq - 1).refused).toBeUndefined();
    const unkeyed = aRun({ journal: journal().created().done('a1', 'agent', { invocationKey: '' }) });
    expect(forkPlan(unkeyed, none).refused).toMatch(/does not say which step/);
  });
});

describe('a recorded answer', () => {
  it('is read as engines write it', () => {
    expect(parseRecordedResult('{"status":"ok","result":null,"value":1}')).toMatchObject({
      status: 'ok',
      value: null,
    });
    expect(parseRecordedResult('{"status":"ok","value":1}')).toMatchObject({ value: 1, valueRef: undefined });
    expect(parseRecordedResult('{"status":"ok","resultRef":"tasks/e/blobs/r.json"}')).toMatchObject({
      valueRef: 'tasks/e/blobs/r.json',
    });
    const error = { name: 'RateLimit', message: 'too fast', data: { in: 3 } };
    expect(parseRecordedResult(JSON.stringify({ status: 'error', error }))).toMatchObject({
      status: 'error',
      error,
    });
    expect(parseRecordedTask('{"invocationKey":"k","taskId":"t"}')).toEqual({
      ...{ invocationKey: 'k', taskId: 't', kind: 'unknown', title: '' },
    });
  });

  it.each(['', '{"status":"ok"}', '{"status":"cancelled"}', '[]'])('is none in %j', (json) => {
    expect(parseRecordedResult(json)).toBeUndefined();
  });

  it('belongs to no step without a key', () => {
    expect(parseRecordedTask('{"taskId":"t"}')).toBeUndefined();
  });
});
