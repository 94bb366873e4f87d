import { existsSync, lstatSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { messageOf } from '../../../core/errors';
import { thousands } from '../../../core/format';
import { parseJson, parseTime } from '../../../core/run/lenient';
import type { Problem } from '../../../core/run/problem';
import { failureMessage, readEvent, type ThemisEvent } from '../core/events';
import { foldEvents } from '../core/foldEvents';
import { readBenchmark, readResult, readSelectionErrors, readTimeline } from '../core/result';
import { toRow } from '../core/row';
import { boundProblems, idProblems, readSnapshot } from '../core/snapshot';
import { isFile, type FileText } from '../../../node/safeFile';
import { fileLimit } from './jsonlStore';
import {
  rowReading,
  StoreBusyError,
  type RowReading,
  type StoreReader,
  type TextName,
  type WholeReading,
} from './reading';
import { readSqliteHead } from './sqliteHead';
import type { OpenSqlite, SqliteDatabase } from './sqliteModule';

/** A file that is being written is tried again so often, each time after so many milliseconds. */
const retries = 5;
const retryAfter = 50;
/** A journal that is older was left by an interrupted write, in milliseconds. */
const journalLasts = 10_000;
/** So many rows of the events of all runs are looked through at once: the file is locked for no longer than that. */
const eventsAtOnce = 500;

/** A store of Themis that is a SQLite file. One connection for each look, closed at once; nothing is ever written. */
export class SqliteStore implements StoreReader {
  constructor(
    private readonly path: string,
    private readonly open: OpenSqlite,
  ) {}

  list(newest?: number): readonly string[] {
    return this.#look((database) => {
      const rows =
        newest === undefined
          ? // From the index that the key has: the table itself holds the snapshots.
            database.prepare('SELECT rowid AS place, run_id FROM run_snapshots').all()
          : database
              .prepare('SELECT rowid AS place, run_id FROM run_snapshots ORDER BY rowid DESC LIMIT ?')
              .all(newest);
      return rows
        .toSorted((a, b) => Number(a['place']) - Number(b['place']))
        .flatMap(({ run_id }) => (typeof run_id === 'string' ? [run_id] : []));
    });
  }

  stamp(runId: string): string | undefined {
    return this.stamps([runId]).get(runId);
  }

  /** {@link stamp} of many runs in one look. */
  stamps(runIds: readonly string[]): ReadonlyMap<string, string> {
    return this.#look((database) => {
      const isThere = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'run_projections'").all();
      const sizes =
        isThere.length > 0 &&
        database.prepare(
          'SELECT octet_length(projection_json) AS size FROM run_projections WHERE run_id = ? ORDER BY projection_name',
        );
      const there = database.prepare('SELECT 1 FROM run_snapshots WHERE run_id = ?');
      return new Map(
        runIds.flatMap((runId) => {
          const parts = sizes ? sizes.all(runId).map(({ size }) => String(size)) : [];
          return parts.length > 0 || there.all(runId).length > 0 ? [[runId, parts.join(' ')] as const] : [];
        }),
      );
    });
  }

  readRow(runId: string): RowReading | WholeReading | undefined {
    return this.rows([runId]).get(runId);
  }

  /** {@link readRow} of many runs in one look. */
  rows(runIds: readonly string[]): ReadonlyMap<string, RowReading | WholeReading> {
    const fileAt = statSync(this.path).mtimeMs;
    const found = this.#look(
      (database) => new Map(runIds.map((runId) => [runId, readProjections(database, runId)] as const)),
    );
    return new Map(
      [...found].flatMap(([runId, texts]) => {
        const reading = texts && this.#toReading(runId, texts, fileAt, false);
        return reading ? [[runId, rowReading(reading)] as const] : [];
      }),
    );
  }

  readWhole(runId: string): WholeReading | undefined {
    const fileAt = statSync(this.path).mtimeMs;
    const texts = this.#look((database) => readProjections(database, runId));
    return texts && this.#toReading(runId, texts, fileAt, true);
  }

  text(runId: string, name: TextName): FileText {
    const [row] = this.#look((database) =>
      name === 'snapshot'
        ? database.prepare(`SELECT ${capped('snapshot_json')} FROM run_snapshots WHERE run_id = ?`).all(runId)
        : database
            .prepare(
              `SELECT ${capped('projection_json')} FROM run_projections WHERE run_id = ? AND projection_name = ?`,
            )
            .all(runId, name),
    );
    if (!row) return { problem: 'is missing', missing: true };
    const { text, size } = row;
    return typeof text === 'string' ? { text } : { problem: tooLarge(Number(size)), missing: false };
  }

  /** No other projection tells of these, and this one is as large as all the others together. */
  #selectionErrors(runId: string, mayBe: boolean): ReadonlyMap<string, string> {
    const read = mayBe ? this.text(runId, 'execution_state') : undefined;
    const json = read && 'text' in read ? parseJson(read.text) : undefined;
    return readSelectionErrors(json && 'value' in json ? json.value : undefined);
  }

  /** Whatever is in one run, the others are read. */
  #toReading(runId: string, found: Texts, fileAt: number, whole: boolean): WholeReading {
    try {
      return this.#toParts(runId, found, fileAt, whole);
    } catch (error) {
      if (error instanceof StoreBusyError) throw error;
      const what = `It cannot be read: ${messageOf(error)}`;
      return {
        ...{ row: undefined, parts: undefined, timeline: [], events: [], beingWritten: false, fileAt },
        problems: [...found.problems, { file: '', what }],
      };
    }
  }

  #toParts(runId: string, { texts, problems: found }: Texts, fileAt: number, whole: boolean): WholeReading {
    const problems = [...found];
    const json = (name: TextName): unknown => {
      const text = texts.get(name);
      if (text === undefined) return undefined;
      const read = parseJson(text);
      if ('value' in read) return read.value;
      problems.push({ file: name, what: read.problem });
      return undefined;
    };
    const snapshot = readSnapshot(json('snapshot'));
    const result = readResult(json('run_result'));
    const entries = readTimeline(json('timeline_view'));
    const ids = [['snapshot', snapshot?.runId] as const, ['run_result', result?.runId] as const];
    problems.push(...boundProblems('snapshot', snapshot), ...idProblems(runId, 'row', ids));
    let events: readonly ThemisEvent[] = [];
    const failedAt = result?.status === 'failed' ? entries.at(-1)?.at : undefined;
    if (whole || failedAt !== undefined || !result) {
      try {
        events =
          whole || failedAt === undefined
            ? this.#events(runId, { count: entries.length || undefined, from: entries[0]?.at, all: true })
            : this.#events(runId, { count: 1, from: failedAt, all: false });
      } catch (error) {
        if (error instanceof StoreBusyError) throw error;
        problems.push({ file: 'run_events', what: messageOf(error) });
      }
    }
    const timeline = entries.length >= events.length ? entries : events;
    const parts =
      snapshot &&
      (result
        ? {
            ...{ snapshot, result, benchmark: readBenchmark(json('benchmark_result')) },
            selectionErrors: this.#selectionErrors(runId, result.progress.failed > 0 && snapshot.hasReducer),
          }
        : foldEvents(events.length > 0 ? events : entries, snapshot));
    const row = parts && toRow(runId, parts, timeline, failureMessage(events));
    return { row, fileAt, problems, beingWritten: false, parts, timeline, events };
  }

  /**
   * The events of a run. The table has no index by run, so its rows are gone through from where the run began on, and
   * then, if there must be more, from the beginning.
   * @param wanted.count how many there are; `undefined`: nothing says
   * @param wanted.from the time of the first one
   * @param wanted.all look through the whole table if need be, for somebody who looks into the run
   */
  #events(
    runId: string,
    {
      count,
      from,
      all,
    }: { readonly count: number | undefined; readonly from: number | undefined; readonly all: boolean },
  ): readonly ThemisEvent[] {
    return this.#look((database) => {
      const rows = database.prepare(
        `SELECT id, CASE WHEN octet_length(event_json) <= ${fileLimit} THEN event_json END AS text FROM run_events WHERE id > ? AND id <= ? AND run_id = ? ORDER BY id`,
      );
      const after = database.prepare('SELECT min(id) AS next FROM run_events WHERE id > ?');
      const last = Number(database.prepare('SELECT max(id) AS last FROM run_events').all()[0]?.['last'] ?? 0);
      const start = from === undefined ? 0 : idBefore(database, from, last);
      const found = new Map<number, ThemisEvent>();
      const isComplete = (): boolean => count !== undefined && found.size >= count;
      const scan = (from: number, to: number): void => {
        // A gap between two ids may be wider than anything could count through.
        const next = (id: number): number => Number(after.all(id)[0]?.['next'] ?? to + 1);
        for (let id = next(from) - 1; id < to && !isComplete(); id = next(id + eventsAtOnce) - 1) {
          for (const row of rows.all(id, Math.min(to, id + eventsAtOnce), runId)) {
            const event = typeof row['text'] === 'string' ? readEvent(row['text']) : undefined;
            if (event) found.set(Number(row['id']), event);
          }
        }
      };
      scan(start, all ? last : Math.min(last, start + eventsAtOnce));
      if (all && start > 0 && !isComplete()) scan(0, start);
      return [...found].toSorted(([a], [b]) => a - b).map(([, event]) => event);
    }, false);
  }

  /**
   * @param together everything is read as of one moment, for which the file is locked against commits
   * @throws StoreBusyError when somebody writes, or was interrupted in writing
   */
  #look<T>(read: (database: SqliteDatabase) => T, together = true): T {
    for (let tried = 0; ; tried += 1) {
      let database: SqliteDatabase | undefined;
      try {
        for (const ending of ['', '-journal', '-wal', '-shm'])
          refuseStrange(`${this.path}${ending}`, ending === '');
        database = this.open(this.path);
        refuseComputed(database);
        if (together) database.exec('BEGIN');
        return read(database);
      } catch (error) {
        const busy = busyReason(error, this.path);
        if (busy === undefined) throw new Error(this.#explain(error), { cause: error });
        if (tried >= retries || busy.isOld) throw new StoreBusyError(busy.reason, { cause: error });
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryAfter);
      } finally {
        database?.close();
      }
    }
  }

  #explain(error: unknown): string {
    const head = readSqliteHead(this.path);
    if (head && head.size < head.fullSize) {
      return `the database is cut: it has ${thousands(head.size)} of ${thousands(head.fullSize)} bytes`;
    }
    return messageOf(error);
  }
}

/** SQLite opens the files beside its own as it finds them, and would wait for ever at a pipe. */
function refuseStrange(path: string, mayBeLink: boolean): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found && !found.isFile() && !found.isSymbolicLink())
    throw new Error(`${basename(path)} is no regular file`);
  // A file beside it is never a link: what it leads to would be read, or written, as a part of the store.
  if (found?.isSymbolicLink() && !(mayBeLink && isFile(path)))
    throw new Error(`${basename(path)} is a link, which is not followed`);
}

/** What Themis makes are plain tables; a view, or a column that is computed, may be endless. */
function refuseComputed(database: SqliteDatabase): void {
  const strange = database.prepare(
    `SELECT s.name AS name FROM sqlite_master AS s WHERE s.name IN ('run_snapshots', 'run_projections', 'run_events')
     AND (s.type <> 'table' OR s.sql NOT LIKE 'CREATE TABLE%'
       OR EXISTS (SELECT 1 FROM pragma_table_xinfo(s.name) AS c WHERE c.hidden <> 0)) LIMIT 1`,
  );
  const [found] = strange.all();
  if (found) throw new Error(`${String(found['name'])} is no plain table, which Themis would have made`);
}

/** What is kept of a run, and what of that cannot be read. */
interface Texts {
  readonly texts: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
}

/** `undefined`: there is no such run. A damaged page is a problem of this run, and not of the others. */
function readProjections(database: SqliteDatabase, runId: string): Texts | undefined {
  const texts = new Map<string, string>();
  const problems: Problem[] = [];
  const take = (sql: string): void => {
    try {
      for (const { name, size, text } of database.prepare(sql).all(runId)) {
        if (typeof text === 'string') texts.set(String(name), text);
        else problems.push({ file: String(name), what: tooLarge(Number(size)) });
      }
    } catch (error) {
      if (busyReason(error, '') !== undefined) throw error;
      problems.push({ file: 'run_projections', what: `cannot be read: ${messageOf(error)}` });
    }
  };
  take(`SELECT 'snapshot' AS name, ${capped('snapshot_json')} FROM run_snapshots WHERE run_id = ?`);
  take(
    `SELECT projection_name AS name, ${capped('projection_json')} FROM run_projections WHERE run_id = ?
     AND projection_name IN ('run_result', 'benchmark_result', 'timeline_view')`,
  );
  return texts.size + problems.length === 0 ? undefined : { texts, problems };
}

function capped(column: string): string {
  return `octet_length(${column}) AS size, CASE WHEN octet_length(${column}) <= ${fileLimit} THEN ${column} END AS text`;
}

function tooLarge(size: number): string {
  const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1024 / 1024)} MB`;
  return `is too large to be read (${megabytes(size)}; the limit is ${megabytes(fileLimit)})`;
}

/** The id after which a run's first event comes: events of all runs are in the order of their times. */
function idBefore(database: SqliteDatabase, firstAt: number, last: number): number {
  const next = database.prepare(
    `SELECT id, json_extract(event_json, '$.occurred_at') AS at FROM run_events WHERE id > ? ORDER BY id LIMIT 1`,
  );
  let [low, high] = [0, last];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [row] = next.all(middle);
    const at = row && typeof row['at'] === 'string' ? parseTime(row['at']) : Number.NaN;
    if (row && at < firstAt) low = Number(row['id']);
    else high = middle;
  }
  return low;
}

/** Why a file cannot be read for now; `undefined`: it is for another reason. */
function busyReason(
  error: unknown,
  path: string,
): { readonly reason: string; readonly isOld: boolean } | undefined {
  const message = messageOf(error);
  if (/locked|busy/i.test(message)) return { reason: 'It is being written', isOld: false };
  if (!/readonly database/i.test(message)) return undefined;
  const journal = `${path}-journal`;
  const age = existsSync(journal) ? Date.now() - statSync(journal).mtimeMs : 0;
  return age > journalLasts
    ? {
        reason: 'A journal was left by an interrupted write; Themis undoes it when it next opens the file',
        isOld: true,
      }
    : { reason: 'It is being written', isOld: false };
}
