import { join } from 'node:path';
import { homedir } from 'node:os';
import { isRecord, parseJson } from '../../../core/run/lenient';
import { isFile, readTextInside, realPath } from '../../../node/safeFile';

const limit = 1024 * 1024;
const list = 'plugins/installed_plugins.json';

/**
 * Which form of the engine's plugin Claude Code has installed: a newer one has the command `/babysitter:resume`, an older
 * one only `/babysit`. Claude Code lists its plugins in `installed_plugins.json`, with their folders.
 * @param projectDir plugins that are installed for another project only do not count
 * @returns `undefined`: none is installed, or the list cannot be read
 */
export function installedPlugin(env: NodeJS.ProcessEnv, projectDir: string): 'newer' | 'older' | undefined {
  const root = realPath(env['CLAUDE_CONFIG_DIR'] || join(homedir(), '.claude'));
  const read = root === undefined ? undefined : readTextInside(root, list, limit);
  const json = read && 'text' in read ? parseJson(read.text) : undefined;
  const plugins = json && 'value' in json && isRecord(json.value) ? json.value['plugins'] : undefined;
  if (!isRecord(plugins)) return undefined;
  const folders = Object.entries(plugins)
    .filter(([name]) => /^babysitter(?:@|$)/.test(name))
    .flatMap(([, installed]) => (Array.isArray(installed) ? installed : [installed]))
    .flatMap((installed: unknown) => folderOf(installed, projectDir));
  if (folders.length === 0) return undefined;
  const isNewer = (folder: string): boolean => isFile(join(folder, 'commands', 'resume.md'));
  return folders.some(isNewer) ? 'newer' : 'older';
}

function folderOf(installed: unknown, projectDir: string): readonly string[] {
  if (!isRecord(installed)) return [];
  const { installPath, projectPath, scope } = installed;
  const elsewhere =
    scope !== undefined &&
    scope !== 'user' &&
    typeof projectPath === 'string' &&
    realPath(projectPath) !== realPath(projectDir);
  return typeof installPath === 'string' && !elsewhere ? [installPath] : [];
}
