import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CorpusSize } from './corpus';
import { daystromSeed, perstackSeed, themisSeed, type Seed } from './storeSeeds';
import { wideStores } from './wideStores';

/** A file by its text, or what lies in its place. */
export type Content = string | ((path: string) => void);

/** A run of a store that was made to upset whoever reads it. */
export interface HostileStoreRun {
  readonly engine: string;
  /** The id that its row must have; `undefined`: there is none, and the others must be there all the same. */
  readonly runId: string | undefined;
  /** What lies where, by path in the workspace. */
  readonly files: Readonly<Record<string, Content>>;
}

const pipe = (path: string): void => {
  if (process.platform !== 'win32') execFileSync('mkfifo', [path]);
};

const folder = (path: string): void => void mkdirSync(path);

/** What takes the place of a file. */
const strangers: Readonly<Record<string, (size: CorpusSize, text: string) => Content>> = {
  half: (_, text) => text.slice(0, text.length / 2),
  empty: () => '',
  pipe: () => pipe,
  device: () => (path) => symlinkSync('/dev/zero', path),
  'link-out': () => (path) => symlinkSync('/etc/passwd', path),
  circle: () => (path) => symlinkSync(path, path),
  folder: () => folder,
  closed: (_, text) => (path) => {
    writeFileSync(path, text);
    chmodSync(path, 0);
  },
  'line-ends': ({ text }) => '\n'.repeat(3 * text),
  'one-line': ({ text }) => `{"x":"${'\\\\'.repeat(text)}"}`,
  braces: ({ text }) => '{'.repeat(text),
  deep: ({ depth }) => `${'{"a":['.repeat(depth / 2)}1${']}'.repeat(depth / 2)}`,
  list: () => '[[],null,1]',
  'no-text': () => (path) => writeFileSync(path, Buffer.alloc(100_000, 0xff)),
};

/** What takes the place of values. */
const values: Readonly<Record<string, (size: CorpusSize) => unknown>> = {
  nothing: () => null,
  truth: () => true,
  huge: () => 1e308,
  negative: () => -1,
  'no-date': () => 9_007_199_254_740_991,
  'far-date': () => '+275760-09-13T00:00:00.001Z',
  list: () => [null, [], {}, [[1]]],
  object: () => ({ constructor: 1, toString: 'x', hasOwnProperty: null, length: -1 }),
  control: () => 'a\u0000\u001B]8;;x\u0007\u202E\uD800\uFFFE\n\u2028b',
  'path-out': () => '../../../../../../etc/passwd',
  backslashes: ({ text }) => '\\'.repeat(text / 20),
  deep: () => JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`) as unknown,
};

/** Names that people can give, and others. */
const names = [
  '-rf',
  '__proto__',
  'constructor',
  '\u202Egpj.exe',
  '\u200B',
  '#',
  'a#b%2F',
  '%00',
  'C:',
  'a\'b"c`$(x)',
  'n'.repeat(200),
];

/** Every value of a JSON value replaced whose place is one of each `every`, wherever it lies. */
function spoil(value: unknown, by: unknown, every: number, state: { place: number }): unknown {
  const isLeaf = typeof value !== 'object' || value === null;
  state.place += 1;
  if (state.place % every === 0 && (isLeaf || every > 1)) return by;
  if (isLeaf) return value;
  if (Array.isArray(value)) return value.map((each) => spoil(each, by, every, state));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, spoil(each, by, every, state)]));
}

/** Every kind of spoiling, for the runs of one engine. */
function spoiltRuns(seed: Seed, size: CorpusSize): readonly HostileStoreRun[] {
  const runOf = (name: string, change: (file: string, json: unknown) => Content): HostileStoreRun => {
    const { runId, files } = seed(name);
    const contents = Object.entries(files).map(([path, json]) => [path, change(path, json)] as const);
    const hasRow = contents.every(([, content]) =>
      typeof content === 'string' ? (seed.hasRow?.(content) ?? true) : !(seed.hasRow && content === folder),
    );
    return { engine: seed.engine, runId: hasRow ? runId : undefined, files: Object.fromEntries(contents) };
  };
  const textOf = (json: unknown): string => (typeof json === 'string' ? json : JSON.stringify(json));
  const places = Object.keys(seed('x').files).length;
  let chosen = 0;
  const byFile = Object.entries(strangers).flatMap(([name, stranger]) =>
    (size.everyFile ? Array.from({ length: places + 1 }, (_, at) => at) : [++chosen % places, places]).map(
      (at) => {
        let place = 0;
        return runOf(`${name}-${at}`, (_file, json) => {
          const isPlace = at === places || place === at;
          place += 1;
          return isPlace ? stranger(size, textOf(json)) : textOf(json);
        });
      },
    ),
  );
  const byValue = Object.entries(values).flatMap(([name, value]) =>
    (size.everyFile ? [1, 2, 3, 5] : [1, 3]).map((every) =>
      runOf(`${name}-every-${every}`, (_, json) =>
        textOf(typeof json === 'string' ? json : spoil(json, value(size), every, { place: 0 })),
      ),
    ),
  );
  return [...byFile, ...byValue, ...names.map((name) => runOf(name, (_, json) => textOf(json)))];
}

/** Folders that are none, and files that are no databases. */
function strangePlaces({ text }: CorpusSize): readonly HostileStoreRun[] {
  const link =
    (to: string): Content =>
    (path) =>
      symlinkSync(to, path);
  const database = `SQLite format 3\0\u0010\0${'\u0001'.repeat(84)}CREATE TABLE run_snapshots (run_id TEXT)`;
  const sqlite = (name: string, content: Content): HostileStoreRun => ({
    ...{ engine: 'themis', runId: undefined, files: { [`sqlite/${name}.sqlite3`]: content } },
  });
  const jobs = 'perstack/jobs';
  return [
    { engine: 'perstack', runId: 'link-runs', files: { [`${jobs}/link-runs/runs`]: link('/') } },
    { engine: 'perstack', runId: 'link-kept', files: { [`${jobs}/link-kept/checkpoints`]: link('/proc') } },
    { engine: 'perstack', runId: 'pipe-runs', files: { [`${jobs}/pipe-runs/runs`]: pipe } },
    { engine: 'perstack', runId: undefined, files: { [`${jobs}/link`]: link('/'), [`${jobs}/pipe`]: pipe } },
    { engine: 'perstack', runId: undefined, files: { 'elsewhere/perstack/jobs': link('/') } },
    { engine: 'daystrom', runId: undefined, files: { 'elsewhere/.daystrom/runs': link('/proc') } },
    { engine: 'themis', runId: undefined, files: { 'elsewhere/eval/runs': link('/proc') } },
    sqlite('pipe', pipe),
    sqlite('device', link('/dev/zero')),
    sqlite('out', link('/etc/passwd')),
    sqlite('circle', (path) => symlinkSync(path, path)),
    sqlite('folder', (path) => void mkdirSync(path)),
    sqlite('empty', ''),
    sqlite('text', '{'.repeat(text)),
    // It is one by its first page, which is cut.
    {
      ...{ engine: 'themis', runId: 'cut.sqlite3' },
      files: {
        'sqlite/cut.sqlite3': database,
        'sqlite/cut.sqlite3-journal': pipe,
        'sqlite/cut.sqlite3-wal': link('/dev/zero'),
      },
    },
  ];
}

/**
 * Writes stores of the engines that keep their own, each with runs that upset whoever reads them.
 * @param workspace absolute path of a folder
 */
export function writeStores(workspace: string, size: CorpusSize): readonly HostileStoreRun[] {
  const seeds = [perstackSeed, daystromSeed, themisSeed];
  const all = [
    ...seeds.flatMap((seed) => spoiltRuns(seed, size)),
    ...strangePlaces(size),
    // So many files in each of a dozen folders.
    ...wideStores({ ...size, files: size.files / 5 }),
  ];
  for (const { files } of all) {
    for (const [file, content] of Object.entries(files)) {
      const path = join(workspace, file);
      mkdirSync(dirname(path), { recursive: true });
      if (typeof content === 'string') writeFileSync(path, content);
      else content(path);
    }
  }
  return all;
}
