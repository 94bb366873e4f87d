import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { smallCorpus } from '../hostile/corpus';
import { runHostile } from '../hostile/hostile';

// `npm run hostile` does the same with texts thirty times as long.
it('hostile runs are listed, reported and looked into, each in its time', { timeout: 240_000 }, async () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const build = "import('./scripts/build.mjs').then(({ buildCli }) => buildCli())";
  execFileSync(process.execPath, ['--input-type=module', '--eval', build], { cwd: root });
  const cli = `${root}/dist/cli.js`;
  const figures = await runHostile({ size: smallCorpus, thorough: false, cli, limit: 20_000, say: () => {} });
  expect(figures.wrong).toEqual([]);
  expect(figures.tried).toBeGreaterThan(80);
});
