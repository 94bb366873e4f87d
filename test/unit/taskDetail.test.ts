import { describe, expect, it } from 'vitest';
import {
  taskFiles,
  toTaskDetail,
  type TaskDetail,
  type TaskTexts,
} from '../../src/core/views/page/taskDetail';
import { parseResult, parseTask } from '../../src/core/run/task';
import { journal, type JournalBuilder } from '../support/journalBuilder';
import { aRun } from '../support/runBuilder';
import { now } from '../support/treeText';

interface Parts {
  readonly story?: JournalBuilder;
  readonly task?: unknown;
  readonly result?: unknown;
  readonly stdout?: string;
  readonly stderr?: string;
}

function read({ story = journal().created().done('a'), task = {}, result, stdout, stderr }: Parts) {
  const effect = aRun({ journal: story }).story.effects.get('a') ?? expect.fail('no effect');
  const part = (name: string, text: string | undefined) => {
    const file = `tasks/a/${name}`;
    return text === undefined ? { file, problem: 'is missing' } : { file, text };
  };
  const texts: TaskTexts = {
    task: part('task.json', JSON.stringify(task)),
    result: part('result.json', result === undefined ? undefined : JSON.stringify(result)),
    stdout: part('stdout.log', stdout),
    stderr: part('stderr.log', stderr),
  };
  const definition = parseTask(JSON.stringify(task), effect.kind).task;
  const posted = result === undefined ? undefined : parseResult(JSON.stringify(result), []).result;
  return { effect, definition, posted, texts };
}

function detail(parts: Parts): TaskDetail {
  const { effect, definition, posted, texts } = read(parts);
  return toTaskDetail(effect, definition, posted, texts, { now, past: false });
}

describe('a task on the page', () => {
  it('tells how its result differs from the same task in other iterations', () => {
    const value = {
      ...{ score: 92.5, same: 3, fresh: 1, green: true, note: 'new words' },
      ...{ inner: { p95: 380 }, list: [5], completionProof: 'fedcba9876543210' },
    };
    const { effect, definition, posted, texts } = read({ result: { status: 'ok', value } });
    const { result } = toTaskDetail(effect, definition, posted, texts, {
      ...{ now, past: false },
      against: [
        {
          name: 'previous',
          value: {
            score: 90,
            same: 3,
            green: false,
            inner: { p95: 400 },
            list: [4],
            completionProof: '0123456789abcdef',
          },
        },
        { name: 'best', value: { score: 95, same: 3, green: true, note: 'x'.repeat(100), inner: 7 } },
      ],
    });
    expect(result.value.map(({ name, change = '' }) => [name, change])).toEqual([
      ['score', '+2.5 vs previous · −2.5 vs best'],
      ['same', ''],
      ['fresh', ''],
      ['green', 'previous: false'],
      // Too long to stand beside it.
      ['note', ''],
      ['inner', ''],
      ['p95', '−20 vs previous'],
      // Places in a list are not the same things.
      ['list', ''],
      ['0', ''],
      ['completionProof', 'previous: •••'],
    ]);
  });

  it('tells what an agent was asked', () => {
    const { asked, title, description } = detail({
      task: {
        title: 'Write the tests',
        description: 'All of them',
        agent: { name: 'tester', prompt: { role: 'a tester', task: 'Write tests' } },
        inputs: { module: 'orders' },
      },
    });
    expect([title, description, asked.description]).toEqual([
      'Write the tests',
      'agent · done · 1s',
      'All of them',
    ]);
    expect(asked.prompt).toMatchObject([
      { name: 'name', text: 'tester' },
      { depth: 0, name: 'prompt', holds: true },
      { depth: 1, text: 'a tester' },
      { depth: 1, text: 'Write tests' },
    ]);
    expect(asked.inputs).toMatchObject([{ name: 'module', text: 'orders' }]);
  });

  it.each([
    ['a shell', { shell: { command: 'npm', args: ['test', '--silent'] } }, 'npm test --silent'],
    ['node', { node: { entry: 'import.mjs', args: ['--all'] } }, 'node import.mjs --all'],
    ['nothing that is recorded', {}, ''],
  ])('tells the command of %s', (_what, task, command) => {
    expect(detail({ task }).asked.command).toBe(command);
  });

  it('tells what came of it, or why there is nothing', () => {
    const done = detail({ result: { result: { score: 7 }, metadata: { respondedBy: 'Zoë' } } }).result;
    expect(done).toMatchObject({
      value: [{ name: 'score', text: '7' }],
      note: '',
      metadata: [{ text: 'Zoë' }],
    });
    const waiting = detail({ story: journal().created().requested('a') }).result;
    expect(waiting).toMatchObject({ value: [], note: 'There is no result yet.' });
    const failed = detail({ story: journal().created().requested('a').erred('a', 'Out of paper') }).result;
    expect(failed.note).toBe('Out of paper');
    expect(detail({ result: { resultRef: 'blobs/result-1.json' } }).result.note).toBe(
      'The result is large; it is in blobs/result-1.json.',
    );
    expect(detail({}).result.note).toBe('tasks/a/result.json is missing');
  });

  it('has the output, from its files or else from the result', () => {
    const output = detail({ stdout: 'one\r\ntwo\n', stderr: '' }).output;
    expect(output).toEqual([{ name: 'stdout', text: 'one\ntwo\n', cut: false }]);
    const recorded = detail({ result: { result: { stdout: 'out', stderr: 'err' } } }).output;
    expect(recorded.map(({ name, text }) => [name, text])).toEqual([
      ['stdout', 'out'],
      ['stderr', 'err'],
    ]);
    const long = detail({ stdout: `first ${'x'.repeat(300_000)} last` }).output[0];
    expect([long?.cut, long?.text.length, long?.text.endsWith('last')]).toEqual([true, 200_000, true]);
  });

  it('lists its own files, and those that the result names', () => {
    const { effect, definition, posted, texts } = read({
      task: { inputsRef: 'tasks/a/blobs/inputs-1.json' },
      result: {
        result: {
          changedFiles: ['src/b.ts'],
          files: ['src/a.ts', 'no path at all'],
          report: { path: 'out/r.md' },
        },
      },
      stdout: 'x',
    });
    expect(taskFiles(effect, definition, posted, texts).map(({ path, name }) => [path, name])).toEqual([
      ['tasks/a/task.json', { task: 'a', part: 'task' }],
      ['tasks/a/result.json', { task: 'a', part: 'result' }],
      ['tasks/a/stdout.log', { task: 'a', part: 'stdout' }],
      ['tasks/a/blobs/inputs-1.json', { file: 'tasks/a/blobs/inputs-1.json' }],
      ['src/b.ts', undefined],
      ['src/a.ts', undefined],
      ['out/r.md', undefined],
    ]);
  });

  it('shows no secret and nothing that deceives', () => {
    const secret = '{"completionProof":"0123456789abcdef"}';
    const evil = `a\u202eb ${secret}`;
    const shown = JSON.stringify(
      detail({
        task: { title: evil, description: evil, shell: { command: evil }, inputs: { evil } },
        result: { result: { evil, completionProof: '0123456789abcdef' } },
        stdout: evil,
        stderr: evil,
      }),
    );
    expect(shown).not.toContain('0123456789abcdef');
    expect(shown).not.toContain('\u202e');
    expect(shown).toContain('⟨U+202E⟩');
  });
});
