import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as fc from 'fast-check';
import { expect, it, onTestFinished, vi } from 'vitest';
import { silentLogger } from '../../src/core/log';
import { atOnce } from '../../src/core/sliced';
import { listRuns, newestOf } from '../../src/engines/babysitter/node/findRuns';
import { FsRunSource } from '../../src/engines/babysitter/node/fsRunSource';
import { projectFolder } from '../support/runFolder';

it('the newest names are found without sorting all', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1 })), fc.integer({ min: 1, max: 5 }), (names, count) => {
      const different = [...new Set(names)];
      expect(newestOf(different, count)).toEqual(different.toSorted().slice(-count));
    }),
  );
});

it('of very many runs all are read, and the newest first', async () => {
  const { dir, runs } = projectFolder();
  const names = Array.from({ length: 2100 }, (_, i) => `run${String((i * 37) % 2100).padStart(5, '0')}`);
  for (const name of names) {
    mkdirSync(join(runs, name));
    writeFileSync(join(runs, name, 'run.json'), '{"createdAt":"2025-06-01T08:00:00.000Z"}');
  }
  const newest = names.toSorted().toReversed();
  expect(atOnce(listRuns(runs)).map((path) => basename(path))).toEqual(newest);
  const batches: (readonly string[])[] = [];
  let loaded = false;
  const watch = new FsRunSource({ dir, holds: 'project' }, silentLogger).watch((batch, isLoaded) => {
    loaded = isLoaded;
    batches.push(batch.flatMap((change) => (change.type === 'read' ? [change.run.runId] : [])));
  });
  onTestFinished(() => watch.dispose());
  await vi.waitFor(() => expect(loaded).toBe(true), { timeout: 60_000 });
  expect(newest.slice(0, 50)).toEqual(expect.arrayContaining([...(batches[0] ?? [])]));
  expect(new Set(batches.flat())).toEqual(new Set(names));
});
