import { describe, expect, it } from 'vitest';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import type { SessionState } from '../../src/core/sessions/agentSessions';
import { foremost, sessionLine } from '../../src/core/sessions/agentFact';
import { classify } from '../../src/engines/babysitter/core/judge';
import { journal, minute, start } from '../support/journalBuilder';
import { aRun } from '../support/runBuilder';
import { sessionState } from '../support/sessionState';

const at = (minutes: number): number => start + minutes * minute;
const waiting = () => journal().created().requested('a');
const judged = (sessions: readonly SessionState[], story = waiting(), now = at(60)) =>
  classify(aRun({ journal: story }), now, {
    activityWindow: defaultActivityWindow,
    sessions: () => sessions,
  });
const told = (...sessions: readonly SessionState[]) => {
  const { state, reason, guessed, next } = judged(sessions);
  return { state, reason, guessed, next: next.action };
};
const gone = { living: false };

describe('what a session tells of its run', () => {
  it('makes Working certain while it lives', () => {
    expect(told(sessionState({}))).toEqual({
      ...{
        state: 'working',
        reason: 'Working: Claude Code · editing src/auth.ts',
        guessed: false,
        next: undefined,
      },
    });
  });

  it('needs the person where it waits for leave, and no answer of a question', () => {
    const permission = sessionState({ kind: 'permission', text: 'waiting for your permission: git push' });
    expect(told(permission)).toEqual({
      ...{ state: 'needs-you', reason: 'Claude Code is waiting for your permission: git push' },
      ...{ guessed: false, next: undefined },
    });
    const judgement = judged([permission]);
    expect(judgement.actions).not.toContain('breakpoint.answer');
    expect(judgement.whyNot('run.iterate')).toMatch(/^Claude Code is waiting for your permission/);
  });

  it('does not need the person for the question of an agent that is gone', () => {
    const question = sessionState({ kind: 'question', text: 'waiting for your answer' }, gone);
    expect(told(question)).toMatchObject({ state: 'waiting', next: 'run.resume' });
  });

  it('is resumed where it is gone, or ended its turn', () => {
    const text = 'gone in the middle of npm test';
    expect(told(sessionState({ kind: 'gone', text }, gone))).toEqual({
      ...{ state: 'waiting', reason: `Waiting for an agent: Claude Code is ${text}`, guessed: false },
      next: 'run.resume',
    });
    expect(told(sessionState({ kind: 'idle', text: 'ended its turn with work left' })).next).toBe(
      'run.resume',
    );
  });

  it('goes on later where it is at its limit', () => {
    const limit = sessionState({ kind: 'limit', text: 'at its limit until 14:00 UTC', until: at(90) });
    expect(judged([limit])).toMatchObject({ state: 'waiting', changesAt: at(90) });
    expect(judged([limit]).next).toMatchObject({ action: undefined, at: at(90) });
    expect(judged([{ ...limit, ...gone }]).next).toMatchObject({ action: 'run.resume', at: at(90) });
  });

  it('tells no more than the run where it is a guess', () => {
    const guess = sessionState({ certain: false }, gone);
    expect(told(guess).state).toBe('waiting');
    expect(judged([guess], waiting(), at(0))).toMatchObject({ state: 'working', guessed: true });
    expect(told(sessionState({ kind: 'unknown', certain: false }, gone)).reason).toMatch(
      /^Waiting for an agent since/,
    );
  });

  it('says nothing of a run that waits for no agent', () => {
    const done = waiting().resolved('a');
    expect(judged([sessionState({ kind: 'permission' })], done).state).toBe('ready');
    const asking = waiting().requested('b', 'breakpoint');
    expect(judged([sessionState({})], asking)).toMatchObject({ state: 'needs-you' });
    expect(judged([sessionState({})], asking).next.action).toBe('breakpoint.answer');
  });
});

describe('the session that tells most', () => {
  it('is one that waits for a person, then one that lives, then the newest', () => {
    const [old, live, asks] = [
      sessionState({}, { id: 'old', ...gone }),
      sessionState({}, { id: 'live' }),
      sessionState({ kind: 'permission' }, { id: 'asks' }),
    ];
    expect(foremost([asks, live, old])?.id).toBe('asks');
    expect(foremost([live, old])?.id).toBe('live');
    expect(foremost([old, { ...old, id: 'new' }])?.id).toBe('new');
    expect(foremost([])).toBeUndefined();
  });

  it('is told in one line, with how long', () => {
    expect(sessionLine(sessionState({}), 12_000)).toBe('Claude Code · editing src/auth.ts · 12s');
    expect(sessionLine(sessionState({ kind: 'limit', text: 'at its limit until 14:00' }), 12_000)).toBe(
      'Claude Code · at its limit until 14:00',
    );
  });
});
