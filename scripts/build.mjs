// Bundles the extension, the command line and the web pages into dist/. `node scripts/build.mjs [--tests]`
import { build } from 'esbuild';
import { cp, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** @type {import('esbuild').BuildOptions} */
const shared = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  keepNames: true,
  sourcemap: false,
  legalComments: 'none',
  logLevel: 'warning',
  target: 'node20',
};

/** Writes dist/: what the VSIX carries. */
export async function buildProduct() {
  await Promise.all([
    build({
      ...shared,
      entryPoints: { extension: 'src/extension.ts', cli: 'src/cli.ts' },
      outdir: 'dist',
      platform: 'node',
      format: 'cjs',
      external: ['vscode'],
    }),
    build({
      ...shared,
      entryPoints: { run: 'src/webview/run.ts' },
      outdir: 'dist/webview',
      platform: 'browser',
      format: 'esm',
      target: 'es2022',
      tsconfig: 'src/webview/tsconfig.json',
    }),
    copyCodicons(),
  ]);
}

/** Writes out/test/integration/index.js, which runs inside the extension host. */
export async function buildIntegrationTests() {
  await build({
    ...shared,
    minify: false,
    sourcemap: 'inline',
    entryPoints: { index: 'test/integration/index.ts' },
    outdir: 'out/test/integration',
    platform: 'node',
    format: 'cjs',
    external: ['vscode', 'mocha'],
  });
}

async function copyCodicons() {
  const from = join(root, 'node_modules/@vscode/codicons/dist');
  const to = join(root, 'dist/webview');
  await mkdir(to, { recursive: true });
  await Promise.all(['codicon.css', 'codicon.ttf'].map((name) => cp(join(from, name), join(to, name))));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildProduct();
  if (process.argv.includes('--tests')) await buildIntegrationTests();
}
