import { describe, expect, it } from 'vitest';
import { searchEntry, searchRuns } from '../../src/core/views/tree/runSearch';
import { journal, start } from '../support/journalBuilder';
import { aRun, type RunParts, lyingIn } from '../support/runBuilder';
import { stored } from '../support/treeText';

const entry = (runId: string, parts: RunParts = {}, titles: readonly string[] = []) =>
  searchEntry(stored({ ...aRun(parts), runId, ...lyingIn(`/runs/${runId}`) }), titles);

const gate = {
  metadata: { payload: { title: 'Ship it?', question: 'Shall we really\nship on a **Friday**?' } },
};

const entries = [
  entry(
    '01AAA',
    { metadata: { prompt: 'Speed up the search\nwithout making it worse', processId: 'shop/search' } },
    ['Measure the baseline', 'agent'],
  ),
  entry('01BBB', {
    journal: journal()
      .created()
      .requested('q', 'breakpoint')
      .requested('b', 'agent', { label: 'Draft notes' }),
    metadata: { prompt: 'Release notes' },
    tasks: { q: gate },
  }),
  entry('01CCC', { metadata: { prompt: 'Measure everything twice' } }, ['Search for slow queries']),
];

const find = (query: string, most = 100) =>
  searchRuns(entries, query, most).found.map(({ stored: { run }, matched }) => [run.runId, matched]);

describe('finding runs', () => {
  it('looks at title, id, prompt, process, questions and tasks, and says what matched', () => {
    expect(find('Friday')).toEqual([['01BBB', 'Question: Shall we really ship on a **Friday**?']]);
    expect(find('ship it')).toEqual([['01BBB', 'Task: Ship it?']]);
    expect(find('draft')).toEqual([['01BBB', 'Task: Draft notes']]);
    expect(find('worse')).toEqual([['01AAA', 'Prompt: Speed up the search without making it worse']]);
    expect(find('shop/')).toEqual([['01AAA', 'Process: shop/search']]);
    expect(find('baseline')).toEqual([['01AAA', 'Task: Measure the baseline']]);
    expect(find('01bb')).toEqual([['01BBB', '']]);
  });

  it('wants every word, in any order and place, whatever the case', () => {
    expect(find('NOTES friday')).toEqual([['01BBB', 'Question: Shall we really ship on a **Friday**?']]);
    expect(find('  search   MEASURE ').map(([id]) => id)).toEqual(['01AAA', '01CCC']);
    expect(find('notes monday')).toEqual([]);
    expect(find('search 01ccc slow')).toEqual([['01CCC', 'Task: Search for slow queries']]);
  });

  it('puts those whose title or id has every word first, otherwise keeps the order', () => {
    expect(find('measure').map(([id]) => id)).toEqual(['01CCC', '01AAA']);
    expect(find('').map(([id]) => id)).toEqual(['01AAA', '01BBB', '01CCC']);
  });

  it('takes short words for no part of a ULID, where they are by chance', () => {
    const ulid = entry('01M7XT1QRM0NRBDGT31HJ26RZQ', { metadata: { prompt: 'Tidy up' } });
    const found = (query: string) => searchRuns([ulid], query, 1).found.length;
    expect(['26r', 'j26r', '01m7', '01M7XT1QRM0NRBDGT31HJ26RZQ'].map(found)).toEqual([0, 1, 1, 1]);
  });

  it('gives so many, and says how many more there are', () => {
    expect(searchRuns(entries, '', 2)).toMatchObject({ found: { length: 2 }, more: 1 });
    expect(searchRuns(entries, 'measure', 1).found[0]?.stored.run.runId).toBe('01CCC');
    expect(searchRuns(entries, 'measure', 1).more).toBe(1);
    expect(searchRuns(entries, 'friday', 2).more).toBe(0);
  });

  it('shows of a long text what is around the word', () => {
    const prompt = `Start\n${'a word and '.repeat(200)}needle${' and a word'.repeat(200)}`;
    const [found] = searchRuns([entry('01DDD', { metadata: { prompt } })], 'needle', 1).found;
    expect(found?.matched).toMatch(/^Prompt: ….*\bneedle\b.*…$/);
    expect(found?.matched.length).toBeLessThan(150);
  });

  it('looks through ten thousand runs', { timeout: 30_000 }, () => {
    const long = 'Raise the relevance of the product search to at least 95 without making it slower. '.repeat(
      10,
    );
    const many = Array.from({ length: 10_000 }, (_, i) =>
      entry(`01RUN${i}`, { metadata: { prompt: `${long}${i}`, createdAt: new Date(start).toISOString() } }, [
        'Plan the work',
        `Task number ${i}`,
      ]),
    );
    expect(searchRuns(many, 'relevance number 777', 100).found.length).toBe(19);
  });
});
