// The command line (src/cli.ts), built when it is missing or out of date. `npm run --silent runs -- list .`
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureMade } from './lib/freshness.mjs';
import { root, runMain } from './lib/run.mjs';

await runMain(async () => {
  await ensureMade('dist/cli.js', ['src', 'scripts/build.mjs', 'package-lock.json'], async () => {
    const { buildCli } = await import('./build.mjs');
    await buildCli();
  });
  // npm runs scripts in the project's root; relative paths are meant from where the person called it. Any other script
  // that happens to be run by npm hands its INIT_CWD down as well, so ask which one npm is running.
  const { npm_lifecycle_event: script, INIT_CWD: calledFrom } = process.env;
  const cwd = (script === 'runs' && calledFrom) || process.cwd();
  const args = [join(root, 'dist', 'cli.js'), ...process.argv.slice(2)];
  const { status, error } = spawnSync(process.execPath, args, { cwd, stdio: 'inherit' });
  if (error) throw error;
  process.exitCode = status ?? 1;
});
