// Bundles the extension, the command line and the web pages into dist/. `node scripts/build.mjs [--tests | --watch]`
import { build, context, transform } from 'esbuild';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import subsetFont from 'subset-font';
import { notices } from './lib/notices.mjs';
import { progress, root, runMain } from './lib/run.mjs';
import { writePrices } from './prices.mjs';

/** Where the source maps of a release are, relative to the root; the VSIX carries none. */
export const maps = 'out/maps';

const prices = 'node_modules/@pydantic/genai-prices/package.json';

const codicons = 'node_modules/@vscode/codicons';

/** @type {import('esbuild').BuildOptions} */
const shared = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  sourcemap: false,
  legalComments: 'none', // The notices hold the licences, whole and in one place.
  logLevel: 'warning',
  target: 'node20',
  // Markdown is decoded only; what encodes is as large again.
  alias: { entities: 'entities/lib/decode.js' },
};

/**
 * Names are short, and a source map beside the VSIX (`maps`) makes traces in a log readable again: `npm run trace`.
 * @type {import('esbuild').BuildOptions}
 */
const forNode = {
  ...shared,
  sourcemap: 'external',
  sourcesContent: false,
  outdir: 'dist',
  platform: 'node',
  format: 'cjs',
  external: ['vscode'],
};

/** @type {import('esbuild').BuildOptions} */
const forBrowser = {
  ...shared,
  outdir: 'dist/webview',
  platform: 'browser',
  format: 'esm',
  target: 'es2022',
  // What several pages use is carried once. A page's nonce also lets in what its script imports.
  splitting: true,
  chunkNames: 'shared-[hash]',
  tsconfig: 'src/webview/tsconfig.json',
};

/** Each with a style sheet of its own beside it. */
const pages = {
  run: 'src/webview/run/runPage.ts',
  report: 'src/webview/report/reportPage.ts',
  table: 'src/webview/table/tablePage.ts',
  compare: 'src/webview/compare/comparePage.ts',
};

/**
 * What several programs use is carried once, and what is imported when it is wanted (`import()`) is read then. esbuild
 * splits ECMAScript modules only; `toCommonJs` makes of each what VS Code and Node load with `require`.
 * @param {'external' | 'inline' | false} sourcemap
 * @returns {import('esbuild').BuildOptions}
 */
const programs = (sourcemap) => ({
  ...forNode,
  format: 'esm',
  splitting: true,
  chunkNames: 'shared-[hash]',
  sourcemap: sourcemap && 'inline',
  metafile: true,
  plugins: [toCommonJs(sourcemap)],
  entryPoints: {
    extension: 'src/extension.ts',
    cli: 'src/cli.ts',
    mcp: 'src/mcp.ts',
    feeder: 'src/engines/babysitter/node/feederProgram.ts',
    themisReader: 'src/engines/themis/node/readerProgram.ts',
  },
});

/** @type {import('esbuild').BuildOptions} */
const webPages = { ...forBrowser, entryPoints: pages };

/**
 * @param {'external' | 'inline' | false} sourcemap
 * @returns {import('esbuild').Plugin}
 */
function toCommonJs(sourcemap) {
  return {
    name: 'to CommonJS',
    setup({ onEnd }) {
      onEnd(async (result) => {
        const outputs = result.metafile?.outputs ?? {};
        const files = await Promise.all(
          (result.outputFiles ?? []).map(async ({ path, text }) => {
            const imports = outputs[relative(root, path).replaceAll('\\', '/')]?.imports ?? [];
            const { code, map } = await transform(text, {
              format: 'cjs',
              platform: 'node',
              target: shared.target,
              minify: true,
              legalComments: 'none',
              // `import()` of a part of ours is a `require`, later. Elsewhere it stays one, as engines and processes are
              // modules.
              supported: {
                'dynamic-import': !imports.some(
                  (part) => part.kind === 'dynamic-import' && part.path in outputs,
                ),
              },
              sourcefile: basename(path),
              sourcemap,
              sourcesContent: false,
            });
            return [outputFile(path, code), ...(map === '' ? [] : [outputFile(`${path}.map`, map)])];
          }),
        );
        result.outputFiles = files.flat();
      });
    },
  };
}

/** @param {string} path @param {string} text */
function outputFile(path, text) {
  return { path, text, contents: Buffer.from(text), hash: '' };
}

/**
 * Writes dist/: what the VSIX carries, and nothing else.
 * @returns of each program and page, the bytes of script that are read as it starts
 */
export async function buildProduct() {
  writePrices();
  const bundles = await Promise.all([bundle(programs('external')), bundle(webPages)]);
  const written = [...bundles.flatMap(({ files }) => files), ...(await writeFont())];
  const inputs = [...bundles.flatMap(({ inputs }) => inputs), `${codicons}/dist/codicon.css`, prices];
  written.push(await write('dist/NOTICES.md', notices(inputs)));
  await removeAllBut(written, 'dist');
  return bundles.flatMap(({ entries }) => entries);
}

/** Writes dist/ again at each change, with source maps for a debugger, until this process ends. */
async function watchProduct() {
  await buildProduct();
  let building = 0;
  /** Two bundles are built side by side; the two lines are what .vscode/tasks.json waits for. @type {import('esbuild').Plugin} */
  const telling = {
    name: 'telling',
    setup({ onStart, onEnd }) {
      onStart(() => {
        if (building === 0) progress('Building…');
        building += 1;
      });
      onEnd(async ({ outputFiles = [] }) => {
        for (const { path, contents } of outputFiles) await write(relative(root, path), contents);
        building -= 1;
        if (building === 0) progress('Built. Waiting for changes.');
      });
    },
  };
  for (const options of [programs('inline'), { ...webPages, sourcemap: /** @type {const} */ ('inline') }]) {
    const plugins = [...(options.plugins ?? []), telling];
    const watched = await context({ ...options, write: false, plugins });
    await watched.watch();
  }
}

/** Writes dist/cli.js alone: the command line stays usable while another part is being worked on. */
export async function buildCli() {
  await bundle({ ...forNode, entryPoints: { cli: 'src/cli.ts' } });
}

/**
 * Writes out/test/integration/: index.js, which runs inside the extension host, and the suites that it loads.
 * @param {readonly string[]} [suites] paths relative to the root; all of them when none is named
 */
export async function buildIntegrationTests(suites = []) {
  const { files } = await bundle({
    ...shared,
    minify: false,
    sourcemap: 'inline',
    entryPoints: [
      'test/integration/index.ts',
      ...(suites.length > 0 ? suites : ['test/integration/*.test.ts']),
    ],
    outdir: 'out/test/integration',
    platform: 'node',
    format: 'cjs',
    external: ['vscode', 'mocha'],
  });
  await removeAllBut(files, 'out/test/integration');
}

/** Writes out/bench/: the benchmark with the adapters as they ship. */
export async function buildBench() {
  const entryPoints = {
    bench: 'test/bench/bench.ts',
    program: 'test/bench/program.ts',
    themisReader: 'src/engines/themis/node/readerProgram.ts',
  };
  await bundle({ ...forNode, entryPoints, outdir: 'out/bench' });
}

/** Writes out/faults/: the kills of the engine and of the product, with the adapters as they ship, and what is killed. */
export async function buildFaults() {
  const entryPoints = {
    program: 'test/faults/program.ts',
    product: 'test/faults/product.ts',
    feeder: 'src/engines/babysitter/node/feederProgram.ts',
  };
  await bundle({ ...forNode, entryPoints, outdir: 'out/faults' });
}

/** Writes out/hostile/: the hostile runs and whoever reads them, with the adapters as they ship. */
export async function buildHostile() {
  await bundle({ ...forNode, entryPoints: ['test/hostile/program.ts'], outdir: 'out/hostile' });
}

/** Writes out/soak/: the windows that are upset, with the adapters as they ship. */
export async function buildSoak() {
  await bundle({ ...forNode, entryPoints: ['test/soak/program.ts'], outdir: 'out/soak' });
}

/** Writes the pages alone, with their font. */
export async function buildPages() {
  await bundle(webPages);
  await writeFont();
}

/** The icons of the pages, and no others. @returns the files written, relative to the root */
async function writeFont() {
  const folder = join(root, codicons, 'dist');
  const css = withoutUnused(await readFile(join(folder, 'codicon.css'), 'utf8'), await wordsOfSources());
  const icons = [...css.matchAll(/content: "\\([\da-f]+)"/g)].map(([, code = '']) => parseInt(code, 16));
  const font = await subsetFont(await readFile(join(folder, 'codicon.ttf')), String.fromCodePoint(...icons), {
    targetFormat: 'truetype',
  });
  return [await write('dist/webview/codicon.css', css), await write('dist/webview/codicon.ttf', font)];
}

/** Leaves out the rules of icons that no source names, which are most of them, and comments. */
function withoutUnused(/** @type {string} */ css, /** @type {ReadonlySet<string>} */ words) {
  const lines = css.replaceAll(/\/\*.*?\*\//gs, '').split('\n');
  return lines
    .filter((line) => {
      const icon = /^\.codicon-([a-z\d-]+):before/.exec(line)?.[1];
      return line.trim() !== '' && (icon === undefined || words.has(icon));
    })
    .join('\n');
}

/** Everything in the sources that could be the name of an icon. */
async function wordsOfSources() {
  const words = new Set();
  for (const file of await readdir(join(root, 'src'), { recursive: true })) {
    if (!file.endsWith('.ts')) continue;
    const text = await readFile(join(root, 'src', file), 'utf8');
    for (const [word] of text.matchAll(/[a-z\d]+(?:-[a-z\d]+)*/g)) words.add(word.replace(/^codicon-/, ''));
  }
  return words;
}

/** Writes the programs as they ship, without source maps, into a folder. @param {string} outdir absolute path */
export async function buildPrograms(outdir) {
  await bundle({ ...programs(false), outdir });
}

/** Writes out/look/ and the pages: what shows a page in a browser without VS Code, for which a stand-in answers. */
export async function buildLook() {
  await buildPages();
  await bundle({
    ...forNode,
    format: 'esm',
    entryPoints: ['test/look/program.ts'],
    outdir: 'out/look',
    outExtension: { '.js': '.mjs' },
    external: ['playwright-core'],
    alias: { ...shared.alias, vscode: './test/look/vscode.ts', vitest: './test/look/noTest.ts' },
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
}

/**
 * Bundles, and gives the files written, the files that something was taken from, and what is read at a start; all
 * relative to the root.
 * @param {import('esbuild').BuildOptions} options
 */
async function bundle(options) {
  const { outputFiles = [], metafile } = await build({ ...options, write: false, metafile: true });
  const files = [];
  for (const { path, contents } of outputFiles) {
    if (path.endsWith('.map')) await write(join(maps, basename(path)), contents);
    else files.push(await write(relative(root, path), contents));
  }
  const outputs = metafile?.outputs ?? {};
  const entries = Object.entries(outputs).flatMap(([path, { entryPoint }]) =>
    // A part that is imported when it is wanted has an entry point, too, but no name of its own.
    entryPoint === undefined || basename(path).startsWith('shared-')
      ? []
      : [{ path, bytes: bytesAtStart(path, outputs) }],
  );
  const inputs = Object.values(outputs).flatMap((output) =>
    Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  return { files, inputs, entries };
}

/**
 * @param {string} entry
 * @param {import('esbuild').Metafile['outputs']} outputs
 */
function bytesAtStart(entry, outputs) {
  const read = new Set([entry]);
  for (const path of read)
    for (const { path: imported, kind } of outputs[path]?.imports ?? [])
      if (kind !== 'dynamic-import' && imported in outputs) read.add(imported);
  const parts = [...read].flatMap((path) => Object.values(outputs[path]?.inputs ?? {}));
  return parts.reduce((sum, { bytesInOutput }) => sum + bytesInOutput, 0);
}

/**
 * Puts a file in place at once, since another process may be reading it (two command lines started together).
 * @param {string} path
 * @param {string | Uint8Array} contents
 */
async function write(path, contents) {
  const target = join(root, path);
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}`);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(temporary, contents);
  await rename(temporary, target);
  return path;
}

/**
 * Removes what an earlier build left of sources that are gone.
 * @param {readonly string[]} kept
 * @param {string} folder
 */
async function removeAllBut(kept, folder) {
  for (const entry of await readdir(join(root, folder), { recursive: true, withFileTypes: true })) {
    const path = relative(root, join(entry.parentPath, entry.name));
    // A name with a dot in front is being written by someone else right now (see `write`).
    if (entry.isFile() && !entry.name.startsWith('.') && !kept.includes(path))
      await rm(join(root, path), { force: true });
  }
}

if (process.argv[1] === import.meta.filename) {
  await runMain(async () => {
    if (process.argv.includes('--watch')) return watchProduct();
    await buildProduct();
    if (process.argv.includes('--tests')) await buildIntegrationTests();
  });
}
