import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ClaudeReader } from '../../src/agents/claude/core/claudeReader';
import { CodexReader } from '../../src/agents/codex/core/codexReader';
import { agentNow } from '../../src/core/sessions/agentNow';
import { attribute, type Attribution, type TaskWindow } from '../../src/core/sessions/attribute';
import { Tally, plus, type Totals } from '../../src/core/sessions/tally';
import type { LineReader } from '../../src/core/sessions/transcript';
import { ClaudeLines } from '../support/claudeLines';

const home = fileURLToPath(new URL('../fixtures/sessions/home', import.meta.url));
const linesOf = (path: string): readonly string[] =>
  readFileSync(join(home, path), 'utf8').split('\n').slice(0, -1);
const claude = linesOf('.claude/projects/-srv-demo-shop-app-v2/5f0c2b7e-1d34-4a8b-9c55-0a1b2c3d4e5f.jsonl');
const day =
  '.codex/sessions/2026/05/04/rollout-2026-05-04T11-00-00-019df1a0-2b3c-7d4e-8f50-6a7b8c9d0e1f.jsonl';
const codex = linesOf(day);

const read = <R extends LineReader>(reader: R, lines: readonly string[]): R => {
  for (const line of lines) reader.read(line);
  return reader;
};

const cut = (lines: readonly string[]) =>
  fc.integer({ min: 0, max: lines.length }).map((n) => lines.slice(0, n));

/** What the lines say, by the plainest reading there is. */
function plainly(lines: readonly string[]) {
  const parsed = lines.flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
  const blocks = parsed.flatMap(({ message }) => (Array.isArray(message?.content) ? message.content : []));
  const ended = new Set(blocks.flatMap(({ type, tool_use_id: id }) => (type === 'tool_result' ? [id] : [])));
  const calls = blocks.filter(({ type }) => type === 'tool_use');
  const last = parsed.findLast(({ type }) => type === 'user' || type === 'assistant');
  return {
    answers: new Set(parsed.flatMap(({ type, message }) => (type === 'assistant' ? [message.id] : []))).size,
    open: calls.filter(({ id }) => !ended.has(id)).map(({ input }) => input.command ?? input.file_path),
    hasEnded: last === undefined || last.message.stop_reason === 'end_turn',
    isRetrying: parsed.at(-1)?.subtype === 'api_error',
    lastAt: Math.max(0, ...parsed.flatMap(({ timestamp }) => (timestamp ? [Date.parse(timestamp)] : []))),
  };
}

describe('a transcript that is cut anywhere', () => {
  it('tells what is true of the cut', () => {
    fc.assert(
      fc.property(cut(claude), (lines) => {
        const { transcript } = read(new ClaudeReader(), lines);
        const plain = plainly(lines);
        const told = agentNow({ main: transcript, subagents: [] }, 'gone', {
          ...{ now: plain.lastAt + 1000, activityWindow: 0, workLeft: false },
          ...{ mayWaitFor: undefined, secrets: [] },
        });
        expect(transcript.work.reduce((sum, { answers }) => sum + answers, 0)).toBe(plain.answers);
        const kind = plain.isRetrying ? 'retrying' : plain.hasEnded ? 'idle' : 'gone';
        expect(told.kind).toBe(kind);
        const open = String(plain.open.at(-1) ?? '').replace('/srv/demo/shop.app_v2/', '');
        if (kind === 'gone' && open !== 'undefined') expect(told.text).toContain(open.slice(0, 100));
      }),
    );
  });

  it.each<[string, () => LineReader, readonly string[]]>([
    ['Claude Code', () => new ClaudeReader(), claude],
    ['Codex', () => new CodexReader(), codex],
  ])('never throws, whatever is left of a line of %s', (_, make, all) => {
    fc.assert(
      fc.property(fc.subarray([...all]), fc.integer({ min: 0, max: 2000 }), (lines, length) => {
        const reader = read(make(), lines);
        reader.read((all[lines.length % all.length] ?? '').slice(0, length));
        reader.readLong((all[0] ?? '').slice(0, length), (all[1] ?? '').slice(-length));
        return reader.transcript.lines === lines.length + 2;
      }),
    );
  });
});

const numbers = ({ answers, calls, tokens, errors }: Totals) => ({ answers, calls, tokens, errors });

function sumOf({ tasks, batches, between }: Attribution) {
  return [...[...tasks.values(), ...batches].map(({ totals }) => totals), between]
    .map(numbers)
    .reduce((a, b) => ({
      answers: a.answers + b.answers,
      calls: a.calls + b.calls,
      errors: a.errors + b.errors,
      tokens: plus(a.tokens, b.tokens),
    }));
}

const start = Date.parse('2026-05-04T09:00:00.000Z');
const moment = fc.integer({ min: -10, max: 400 }).map((seconds) => start + seconds * 500);

const windows = fc
  .array(
    fc.tuple(moment, fc.option(fc.integer({ min: 0, max: 100_000 }))).map(([from, length]) => ({
      from,
      to: length === null ? Number.POSITIVE_INFINITY : from + length,
    })),
    { maxLength: 6 },
  )
  .map((list): readonly TaskWindow[] =>
    list.map((window, i) => ({ ...window, effectId: `e${i}`, prompt: undefined })),
  );

const session = fc.array(
  fc.record({
    id: fc.integer({ min: 1, max: 12 }),
    out: fc.integer({ min: 1, max: 500 }),
    call: fc.option(fc.constantFrom('tasks/e0/', 'tasks/e1/', 'ls', 'task:post r e2 ')),
    result: fc.constantFrom('ok', 'error', 'none'),
  }),
  { maxLength: 60 },
);

describe('numbers of tasks, batches and between', () => {
  it('add up to the total, whatever pends when', () => {
    fc.assert(
      fc.property(session, windows, session, (answers, tasks, delegated) => {
        const write = (list: typeof answers, prefix: string): ClaudeReader => {
          const lines = new ClaudeLines('2026-05-04T09:00:00.000Z');
          list.forEach(({ id, out, call, result }, i) => {
            const block = { type: 'tool_use', id: `${prefix}${i}`, name: 'Bash', input: { command: call } };
            lines.answer(call === null ? [] : [block], { id: `${prefix}m${id}`, usage: { out, in: id } });
            if (call !== null && result !== 'none') lines.result(`${prefix}${i}`, 'x', result === 'error');
          });
          return read(new ClaudeReader(), lines.lines);
        };
        const [main, sub] = [write(answers, 'a'), write(delegated, 'b')];
        const link = { agentId: 'x', toolUseId: 'a0', parentAgentId: undefined, description: undefined };
        const subagent = { ...link, copies: false, transcript: sub.transcript };
        const all = new Tally();
        for (const { transcript } of [main, sub]) for (const work of transcript.work) all.add(work);
        const attribution = attribute({ main: main.transcript, subagents: [subagent] }, tasks);
        expect(sumOf(attribution)).toEqual(numbers(all.totals));
      }),
    );
  });

  it('are the same line by line as at once', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: claude.length }), { maxLength: 5 }), (stops) => {
        const whole = read(new ClaudeReader(), claude).transcript;
        const reader = new ClaudeReader();
        let from = 0;
        for (const to of [...stops.toSorted((a, b) => a - b), claude.length]) {
          read(reader, claude.slice(from, to));
          attribute({ main: reader.transcript, subagents: [] }, []);
          from = to;
        }
        expect(reader.transcript).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });
});
