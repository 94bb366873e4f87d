import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isEventType } from '../../src/engines/babysitter/core/eventTypes';
import { allFixtures, capturedFixtures, handmadeFixtures, type Fixtures } from '../support/fixtures';

const each = allFixtures.map(({ path, dir, runs }) => ({
  path,
  runs,
  expected: readJson(join(dir, 'files.json')) as Record<string, string[]>,
}));

describe.each(each.map(({ path, ...rest }) => [path, rest] as const))(
  'fixtures %s',
  (_, { runs, expected }) => {
    it('are all there: no .gitignore has kept a file from being committed', () => {
      expect(filesPerRun(runs)).toEqual(expected);
    });

    it.each(Object.keys(expected))('%s has the checksums its engine wrote', (runId) => {
      const journal = join(runs, runId, 'journal');
      const events = readdirSync(journal);
      expect(events).not.toHaveLength(0);
      for (const name of events) {
        const { checksum, ...event } = readJson(join(journal, name)) as { checksum: string };
        const text = `${JSON.stringify(event, null, 2)}\n`;
        expect(createHash('sha256').update(text).digest('hex'), name).toBe(checksum);
      }
    });

    it('name no path but the neutral one they were made under', () => {
      for (const [runId, names] of Object.entries(expected)) {
        for (const name of names.filter((name) => !name.includes('/blobs/'))) {
          const text = readFileSync(join(runs, runId, name), 'utf8');
          for (const [found] of text.matchAll(/file:\/\/\/[^:\s"]+/g)) {
            expect(found, `${runId}/${name}`).toMatch(/^file:\/\/\/tmp\/babysitter-fixture\//);
          }
        }
      }
    });
  },
);

it.each(capturedFixtures)('$path names the engine that made it', ({ dir, version }) => {
  expect(readJson(join(dir, 'engine.json'))).toMatchObject({ package: '@a5c-ai/babysitter-sdk', version });
});

/** How much of each there is: a recording that has lost runs brings a shorter files.json along. */
it('are as many as were recorded', () => {
  expect(
    Object.fromEntries(
      each.map(({ path, expected }) => [
        path,
        `${Object.keys(expected).length} runs, ${Object.values(expected).flat().length} files`,
      ]),
    ),
  ).toMatchInlineSnapshot(`
    {
      "captured/0.0.162": "13 runs, 187 files",
      "captured/0.0.168": "13 runs, 187 files",
      "captured/0.0.174": "14 runs, 195 files",
      "captured/0.0.183": "14 runs, 195 files",
      "captured/0.0.187": "25 runs, 351 files",
      "captured/0.0.29": "15 runs, 212 files",
      "handmade/6.0.0": "18 runs, 173 files",
    }
  `);
});

it('every type of event that an engine wrote is listed, so that none is overlooked in silence', () => {
  const unlisted = (fixtures: readonly Fixtures[]): readonly string[] =>
    [...new Set(fixtures.flatMap(eventTypesIn))].filter((type) => !isEventType(type));
  expect(unlisted(capturedFixtures), 'add it to src/engines/babysitter/core/eventTypes.ts').toEqual([]);
  expect(unlisted(handmadeFixtures)).toEqual(['SOMETHING_NEWER']);
});

function eventTypesIn({ runs }: Fixtures): readonly string[] {
  return Object.entries(filesPerRun(runs)).flatMap(([runId, files]) =>
    files
      .filter((name) => name.startsWith('journal/'))
      .map((name) => (readJson(join(runs, runId, name)) as { type: string }).type),
  );
}

function filesPerRun(runs: string): Record<string, string[]> {
  const files: Record<string, string[]> = {};
  for (const entry of readdirSync(runs, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const [runId = '', ...rest] = relative(runs, join(entry.parentPath, entry.name)).split(sep);
    (files[runId] ??= []).push(rest.join('/'));
  }
  for (const names of Object.values(files)) names.sort();
  return files;
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
