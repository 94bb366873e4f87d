// What the project needs beside its own files, installed when it is missing and never twice.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { browserPlaces } from './browserPlaces.mjs';
import { findOnPath, Failure, hasDisplay, npm, progress, root, run } from './run.mjs';

/** Runs `npm ci` unless node_modules already holds what package-lock.json asks for. */
export async function ensureDependencies() {
  if (dependenciesAreCurrent()) return;
  progress('Installing the dependencies (npm ci)…');
  await npm(['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}

/** npm notes what it installed in node_modules/.package-lock.json, at the very end of an install. */
function dependenciesAreCurrent() {
  const wanted = join(root, 'package-lock.json');
  const installed = join(root, 'node_modules', '.package-lock.json');
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs;
}

/**
 * A VS Code server, as the npm package `code-server` carries it, and the Node it is made for. It is the real workbench
 * and the real extension host, for machines that cannot download a desktop VS Code or have no display (docs/testing.md).
 */
const hosted = {
  // These platforms have a Node in the npm registry and are supported by code-server.
  platforms: ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'],
  newest: { folder: 'hosted', nodeVersion: '24.21.0', codeServerVersion: '4.139.1' },
  // VS Code 1.103.2; package.json's `engines.vscode` supports nothing older.
  oldest: { folder: 'hosted-oldest', nodeVersion: '22.23.5', codeServerVersion: '4.103.2' },
};

/** Which of them is tried: BABYSITTER_TEST_VSCODE=oldest, or the newest. */
function chosenHosted() {
  const wanted = process.env.BABYSITTER_TEST_VSCODE ?? 'newest';
  if (wanted === 'newest' || wanted === 'oldest') return hosted[wanted];
  throw new Failure(`BABYSITTER_TEST_VSCODE is "${wanted}"; it may be "newest" or "oldest".`);
}

/** @type {import('./install.mjs').ensureHostedVsCode} */
export async function ensureHostedVsCode({ platform: system, arch } = process) {
  const platform = `${system}-${arch}`;
  if (!hosted.platforms.includes(platform)) {
    throw new Failure(
      `The hosted VS Code runs on Linux and macOS only, not on ${platform}. ` +
        'Install VS Code with its `code` command to work with the desktop one.',
    );
  }
  const nodePackage = `node-${platform}`;
  const { nodeVersion, codeServerVersion, ...place } = chosenHosted();
  const folder = join(root, '.vscode-test', place.folder);
  const node = join(folder, 'node_modules', nodePackage, 'bin', 'node');
  const vsCode = join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
  const paths = { node, server: join(vsCode, 'out', 'server-main.js') };

  // The marker is written last, so an interrupted install is begun anew (quickly: npm keeps what it has downloaded).
  const marker = join(folder, 'complete.txt');
  const versions = `${nodePackage}@${nodeVersion} code-server@${codeServerVersion}\n`;
  if (existsSync(marker) && readFileSync(marker, 'utf8') === versions) return paths;

  progress('Installing a hosted VS Code into .vscode-test (once; about 600 MB)…');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  // Nothing is compiled: the native modules that stay unbuilt (spdlog, native-watchdog) are optional to the server.
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await npm([...install, '--save-exact', `${nodePackage}@${nodeVersion}`], { cwd: folder });
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
  await npm([...install, '--save-exact', `code-server@${codeServerVersion}`], {
    cwd: folder,
    env,
  });
  await npm([...install, '--omit=dev'], { cwd: vsCode, env });
  writeFileSync(marker, versions);
  return paths;
}

/**
 * Installs a version of the engine when it is missing: without what it needs only for models, browsers and pages of its
 * own, and without running install scripts.
 * @param {string} version
 * @returns {Promise<string>} the node_modules folder it is in
 */
export async function ensureEngine(version) {
  const folder = join(root, '.vscode-test', 'engines', version);
  const installed = join(folder, 'node_modules');
  const marker = join(folder, 'complete.txt');
  const name = '@a5c-ai/babysitter-sdk';
  const { overrides } = readJson(join(root, 'package.json'));
  const empty = overrides['puppeteer'];
  const wanted = {
    private: true,
    dependencies: { [name]: version },
    overrides: {
      ...overrides,
      '@a5c-ai/babysitter-breakpoints': empty,
      // All versions accept a range; with the same one everywhere the same ids come out.
      ulid: readJson(join(root, 'node_modules', name, 'node_modules', 'ulid', 'package.json')).version,
    },
  };
  const text = `${JSON.stringify(wanted, undefined, 2)}\n`;
  if (existsSync(marker) && readFileSync(marker, 'utf8') === text) return installed;

  progress(`Installing ${name} ${version} into .vscode-test (once)…`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), text);
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  await npm(['install', '--ignore-scripts', '--omit=optional', '--no-package-lock', ...quiet], {
    cwd: folder,
  });
  writeFileSync(marker, text);
  return installed;
}

/** @param {string} file */
function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** @type {import('./install.mjs').ensureBrowser} */
export async function ensureBrowser({
  headed = false,
  machine = process,
  isThere = existsSync,
  installers = headed ? [installDebianChromium] : [installDebianChromium, installHeadlessShell],
} = {}) {
  if (headed && !hasDisplay(machine)) throw new Failure('There is no display to show a browser on.');
  const chosen = machine.env.BABYSITTER_TEST_BROWSER;
  if (chosen) {
    if (isThere(chosen)) return chosen;
    throw new Failure(`BABYSITTER_TEST_BROWSER names ${chosen}, which does not exist.`);
  }
  const find = () => [...browserPlaces(machine, headed), ...(headed ? [] : headlessShells())].find(isThere);
  const found = find();
  if (found) return found;
  for (const install of installers) {
    await install().catch(tellFailure);
    const installed = find();
    if (installed) return installed;
  }
  throw new Failure(
    'It needs Chromium, Chrome or Edge, and none was found or could be installed. ' +
      'Install one, or name its executable in BABYSITTER_TEST_BROWSER.',
  );
}

/** Where there is apt-get and a way to use it. */
async function installDebianChromium() {
  const asRoot = findOnPath('apt-get') ? await waysToBecomeRoot() : undefined;
  if (!asRoot) return;
  progress('Installing Chromium (apt-get install chromium)…');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run(...asRoot(['apt-get', 'update', '-q']), { env });
  await run(...asRoot(['apt-get', 'install', '-y', '-q', 'chromium']), { env });
}

const browsersFolder = join(root, '.vscode-test', 'browsers');

/** The one that Playwright downloads for itself, which cannot show a window. */
async function installHeadlessShell() {
  progress(
    'No Chromium, Chrome or Edge was found. Downloading one for the tests into .vscode-test (once; about 100 MB)…',
  );
  const installer = join(root, 'node_modules', 'playwright-core', 'cli.js');
  const env = { ...process.env, PLAYWRIGHT_BROWSERS_PATH: browsersFolder };
  const args = [installer, 'install', 'chromium', '--only-shell'];
  // It would print a trace for each of its tries.
  await promisify(execFile)(process.execPath, args, { env }).catch(() => {
    throw new Failure('Playwright could not download one; without a network, it has to be there already.');
  });
}

function headlessShells() {
  if (!existsSync(browsersFolder)) return [];
  return readdirSync(browsersFolder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /^chrome-headless-shell(\.exe)?$/.test(basename(name)))
    .map((name) => join(browsersFolder, name));
}

/** @param {unknown} error */
function tellFailure(error) {
  if (!(error instanceof Failure)) throw error;
  progress(error.message);
}

/**
 * How to start a program as root without asking for a password; undefined if there is no way.
 * @returns {Promise<((command: string[]) => [string, string[]]) | undefined>}
 */
async function waysToBecomeRoot() {
  if (process.getuid?.() === 0) return ([command = '', ...args]) => [command, args];
  const sudo = findOnPath('sudo');
  if (!sudo) return undefined;
  const allowed = await run(sudo, ['-n', 'true']).then(
    () => true,
    () => false,
  );
  return allowed ? (command) => [sudo, ['-n', ...command]] : undefined;
}
