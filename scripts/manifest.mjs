// Writes into package.json what the extension contributes (src/manifest): `npm run manifest`.
import { build } from 'esbuild';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { progress, root, runMain } from './lib/run.mjs';

/** The module src/manifest/packageJson.ts, bundled in memory, as Node 20 runs no TypeScript. */
async function loadPackageJson() {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['src/manifest/packageJson.ts'],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'node20',
  });
  const [module] = outputFiles;
  return import(`data:text/javascript;base64,${Buffer.from(module.contents).toString('base64')}`);
}

await runMain(async () => {
  const { packageJson } = await loadPackageJson();
  const path = join(root, 'package.json');
  const before = await readFile(path, 'utf8');
  const after = packageJson(before);
  if (after !== before) await writeFile(path, after);
  progress(after === before ? 'package.json is up to date.' : 'package.json is written.');
});
