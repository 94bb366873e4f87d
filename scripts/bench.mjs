// Measures what reading costs (docs/performance.md). `npm run bench -- [--quick | --only-stores] [--json FILE]`
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { buildBench } from './build.mjs';
import { ensureHostedVsCode } from './lib/install.mjs';
import { exitCodeOf, Failure, root, runMain } from './lib/run.mjs';

/** In a folder that git, linters, packers and the editor's watchers pass over: the trees hold millions of files. */
export const cache =
  process.env.BABYSITTER_RUNS_BENCH_DIR || join(root, 'node_modules', '.cache', 'babysitter-runs-bench');

/** The Node that the figures are for: the one running, unless it is older. */
async function currentNode() {
  return Number.parseInt(process.versions.node, 10) >= 24
    ? process.execPath
    : (await ensureHostedVsCode()).node;
}

if (process.argv[1] === import.meta.filename) {
  await runMain(async () => {
    const args = process.argv.slice(2);
    await buildBench();
    const program = [join(root, 'out', 'bench', 'bench.js'), '--cache', cache, ...args];
    const smoke = args.includes('--smoke');
    if (!smoke && !args.includes('--quick') && !args.includes('--only-stores')) {
      const { ensureVsix } = await import('./package.mjs');
      program.push('--vsix', String(statSync(await ensureVsix()).size));
    }
    // Any Node will do to see whether it works.
    const node = smoke ? process.execPath : await currentNode();
    if (!args.includes('--quick')) {
      const stores = join(cache, 'stores');
      const maker = join(root, 'scripts', 'lib', 'storeTrees.mjs');
      const code = await exitCodeOf(node, [maker, stores, ...(smoke ? ['--small'] : [])]);
      if (code !== 0) throw new Failure('The stores of other engines could not be made.');
      program.push('--stores', stores);
    }
    process.exitCode = await exitCodeOf(node, program);
  });
}
