import { execFileSync } from 'node:child_process';
import { readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { atOnce } from '../../src/core/sliced';
import { asThemis } from '../../src/engines/themis/core/themisRun';
import { themisStores } from '../../src/engines/themis/node/themisStores';
import { temporaryFolder } from '../support/runFolder';
import { hasSqlite, openThemisDatabase } from '../support/themisStores';
import { ThemisDatabaseWriter } from '../support/themisWriter';

/** What the rows of a store say that was spoilt. */
function rowsOf(spoil: (path: string, execute: (sql: string) => void) => void): readonly string[] {
  const path = join(temporaryFolder(), 'themis.sqlite3');
  const writer = new ThemisDatabaseWriter(path);
  writer.begin('a', 5);
  writer.begin('b', 5);
  writer.close();
  spoil(path, (sql) => {
    const database = openThemisDatabase(path);
    database.exec(sql);
    database.close();
  });
  return atOnce(themisStores().read(path)).map(
    ({ run }) => asThemis(run)?.trouble ?? run.problems.map(({ what }) => what).join(),
  );
}

// Endless ones would keep whoever asks for ever: nothing ends a statement of SQLite that runs.
const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT';

describe.skipIf(!hasSqlite)('a hostile SQLite file', () => {
  it.each([
    [
      'a view that never ends for its projections',
      `DROP TABLE run_projections; CREATE VIEW run_projections AS ${endless} 'x' AS run_id, 'y' AS projection_name, '' AS projection_json FROM n`,
    ],
    [
      'a view that never ends for its events',
      `DROP TABLE run_events; CREATE VIEW run_events AS ${endless} i AS id, 'x' AS run_id, '' AS event_json FROM n`,
    ],
    [
      'a column that is computed',
      `DROP TABLE run_projections; CREATE TABLE run_projections (run_id TEXT, projection_name TEXT,
       projection_json TEXT AS (hex(zeroblob(400000000))))`,
    ],
  ])('with %s is not looked into, and says why', (_, sql) => {
    expect(rowsOf((__, execute) => execute(sql))).toEqual([expect.stringMatching(/is no plain table/)]);
  });

  it.skipIf(process.platform === 'win32').each(['-journal', '-wal', '-shm'])(
    'beside which %s is a pipe says so',
    (ending) => {
      const rows = rowsOf((path, execute) => {
        if (ending !== '-journal') execute('PRAGMA journal_mode = wal');
        execFileSync('mkfifo', [`${path}${ending}`]);
      });
      expect(rows).toEqual([expect.stringMatching(/is no regular file/)]);
    },
  );

  it.skipIf(process.platform === 'win32').each(['-journal', '-wal', '-shm'])(
    'beside which %s is a link is not read: what it leads to is no part of the store',
    (ending) => {
      const elsewhere = join(temporaryFolder(), 'elsewhere');
      writeFileSync(elsewhere, 'not ours');
      const rows = rowsOf((path, execute) => {
        if (ending !== '-journal') execute('PRAGMA journal_mode = wal');
        symlinkSync(elsewhere, `${path}${ending}`);
      });
      expect(rows).toEqual([expect.stringMatching(/is a link, which is not followed/)]);
      expect(readFileSync(elsewhere, 'utf8')).toBe('not ours');
    },
  );

  it('with triggers, ids that are far apart, and cells that are huge or no text has all its runs', () => {
    const rows = rowsOf((_, execute) =>
      execute(`
        CREATE TRIGGER t AFTER INSERT ON run_events BEGIN DELETE FROM run_snapshots; END;
        DROP TRIGGER t;
        CREATE TRIGGER u AFTER UPDATE ON run_snapshots BEGIN DELETE FROM run_snapshots; END;
        INSERT INTO run_events VALUES (9007199254740991, 'x', 'y', '{}'), (4503599627370496, 'x', 'y', x'00ff');
        DELETE FROM run_projections WHERE projection_name = 'timeline_view';
        INSERT INTO run_snapshots VALUES ('huge', hex(zeroblob(5000000))), ('bytes', x'00ff'), ('', 'x');
        INSERT INTO run_projections VALUES ('huge', 'run_result', zeroblob(20000000)), ('bytes', 'run_result', 1e308);
      `),
    );
    expect(rows).toHaveLength(5);
  });

  it('that is cut, or none, or leads elsewhere has one row', () => {
    expect(rowsOf((path) => truncateSync(path, 6000))).toHaveLength(1);
    expect(rowsOf((path) => truncateSync(path, 0))).toHaveLength(1);
    expect(rowsOf((path) => writeFileSync(path, '{'.repeat(100_000)))).toHaveLength(1);
    expect(rowsOf((path) => symlinkSync('/dev/zero', `${path}-journal`))).toHaveLength(1);
  });
});
