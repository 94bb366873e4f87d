import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { copyFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const self = fileURLToPath(import.meta.url);
const root = fileURLToPath(new URL('../..', import.meta.url));
const real = join(root, 'node_modules', '@a5c-ai', 'babysitter-sdk');

/** What is started or required of the package, below `dist`. */
const entries = { main: 'cli/main.js', index: 'index.js' };

let made: Promise<string> | undefined;

/**
 * The engine's package in a form that starts three times as fast: the same code in one file, with what V8 made of it. For
 * tests that start it over and over; what is about the package itself has it as npm installs it. Made once for each
 * version of it, of Node and of this file.
 * @returns the folder `@a5c-ai`, for a `node_modules`
 */
export function quickEngine(): Promise<string> {
  made ??= make();
  return made;
}

async function make(): Promise<string> {
  const manifest = readFileSync(join(real, 'package.json'), 'utf8');
  const hash = createHash('sha256').update(manifest).update(process.version).update(root);
  const key = hash.update(readFileSync(self)).digest('hex').slice(0, 16);
  const cache = join(root, 'node_modules', '.cache', 'babysitter-runs-engine');
  const scope = join(cache, key, '@a5c-ai');
  if (existsSync(scope)) return scope;
  mkdirSync(cache, { recursive: true });
  const temporary = mkdtempSync(join(cache, '.'));
  const dist = join(temporary, '@a5c-ai', 'babysitter-sdk', 'dist');
  mkdirSync(join(dist, 'cli'), { recursive: true });
  copyFileSync(join(real, 'package.json'), join(dist, '..', 'package.json'));
  linkRest(join(real, 'dist'), dist, 'cli', 'index.js');
  linkRest(join(real, 'dist', 'cli'), join(dist, 'cli'), 'main.js');
  const parts = Object.entries(entries).map(([name, file]) => {
    return `exports.${name} = () => require(${JSON.stringify(join(real, 'dist', file))});`;
  });
  await build({
    stdin: { contents: parts.join('\n'), resolveDir: root },
    outfile: join(dist, 'engine.cjs'),
    ...{ bundle: true, platform: 'node', format: 'cjs', target: 'node20', charset: 'ascii' },
    ...{ minifyWhitespace: true, minifySyntax: true, keepNames: true, logLevel: 'error' },
    plugins: [oneFile],
  });
  writeFileSync(join(dist, 'loadEngine.cjs'), load);
  const main = join(dist, entries.main);
  writeFileSync(main, "require('../loadEngine.cjs')(require.main === module).main();\n");
  const names = Object.keys(createRequire(self)(real)).filter((name) => name !== '__esModule');
  // The names are for those who import it as a module.
  const named = `0 && (module.exports = { ${names.join(', ')} });`;
  writeFileSync(
    join(dist, entries.index),
    `module.exports = require('./loadEngine.cjs')(false).index();\n${named}\n`,
  );
  const env = { ...process.env, HOME: temporary, USERPROFILE: temporary, KEEP_COMPILED: '1' };
  execFileSync(process.execPath, [main, '--version'], { cwd: temporary, env });
  // Another process may have been as fast.
  try {
    renameSync(temporary, join(cache, key));
  } catch (error) {
    rmSync(temporary, { recursive: true });
    if (!existsSync(scope)) throw error;
  }
  return scope;
}

/** Everything else is that of the real package. */
function linkRest(from: string, to: string, ...but: readonly string[]): void {
  for (const name of readdirSync(from)) {
    if (!but.includes(name)) symlinkSync(join(from, name), join(to, name), 'junction');
  }
}

/** What a file of the package finds out about its place stays true, and what only some commands need is read by those. */
const oneFile: Plugin = {
  name: 'one file',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]babysitter-sdk[\\/]dist[\\/].*\.js$/ }, ({ path }) => {
      let contents = readFileSync(path, 'utf8')
        .replace(/^#!.*/, '')
        .replaceAll('__dirname', JSON.stringify(dirname(path)))
        .replace('require.main === module', 'isMain')
        .replaceAll(/new Function\("\w+", "return import\(\w+\);?"\)/g, 'load');
      const wanted = /^const (\w+) = require\("((?:@modelcontextprotocol\/|zod|@sinclair\/)[^"]*)"\);$/gm;
      for (const [line, name = '', file] of contents.matchAll(wanted)) {
        contents = contents
          .replace(line, '')
          .replaceAll(new RegExp(`\\b${name}\\b`, 'g'), `require("${file}")`);
      }
      return { contents, loader: 'js' };
    });
  },
};

/** `engine.cjs`, compiled already. What does not suit another Node is compiled by that one as usual. */
const load = `
const { readFileSync, writeFileSync } = require('node:fs');
const { Script } = require('node:vm');
const filename = __dirname + '/engine.cjs';
const compiled = __dirname + '/engine.compiled';
let parts;
module.exports = (isMain) => {
  if (parts) return parts;
  const keep = process.env.KEEP_COMPILED === '1';
  const source = '(function (exports, require, isMain, load) {' + readFileSync(filename, 'latin1') + '\\n})';
  const script = new Script(source, { filename, ...(keep ? {} : { cachedData: readFileSync(compiled) }) });
  if (keep) process.on('exit', () => writeFileSync(compiled, script.createCachedData()));
  parts = {};
  script.runInThisContext()(parts, require, isMain, (id) => import(id));
  return parts;
};
`;
