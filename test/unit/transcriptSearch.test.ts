import { expect, it } from 'vitest';
import { RowTable } from '../../src/core/sessions/rowTable';
import { plainRow, type TranscriptRow } from '../../src/core/sessions/transcriptRow';
import { RowSearch } from '../../src/core/sessions/transcriptSource';
import { atOnce } from '../../src/core/sliced';

/** A transcript that grows. */
function growing() {
  const table = new RowTable();
  const rows: TranscriptRow[] = [];
  let read = 0;
  const row = (place: number) => {
    read += 1;
    return rows[place];
  };
  const source = { table, row, beside: () => undefined };
  const add = (...more: readonly TranscriptRow[]) => {
    for (const each of more) {
      rows.push(each);
      table.add(each, { offset: 0, length: 0, part: 0 });
    }
  };
  const call = (id: string): TranscriptRow => ({
    ...plainRow('call', 0, 'npm test'),
    ...{ id, action: { verb: 'running', object: 'npm test', exact: 'npm test' } },
  });
  const result = (id: string, text: string, outcome: 'ok' | 'error' = 'ok'): TranscriptRow => ({
    ...plainRow('result', 1, text),
    ...{ id, outcome },
  });
  return {
    source: source as unknown as ConstructorParameters<typeof RowSearch>[0],
    add,
    call,
    result,
    reads: () => read,
  };
}

it('a search finds what comes later, in the order of the file', () => {
  const { source, add, call, result } = growing();
  const search = new RowSearch(source, { filter: 'all', text: 'Needle' });
  add(call('a'), call('b'), plainRow('words', 0, 'a needle'));
  atOnce(search.update());
  expect(search.found).toEqual([2]);
  add(result('b', 'no'), result('a', 'the needle'));
  atOnce(search.update());
  expect(search.found).toEqual([0, 2]);
});

it('errors are those of calls that failed later, and nothing is looked at again', () => {
  const { source, add, call, result, reads } = growing();
  const search = new RowSearch(source, { filter: 'errors', text: 'test' });
  add(call('a'), result('a', 'x', 'error'), call('b'));
  atOnce(search.update());
  expect(search.found).toEqual([0]);
  const before = reads();
  atOnce(search.update());
  expect(reads()).toBe(before);
  add(result('b', 'x', 'error'));
  atOnce(search.update());
  expect(search.found).toEqual([0, 2]);
});
