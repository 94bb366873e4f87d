import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { atOnce } from '../../src/core/sliced';
import { JobFolder } from '../../src/engines/perstack/node/jobFolder';
import { perstackStores } from '../../src/engines/perstack/node/perstackStores';
import { manifestRoots, readManifests, toldRoots } from '../../src/engines/themis/node/manifests';
import { themisStores } from '../../src/engines/themis/node/themisStores';
import { findStores } from '../../src/node/stores';
import { smallCorpus } from '../hostile/corpus';
import { runHostileStores } from '../hostile/hostileStores';
import { temporaryFolder, write } from '../support/runFolder';

// `npm run hostile -- --only stores` does the same with more of everything.
it('hostile stores are found, listed, reported and looked into', { timeout: 900_000 }, async () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const build = "import('./scripts/build.mjs').then(({ buildCli }) => buildCli())";
  execFileSync(process.execPath, ['--input-type=module', '--eval', build], { cwd: root });
  const figures = await runHostileStores({
    ...{ size: smallCorpus, thorough: false, limit: 20_000, say: () => {} },
    cli: `${root}/dist/cli.js`,
  });
  expect(figures.wrong).toEqual([]);
  expect(figures.tried).toBeGreaterThan(300);
});

it(
  'a folder of very many folders keeps nobody from finding what lies in others',
  { timeout: 240_000 },
  () => {
    const root = temporaryFolder();
    for (let i = 0; i < 20_100; i += 1) mkdirSync(join(root, 'aaa', String(i)), { recursive: true });
    const jobs = join(root, 'b/c/d/perstack/jobs');
    mkdirSync(jobs, { recursive: true });
    expect(atOnce(findStores(root, [perstackStores]))).toEqual([{ kind: perstackStores, store: jobs }]);
  },
);

const isWindows = process.platform === 'win32';
const id = 'a'.repeat(64);

it.skipIf(isWindows)('runs of Themis that lie elsewhere, by a link, are none', () => {
  const [root, outside] = [temporaryFolder(), temporaryFolder()];
  write(outside, `${id}/snapshot.json`, '{}');
  mkdirSync(join(root, 'eval'));
  symlinkSync(outside, join(root, 'eval/runs'));
  const kind = themisStores();
  expect(atOnce(findStores(root, [kind]))).toEqual([]);
  expect(kind.named(join(root, 'eval'))).toBeUndefined();
});

it.skipIf(isWindows)('a queue that lies elsewhere, by a link, is not looked into', () => {
  const [root, outside] = [temporaryFolder(), temporaryFolder()];
  write(outside, `queued/${id}.json`, '{"config_path":"secret"}');
  const read = () => [...atOnce(readManifests(manifestRoots(join(root, 'runs/jsonl')))).keys()];
  mkdirSync(join(root, 'runs/queue'), { recursive: true });
  symlinkSync(join(outside, 'queued'), join(root, 'runs/queue/queued'));
  expect(read()).toEqual([]);
  symlinkSync(outside, join(root, 'runs/batch'));
  write(outside, `requests/${id}.json`, '{}');
  expect(read()).toEqual([]);
  symlinkSync(outside, join(root, 'told'));
  expect(toldRoots({ queueRoot: 'told', batchRoot: undefined }, root)).toEqual([]);
  write(root, `runs/queue/claimed/${id}.json`, '{}');
  expect(read()).toEqual([id]);
});

it('of a job not more is kept in memory than there is room for', () => {
  const folder = join(temporaryFolder(), 'jobs/j');
  mkdirSync(folder, { recursive: true });
  const names = Array.from({ length: 6 }, (_, i) => `${i}.json`);
  for (const name of names) writeFileSync(join(folder, name), `{"x":"${'x'.repeat(7_000_000)}"}`);
  const files = new JobFolder(folder);
  const [first] = names.map((name) => files.body(name));
  expect(files.body('5.json')).toBe(files.body('5.json'));
  expect(files.body('0.json')).toEqual(first);
  expect(files.body('0.json')).not.toBe(first);
});
