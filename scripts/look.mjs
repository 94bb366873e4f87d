// Takes pictures of pages in a browser, without VS Code, which takes seconds: `npm run look -- [names] [options]`.
// Names are those of test/support/strangeRuns.ts, or parts of run ids with `--project <folder>`. Options: --page run |
// report | compare (the first run with each other one) | table (of them all), --theme and --width (each as often as wanted), --height, --whole, --question <effect id>, --do key:j | click:css | scroll:600,
// --home <folder in which agents keep their sessions>, --now <ISO>.
import { join } from 'node:path';
import { buildLook } from './build.mjs';
import { exitCodeOf, root, runMain } from './lib/run.mjs';

await runMain(async () => {
  await buildLook();
  const program = join(root, 'out', 'look', 'program.mjs');
  process.exitCode = await exitCodeOf(process.execPath, [program, ...process.argv.slice(2)]);
});
