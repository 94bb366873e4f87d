import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ProcessCheck } from '../core/diagnose/diagnose';
import { cutAtWord, oneLine } from '../../../core/format';
import { editorsNode, nodeEnvironment, type NodeProgram } from './engineNode';
import { runProcess } from '../../../node/spawn';

/** Loading a file takes milliseconds; one that takes longer waits for something. In milliseconds. */
const timeLimit = 20_000;

/** Fails as the engine would: at the import, or because what it is to call is no function; it takes no other for it. */
const program = `
const [url, name] = process.argv.slice(1);
const loaded = await import(url);
if (typeof loaded[name] !== 'function') throw new Error('It exports no function "' + name + '".');
process.exit(0);
`;

/**
 * Loads a process file in a process of its own and tells why that fails. This runs code of the workspace: the file's
 * top level and all that it imports.
 * @param path absolute path of the process file
 * @param exportName the function that the run calls
 * @param choose gives the Node that loads it
 * @param limit milliseconds after which it counts as not loading
 */
export async function checkProcess(
  path: string,
  exportName: string,
  env: NodeJS.ProcessEnv,
  choose: () => Promise<NodeProgram> = async () => editorsNode(),
  limit = timeLimit,
): Promise<ProcessCheck> {
  const node = await choose();
  const args = [
    ...node.args,
    '--input-type=module',
    '--eval',
    program,
    '--',
    pathToFileURL(path).href,
    exportName,
  ];
  const outcome = await runProcess(node.file, args, {
    cwd: dirname(path),
    env: nodeEnvironment(env, node),
    signal: new AbortController().signal,
    timeLimit: limit,
  });
  if (outcome.ended === 'timeout') {
    return { loads: false, cause: `loading it took longer than ${limit / 1000} s.`, path, line: undefined };
  }
  if (outcome.exitCode === 0) return { loads: true };
  // The error comes last.
  const stderr = outcome.stderr.slice(-100_000);
  const cause =
    /^(?:\w*Error(?: \[\w+\])?|Uncaught): .*$/m.exec(stderr)?.[0] ?? stderr.trim().split('\n').at(-1);
  // Node prints the place first ("file:///…:3"), and the stack, which begins with it, last.
  const [, url, line] = /(file:\/\/[^\s()]{1,1000}?):(\d+)(?::\d+)?[\s)]/.exec(stderr) ?? [];
  return {
    loads: false,
    cause: cutAtWord(oneLine(cause ?? `exit code ${outcome.exitCode ?? 'none'}`), 300),
    path: toPath(url) ?? path,
    line: url === undefined ? undefined : Number(line),
  };
}

/** `undefined`: no file of this machine. */
function toPath(url: string | undefined): string | undefined {
  try {
    return url === undefined ? undefined : fileURLToPath(url);
  } catch {
    return undefined;
  }
}
