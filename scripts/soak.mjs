// Two windows follow a workspace in which for ten minutes everything happens that upsets them (docs/reliability.md).
// `npm run soak -- [--small] [--seconds n]`
import { join } from 'node:path';
import { buildFaults, buildSoak } from './build.mjs';
import { exitCodeOf, root, runMain } from './lib/run.mjs';

await runMain(async () => {
  await buildFaults();
  await buildSoak();
  const program = join(root, 'out', 'soak', 'program.js');
  const args = ['--expose-gc', program, '--root', root, ...process.argv.slice(2)];
  process.exitCode = await exitCodeOf(process.execPath, args);
});
