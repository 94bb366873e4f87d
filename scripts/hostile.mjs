// Makes runs that are built to upset whoever reads them, and reads them in every way (docs/reliability.md).
// `npm run hostile -- [--small] [--only runs|stores]`
import { join } from 'node:path';
import { buildCli, buildHostile } from './build.mjs';
import { exitCodeOf, root, runMain } from './lib/run.mjs';

await runMain(async () => {
  await buildCli();
  await buildHostile();
  const program = join(root, 'out', 'hostile', 'program.js');
  const cli = join(root, 'dist', 'cli.js');
  process.exitCode = await exitCodeOf(process.execPath, [program, '--cli', cli, ...process.argv.slice(2)]);
});
