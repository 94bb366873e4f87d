// Starts the VS Code server that install.mjs installs: on loopback, in fresh folders, leaving nothing behind.
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { atExit, temporaryFolder } from './atExit.mjs';
import { ensureHostedVsCode } from './install.mjs';
import { endProcessTree, killProcessTree } from './processes.mjs';
import { Failure } from './run.mjs';

/** A window that shows nothing but what it was opened for. */
const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'git.openRepositoryInParentFolders': 'never',
  // It would look through the files of all processes every two seconds.
  'remote.autoForwardPorts': false,
};

const secondsToStart = 60;

/** @type {import('./hostedVsCode.mjs').startHostedVsCode} */
export async function startHostedVsCode({
  vsix,
  env = {},
  settings = {},
  connectionToken = false,
  workspaceTrust = false,
  smokeTestDriver = false,
  fewExtensions = false,
} = {}) {
  const program = await ensureHostedVsCode();
  const folders = createFolders({ ...quietSettings, ...settings });
  const environment = serverEnvironment(env, folders.temporary);
  const token = connectionToken ? randomBytes(16).toString('hex') : undefined;
  // In a file, because every user of the machine can read the arguments of a process.
  if (token) writeFileSync(folders.token, token, { mode: 0o600 });
  try {
    if (fewExtensions) linkQuietExtensions(dirname(dirname(program.server)), folders.builtIn);
    if (vsix) await installVsix(vsix, program, folders, environment);
  } catch (error) {
    folders.remove();
    throw error;
  }

  const server = spawn(
    program.node,
    [
      program.server,
      '--host=127.0.0.1',
      '--port=0',
      '--accept-server-license-terms',
      '--disable-telemetry',
      '--disable-experiments',
      // A closed page takes its extension host with it; the default lets it wait three hours for a reconnection.
      '--reconnection-grace-time=2',
      ...folderArguments(folders),
      ...(fewExtensions ? ['--builtin-extensions-dir', folders.builtIn] : []),
      ...(token ? ['--connection-token-file', folders.token] : ['--without-connection-token']),
      ...(workspaceTrust ? [] : ['--disable-workspace-trust']),
      ...(smokeTestDriver ? ['--enable-smoke-test-driver'] : []),
    ],
    // A process group of its own, so that all of it can be ended.
    { env: environment, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const leader = /** @type {number} */ (server.pid);
  const cancelKill = atExit(() => killProcessTree(leader));
  /** @type {Promise<void> | undefined} */
  let disposed;
  const dispose = () => (disposed ??= disposeOnce());
  const disposeOnce = async () => {
    await endProcessTree(leader);
    cancelKill();
    folders.remove();
  };

  try {
    const authority = `127.0.0.1:${await portOf(server)}`;
    return {
      authority,
      globalStorage: join(folders.userData, 'User', 'globalStorage'),
      dispose,
      url: (...opened) => address(authority, token, ...opened),
      renew: (changed = {}, ofMachine = {}) => renew(folders, changed, ofMachine),
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** @param {import('./hostedVsCode.mjs').Settings} settings */
function createFolders(settings) {
  const { path: all, remove } = temporaryFolder('babysitter-runs');
  const folders = {
    remove,
    userData: join(all, 'user'),
    serverData: join(all, 'server'),
    extensions: join(all, 'extensions'),
    builtIn: join(all, 'builtin'),
    temporary: join(all, 'tmp'),
    token: join(all, 'token'),
  };
  for (const folder of [
    join(folders.userData, 'User'),
    join(folders.userData, 'Machine'),
    folders.temporary,
  ]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  writeSettings(join(folders.userData, 'User'), settings);
  writeSettings(join(folders.userData, 'Machine'), quietSettings);
  return folders;
}

/**
 * @param {ReturnType<typeof createFolders>} folders
 * @param {import('./hostedVsCode.mjs').Settings} settings
 * @param {import('./hostedVsCode.mjs').Settings} ofMachine
 */
function renew({ userData }, settings, ofMachine) {
  rmSync(join(userData, 'User'), { recursive: true, force: true, maxRetries: 10 });
  mkdirSync(join(userData, 'User'), { mode: 0o700 });
  writeSettings(join(userData, 'User'), { ...quietSettings, ...settings });
  writeSettings(join(userData, 'Machine'), { ...quietSettings, ...ofMachine });
}

/**
 * @param {string} folder
 * @param {import('./hostedVsCode.mjs').Settings} settings
 */
function writeSettings(folder, settings) {
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings, undefined, 2));
}

/**
 * Links the extensions that come with VS Code and run no code, as languages and themes do, and the preview of Markdown, which
 * runs when it is used. The others start with every window: Git, Emmet, npm, what knows JSON and TypeScript.
 * @param {string} vsCode
 * @param {string} target
 */
function linkQuietExtensions(vsCode, target) {
  mkdirSync(target);
  const source = join(vsCode, 'extensions');
  for (const name of readdirSync(source)) {
    const manifest = join(source, name, 'package.json');
    if (!existsSync(manifest)) continue;
    const { main, browser } = JSON.parse(readFileSync(manifest, 'utf8'));
    if (name === 'markdown-language-features' || !(main || browser)) {
      symlinkSync(join(source, name), join(target, name));
    }
  }
}

/** @param {ReturnType<typeof createFolders>} folders */
function folderArguments({ userData, serverData, extensions }) {
  return ['--user-data-dir', userData, '--server-data-dir', serverData, '--extensions-dir', extensions];
}

/**
 * This process's environment, without what npm, a test runner or a surrounding VS Code put there for their own children.
 * @param {Readonly<Record<string, string>>} extra
 * @param {string} temporary where sockets and temporary files go
 */
function serverEnvironment(extra, temporary) {
  const strangers = /^(npm_|VSCODE_|ELECTRON_|VITEST|NODE_OPTIONS$|NODE_ENV$|INIT_CWD$)/;
  const own = Object.entries(process.env).filter(([name]) => !strangers.test(name));
  return { ...Object.fromEntries(own), TMPDIR: temporary, XDG_RUNTIME_DIR: temporary, ...extra };
}

/**
 * @param {string} vsix
 * @param {{ node: string, server: string }} program
 * @param {ReturnType<typeof createFolders>} folders
 * @param {NodeJS.ProcessEnv} env
 */
async function installVsix(vsix, program, folders, env) {
  const args = [program.server, '--install-extension', vsix, ...folderArguments(folders)];
  try {
    await promisify(execFile)(program.node, args, { env });
  } catch (error) {
    throw new Failure(`The hosted VS Code could not install ${vsix}: ${error}`);
  }
}

/**
 * @param {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable, import('node:stream').Readable>} server
 * @returns {Promise<number>}
 */
function portOf(server) {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (/** @type {string} */ what) =>
      reject(new Failure(`The hosted VS Code ${what}:\n${output.slice(-4000)}`));
    const timer = setTimeout(
      () => fail(`did not start within ${secondsToStart} seconds`),
      secondsToStart * 1000,
    );
    const listen = (/** @type {Buffer} */ chunk) => {
      output += chunk;
      const port = /listening on (\d+)/.exec(output)?.[1];
      if (!port) return;
      clearTimeout(timer);
      // What it says from now on must be read too, or the pipe fills up and the server stops.
      for (const stream of [server.stdout, server.stderr]) stream.off('data', listen).resume();
      resolve(Number(port));
    };
    for (const stream of [server.stdout, server.stderr]) stream.on('data', listen);
    server.once('exit', (code) => {
      clearTimeout(timer);
      fail(`ended with exit code ${code}`);
    });
  });
}

/**
 * @param {string} authority
 * @param {string | undefined} token
 * @param {string} [workspace]
 * @param {readonly (readonly [string, string])[]} [payload]
 */
function address(authority, token, workspace, payload) {
  const url = new URL(`http://${authority}/`);
  if (token) url.searchParams.set('tkn', token);
  if (workspace)
    url.searchParams.set(workspace.endsWith('.code-workspace') ? 'workspace' : 'folder', workspace);
  else url.searchParams.set('ew', 'true'); // Else the last folder would be opened again.
  if (payload) url.searchParams.set('payload', JSON.stringify(payload));
  return url.href;
}
