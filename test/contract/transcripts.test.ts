import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { agentStores } from '../../src/agents/agentStores';
import { RowSearch, type TranscriptSource } from '../../src/core/sessions/transcriptSource';
import type { RowFilter } from '../../src/core/sessions/rowTable';
import { atOnce } from '../../src/core/sliced';
import { toRowDetail, toRowView } from '../../src/core/views/page/transcriptView';
import { TranscriptFile } from '../../src/node/sessions/transcriptFile';
import { homeVariables, sessionFixtures } from '../support/agentSessions';

const sessions = [
  {
    agent: 'claude-code',
    id: '5f0c2b7e-1d34-4a8b-9c55-0a1b2c3d4e5f',
    prompts: 1,
    calls: 23,
    failed: 'npm test',
  },
  { agent: 'codex', id: '019df1a0-2b3c-7d4e-8f50-6a7b8c9d0e1f', prompts: 1, calls: 7, failed: 'npm test' },
] as const;

function opened(agent: string, id: string) {
  const home = mkdtempSync(join(tmpdir(), 'sessions-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  cpSync(join(sessionFixtures, 'home'), home, { recursive: true });
  const store = agentStores(homeVariables(home)).find((each) => each.agent.id === agent);
  const path = store?.find(id)?.path;
  if (!store || path === undefined) throw new Error(`There is no session ${id}.`);
  const source = new TranscriptFile(path, () => store.rows());
  atOnce(source.update());
  return { source, path, store };
}

function rowsOf(source: TranscriptSource, filter: RowFilter = 'all', text = '') {
  const search = new RowSearch(source, { filter, text });
  atOnce(search.update());
  return search.found.map((place) => toRowView(source, place, []));
}

describe.each(sessions)('the transcript of $agent', ({ agent, id, prompts, calls, failed }) => {
  it('has a row for whatever was said and done, in order', () => {
    const rows = rowsOf(opened(agent, id).source);
    const count = (kind: string): number => rows.filter((row) => row.kind === kind).length;
    expect([count('prompt'), count('call')]).toEqual([prompts, calls]);
    expect(count('words')).toBeGreaterThan(0);
    expect(count('thinking')).toBeGreaterThan(0);
    expect(count('compaction')).toBe(1);
    expect(rows.map(({ at }) => at)).toEqual(rows.map(({ at }) => at).toSorted((a, b) => a - b));
  });

  it('leaves of the errors only those, each with what came of it', () => {
    const { source } = opened(agent, id);
    const errors = rowsOf(source, 'errors').filter(({ kind }) => kind === 'call');
    expect(errors.map(({ note, failed }) => [note.startsWith('failed'), failed])).toEqual([[true, true]]);
    const { input, result } = toRowDetail(source, errors[0]?.place ?? 0, []);
    expect(input).toContain(failed);
    expect(result).not.toBe('');
  });

  it('is searched in what was said, done and found', () => {
    const { source } = opened(agent, id);
    expect(rowsOf(source, 'all', 'COMPACTED').map(({ kind }) => kind)).toEqual(['compaction']);
    expect(rowsOf(source, 'all', 'no such words')).toEqual([]);
  });

  it('is the same read line by line as at once, and read anew when it lost lines', () => {
    const { source, path, store } = opened(agent, id);
    const all = rowsOf(source);
    const grown = new TranscriptFile(`${path}.copy`, () => store.rows());
    cpSync(path, `${path}.copy`);
    const half = Math.floor(statSync(path).size / 2);
    truncateSync(`${path}.copy`, half);
    atOnce(grown.update());
    expect(rowsOf(grown).length).toBeLessThan(all.length);
    // In place, as an agent writes it.
    appendFileSync(`${path}.copy`, readFileSync(path).subarray(half));
    atOnce(grown.update());
    expect(rowsOf(grown)).toEqual(all);
    truncateSync(`${path}.copy`, 0);
    atOnce(grown.update());
    expect(rowsOf(grown)).toEqual([]);
  });

  it('shows none of the secrets', () => {
    const { source } = opened(agent, id);
    const rows = rowsOf(source);
    const details = rows.map(({ place }) => toRowDetail(source, place, []));
    expect(JSON.stringify([rows, details])).not.toMatch(/EXAMPLE/);
  });
});

describe('what lies beside a transcript', () => {
  const [{ agent, id }] = sessions;

  it('is read from there, wherever its text says it lies', () => {
    const { source } = opened(agent, id);
    const kept = rowsOf(source, 'calls').map(({ place }) => toRowDetail(source, place, []));
    expect(kept.filter(({ result }) => result.includes('ok 2399 - case 2399')).length).toBe(1);
  });

  it('is nothing else', () => {
    const { source } = opened(agent, id);
    for (const path of ['/etc/passwd.txt', '../../../x.txt', '..\\..\\x.txt']) {
      expect(source.beside(`<persisted-output>\nsaved to: ${path}\n`)).toBeUndefined();
    }
  });
});
