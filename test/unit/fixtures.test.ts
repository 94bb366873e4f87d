import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const fixtures = fileURLToPath(new URL('../fixtures', import.meta.url));

describe.each(['captured/0.0.187', 'handmade/6.0.0'])('fixtures %s', (path) => {
  const runs = join(fixtures, path, 'workspace/.a5c/runs');
  const expected = readJson(join(fixtures, path, 'files.json')) as Record<string, string[]>;

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
});

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
