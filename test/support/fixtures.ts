import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../fixtures', import.meta.url));

/** The runs of one version of the engine: recorded with it, or written by hand in its format. */
export interface Fixtures {
  /** "captured/0.0.187" */
  readonly path: string;
  readonly version: string;
  /** The folder that holds `workspace` and `files.json`. */
  readonly dir: string;
  readonly workspace: string;
  readonly runs: string;
}

/** Every version there is, so that one that is added cannot be forgotten. */
export const capturedFixtures = fixturesIn('captured');
export const handmadeFixtures = fixturesIn('handmade');
export const allFixtures = [...capturedFixtures, ...handmadeFixtures];

function fixturesIn(kind: string): readonly Fixtures[] {
  const entries = readdirSync(join(folder, kind), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((version) => {
      const dir = join(folder, kind, version);
      const workspace = join(dir, 'workspace');
      return { path: `${kind}/${version}`, version, dir, workspace, runs: join(workspace, '.a5c/runs') };
    });
}
