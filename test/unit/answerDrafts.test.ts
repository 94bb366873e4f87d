import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { silentLogger } from '../../src/core/log';
import type { KeptRecords } from '../../src/core/review/keptRecords';
import { asRunKey } from '../../src/core/run/runKey';
import { RecordFolder } from '../../src/node/recordFolder';
import { AnswerDrafts } from '../../src/vscode/answerDrafts';
import { temporaryFolder } from '../support/runFolder';

const question = { key: asRunKey('/runs/a'), effectId: 'q' };

it('keeps what was typed over a reload, and forgets what was sent', () => {
  const folder = join(temporaryFolder(), 'drafts');
  const first = new AnswerDrafts(new RecordFolder(folder, silentLogger));
  first.set(question, 'Add te');
  first.set(question, 'Add tests');
  first.set({ ...question, effectId: 'other' }, 'x');
  first.dispose();
  const second = new AnswerDrafts(new RecordFolder(folder, silentLogger));
  expect(second.get(question)).toBe('Add tests');
  expect(second.of(question.key)).toEqual({ q: 'Add tests', other: 'x' });
  second.set(question, '');
  second.dispose();
  expect(readdirSync(folder)).toHaveLength(1);
  expect(new AnswerDrafts(new RecordFolder(folder, silentLogger)).get(question)).toBe('');
});

it('writes a text down once it rests, and at the latest when the window closes', () => {
  vi.useFakeTimers();
  const put = vi.fn<KeptRecords['put']>();
  const drafts = new AnswerDrafts({ all: () => [], put });
  drafts.set(question, 'a');
  vi.advanceTimersByTime(200);
  drafts.set(question, 'ab');
  vi.advanceTimersByTime(299);
  expect(put).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(put.mock.calls).toEqual([[expect.any(String), { dir: '/runs/a', effectId: 'q', text: 'ab' }]]);
  drafts.set(question, 'abc');
  drafts.dispose();
  expect(put.mock.lastCall?.[1]).toEqual({ dir: '/runs/a', effectId: 'q', text: 'abc' });
  vi.useRealTimers();
});

it('tells the other surfaces of a change, with who made it', () => {
  const drafts = new AnswerDrafts({ all: () => [], put: () => {} });
  const told: unknown[] = [];
  drafts.onDidChange(({ effectId, by }) => told.push([effectId, by]));
  const page = {};
  drafts.set(question, 'a', page);
  drafts.set(question, 'a', page);
  drafts.set(question, '');
  expect(told).toEqual([
    ['q', page],
    ['q', undefined],
  ]);
  drafts.dispose();
});

it('lives on without a folder, and passes over damaged files', () => {
  const folder = temporaryFolder();
  const blocked = join(folder, 'file');
  writeFileSync(blocked, '');
  const files = new RecordFolder(blocked, silentLogger);
  files.put('q', { text: 'x' });
  expect(files.all()).toEqual([]);
  writeFileSync(join(folder, 'damaged.json'), '{');
  expect(new RecordFolder(folder, silentLogger).all()).toEqual([]);
  expect(existsSync(join(folder, 'damaged.json'))).toBe(true);
});

it('takes what an agent leaves, where no person has typed, until a person changes it', () => {
  const put = vi.fn<KeptRecords['put']>();
  const drafts = new AnswerDrafts({ all: () => [], put });
  expect(drafts.leave(question, 'Fine.')).toBe(true);
  expect(drafts.leave(question, 'Fine, I think.')).toBe(true);
  expect([drafts.get(question), drafts.byAgent(question.key)]).toEqual(['Fine, I think.', ['q']]);
  drafts.set(question, 'Fine, I know.');
  expect(drafts.byAgent(question.key)).toEqual([]);
  expect(drafts.leave(question, 'No.')).toBe(false);
  expect(drafts.get(question)).toBe('Fine, I know.');
  drafts.dispose();
  expect(put.mock.lastCall?.[1]).toEqual({ dir: '/runs/a', effectId: 'q', text: 'Fine, I know.' });
});
