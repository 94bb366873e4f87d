import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ClaudeReader } from '../../src/agents/claude/core/claudeReader';
import { ClaudeRows } from '../../src/agents/claude/core/claudeRows';
import { atOnce } from '../../src/core/sliced';
import { readLines, readTail } from '../../src/node/sessions/lineFile';
import { TranscriptFile } from '../../src/node/sessions/transcriptFile';
import { ClaudeLines } from '../support/claudeLines';

/** Counts the lines that are parsed. */
class CountingReader extends ClaudeReader {
  parsed = 0;

  protected override take(line: Readonly<Record<string, unknown>>): void {
    this.parsed += 1;
    super.take(line);
  }
}

const history = { type: 'assistant', message: { content: [{ type: 'text', text: 'y'.repeat(3000) }] } };

/** A call, and behind it 3 MB of lines that tell nothing. */
function fileOf(silent: readonly Readonly<Record<string, unknown>>[]) {
  const lines = new ClaudeLines('2026-03-01T10:00:00.000Z').prompt('Test it').runs('c1', 'npm test');
  const before = lines.text;
  for (const each of silent) lines.add(each);
  const run = lines.text.slice(before.length);
  const times = Math.ceil(3e6 / run.length);
  const dir = mkdtempSync(join(tmpdir(), 'silent-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const path = join(dir, 's-1.jsonl');
  writeFileSync(path, before + run.repeat(times));
  const { timestamp } = JSON.parse(lines.lines.at(-1) ?? '') as { timestamp: string };
  return { path, lines: 2 + silent.length * times, lastAt: Date.parse(timestamp) };
}

describe.each<[string, readonly Readonly<Record<string, unknown>>[]]>([
  ['short signs of life', [{ type: 'progress', data: { type: 'bash_progress', output: 'x' } }]],
  ['whole histories', [{ type: 'progress', data: { message: history, type: 'agent_progress' } }]],
  [
    'signs of life that tell of what before their kind',
    [{ data: { type: 'hook_progress' }, type: 'progress' }],
  ],
  [
    'lines of the client',
    [
      { type: 'mode', mode: 'normal' },
      { type: 'file-history-snapshot', snapshot: {} },
    ],
  ],
  [
    'very long lines',
    [{ type: 'progress', data: { message: { type: 'assistant', text: 'z'.repeat(200_000) } } }],
  ],
])('a session that ends with %s', (_, silent) => {
  it('tells what it does, without one of them being parsed', () => {
    const { path, lastAt } = fileOf(silent);
    const read = atOnce(
      readTail(
        path,
        () => new CountingReader(),
        ({ transcript }) => transcript.work.length > 0,
      ),
    );
    const { transcript, parsed } = read?.reader ?? new CountingReader();
    expect([...transcript.open.values()].map(({ id }) => id)).toEqual(['c1']);
    expect(transcript.lastAt).toBe(lastAt);
    expect(parsed).toBe(2);
  });

  it('is counted line by line, and has no row for them', () => {
    const { path, lines, lastAt } = fileOf(silent);
    const reader = new CountingReader();
    atOnce(readLines(path, reader));
    const { transcript } = reader;
    expect([transcript.lines, transcript.badLines, transcript.unknownLines]).toEqual([lines, 0, 0]);
    expect(transcript.lastAt).toBe(lastAt);
    const source = new TranscriptFile(path, () => new ClaudeRows());
    atOnce(source.update());
    expect(source.table.length).toBe(2);
  });
});
