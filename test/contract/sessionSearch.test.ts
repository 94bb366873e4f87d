import { cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { agentStores } from '../../src/agents/agentStores';
import { atOnce } from '../../src/core/sliced';
import type { AgentStore } from '../../src/node/sessions/agentStore';
import { ReadTranscripts } from '../../src/node/sessions/readTranscripts';
import { RunSessions } from '../../src/node/sessions/runSessions';
import { ClaudeLines } from '../support/claudeLines';
import { homeVariables, readRun, sessionFixtures } from '../support/agentSessions';

const run = readRun(join(sessionFixtures, 'workspace/.a5c/runs/20260504-login'));

function homeWith(prepare: (home: string) => void = () => {}) {
  const home = mkdtempSync(join(tmpdir(), 'sessions-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  prepare(home);
  return home;
}

/** Sessions of a run that no session says it drives. */
function unbound(home: string) {
  let [searches, told] = [0, 0];
  const stores = agentStores(homeVariables(home)).map(
    (store) =>
      new Proxy(store, {
        get(target: AgentStore, name: keyof AgentStore) {
          if (name === 'recent') searches += 1;
          const value: unknown = target[name];
          return typeof value === 'function' ? value.bind(target) : value;
        },
      }),
  );
  const sessions = new RunSessions(stores);
  const known = new ReadTranscripts();
  const links = { sessionIds: [], runIds: () => [], otherRun: () => undefined, secrets: [] };
  return {
    get searches() {
      return searches / stores.length;
    },
    get told() {
      return told;
    },
    read: (now: number, sessionIds: readonly string[] = []) => {
      const options = { now, activityWindow: 1000, promptOf: () => undefined };
      const beforeReading = () => void (told += 1);
      return atOnce(sessions.read(run, { ...links, sessionIds }, { ...options, beforeReading }, known));
    },
    look: (sessionIds: readonly string[]) =>
      atOnce(sessions.look(run, { ...links, sessionIds }, { now: 0, activityWindow: 1000 })),
  };
}

it('sessions that no binding names are searched for at most once a minute', () => {
  const asked = unbound(homeWith());
  for (const now of [0, 100, 59_999]) expect(asked.read(now)).toEqual([]);
  expect(asked.searches).toBe(1);
  asked.read(60_000);
  expect(asked.searches).toBe(2);
  expect(asked.told).toBe(0);
});

it('a person is told before a searched session is opened', () => {
  const asked = unbound(homeWith((home) => cpSync(join(sessionFixtures, 'home'), home, { recursive: true })));
  expect(asked.read(0).length).toBeGreaterThan(0);
  expect(asked.told).toBeGreaterThan(0);
});

it('a subagent of any length is no session of its own, but where that which began it is not known', () => {
  const [parent, id] = ['abcdef01-2345-4678-89ab-cdef01234567', 'bbcdef01-2345-4678-89ab-cdef01234567'];
  const at = '2026-05-04T09:00:00.000Z';
  const line = (type: string, payload: unknown): string => JSON.stringify({ timestamp: at, type, payload });
  const said = line('event_msg', { type: 'agent_message', message: 'x'.repeat(1000) });
  const usage = { info: { total_token_usage: { input_tokens: 1, output_tokens: 1 } } };
  const asked = unbound(
    homeWith((home) => {
      for (const [own, begunBy] of [[parent], [id, parent]] as const) {
        const path = join(home, `.codex/sessions/2026/05/04/rollout-2026-05-04T09-00-00-${own}.jsonl`);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(
          path,
          [
            line('session_meta', { id: own, cwd: '/srv/demo', parent_thread_id: begunBy }),
            line('event_msg', { type: 'task_started' }),
            ...Array.from({ length: 1000 }, () => said),
            line('event_msg', { type: 'token_count', ...usage }),
            '',
          ].join('\n'),
        );
      }
    }),
  );
  const ids = (states: readonly { readonly id: string }[]) => states.map((state) => state.id);
  expect(ids(asked.look([id, parent]))).toEqual([parent]);
  expect(ids(asked.read(0, [id, parent]))).toEqual([parent]);
  expect(ids(asked.look([id]))).toEqual([id]);
});

/** A home folder with sessions of Claude Code, by their names. */
const claudeHome = (sessions: Readonly<Record<string, string>>) =>
  homeWith((home) => {
    for (const [name, text] of Object.entries(sessions)) {
      const path = join(home, '.claude/projects/-srv-demo', `${name}.jsonl`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      utimesSync(path, 0, 4_000_000_000);
    }
  });

it('a session in which the run is only named is not found', () => {
  const listing = new ClaudeLines('2026-05-04T09:00:00.000Z')
    .runs('t1', 'ls .a5c/runs')
    .result('t1', run.runId)
    .says('There is one.');
  const working = new ClaudeLines('2026-05-04T09:00:00.000Z').runs(
    't2',
    `npx babysitter task:list ${run.runId}`,
  );
  const [task] = [...run.story.effects.values()].map(({ effectId }) => effectId);
  working.result('t2', `{"nextActions":[{"effectId":"${task}"}]}`);
  const asked = unbound(claudeHome({ listing: listing.text, working: working.text }));
  expect(asked.read(0).map(({ id }) => id)).toEqual(['working']);
});

it('what a resumed session and a summary of it copy counts for the one that did it', () => {
  const first = new ClaudeLines('2026-05-04T09:00:00.000Z').prompt('Do it').says('a').says('b');
  const summary = first.text;
  const begun = first.text;
  const resumed = first.says('c').says('d');
  const inner = new ClaudeLines('2026-05-04T09:00:00.500Z', { isSidechain: true, agentId: 'z1' });
  const asked = unbound(
    claudeHome({
      'a-resumed': resumed.text,
      'z-first': begun,
      'z-first/subagents/agent-acompact-1': inner.answer([], { id: 'inner' }).text,
      'z-first/subagents/agent-z1': inner.text + summary,
    }),
  );
  const sessions = asked.read(0, ['a-resumed', 'z-first']);
  const answers = sessions.map(({ id, transcript }) => [id, transcript.work.length]);
  expect(answers).toEqual([
    ['z-first', 2],
    ['a-resumed', 2],
  ]);
  const first0 = sessions[0]?.attribution;
  expect(first0?.between.answers).toBe(3);
  expect(first0?.between.subagents).toBe(1);
});
