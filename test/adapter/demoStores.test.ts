import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeStores } from '../../scripts/demoStores.mjs';
import { temporaryFolder } from '../../scripts/lib/atExit.mjs';
import { useCli } from '../support/cli';
import { hasSqlite } from '../support/themisStores';

const cli = useCli();
const { path: workspace, remove } = temporaryFolder('babysitter-runs-stores');
beforeAll(() => makeStores(workspace));
afterAll(remove);

/** What is listed of a folder, the newest first, without problems. */
function listed(...folder: readonly string[]) {
  return cli.list(join(workspace, ...folder)).map(({ engine, state, title, problems, ...run }) => {
    expect(problems, title).toEqual([]);
    return [engine, state, run.iterations.map(({ n }) => n).join(' '), run.best ?? run.effects.error];
  });
}

it('makes jobs that ask, delegate, branch and fail', () => {
  expect(listed('perstack')).toEqual([
    ['perstack', 'needs-you', '1 2', 0],
    ['perstack', 'completed', '1 4 5', 0],
    ['perstack', 'completed', '1 2 3 2 3', 1],
    ['perstack', 'failed', '1 2', 0],
  ]);
  const { pending } = cli.show(join(workspace, 'perstack/jobs/upgrade-postgres'));
  expect(pending.map(({ question, options }) => [question, options?.length])).toEqual([
    ['Which maintenance window may the upgrade use?', 3],
  ]);
});

it('makes evaluations, of which one is partly failed and one ended before it was scored', () => {
  const folder = hasSqlite ? 'evals/runs/themis.sqlite3' : 'evals/runs/jsonl';
  expect(listed(folder)).toEqual([
    ['themis', 'ready', '1 2 3', 0],
    ['themis', 'partial', '1 2 3 4 5', 1],
    ['themis', 'completed', '1 2 3 4 5', 0],
  ]);
});

it('makes guardrails whose best iteration is not the last one', () => {
  expect(listed('guardrails/runs')).toEqual([
    ['daystrom', 'stopped', '1', 1],
    ['daystrom', 'completed', '1 2 4 5', 4],
  ]);
});
