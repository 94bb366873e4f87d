import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { textOf } from '../../src/core/documents';
import { silentLogger } from '../../src/core/log';
import { atOnce } from '../../src/core/sliced';
import type { RunReading } from '../../src/core/source/runSource';
import { casesOf } from '../../src/engines/themis/core/cases';
import { foldEvents } from '../../src/engines/themis/core/foldEvents';
import { judgeThemis } from '../../src/engines/themis/core/themisJudge';
import { asThemis } from '../../src/engines/themis/core/themisRun';
import { configAt, findConfigs, submittedConfig } from '../../src/engines/themis/node/configs';
import { JsonlStore } from '../../src/engines/themis/node/jsonlStore';
import { themisStores } from '../../src/engines/themis/node/themisStores';
import { findStores } from '../../src/node/stores';
import { temporaryFolder, write } from '../support/runFolder';
import { hasSqlite, openThemisDatabase, themisSqlite, themisWorkspace } from '../support/themisStores';
import { ThemisDatabaseWriter, themisRunId, ThemisWriter } from '../support/themisWriter';

const jsonl = join(themisWorkspace, 'runs/jsonl');
const later = Date.parse('2026-11-30T00:00:00Z');
const kind = themisStores();
const readAll = (store: string): readonly RunReading[] => atOnce(kind.read(store));
const only = (readings: readonly RunReading[]): RunReading => readings[0] ?? expect.fail('There is no run.');
const fixture = (id: string): RunReading =>
  readAll(jsonl).find(({ run }) => run.runId.startsWith(id)) ?? expect.fail(`There is no run ${id}.`);

/** Every file below a folder with its text and time, to see that nothing was touched. */
function listing(dir: string): readonly string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return entry.isFile() ? `${path} ${readFileSync(path).length}` : path;
    })
    .toSorted();
}

describe('events alone tell what the projections tell', () => {
  const store = new JsonlStore(jsonl);

  it.each(store.list().map((id) => ({ id: id.slice(0, 8), runId: id })))('of run $id', ({ runId }) => {
    const { parts, events } = store.readWhole(runId) ?? expect.fail('It cannot be read.');
    if (!parts) expect.fail('It cannot be read.');
    const folded = foldEvents(events, parts.snapshot);
    const told = (some: typeof parts) => ({
      status: some.result.status,
      through: some.result.through,
      progress: some.result.progress,
      means: Object.fromEntries(some.benchmark.means),
      failures: casesOf(some).map(({ failure }) => failure),
    });
    expect(told(folded)).toEqual(told(parts));
  });
});

describe('what is opened of a case', () => {
  it('has input, expected output, output, and the words of the judge', () => {
    const { details } = fixture('de38c60e');
    const [id, task] =
      [...details.tasks].find(([, { title }]) => title === 'c4 · llm_rubric 0.0 incorrect') ??
      expect.fail('There is no such task.');
    expect(task.inputs).toMatchObject({
      input: 'What colour is grass?',
      expected_output: 'green',
      output: 'blue',
      parsed: 'blue',
    });
    expect(details.results.get(id)?.value).toMatchObject({
      value: 0,
      outcome: 'incorrect',
      judges: [
        {
          judge: 'demo/judge',
          prompt: expect.stringContaining('Respond with PASS or FAIL'),
          response: expect.stringContaining('FAIL'),
        },
      ],
    });
  });

  it('names the judge that refused beside the one that answered', () => {
    const { details } = fixture('3d296d9d');
    const [id] = [...details.tasks].find(([, { title }]) => title?.startsWith('c4 · majority')) ?? [''];
    expect(details.results.get(id)?.value).toMatchObject({
      judges: [
        { judge: 'demo/judge', label: 'fail' },
        { judge: 'demo/strict_judge', error: 'judge model refused: content filter' },
      ],
    });
  });

  it('says how many calls of judges it leaves out, where there are very many', () => {
    const store = join(temporaryFolder(), 'runs/jsonl');
    cpSync(jsonl, store, { recursive: true });
    const runs = join(store, 'runs');
    const runId = readdirSync(runs).find((name) => name.startsWith('3d296d9d')) ?? expect.fail();
    for (const file of readdirSync(join(runs, runId), { recursive: true, encoding: 'utf8' })) {
      const path = join(runs, runId, file);
      if (!file.endsWith('.json')) continue;
      const text = readFileSync(path, 'utf8');
      const calls = Array.from({ length: 620 }, (_, i) => ({ call_id: `${i}` }));
      const more = (key: string, value: unknown): unknown => (key === 'judge_calls' ? calls : value);
      writeFileSync(path, JSON.stringify(JSON.parse(text, more)));
    }
    const { details } = readAll(store).find(({ run }) => run.runId === runId) ?? expect.fail();
    const [id] = [...details.tasks].find(([, { title }]) => title?.startsWith('c4 · majority')) ?? [''];
    const value = details.results.get(id)?.value ?? expect.fail();
    const { judges } = value as { readonly judges: readonly unknown[] };
    expect(judges).toHaveLength(501);
    expect(judges.at(-1)).toBe('120 more calls of judges, not shown here');
  });

  it('comes with the failed cases first, then the wrong ones', () => {
    const titles = (id: string, kind: string): readonly string[] =>
      [...fixture(id).details.tasks.values()]
        .filter((task) => task.kind === kind)
        .map(({ title }) => title ?? '');
    expect(titles('2de6df8b', 'generate')).toEqual(['c2', 'c1', 'c3']);
    expect(titles('6cb70004', 'score')[0]).toBe('c4 · f1 0.0 incorrect');
  });
});

describe('the judge', () => {
  const running = asThemis(fixture('3e9ee925').run);
  const young = running.updatedAt + 329_999;

  it('guesses that a run works for 330 s after its last write, and offers nothing so long', () => {
    const judged = judgeThemis(running, young);
    expect(judged).toMatchObject({ state: 'working', guessed: true, actions: [], changesAt: young + 1 });
    expect(judged.whyNot('run.resume')).toMatch(/may be running/);
    expect(judgeThemis(running, young + 1)).toMatchObject({ state: 'stopped', actions: ['run.resume'] });
  });

  it('says of every action why not', () => {
    const rerun = judgeThemis(asThemis(fixture('6cb70004').run), later);
    expect(rerun.whyNot('run.resume')).toMatch(/rerun.*delete its 18 events/);
    expect(rerun.whyNot('run.fork')).toMatch(/deletes its 18 events first/);
    expect(judgeThemis(asThemis(fixture('fd2b6567').run), later).whyNot('run.resume')).toMatch(
      /already complete/,
    );
    expect(judgeThemis(asThemis(fixture('2de6df8b').run), later).whyNot('run.fork')).toMatch(
      /not every case/,
    );
  });
});

describe('damaged runs', () => {
  it('take the state from the events where projections are missing, empty or half', () => {
    for (const damage of ['gone', 'empty', 'half']) {
      const writer = new ThemisWriter(temporaryFolder());
      writer.begin('a', 14);
      const dir = join(writer.dirOf('a'), 'projections');
      if (damage === 'gone') rmSync(dir, { recursive: true });
      else
        for (const name of readdirSync(dir))
          writer.cut('a', `projections/${name}`, damage === 'half' ? 0.5 : 0);
      const { run } = only(readAll(writer.store));
      expect(judgeThemis(asThemis(run), later)).toMatchObject({ state: 'completed' });
      expect(run.eventCount).toBe(14);
      expect(run.problems.length).toBe(damage === 'gone' ? 0 : 2);
    }
  });

  it('skip a half last event without a word, and name other lines that are none', () => {
    const writer = new ThemisWriter(temporaryFolder());
    writer.begin('a', 6);
    const path = join(writer.dirOf('a'), 'events.jsonl');
    const lines = readFileSync(path, 'utf8').split('\n');
    lines[2] = '{"half';
    writeFileSync(path, `${lines.join('\n').trimEnd().slice(0, -20)}`);
    const { run } = only(readAll(writer.store));
    expect(run.problems).toEqual([{ file: 'events.jsonl', what: 'line 3 is no event' }]);
  });

  it('are unreadable only if nothing can be read', () => {
    const store = temporaryFolder();
    write(store, `runs/${themisRunId('a')}/snapshot.json`, '{"run');
    const { run } = only(readAll(store));
    expect(judgeThemis(asThemis(run), later)).toMatchObject({ state: 'unreadable', actions: [] });
    expect(run.problems[0]?.file).toBe('snapshot.json');
  });

  it('keep words and fields that are not known', () => {
    const writer = new ThemisWriter(temporaryFolder());
    writer.begin('a', 5);
    const path = join(writer.dirOf('a'), 'projections/run_result.json');
    const result = JSON.parse(readFileSync(path, 'utf8')) as object;
    writeFileSync(path, JSON.stringify({ ...result, status: 'paused_by_budget', news: 1, cases: [7, null] }));
    const judged = judgeThemis(asThemis(only(readAll(writer.store)).run), later);
    expect(judged).toMatchObject({ word: 'paused_by_budget' });
  });

  it('are read no further than links lead inside', () => {
    const [writer, outside] = [new ThemisWriter(temporaryFolder()), temporaryFolder()];
    writer.begin('a', 5);
    const projections = join(writer.dirOf('a'), 'projections');
    cpSync(projections, join(outside, 'projections'), { recursive: true });
    rmSync(projections, { recursive: true });
    symlinkSync(join(outside, 'projections'), projections);
    const { run } = only(readAll(writer.store));
    expect(run.problems.map(({ what }) => what)).toContain('leads out of the run folder; it is not read');
  });

  it('say so where the id inside differs from the folder', () => {
    const writer = new ThemisWriter(temporaryFolder());
    writer.begin('a', 5);
    cpSync(writer.dirOf('a'), writer.dirOf('b'), { recursive: true });
    const copy = readAll(writer.store).find(({ run }) => run.runId === themisRunId('b'));
    expect(copy?.run.problems[0]?.what).toMatch(/the folder counts/);
  });
});

describe('stores', () => {
  const found = (root: string): readonly string[] =>
    atOnce(findStores(root, [kind])).map(({ store }) => store.slice(root.length + 1));

  it('are found by what is in them, and nothing else is', () => {
    const root = temporaryFolder();
    cpSync(themisWorkspace, join(root, 'evals'), { recursive: true });
    cpSync(themisSqlite, join(root, 'evals/runs/any.db'));
    write(root, 'empty.sqlite3', '');
    write(root, 'text.sqlite', 'SQLite format 3');
    write(root, 'runs/notes/snapshot.json', '{}');
    write(root, `node_modules/a/runs/${themisRunId('a')}/snapshot.json`, '{}');
    expect(found(root).toSorted()).toEqual(['evals/runs/any.db', 'evals/runs/jsonl']);
    expect(found(join(root, 'evals/runs/jsonl'))).toEqual(['']);
  });

  it('are named by their path, and their runs by theirs', () => {
    const runId = themisRunId('a');
    const writer = new ThemisWriter(temporaryFolder());
    writer.begin('a');
    expect(kind.named(writer.store)).toEqual({ store: writer.store });
    expect(kind.named(writer.dirOf('a'))).toEqual({ store: writer.store, run: writer.dirOf('a') });
    expect(kind.named(`${themisSqlite}#${runId}`)).toEqual({
      store: themisSqlite,
      run: `${themisSqlite}#${runId}`,
    });
    expect(kind.named('/there/is/nothing')).toBeUndefined();
    const text = write(temporaryFolder(), 'a.sqlite3', 'no database');
    expect(judgeThemis(asThemis(only(readAll(text)).run), later).reason).toBe('Not a store of Themis');
  });

  it('have nothing created, changed or removed beside them', () => {
    const root = temporaryFolder();
    cpSync(themisWorkspace, join(root, 'jsonl'), { recursive: true });
    cpSync(themisSqlite, join(root, 'sqlite/themis.sqlite3'));
    const before = listing(root);
    for (const { store } of atOnce(findStores(root, [kind]))) readAll(store);
    expect(listing(root)).toEqual(before);
  });

  it.skipIf(hasSqlite)('that are SQLite files say so where there is no SQLite', () => {
    const { run } = only(readAll(themisSqlite));
    expect(judgeThemis(asThemis(run), later)).toMatchObject({
      state: 'unreadable',
      reason: expect.stringContaining('has no SQLite'),
    });
  });
});

describe.skipIf(!hasSqlite)('SQLite files', () => {
  const sqlite = (): ThemisDatabaseWriter =>
    new ThemisDatabaseWriter(join(temporaryFolder(), 'themis.sqlite3'));
  const reasonOf = (path: string): string => judgeThemis(asThemis(only(readAll(path)).run), later).reason;

  it('in WAL mode are read with what is not merged yet', () => {
    const writer = sqlite();
    writer.exec('PRAGMA journal_mode = WAL');
    writer.begin('a', 14);
    expect(readdirSync(join(writer.path, '..'))).toContain('themis.sqlite3-wal');
    expect(reasonOf(writer.path)).toMatch(/^Completed/);
    writer.close();
  });

  it('that are cut say so', () => {
    const path = join(temporaryFolder(), 'themis.sqlite3');
    writeFileSync(path, readFileSync(themisSqlite).subarray(0, 60_000));
    expect(reasonOf(path)).toMatch(/the database is cut: it has 60,000 of 167,936 bytes/);
  });

  it('that somebody holds locked are being written', () => {
    const writer = sqlite();
    writer.begin('a', 3);
    writer.exec('BEGIN EXCLUSIVE');
    expect(reasonOf(writer.path)).toBe('It is being written');
    writer.exec('COMMIT');
    expect(reasonOf(writer.path)).toMatch(/Interrupted/);
    writer.close();
  });

  it('with a journal of a writer that was killed say that Themis undoes it', () => {
    const writer = sqlite();
    writer.begin('a', 3);
    writer.exec('PRAGMA cache_size = 1; BEGIN');
    for (let i = 0; i < 20; i += 1) writer.goOn('a');
    const killed = join(temporaryFolder(), 'themis.sqlite3');
    for (const end of ['', '-journal']) cpSync(writer.path + end, killed + end);
    const old = new Date(Date.now() - 60_000);
    utimesSync(`${killed}-journal`, old, old);
    const before = readFileSync(`${killed}-journal`);
    expect(reasonOf(killed)).toMatch(/interrupted write; Themis undoes it/);
    expect(readFileSync(`${killed}-journal`).equals(before)).toBe(true);
    writer.exec('ROLLBACK');
    writer.close();
  });

  it('of other programs are none, and those of old versions say so', () => {
    const dir = temporaryFolder();
    mkdirSync(join(dir, 'a'));
    const old = openThemisDatabase(join(dir, 'old.sqlite3'));
    old.exec(
      'DROP TABLE run_snapshots; CREATE TABLE specs (a); CREATE TABLE store_metadata (a); CREATE TABLE trial_summary (a)',
    );
    old.close();
    const other = openThemisDatabase(join(dir, 'other.db'));
    other.exec('DROP TABLE run_snapshots');
    other.close();
    expect(atOnce(findStores(dir, [kind])).map(({ store }) => store)).toEqual([join(dir, 'old.sqlite3')]);
    expect(reasonOf(join(dir, 'old.sqlite3'))).toBe('Made by Themis 3 or older, not readable');
    expect(reasonOf(join(dir, 'other.db'))).toBe('Not a store of Themis');
  });
});

describe('configs', () => {
  const submitted = asThemis(fixture('7d8cb0cb').run);

  it('are found in the project, those that name the dataset first', () => {
    const run = asThemis(fixture('6cb70004').run);
    const [first, second] = atOnce(findConfigs(run));
    expect(first).toMatchObject({ path: join(themisWorkspace, 'policy-rerun.yaml'), policy: 'rerun' });
    expect(second?.mentionsDataset).toBe(false);
  });

  it('of a manifest are taken only if they are there', () => {
    expect(submitted.manifest?.configPath).toBe('/home/dev/evals-jsonl/queued.yaml');
    expect(submittedConfig(submitted)).toBeUndefined();
    expect(configAt(join(themisWorkspace, 'queued.yaml'), submitted)).toMatchObject({ policy: 'auto' });
  });
});

it('gives texts of a run by their names', async () => {
  const source = kind.open(jsonl, silentLogger);
  const watch = source.watch(() => {});
  await source.refresh();
  const { key } = fixture('2de6df8b').run;
  expect(textOf(await source.document(key, 'inputs'))).toContain('What is 8 plus 9?');
  expect(textOf(await source.document(key, { event: 6 }))).toContain('429 Too Many Requests');
  const task = { task: 'generate:2:qa:c1', part: 'result' } as const;
  expect(textOf(await source.document(key, task))).toContain('"output": "42"');
  expect(await source.document(key, { file: 'events.jsonl' })).toHaveProperty('problem');
  watch.dispose();
});
