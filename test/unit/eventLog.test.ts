import { describe, expect, it } from 'vitest';
import { EventLog, type EventFilter } from '../../src/core/views/page/eventLog';
import { toEventRow } from '../../src/core/views/page/eventRow';
import { toEventRecord } from '../../src/engines/babysitter/core/parseEvent';
import { journal, type JournalBuilder } from '../support/journalBuilder';
import { aRun } from '../support/runBuilder';
import { opened } from '../support/treeText';

/** A log over a journal that counts what it reads. */
async function logOf(story: JournalBuilder, titles: Readonly<Record<string, string>> = {}) {
  const reads: string[] = [];
  let texts = story.files;
  const log = new EventLog(
    async (from, to) => {
      const some = Object.entries(texts).slice(from, to);
      reads.push(...some.map(([file]) => file));
      return some.map(([file, text]) => toEventRecord(file, text));
    },
    async () => {},
    ({ effectId }) => titles[effectId ?? ''] ?? '',
  );
  /** Looking whether the journal is still the same is not counted. */
  const relist = async (files = story.files): Promise<void> => {
    texts = files;
    const before = reads.length;
    await log.update(Object.keys(texts).length);
    expect(reads.length - before).toBeLessThanOrEqual(3);
    reads.length = before;
  };
  await relist();
  return { log, reads, relist };
}

const many = (n: number): JournalBuilder => {
  const story = journal().created();
  for (let i = 1; i <= n; i += 1) story.done(`step${i}`);
  return story;
};

const all: EventFilter = { type: '', text: '' };

describe('the list of events', () => {
  it('reads what is seen, and nothing twice', async () => {
    const { log, reads } = await logOf(many(500));
    await log.searchOn(all, 1000);
    const seen = await log.window(900, 920);
    expect(seen.records.map(({ place, record }) => [place, record.seq]).slice(0, 2)).toEqual([
      [900, 901],
      [901, 902],
    ]);
    expect([seen.records.length, seen.total, seen.all]).toEqual([20, 1001, 1001]);
    await log.window(900, 920);
    expect(reads).toHaveLength(20);
  });

  it('finds events by type and by words of them and of their tasks, piece by piece', async () => {
    const story = many(50).requested('q', 'breakpoint').failed('It broke in the middle');
    const { log } = await logOf(story, { step7: 'Write the tests', q: 'Shall we ship?' });
    const found = async (filter: EventFilter): Promise<readonly number[]> => {
      while (await log.searchOn(filter, 30));
      return (await log.window(0, 100)).records.map(({ record }) => record.seq);
    };
    expect(await found({ type: '', text: 'tests WRITE' })).toEqual([14, 15]);
    expect(await found({ type: 'EFFECT_RESOLVED', text: 'tests' })).toEqual([15]);
    expect(await found({ type: '', text: 'broke middle' })).toEqual([103]);
    expect(await found({ type: 'RUN_CREATED', text: '' })).toEqual([1]);
    expect(await found({ type: '', text: 'tests nowhere' })).toEqual([]);
    expect((await log.window(0, 10)).searched).toBe(103);
  });

  it('says how far it has looked', async () => {
    const { log } = await logOf(many(50));
    expect(await log.searchOn({ type: 'EFFECT_RESOLVED', text: '' }, 11)).toBe(true);
    expect(await log.window(0, 100)).toMatchObject({ total: 5, searched: 11, all: 101 });
  });

  it('goes on where it was when events come, and begins anew when the journal is another', async () => {
    const story = many(3);
    const { log, reads, relist } = await logOf(story);
    const filter = { type: '', text: 'step' };
    while (await log.searchOn(filter, 100));
    story.done('step4');
    await relist();
    while (await log.searchOn(filter, 100));
    expect((await log.window(0, 100)).total).toBe(8);
    expect(reads).toHaveLength(9);

    const other = Object.entries(journal().created().done('other').files);
    await relist(Object.fromEntries(other.map(([file, text]) => [file.replace(/0/g, '1'), text])));
    expect((await log.window(0, 100)).all).toBe(3);
  });

  it('shows an event that cannot be read, and reads it again later', async () => {
    const story = many(1);
    const files = { ...story.files };
    const [, second = ''] = Object.keys(files);
    files[second] = '{ broken';
    const log = new EventLog(
      async (from, to) =>
        Object.entries(files)
          .slice(from, to)
          .map(([file, text]) => toEventRecord(file, text)),
      async () => {},
      () => '',
    );
    await log.update(Object.keys(files).length);
    expect((await log.window(1, 2)).records[0]?.record).toMatchObject({ seq: 2, type: '' });
    files[second] = story.files[second] ?? '';
    expect((await log.window(1, 2)).records[0]?.record.type).toBe('EFFECT_REQUESTED');
  });

  it('knows an event by its number, and the newest that fits', async () => {
    const { log } = await logOf(many(100).add('STOP_HOOK_INVOKED', { sessionId: 'the-session' }));
    expect([await log.placeOf(5), await log.placeOf(999)]).toEqual([4, undefined]);
    expect((await log.at(1))?.record.id).toMatch(/^000001\./);
    expect((await log.findLast(({ session }) => session !== undefined))?.record.session).toBe('the-session');
    expect(await log.findLast(({ type }) => type === 'RUN_CREATED')).toBeUndefined();
  });
});

it('finds an event by its number in a journal with gaps', async () => {
  const { log, relist } = await logOf(many(50));
  const files = Object.entries(many(50).files).filter((_, i) => i < 10 || i > 40);
  await relist(Object.fromEntries(files));
  expect([await log.placeOf(10), await log.placeOf(11), await log.placeOf(42)]).toEqual([9, undefined, 10]);
});

describe('a row of the list', () => {
  const rows = async (
    story: JournalBuilder,
    results: Readonly<Record<string, unknown>> = {},
    replays = true,
  ) => {
    const { log } = await logOf(story);
    const run = aRun({ journal: story });
    const { records } = await log.window(0, 100);
    return records.map((placed) => toEventRow(run, opened(run, { results }).details, placed, replays));
  };

  it('says nothing of replays where the engine has none', async () => {
    const story = journal().created().done('a').completed();
    const replaysOf = async (replays: boolean) =>
      (await rows(story, {}, replays)).map(({ replay }) => replay).filter((replay) => replay !== '');
    expect([await replaysOf(true), await replaysOf(false)]).toEqual([['cached'], []]);
  });

  it('tells how each step stands, and whether the process has seen a result', async () => {
    const story = journal().created().done('a').requested('b').requested('c').erred('b');
    expect((await rows(story)).map(({ type, mark, replay }) => [type, mark, replay])).toEqual([
      ['RUN_CREATED', 'none', ''],
      ['EFFECT_REQUESTED', 'resolved', ''],
      ['EFFECT_RESOLVED', 'resolved', 'cached'],
      ['EFFECT_REQUESTED', 'failed', ''],
      ['EFFECT_REQUESTED', 'waiting', ''],
      ['EFFECT_RESOLVED', 'failed', 'new'],
    ]);
  });

  it('marks no question that was rejected as done, nor a task that did not pass', async () => {
    const story = journal().created().done('q', 'breakpoint').done('t').done('ok', 'breakpoint');
    story.requested('e', 'breakpoint').erred('e', 'Stop');
    const results = { q: { approved: false }, t: { passed: false }, ok: { approved: true } };
    expect((await rows(story, results)).slice(1).map(({ mark }) => mark)).toEqual([
      ...['rejected', 'rejected', 'failed', 'failed'],
      ...['resolved', 'resolved', 'rejected', 'rejected'],
    ]);
  });

  it('waits for nothing in a finished run', async () => {
    const marks = (await rows(journal().created().requested('s', 'sleep').failed('Enough'))).map(
      ({ mark }) => mark,
    );
    expect(marks).toEqual(['none', 'none', 'failed']);
  });

  it('has its task’s name and what it says, without secrets and deception', async () => {
    const evil = 'x\u202ey {"completionProof":"0123456789abcdef"}';
    const [, asked, failed] = await rows(
      journal().created().requested('a', 'agent', { label: 'Build' }).erred('a', evil),
    );
    expect(asked).toMatchObject({ title: 'Build', kind: 'agent', effectId: 'a' });
    expect(failed?.title).toBe('Build: x⟨U+202E⟩y {"completionProof":"•••"}');
  });
});
