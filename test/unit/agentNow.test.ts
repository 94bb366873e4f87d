import { describe, expect, it } from 'vitest';
import { ClaudeReader } from '../../src/agents/claude/core/claudeReader';
import {
  agentNow,
  type AgentNow,
  type NowOptions,
  type ProcessState,
} from '../../src/core/sessions/agentNow';
import { Transcript } from '../../src/core/sessions/transcript';
import { ClaudeLines } from '../support/claudeLines';
import { momentText } from '../support/momentText';

const start = '2026-05-04T09:00:00.000Z';
const lines = () => new ClaudeLines(start).prompt('go');

function nowOf(
  { lines }: ClaudeLines,
  process: ProcessState,
  seconds = 30,
  options: Partial<NowOptions> = {},
): AgentNow {
  const reader = new ClaudeReader();
  for (const line of lines) reader.read(line);
  return agentNow({ main: reader.transcript, subagents: [] }, process, {
    ...{ now: Date.parse(start) + seconds * 1000, activityWindow: 120_000, workLeft: true },
    ...{ mayWaitFor: 'your permission', secrets: [], ...options },
  });
}

const says = (status: string | undefined, waitingFor?: string): ProcessState => ({
  ...{ status, waitingFor, since: undefined },
});
const told = ({ kind, text }: AgentNow) => [kind, text];
const push = () => lines().runs('t1', 'git push origin main');
const edit = () => lines().calls('t1', 'Edit', { file_path: '/srv/demo/src/auth.ts' });
const limit = (resetsAt: number) =>
  lines().fails('rate_limit', { quotaLimits: { rateLimitType: 'five_hour', resetsAt } });
const at14 = Date.parse('2026-05-04T14:00:00.000Z') / 1000;

describe('what a session does now', () => {
  it.each<[string, ClaudeLines, ProcessState, number, string, string]>([
    [
      'permission',
      push(),
      says('waiting', 'permission prompt'),
      30,
      'permission',
      'waiting for your permission: git push origin main',
    ],
    [
      'permission, lines behind',
      lines(),
      says('waiting', 'permission prompt'),
      30,
      'permission',
      'waiting for your permission',
    ],
    ['an input', push(), says('waiting', 'input needed'), 30, 'question', 'waiting for your answer'],
    [
      'an open question',
      lines().calls('t1', 'AskUserQuestion', { questions: [{ question: 'Which one?' }] }),
      says('busy'),
      30,
      'question',
      'waiting for your answer: Which one?',
    ],
    [
      'a limit',
      limit(at14),
      says('idle'),
      30,
      'limit',
      `at its limit until ${momentText('2026-05-04 14:00', '2026-05-04 09:00')}`,
    ],
    [
      'a limit of another day',
      limit(at14 + 86_400),
      'gone',
      30,
      'limit',
      `at its limit until ${momentText('2026-05-05 14:00')}`,
    ],
    ['a limit that is over', limit(at14 - 86_400), says('idle'), 30, 'idle', 'ended its turn with work left'],
    ['a limit without a time', lines().fails('rate_limit'), 'gone', 30, 'limit', 'at its limit: rate_limit'],
    [
      'a limit that was over once it went on',
      limit(at14).prompt('go on'),
      says('busy'),
      30,
      'thinking',
      'thinking',
    ],
    [
      'a retry',
      lines().add({
        type: 'system',
        subtype: 'api_error',
        retryInMs: 20_000,
        retryAttempt: 3,
        maxRetries: 10,
      }),
      says('busy'),
      13,
      'retrying',
      'retrying (3 of 10), next in 8 s',
    ],
    [
      'a retry long ago',
      lines().add({ type: 'system', subtype: 'api_error', retryInMs: 1000 }),
      'gone',
      900,
      'gone',
      'gone in the middle of its turn',
    ],
    ['an edit', edit(), says('busy'), 30, 'calling', 'editing src/auth.ts'],
    [
      'a command with words',
      lines().calls('t1', 'Bash', { command: 'npm t', description: 'Run the tests' }),
      says('busy'),
      30,
      'calling',
      'running Run the tests',
    ],
    [
      'an open call, no word',
      push(),
      says(undefined),
      30,
      'calling',
      'running, or waiting for your permission: git push origin main',
    ],
    [
      'a call that is open for very long',
      push(),
      says('busy'),
      800,
      'calling',
      'running git push origin main (perhaps stuck)',
    ],
    [
      'what was handed on for very long',
      lines().calls('t1', 'Task', { description: 'review', prompt: 'Review all' }),
      says('busy'),
      3000,
      'calling',
      'delegating: review',
    ],
    [
      'a call that usually takes long',
      lines().runs('t0', 'make').at('2026-05-04T09:10:00.000Z').result('t0').runs('t1', 'make all'),
      says('busy'),
      1800,
      'calling',
      'running make all',
    ],
    [
      'the same failure again and again',
      ['a', 'b', 'c'].reduce((all, id) => all.runs(id, 'npm t').result(id, 'Exit code 1', true), lines()),
      says('busy'),
      30,
      'thinking',
      'thinking (perhaps stuck: the same call failed 3 times)',
    ],
    [
      'a limit of older releases',
      lines().fails('rate_limit', { message: { content: [{ type: 'text', text: `Usage limit|${at14}` }] } }),
      'gone',
      30,
      'limit',
      `at its limit until ${momentText('2026-05-04 14:00', '2026-05-04 09:00')}`,
    ],
    ['nothing at all', new ClaudeLines(start), 'gone', 30, 'idle', 'has not begun a turn'],
    ['thinking', lines(), says('busy'), 30, 'thinking', 'thinking'],
    ['writing', lines().answer([{ type: 'text', text: 'so' }]), says('busy'), 30, 'thinking', 'writing'],
    ['idle by its word', push(), says('idle'), 30, 'idle', 'ended its turn with work left'],
    [
      'idle, in the background',
      lines().says('done'),
      says('shell'),
      30,
      'idle',
      'ended its turn with work left; a background command runs',
    ],
    ['ended, process gone', lines().says('done'), 'gone', 30, 'idle', 'ended its turn with work left'],
    [
      'ended with an error',
      lines().fails('billing_error'),
      'gone',
      30,
      'idle',
      'its turn ended with an error: billing_error',
    ],
    [
      'interrupted',
      push().prompt('[Request interrupted by user]'),
      'gone',
      30,
      'idle',
      'its turn was interrupted',
    ],
    ['gone in a call', push(), 'gone', 30, 'gone', 'gone in the middle of git push origin main'],
    ['gone in a turn', lines(), 'gone', 30, 'gone', 'gone in the middle of its turn'],
    [
      'gone after a stop hook',
      lines().says('done').prompt('Stop hook feedback', { isMeta: true }),
      'gone',
      30,
      'gone',
      'gone in the middle of its turn',
    ],
    [
      'no list of processes, lately',
      edit(),
      'unknown',
      30,
      'calling',
      'running, or waiting for your permission: editing src/auth.ts',
    ],
    [
      'no list of processes, long ago',
      lines(),
      'unknown',
      300,
      'unknown',
      `no sign since ${momentText('2026-05-04 09:00')}; last: thinking`,
    ],
    [
      'after a local command',
      lines()
        .says('a')
        .prompt('<command-name>/cost</command-name>')
        .prompt('<local-command-stdout>1</local-command-stdout>'),
      'gone',
      30,
      'idle',
      'ended its turn with work left',
    ],
    [
      'a compaction by itself',
      lines()
        .says('a', 'tool_use')
        .add({ type: 'system', subtype: 'compact_boundary', compactMetadata: { trigger: 'auto' } }),
      says('busy'),
      30,
      'thinking',
      'thinking',
    ],
  ])('%s', (_, session, process, seconds, kind, text) => {
    expect(told(nowOf(session, process, seconds))).toEqual([kind, text]);
  });

  it('says since when, and until when', () => {
    const since = Date.parse(start) + 5000;
    const word = { status: 'waiting', waitingFor: 'permission prompt', since };
    expect(nowOf(push(), word).since).toBe(since);
    expect(nowOf(push(), says('busy')).since).toBe(Date.parse(start) + 1000);
    expect(nowOf(limit(at14), 'gone').until).toBe(at14 * 1000);
  });

  it('knows nothing of work left where none waits', () => {
    expect(nowOf(lines().says('done'), says('idle'), 30, { workLeft: false }).text).toBe('its turn ended');
  });

  it('shows no secret, and nothing that deceives', () => {
    const session = lines().runs(
      't1',
      'curl -H "Authorization: Bearer EXAMPLE.token" https://me:pw@x.example \u202e',
    );
    const { text } = nowOf(session, 'gone', 30, { secrets: ['x.example'] });
    expect(text).toBe('gone in the middle of curl -H "Authorization: Bearer •••" https://•••@••• ⟨U+202E⟩');
  });

  it('does not count a call as open that a later turn left behind', () => {
    const session = push().prompt('again').says('done');
    expect(told(nowOf(session, says(undefined)))).toEqual(['idle', 'ended its turn with work left']);
  });

  it('tells of a subagent what is under way now, not what an earlier one left open', () => {
    const files = [
      lines().at('2026-05-04T09:10:00.000Z').calls('t1', 'Agent', { description: 'Tests' }),
      new ClaudeLines('2026-05-04T09:10:05.000Z').runs('t2', 'npm test'),
      new ClaudeLines('2026-05-04T09:01:00.000Z').runs('t3', 'npm run old'),
    ].map(({ lines: written }) => {
      const reader = new ClaudeReader();
      for (const line of written) reader.read(line);
      return reader.transcript;
    });
    const [main = new Transcript(), ...others] = files;
    const link = { agentId: undefined, toolUseId: undefined, parentAgentId: undefined };
    const subagents = others.map((transcript) => ({
      ...{ transcript, ...link, description: undefined, copies: false },
    }));
    const options = { now: Date.parse('2026-05-04T09:10:10.000Z'), activityWindow: 120_000, workLeft: true };
    const now = agentNow({ main, subagents }, says('busy'), {
      ...options,
      mayWaitFor: undefined,
      secrets: [],
    });
    expect(now.text).toBe('running npm test');
  });
});
