import { describe, expect, it } from 'vitest';
import { CopilotReader } from '../../src/agents/copilot/core/copilotReader';
import { CopilotRows } from '../../src/agents/copilot/core/copilotRows';
import { GeminiReader } from '../../src/agents/gemini/core/geminiReader';
import { GeminiRows } from '../../src/agents/gemini/core/geminiRows';
import { RowTable } from '../../src/core/sessions/rowTable';

const timestamp = '2026-05-04T09:00:00.000Z';
const message = (id: string, content: string, more: object = {}): string =>
  JSON.stringify({ ...(id === '' ? {} : { id }), timestamp, type: 'gemini', content, ...more });
const call = (status: string) => ({
  toolCalls: [{ id: 'c', name: 'run_shell_command', args: { command: 'x' }, status }],
});

describe('a message of Gemini that is told again', () => {
  it('is one row, as it was told last', () => {
    const [table, rows] = [new RowTable(), new GeminiRows()];
    const lines = [message('m', 'One'), message('m', 'One and two'), message('', 'a'), message('', 'a')];
    lines.forEach((line, offset) =>
      rows.rows(line).forEach((row, part) => table.add(row, { offset, length: 1, part })),
    );
    expect(Array.from({ length: table.length }, (_, place) => table.where(place).offset)).toEqual([1, 2, 3]);
  });

  it('goes when it is undone, with what came after it, and all goes when the messages are told anew', () => {
    const [table, rows] = [new RowTable(), new GeminiRows()];
    let offset = 0;
    const told = (...lines: readonly string[]): readonly number[] => {
      for (const line of lines) {
        rows.rows(line).forEach((row, part) => table.add(row, { offset, length: 1, part }));
        offset += 1;
      }
      return Array.from({ length: table.length }, (_, place) => table.where(place).offset);
    };
    const user = (id: string, content: unknown) => JSON.stringify({ id, timestamp, type: 'user', content });
    expect(told(user('u1', 'One'), message('m1', 'Yes'), user('u2', []), message('m2', 'No'))).toEqual([
      ...[0, 1, 2, 3],
    ]);
    expect(told(message('', 'said by nobody'), JSON.stringify({ $rewindTo: 'u2' }))).toEqual([0, 1]);
    expect(table.cuts).toBe(1);
    expect(told(user('u3', 'Three'))).toEqual([0, 1, 6]);
    const again = { $set: { messages: [JSON.parse(user('u1', 'One')), JSON.parse(message('m9', 'Short'))] } };
    expect(told(JSON.stringify(again))).toEqual([7, 7]);
    expect([table.where(0).part, table.where(1).part]).toEqual([1, 2]);
    expect(told(JSON.stringify({ $set: { summary: 's' } }), user('u1', 'One, retold'))).toEqual([9, 7]);
    expect(told(JSON.stringify({ $rewindTo: 'unknown' }))).toEqual([]);
  });

  it('keeps its call open until that has ended, also after a turn that ended between', () => {
    const reader = new GeminiReader();
    reader.read(message('m', '', call('executing')));
    reader.read(JSON.stringify({ $rewindTo: 'u' }));
    expect(reader.transcript.open.size).toBe(0);
    reader.read(message('m', '', call('executing')));
    expect([...reader.transcript.open.keys()]).toEqual(['c']);
    reader.read(message('m', '', call('success')));
    expect(reader.transcript.open.size).toBe(0);
    expect(reader.transcript.work.flatMap(({ calls }) => calls)).toHaveLength(1);
  });
});

describe('a call of Copilot', () => {
  const event = (type: string, data: object): string => JSON.stringify({ type, timestamp, data });
  const create = event('tool.execution_start', {
    ...{ toolCallId: 'c', toolName: 'create', arguments: { path: 'a.ts', file_text: 'a\n' } },
  });
  const filesAfter = (...lines: readonly string[]) => {
    const reader = new CopilotReader();
    for (const line of [create, ...lines]) reader.read(line);
    return reader.transcript.work.flatMap(({ calls }) => calls.flatMap(({ files }) => files));
  };

  it('changed a file only where it succeeded', () => {
    const end = (success: boolean) =>
      event('tool.execution_complete', { toolCallId: 'c', success, result: { content: '' } });
    expect(filesAfter()).toEqual([]);
    expect(filesAfter(event('abort', {}))).toEqual([]);
    expect(filesAfter(end(false))).toEqual([]);
    expect(filesAfter(end(true))).toEqual([{ path: 'a.ts', created: true, added: 1, removed: 0 }]);
  });

  it('that a person refused is told as such in its row, too', () => {
    const refused = event('tool.execution_complete', {
      ...{ toolCallId: 'c', success: false, error: { message: 'Denied by the user' } },
    });
    expect(new CopilotRows().rows(refused)[0]?.outcome).toBe('refused');
  });
});
