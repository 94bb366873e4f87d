import { posix, win32 } from 'node:path';
import { thisMachine, type Machine } from './machine';

/**
 * Where a program lies on PATH. The folder we happen to be in is never looked into: a workspace could fill it.
 * @param name without a folder; on Windows with or without its ending
 * @returns its absolute path; `undefined`: it is nowhere
 */
export function findOnPath(
  name: string,
  env: NodeJS.ProcessEnv,
  { platform, isFile }: Pick<Machine, 'platform' | 'isFile'> = thisMachine,
): string | undefined {
  const windows = platform === 'win32';
  const { delimiter, isAbsolute, join } = windows ? win32 : posix;
  const names = windows ? windowsNames(name, env) : [name];
  for (const dir of (variable(env, 'PATH') ?? '').split(delimiter)) {
    if (!isAbsolute(dir)) continue;
    const found = names.map((each) => join(dir, each)).find((path) => isFile(path));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What cmd.exe would look for in each folder, in its order. */
function windowsNames(name: string, env: NodeJS.ProcessEnv): readonly string[] {
  const endings = (variable(env, 'PATHEXT') ?? '.COM;.EXE;.BAT;.CMD')
    .toLowerCase()
    .split(';')
    .filter(Boolean);
  if (endings.some((ending) => name.toLowerCase().endsWith(ending))) return [name];
  return endings.map((ending) => name + ending);
}

/** A variable of an environment of Windows, too, which knows no case: "Path". */
export function variable(env: NodeJS.ProcessEnv, name: string): string | undefined {
  return env[name] ?? Object.entries(env).find(([key]) => key.toUpperCase() === name)?.[1];
}
