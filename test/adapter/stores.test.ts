import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { toDisposable } from '../../src/core/disposables';
import { atOnce } from '../../src/core/sliced';
import { findStores, type StoreKind } from '../../src/node/stores';
import { StoreSearch } from '../../src/node/storeSearch';
import { jsonEngine } from '../contract/jsonEngine/jsonEngine';
import { JsonSource } from '../contract/jsonEngine/jsonSource';
import { temporaryFolder } from '../support/runFolder';

/** A kind whose stores are the folders called "notes". */
const notes: StoreKind = {
  engine: jsonEngine,
  *storesIn(folder, entries) {
    yield;
    return entries.filter(({ name }) => name === 'notes').map(({ name }) => join(folder, name));
  },
  named: (path) => (existsSync(path) ? { store: path } : undefined),
  *read() {
    yield;
    return [];
  },
  open: (store) => new JsonSource(store),
};

function workspace(...folders: readonly string[]): string {
  const root = temporaryFolder();
  for (const folder of folders) mkdirSync(join(root, folder), { recursive: true });
  return root;
}

const found = (root: string): readonly string[] =>
  atOnce(findStores(root, [notes]))
    .map(({ store }) => relative(root, store))
    .toSorted();

it('finds the stores of a folder and those below it, and looks into none', () => {
  expect(found(workspace('notes', 'a/b/notes', 'notes/notes', '.hidden/notes'))).toEqual([
    '.hidden/notes',
    'a/b/notes',
    'notes',
  ]);
});

it('looks into no folder of packages, of runs or of Babysitter, and not too deep', () => {
  const root = workspace('node_modules/notes', 'run/notes', '.a5c/notes', 'a/a/a/a/a/a/a/a/a/notes');
  writeFileSync(join(root, 'run/run.json'), '{}');
  expect(found(root)).toEqual(['run/notes']);
});

it('takes no store that a link leads to outside', () => {
  const [root, outside] = [workspace('a'), workspace('notes')];
  symlinkSync(join(outside, 'notes'), join(root, 'notes'));
  symlinkSync(outside, join(root, 'b'));
  symlinkSync(join(root, 'a'), join(root, 'a/notes'));
  expect(found(root)).toEqual(['a/notes']);
});

it('takes at most fifty stores, and none of a folder that is missing', () => {
  expect(found(workspace(...Array.from({ length: 60 }, (_, i) => `p${i}/notes`)))).toHaveLength(50);
  expect(found('/there/is/no/such/folder')).toEqual([]);
});

it('follows stores as they come and go, and named ones as long as they are named', async () => {
  const root = workspace('a/notes');
  const [named] = [join(workspace('elsewhere'), 'elsewhere')];
  const open = new Set<string>();
  let names: readonly string[] = [];
  const search = new StoreSearch(
    () => ({
      searched: [{ root, kinds: [notes] }],
      named: names.map((path) => ({ path, kind: notes })),
    }),
    ({ store }) => {
      open.add(store);
      return toDisposable(() => void open.delete(store));
    },
  );
  onTestFinished(() => search.dispose());
  void search.searchRegularly();
  await vi.waitFor(() => expect([...open]).toEqual([join(root, 'a/notes')]));
  names = [named, join(named, '../missing')];
  mkdirSync(join(root, 'b/notes'), { recursive: true });
  await search.search();
  expect([...open].toSorted()).toEqual([join(root, 'a/notes'), join(root, 'b/notes'), named].toSorted());
  names = [];
  rmSync(join(root, 'a'), { recursive: true });
  await search.search();
  expect([...open]).toEqual([join(root, 'b/notes')]);
  search.dispose();
  expect(open.size).toBe(0);
});

it.each([
  { takes: 3, rests: 5000 },
  { takes: 700, rests: 70_000 },
])('looks for stores for less than 1 % of the time: $takes ms, then a rest', async ({ takes, rests }) => {
  const now = vi.spyOn(performance, 'now').mockReturnValue(0);
  const timer = vi.spyOn(globalThis, 'setTimeout');
  onTestFinished(() => void vi.restoreAllMocks());
  const search = new StoreSearch(
    () => {
      now.mockReturnValue(takes);
      return { searched: [], named: [] };
    },
    () => toDisposable(() => {}),
  );
  onTestFinished(() => search.dispose());
  await search.searchRegularly();
  expect(timer.mock.calls.map(([, milliseconds]) => milliseconds)).toEqual([rests]);
  expect(takes / (takes + rests)).toBeLessThan(0.01);
});
