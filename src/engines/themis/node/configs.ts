import { join } from 'node:path';
import { isNetworkPath } from '../../../core/paths';
import type { Sliced } from '../../../core/sliced';
import { readConfig, serverOf, type ConfigFile } from '../core/drive';
import type { ThemisRun } from '../core/themisRun';
import { entriesIn, firstNamesIn } from '../../../node/eachEntryIn';
import { noProjects } from '../../../node/projectFolders';
import { isFile, readTextInside, realPath } from '../../../node/safeFile';
import { dirname, basename } from 'node:path';

/**
 * How deep below the project configs are looked for, in how many folders, and how many of what size are read; and how many
 * names of a folder are looked at for one.
 */
const most = { depth: 3, folders: 500, configs: 500, bytes: 1024 * 1024, names: 2000 };
const configName = /\.(?:ya?ml|toml)$/i;

/** The config that a run was submitted with, if it is there; `undefined`: none is known. */
export function submittedConfig(run: ThemisRun): ConfigFile | undefined {
  const path = run.manifest?.configPath;
  return path === undefined ? undefined : configAt(path, run);
}

/** A config by its path; `undefined`: it cannot be read. */
export function configAt(path: string, run: ThemisRun): ConfigFile | undefined {
  const text = textOf(path);
  return text === undefined ? undefined : readConfig(path, text, run);
}

/** The text of a config; `undefined`: it cannot be read. A path on another machine, which a manifest may name, is not touched. */
export function textOf(path: string): string | undefined {
  if (isNetworkPath(path)) return undefined;
  const root = realPath(dirname(path));
  const read = root === undefined ? undefined : readTextInside(root, basename(path), most.bytes);
  return read && 'text' in read ? read.text : undefined;
}

/** The configs of a run's project, those that name its datasets first. */
export function* findConfigs(run: ThemisRun): Sliced<readonly ConfigFile[]> {
  const found: ConfigFile[] = [];
  yield* eachConfigBelow(run.projectDir, (path, text) => void found.push(readConfig(path, text, run)));
  return found.toSorted((a, b) => Number(b.mentionsDataset) - Number(a.mentionsDataset));
}

/** What configs in a folder say of runs that are kept in a server, where nothing here can read them. */
export function* configsOfServers(folder: string): Sliced<readonly string[]> {
  const found: string[] = [];
  yield* eachConfigBelow(folder, (path, text) => {
    const server = serverOf(text);
    if (server !== undefined) found.push(`${path} keeps its runs in ${server}`);
  });
  return found;
}

/** Looks at every YAML and TOML file below a folder, within bounds: one after the other, as each may be large. */
function* eachConfigBelow(root: string, look: (path: string, text: string) => void): Sliced<void> {
  let found = 0;
  let level = [root];
  let folders = 0;
  for (let depth = 0; depth <= most.depth && level.length > 0; depth += 1) {
    const next: string[] = [];
    for (const folder of level) {
      yield;
      if ((folders += 1) > most.folders) break;
      for (const entry of yield* entriesIn(folder)) {
        const path = join(folder, entry.name);
        if (entry.isDirectory() && !noProjects.has(entry.name) && entry.name !== 'runs') next.push(path);
        if (!entry.isFile() || !configName.test(entry.name) || found >= most.configs) continue;
        const text = textOf(path);
        if (text === undefined) continue;
        found += 1;
        look(path, text);
        yield;
      }
    }
    level = next;
  }
}

/** Whether a folder holds what may be a config. */
export function holdsConfig(folder: string): boolean {
  return firstNamesIn(folder, most.names).some((name) => configName.test(name) && isFile(join(folder, name)));
}
