import { describe, expect, it } from 'vitest';
import { ClaudeReader } from '../../src/agents/claude/core/claudeReader';
import {
  attribute,
  type Attribution,
  type Subagent,
  type TaskWindow,
} from '../../src/core/sessions/attribute';
import { Seen, type Transcript } from '../../src/core/sessions/transcript';
import { ClaudeLines } from '../support/claudeLines';

const start = '2026-05-04T09:00:00.000Z';
const at = (seconds: number): number => Date.parse(start) + seconds * 1000;
const iso = (seconds: number): string => new Date(at(seconds)).toISOString();
const task = (effectId: string, from: number, to: number, prompt?: string): TaskWindow => ({
  ...{ effectId, from: at(from), to: at(to), prompt },
});
const reading = ({ lines }: ClaudeLines, seen = new Seen()): Transcript => {
  const reader = new ClaudeReader(seen);
  for (const line of lines) reader.read(line);
  return reader.transcript;
};
const answers = ({ tasks, batches, between }: Attribution) => ({
  ...Object.fromEntries([...tasks].map(([id, { totals }]) => [id, totals.answers])),
  ...Object.fromEntries(batches.map(({ effectIds, totals }) => [effectIds.join('+'), totals.answers])),
  between: between.answers,
});
const alone = (transcript: Transcript, windows: readonly TaskWindow[]) =>
  attribute({ main: transcript, subagents: [] }, windows);
const subagent = (lines: ClaudeLines, link: Partial<Subagent>): Subagent => ({
  ...{ transcript: reading(lines), agentId: undefined, toolUseId: undefined, parentAgentId: undefined },
  ...{ description: undefined, copies: false, ...link },
});

describe('which task work belongs to', () => {
  it('counts an answer for the task in whose time its first line lies', () => {
    const lines = new ClaudeLines(start)
      .at(iso(9))
      .answer([{ type: 'text', text: 'a' }], { id: 'm1', usage: { out: 1 } })
      .at(iso(11))
      .answer([{ type: 'text', text: 'b' }], { id: 'm1', usage: { out: 7 } })
      .at(iso(15))
      .says('c')
      .at(iso(21))
      .says('d');
    const found = alone(reading(lines), [task('a', 10, 20)]);
    expect(answers(found)).toEqual({ a: 1, between: 2 });
    expect(found.between.tokens.out).toBe(8);
  });

  it('shares the work on tasks that pend together, but for what names one of them', () => {
    const lines = new ClaudeLines(start)
      .at(iso(10))
      .says('both', null)
      .calls('t1', 'Write', { file_path: '/srv/demo/.a5c/runs/r/tasks/a/output.json' })
      .calls('t2', 'Bash', { command: 'cat tasks/a/x tasks/b/x' })
      .at(iso(30))
      .says('only b');
    const found = alone(reading(lines), [task('a', 0, 20), task('b', 0, 40)]);
    expect(answers(found)).toEqual({ a: 1, 'a+b': 2, b: 1, between: 0 });
    expect(found.tasks.get('a')?.how).toBe('sign');
    expect(found.tasks.get('b')?.how).toBe('time');
    expect(found.batches[0]?.how).toBe('shared');
  });

  it('takes a post for a sign also where the ids are in variables of the shell, and a refused one for none', () => {
    const result = '{"status":"ok","committed":{"resultRef":"tasks/b/result.json"}}';
    const lines = new ClaudeLines(start)
      .at(iso(10))
      .runs('t1', 'babysitter task:post "$RUN" "$TASK" --status ok')
      .result('t1', result)
      .runs('t2', 'babysitter task:post r a --status ok')
      .result('t2', 'Exit code 1\nalready resolved', true);
    const transcript = reading(lines);
    expect(transcript.posts.map(({ effectIds }) => effectIds)).toEqual([['b']]);
    const found = alone(transcript, [task('a', 0, 60), task('b', 0, 11)]);
    expect(found.tasks.get('b')?.how).toBe('post');
    expect(answers(found)).toEqual({ a: 1, b: 1, between: 0 });
  });

  it('moves the windows where the clocks differ, and says by how much', () => {
    const lines = new ClaudeLines(start)
      .at(iso(3600))
      .runs('t0', 'babysitter run:iterate r')
      .at(iso(3602))
      .result('t0', '{"nextActions":[{"effectId":"a"}]}')
      .at(iso(3605))
      .says('working', null)
      .at(iso(3610))
      .runs('t1', 'babysitter task:post r a')
      .at(iso(3612))
      .result('t1', '{"committed":{"resultRef":"tasks/a/result.json"}}')
      .says('posted');
    const found = alone(reading(lines), [task('a', 1, 11)]);
    expect(found.shift).toBe(3_600_000);
    expect(answers(found)).toEqual({ a: 2, between: 2 });
  });

  it.each([-3, 3])(
    'takes what the session itself tells for the ends of a task, clocks %i s apart',
    (ahead) => {
      const lines = new ClaudeLines(start)
        .runs('t0', 'babysitter run:iterate r')
        .at(iso(10))
        .result('t0', '{"nextActions":[{"effectId":"a"}]}')
        .says('working', null)
        .at(iso(30))
        .runs('t1', 'babysitter task:post r a')
        .at(iso(31))
        .result('t1', '{"committed":{"resultRef":"tasks/a/result.json"}}')
        .says('posted')
        .at(iso(33))
        .runs('t2', 'babysitter run:iterate r');
      const found = alone(reading(lines), [task('a', 10 - ahead, 31 - ahead)]);
      expect([found.shift, answers(found)]).toEqual([0, { a: 2, between: 3 }]);
    },
  );

  it('compares clocks by the post that is nearest, as others only look like one', () => {
    const lines = new ClaudeLines(start)
      .at(iso(5))
      .runs('t1', 'babysitter task:post r a')
      .result('t1', '{"committed":{"resultRef":"tasks/a/result.json"}}')
      .at(iso(900))
      .runs('t2', 'grep "task:post r a" history')
      .result('t2', 'babysitter task:post r a');
    expect(alone(reading(lines), [task('a', 0, 6)]).shift).toBe(0);
  });

  it('gives a subagent to the task that the call names that began it, whatever else pends', () => {
    const lines = new ClaudeLines(start).at(iso(5)).answer(
      ['a-1', 'b-1'].map((id) => ({
        ...{ type: 'tool_use', id: `t-${id}`, name: 'Agent' },
        input: { prompt: 'Do it.', description: `Work on ${id}` },
      })),
      { stop: 'tool_use' },
    );
    const inner = subagent(new ClaudeLines(iso(6)).prompt('Do it.').says('done'), { toolUseId: 't-b-1' });
    const windows = [task('a-1', 0, 60), task('b-1', 0, 60)];
    const found = attribute({ main: reading(lines), subagents: [inner] }, windows);
    expect(answers(found)).toEqual({ 'a-1+b-1': 1, 'b-1': 1, between: 0 });
  });

  it('gives all of a subagent to the task of the call that began it', () => {
    const lines = new ClaudeLines(start)
      .at(iso(5))
      .calls('t1', 'Agent', { description: 'Tests', prompt: 'Write tests.' })
      .result('t1', 'started', false, { agentId: 'x' });
    const late = () => new ClaudeLines(iso(100)).prompt('Write tests.').says('a', null).says('b');
    const windows = [task('a', 0, 10), task('b', 90, 200)];
    const main = reading(lines);
    const found = (...subagents: readonly Subagent[]) => answers(attribute({ main, subagents }, windows));
    expect(found(subagent(late(), { toolUseId: 't1' }))).toEqual({ a: 3, between: 0 });
    expect(found(subagent(late(), { agentId: 'x' }))).toEqual({ a: 3, between: 0 });
    expect(found(subagent(late(), {}))).toEqual({ a: 3, between: 0 });
    const nested = new ClaudeLines(iso(120)).prompt('Look.').says('c');
    expect(
      found(subagent(nested, { parentAgentId: 'x' }), subagent(late(), { agentId: 'x', toolUseId: 't1' })),
    ).toEqual({ a: 4, between: 0 });
  });

  it('tells apart calls that hand on the same words by their times', () => {
    const main = reading(
      new ClaudeLines(start)
        .at(iso(5))
        .calls('t1', 'Agent', { prompt: 'Look again.' })
        .result('t1')
        .at(iso(95))
        .calls('t2', 'Agent', { prompt: 'Look again.' }),
    );
    const late = subagent(new ClaudeLines(iso(96)).prompt('Look again.').says('a'), {});
    const windows = [task('a', 0, 10), task('b', 90, 94), task('c', 94.5, 95.5)];
    expect(answers(attribute({ main, subagents: [late] }, windows))).toEqual({ a: 1, c: 2, between: 0 });
  });

  it('follows the sign in what a subagent was told before the time', () => {
    const main = reading(new ClaudeLines(start).at(iso(5)).calls('t1', 'Agent', { prompt: 'x' }));
    const windows = [task('a', 0, 10), task('b', 90, 200, 'Describe the whole thing in the README')];
    const told = (prompt: string) =>
      answers(
        attribute(
          {
            main,
            subagents: [subagent(new ClaudeLines(iso(6)).prompt(prompt).says('y'), { toolUseId: 't1' })],
          },
          windows,
        ),
      );
    expect(told('Task b: go.')).toEqual({ a: 1, b: 1, between: 0 });
    expect(told('Describe the whole thing in the README, in one sentence.')).toEqual({
      a: 1,
      b: 1,
      between: 0,
    });
    expect(told('Task bb: go.')).toEqual({ a: 2, between: 0 });
  });

  it('counts once what a resumed session copies', () => {
    const seen = new Seen();
    const lines = () => new ClaudeLines(start).at(iso(1)).calls('t1', 'Bash', { command: 'ls' }).result('t1');
    const first = reading(lines(), seen);
    const second = reading(lines().says('new'), seen);
    expect(answers(alone(first, [task('a', 0, 60)]))).toEqual({ a: 1, between: 0 });
    expect(answers(alone(second, [task('a', 0, 60)]))).toEqual({ a: 1, between: 0 });
    expect(second.work[0]?.calls).toEqual([]);
  });
});
