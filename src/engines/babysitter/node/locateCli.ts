import { realpathSync, statSync } from 'node:fs';
import { isFile, readTextAt } from '../../../node/safeFile';
import { findOnPath } from '../../../node/findProgram';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { homedir } from 'node:os';
import { isInside } from '../../../core/paths';
import { parseJson, isRecord } from '../../../core/run/lenient';

/** The engine's package on the npm registry. */
export const enginePackage = '@a5c-ai/babysitter-sdk';

/** The engine's command line: a JavaScript file that Node runs. */
export interface CliLocation {
  /** Absolute path of the script. */
  readonly script: string;
  /** Arguments before the engine's own. */
  readonly before: readonly string[];
  /** `undefined` when its package does not tell. */
  readonly version: string | undefined;
  /** The versions of Node that its package asks for (`engines.node`); `undefined` when it does not tell. */
  readonly needs?: string | undefined;
  /** Where it was found, for the log: "the project's node_modules". */
  readonly where: string;
}

export interface LocateOptions {
  /** The setting; empty: look for it. */
  readonly setting: string;
  /** The run's project; node_modules are looked for from here up to the workspace folder. */
  readonly projectDir: string;
  readonly workspaceFolders: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** The person allowed npx, which may download the package. */
  readonly npxAllowed: boolean;
  /** The person wants this version, by npx, whatever else there is. */
  readonly npxVersion?: string | undefined;
}

/** Looks for the command line: the version asked for, setting, node_modules, PATH, npx. `tried` tells a person where. */
export function locateCli(options: LocateOptions): {
  readonly found: CliLocation | undefined;
  readonly tried: readonly string[];
} {
  const tried: string[] = [];
  const { setting, npxVersion } = options;
  if (npxVersion !== undefined) {
    tried.push(`npx, for version ${npxVersion}`);
    return { found: findNpx(options.env, npxVersion), tried };
  }
  if (setting !== '') {
    // A setting that does not work is said, not passed over: the person meant that one.
    const path = resolve(workspaceOf(options), setting.replace(/^~(?=$|[/\\])/, homedir()));
    tried.push(`the setting babysitterRuns.engine.path (${path})`);
    return { found: fromPath(path, 'the setting'), tried };
  }
  const folders = searchFolders(options);
  if (folders.length > 0) tried.push(`node_modules of ${folders.join(', ')}`);
  for (const folder of folders) {
    const found = fromPackage(join(folder, 'node_modules', enginePackage), `node_modules of ${folder}`);
    if (found) return { found, tried };
  }
  tried.push('"babysitter" on PATH');
  const onPath = fromShim('babysitter', options.env);
  if (onPath) return { found: onPath, tried };
  if (options.npxAllowed) {
    tried.push('npx');
    const npx = findNpx(options.env);
    if (npx) return { found: npx, tried };
  }
  return { found: undefined, tried };
}

/** The workspace folder of a project, from which a relative setting is meant: a run may name any folder as its project. */
function workspaceOf({ projectDir, workspaceFolders }: LocateOptions): string {
  return workspaceFolders.find((folder) => isInside(folder, projectDir)) ?? workspaceFolders[0] ?? homedir();
}

/** The project and the folders above it as far as the workspace folder it lies in, then all workspace folders. */
function searchFolders({ projectDir, workspaceFolders }: LocateOptions): readonly string[] {
  const folders: string[] = [];
  const home = workspaceFolders.find((folder) => isInside(folder, projectDir));
  if (home !== undefined) {
    for (let folder = projectDir; isInside(home, folder); folder = dirname(folder)) {
      folders.push(folder);
      if (folder === dirname(folder)) break;
    }
  }
  return [...new Set([...folders, ...workspaceFolders])];
}

/** From what a person may name: the package folder, a script, or an installed `babysitter` command. */
function fromPath(path: string, where: string): CliLocation | undefined {
  if (isFolder(path))
    return fromPackage(path, where) ?? fromPackage(join(path, 'node_modules', enginePackage), where);
  if (!isFile(path)) return undefined;
  return fromScript(realpathSync(path), where) ?? besideShim(dirname(path), where);
}

/** The script that a package's `bin` names; the package's own path is resolved, as Node resolves it. */
function fromPackage(dir: string, where: string): CliLocation | undefined {
  const manifest = readManifest(join(dir, 'package.json'));
  const bin = manifest?.['bin'];
  const script = isRecord(bin) ? bin['babysitter'] : bin;
  if (typeof script !== 'string' || isAbsolute(script)) return undefined;
  const path = join(realpathSync(dir), script);
  return isFile(path) ? { script: path, before: [], ...versionsOf(manifest), where } : undefined;
}

/** A JavaScript file; its version is that of the package around it. */
function fromScript(path: string, where: string): CliLocation | undefined {
  if (!/\.[cm]?js$/.test(path)) return undefined;
  for (let dir = dirname(path); dir !== dirname(dir); dir = dirname(dir)) {
    const manifest = readManifest(join(dir, 'package.json'));
    if (manifest) return { script: path, before: [], ...versionsOf(manifest), where };
  }
  return { script: path, before: [], version: undefined, where };
}

/** A command on PATH. npm makes a link to the script, or on Windows a `.cmd` file beside node_modules. */
function fromShim(name: string, env: NodeJS.ProcessEnv): CliLocation | undefined {
  const path = findOnPath(name, env);
  if (path === undefined) return undefined;
  return fromScript(realpathSync(path), 'PATH') ?? besideShim(dirname(path), 'PATH');
}

/** npm's global folder holds its shims beside (Windows) or below `bin` beside `lib` (elsewhere) the packages. */
function besideShim(dir: string, where: string): CliLocation | undefined {
  return (
    fromPackage(join(dir, 'node_modules', enginePackage), where) ??
    fromPackage(join(dirname(dir), 'lib', 'node_modules', enginePackage), where) ??
    fromPackage(join(dirname(dir), enginePackage), where)
  );
}

/**
 * The engine's package around a command line, whose functions can be called as well; `undefined`: it is npx, or a
 * script of its own.
 */
export function packageOf({ script, before }: CliLocation): string | undefined {
  if (before.length > 0) return undefined;
  for (let dir = dirname(script); dir !== dirname(dir); dir = dirname(dir)) {
    const manifest = readManifest(join(dir, 'package.json'));
    if (manifest) return manifest['name'] === enginePackage ? dir : undefined;
  }
  return undefined;
}

/**
 * npm's own npx script, so that no shell and no shim takes part.
 * @param version `undefined`: the newest
 */
function findNpx(env: NodeJS.ProcessEnv, version?: string): CliLocation | undefined {
  const script = npmScript('npx', env);
  if (script === undefined) return undefined;
  return {
    script,
    before: [
      '--yes',
      '--package',
      version === undefined ? enginePackage : `${enginePackage}@${version}`,
      'babysitter',
    ],
    version,
    where: 'npx',
  };
}

/** A script of npm itself ("npm", "npx"); `undefined` when npm is not on PATH. */
export function npmScript(name: 'npm' | 'npx', env: NodeJS.ProcessEnv): string | undefined {
  const path = findOnPath(name, env);
  if (path === undefined) return undefined;
  const file = `${name}-cli.js`;
  const real = realpathSync(path);
  if (real.endsWith(file)) return real;
  const beside = [
    join(dirname(real), 'node_modules', 'npm', 'bin', file),
    join(dirname(real), '..', 'lib', 'node_modules', 'npm', 'bin', file),
  ];
  return beside.find(isFile);
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** In bytes. */
const longestManifest = 1024 * 1024;

function readManifest(path: string): Readonly<Record<string, unknown>> | undefined {
  const read = readTextAt(path, longestManifest);
  const json = 'text' in read ? parseJson(read.text) : undefined;
  return json && 'value' in json && isRecord(json.value) ? json.value : undefined;
}

function versionsOf(
  manifest: Readonly<Record<string, unknown>> | undefined,
): Pick<CliLocation, 'version' | 'needs'> {
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  const engines = manifest?.['engines'];
  return {
    version: text(manifest?.['version']),
    needs: isRecord(engines) ? text(engines['node']) : undefined,
  };
}
