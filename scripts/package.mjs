// Packs the extension: `npm run --silent package` prints the path of the file, and nothing else, on stdout.
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildProduct } from './build.mjs';
import { ensureMade } from './lib/freshness.mjs';
import { withoutRelativeLinks } from './lib/packedReadme.mjs';
import { Failure, progress, root, run, runMain } from './lib/run.mjs';
import { zipEntryNames } from './lib/zip.mjs';

/** 0.75 MiB, in bytes. */
const largestVsix = 750_000;

/** So many bytes of script may be read as a window starts. What it does not need then belongs into `wire/later.ts`. */
const mostAtStart = 300_000;

/** What a VSIX of ours may hold; vsce itself renames the README, the change log and the licence. */
const expected =
  /^(\[Content_Types\]\.xml|extension\.vsixmanifest|extension\/(package\.json|readme\.md|changelog\.md|LICENSE\.txt|dist\/.+\.(js|css|ttf)|dist\/NOTICES\.md|media\/.+\.(png|svg|css|md)|sample\/.+\.(json|log|txt|md)))$/;

const required = [
  'package.json',
  'readme.md',
  'LICENSE.txt',
  'dist/extension.js',
  'dist/cli.js',
  'dist/mcp.js',
  'dist/feeder.js',
  'dist/themisReader.js',
  'dist/NOTICES.md',
];

/** All scripts, as whatever builds, checks or packs is among them. */
export const vsixInputs = [
  ...['src', 'media', 'sample', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.base.json'],
  ...['README.md', 'CHANGELOG.md', 'LICENSE', '.vscodeignore'],
];

/** @type {import('./package.mjs').ensureVsix} */
export async function ensureVsix() {
  await ensureMade(vsixName(), vsixInputs, packVsix);
  return join(root, vsixName());
}

async function packVsix() {
  progress('Packing the extension…');
  for (const { path, bytes } of await buildProduct()) {
    if (path.endsWith('.js')) progress(`${path}: ${Math.round(bytes / 1000)} kB of script as it starts`);
    if (path === 'dist/extension.js' && bytes > mostAtStart)
      throw new Failure(`${path} reads ${bytes} bytes as it starts; ${mostAtStart} is the most it may read.`);
  }
  mkdirSync(join(root, 'out'), { recursive: true });
  // Packed aside and then put in place, so that whatever lies there under its own name is whole and checked.
  const unchecked = join(root, 'out', vsixName());
  const { repository } = readManifest();
  await run(process.execPath, [
    join(root, 'scripts', 'lib', 'vsce.mjs'),
    repository ? root : stage(),
    unchecked,
    repository ? 'known' : 'unknown',
  ]);
  check(unchecked);
  progress(`The VSIX has ${Math.round(statSync(unchecked).size / 1000)} kB.`);
  renameSync(unchecked, join(root, vsixName()));
}

/** A folder to be packed whose texts have no links and pictures that would be broken. */
function stage() {
  const folder = join(root, 'out', 'package');
  rmSync(folder, { recursive: true, force: true });
  for (const name of ['package.json', '.vscodeignore', 'LICENSE', 'media', 'sample', 'dist']) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  for (const name of ['README.md', 'CHANGELOG.md']) {
    writeFileSync(join(folder, name), withoutRelativeLinks(readFileSync(join(root, name), 'utf8')));
  }
  return folder;
}

/** @returns {{ name: string, version: string, repository?: unknown }} */
function readManifest() {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
}

function vsixName() {
  const { name, version } = readManifest();
  return `${name}-${version}.vsix`;
}

/** @param {string} vsix */
function check(vsix) {
  const { size } = statSync(vsix);
  if (size > largestVsix)
    throw new Failure(`The VSIX has ${size} bytes; ${largestVsix} is the most it may have.`);
  const names = zipEntryNames(readFileSync(vsix));
  const strangers = names.filter((name) => !expected.test(name));
  if (strangers.length > 0) throw new Failure(`The VSIX holds what it should not: ${strangers.join(', ')}.`);
  const missing = required.filter((name) => !names.includes(`extension/${name}`));
  if (missing.length > 0) throw new Failure(`The VSIX lacks ${missing.join(', ')}.`);
}

if (process.argv[1] === import.meta.filename) {
  await runMain(async () => {
    console.log(await ensureVsix());
  });
}
