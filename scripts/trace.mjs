// Makes the traces in a log readable: `npm run trace -- LOG`, or from standard input. The source maps are those of the
// last build (out/maps); of a release they are kept beside its VSIX.
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { basename, join } from 'node:path';
import { maps } from './build.mjs';
import { root, runMain } from './lib/run.mjs';

/** @type {Map<string, SourceMap | undefined>} */
const known = new Map();

/** @param {string} program the file name of a bundle @returns `undefined`: there is no map of it */
function mapOf(program) {
  if (!known.has(program)) {
    try {
      const text = readFileSync(join(root, maps, `${program}.map`), 'utf8');
      known.set(program, new SourceMap(JSON.parse(text)));
    } catch {
      known.set(program, undefined);
    }
  }
  return known.get(program);
}

/**
 * The text with every place in a bundle told as its place in the sources.
 * @param {string} text
 */
export function readable(text) {
  return text.replace(/[^\s()]*?([\w-]+\.js):(\d+):(\d+)/g, (place, program, line, column) => {
    const found = mapOf(program)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (!found || !('originalSource' in found)) return place;
    const source = found.originalSource.replace(/^(?:\.\.\/)+/, '');
    return `${source}:${found.originalLine + 1}:${found.originalColumn + 1}`;
  });
}

if (basename(process.argv[1] ?? '') === 'trace.mjs') {
  await runMain(async () => {
    process.stdout.write(readable(readFileSync(process.argv[2] ?? 0, 'utf8')));
  });
}
