import { readdirSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import type { Sliced } from '../../../core/sliced';
import { readConfig, type ConfigFile } from '../core/drive';
import type { ThemisRun } from '../core/themisRun';
import { noProjects } from '../../../node/projectFolders';
import { readTextInside, realPath } from '../../../node/safeFile';
import { dirname, basename } from 'node:path';

/** How deep below the project configs are looked for, in how many folders, and how many of what size are read. */
const most = { depth: 3, folders: 500, configs: 500, bytes: 1024 * 1024 };
const configName = /\.(?:ya?ml|toml)$/i;

/** The config that a run was submitted with, if it is there; `undefined`: none is known. */
export function submittedConfig(run: ThemisRun): ConfigFile | undefined {
  const path = run.manifest?.configPath;
  return path === undefined ? undefined : configAt(path, run);
}

/** A config by its path; `undefined`: it cannot be read. */
export function configAt(path: string, run: ThemisRun): ConfigFile | undefined {
  const root = realPath(dirname(path));
  const read = root === undefined ? undefined : readTextInside(root, basename(path), most.bytes);
  return read && 'text' in read ? readConfig(path, read.text, run) : undefined;
}

/** The configs of a run's project, those that name its datasets first. */
export function* findConfigs(run: ThemisRun): Sliced<readonly ConfigFile[]> {
  const found: ConfigFile[] = [];
  let level = [run.projectDir];
  let folders = 0;
  for (let depth = 0; depth <= most.depth && level.length > 0; depth += 1) {
    const next: string[] = [];
    for (const folder of level) {
      yield;
      if ((folders += 1) > most.folders) break;
      for (const entry of entriesOf(folder)) {
        const path = join(folder, entry.name);
        if (entry.isDirectory() && !noProjects.has(entry.name) && entry.name !== 'runs') next.push(path);
        const isConfig = entry.isFile() && configName.test(entry.name) && found.length < most.configs;
        const config = isConfig ? configAt(path, run) : undefined;
        if (config) found.push(config);
      }
    }
    level = next;
  }
  return found.toSorted((a, b) => Number(b.mentionsDataset) - Number(a.mentionsDataset));
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
