import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { whyMissing, type MissingFacts } from '../../src/core/source/whyMissing';
import { lookAround } from '../../src/engines/babysitter/node/lookAround';
import { inSlices } from '../../src/node/slices';
import { temporaryFolder, write } from '../support/runFolder';

const nothing: MissingFacts = {
  ...{ places: [], elsewhere: [] },
  folders: ['/work'],
  globalRuns: 'workspace',
  hidden: 0,
  filter: '',
  loaded: true,
};

it('says what hides a run first, then where was looked and what was left out', () => {
  const place = { dir: '/work/.a5c/runs', by: 'workspace', there: true, shown: 2 } as const;
  const leftOut = [{ name: 'notes\u202e', why: 'has neither run.json nor a journal' }];
  expect(
    whyMissing({
      ...nothing,
      places: [{ ...place, leftOut }],
      hidden: 3,
      filter: 'failed',
      globalRuns: 'off',
      loaded: false,
    }),
  ).toMatchObject([
    { label: 'Still looking' },
    { label: 'The filter hides 3 runs', fix: 'clearFilter' },
    {
      label: '/work/.a5c/runs (in the workspace)',
      detail: '2 runs shown · notes⟨U+202E⟩ has neither run.json nor a journal',
    },
    { label: 'Home-wide runs are switched off', fix: 'globalRuns' },
  ]);
});

it('leads on where nothing was found', () => {
  expect(whyMissing(nothing)).toMatchObject([
    { label: 'There is no .a5c/runs in the workspace', fix: 'runsDirectories' },
  ]);
  expect(whyMissing({ ...nothing, folders: [] })).toMatchObject([
    { label: 'No folder is open', fix: 'openFolder' },
  ]);
  const gone = { dir: '/other', by: 'runsDirectories', there: false, shown: 0, leftOut: [] } as const;
  expect(whyMissing({ ...nothing, places: [gone] }).at(-1)).toMatchObject({
    detail: 'There is no such folder.',
    fix: 'runsDirectories',
  });
});

it('names five folders of a place, however many are left out', () => {
  const leftOut = Array.from({ length: 9 }, (_, i) => ({ name: `x${i}`, why: 'has nothing' }));
  const [reason] = whyMissing({
    ...nothing,
    places: [{ dir: '/r', by: 'workspace', there: true, shown: 1, leftOut }],
  });
  expect(reason?.detail).toBe(
    `1 run shown · ${leftOut
      .slice(0, 5)
      .map(({ name }) => `${name} has nothing`)
      .join(' · ')} · 4 more are left out`,
  );
});

it('looks at every place on disk', async () => {
  const root = temporaryFolder();
  const runs = join(root, 'app', '.a5c', 'runs');
  write(runs, 'one/run.json', {});
  write(runs, 'two/run.json', {});
  mkdirSync(join(runs, 'notes'));
  const home = join(root, 'home');
  write(home, 'other/run.json', {});
  const places = [
    { dir: root, holds: 'project' },
    { dir: home, holds: 'runs', home: true, accepts: () => false },
    { dir: join(root, 'gone'), holds: 'runs' },
  ] as const;
  const looked = await inSlices(lookAround(places, [join(runs, 'one'), join(root, 'elsewhere', 'two')]));
  expect(looked).toEqual([
    {
      ...{ dir: runs, by: 'workspace', there: true, shown: 1 },
      leftOut: [
        { name: 'two', why: 'has only hook events, or is the copy of a run that is shown' },
        { name: 'notes', why: 'has neither run.json nor a journal' },
      ],
    },
    {
      ...{ dir: home, by: 'home', there: true, shown: 0 },
      leftOut: [{ name: 'other', why: 'belongs to a project outside of this workspace' }],
    },
    { dir: join(root, 'gone'), by: 'runsDirectories', there: false, shown: 0, leftOut: [] },
  ]);
});

it('says of runs that are kept in a server that they are not read from here', () => {
  const elsewhere = ['/w/eval.yaml keeps its runs in postgres'];
  expect(whyMissing({ ...nothing, elsewhere }).map(({ label, detail }) => [label, detail])).toContainEqual([
    '/w/eval.yaml keeps its runs in postgres',
    'A server, which is not read from here.',
  ]);
});
