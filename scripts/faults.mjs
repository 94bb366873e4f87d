// Kills the engine's command line, and the product that forks, repairs and imports, at every step and sees whether the runs
// can be explained and mended (docs/reliability.md). `npm run faults -- [--count n] [--only victim] [--full]`
import { join } from 'node:path';
import { buildFaults } from './build.mjs';
import { exitCodeOf, root, runMain } from './lib/run.mjs';

await runMain(async () => {
  await buildFaults();
  const program = join(root, 'out', 'faults', 'program.js');
  process.exitCode = await exitCodeOf(process.execPath, [program, '--root', root, ...process.argv.slice(2)]);
});
