import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { editorPlaces } from '../../scripts/lib/editorPlaces.mjs';
import { isInsideAsWritten, samePath } from '../../src/core/paths';
import { revealPlace } from '../../src/core/revealPlace';
import { typedLine } from '../../src/core/shellLine';
import { asRunKey, type RunKey } from '../../src/core/run/runKey';
import type { StoredRun } from '../../src/core/source/runStore';
import { referredRun } from '../../src/core/source/referredRun';
import { commandRunner } from '../../src/engines/babysitter/node/runTaskCommand';
import { readTaskCommand } from '../../src/engines/babysitter/core/taskRun/taskCommand';
import { findOnPath } from '../../src/node/findProgram';
import type { Machine } from '../../src/node/machine';
import { runProcess, startProcess } from '../../src/node/spawn';
import { watchFolders, type WatchTree } from '../../src/node/watchFolders';
import { aRun } from '../support/runBuilder';

// What differs between Windows, macOS and Linux, on whatever machine the tests run: the system is given.

interface Call {
  readonly file: string;
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** A machine with these files that keeps what is started; each program runs until it is told to end. */
function machineWith(platform: NodeJS.Platform, ...files: readonly string[]) {
  const calls: Call[] = [];
  const signals: (readonly [number, string])[] = [];
  const child = Object.assign(new EventEmitter(), {
    ...{
      pid: 4321,
      exitCode: null as number | null,
      signalCode: null,
      stdin: null,
      stdout: null,
      stderr: null,
    },
    kill: () => true,
  });
  const machine: Machine = {
    platform,
    spawn: ((file: string, args: readonly string[], options: Call['options']) => {
      calls.push({ file, args, options });
      return child;
    }) as unknown as Machine['spawn'],
    kill: (pid, signal) => void signals.push([pid, signal]),
    isFile: (path) => files.some((file) => file.toLowerCase() === path.toLowerCase()),
  };
  return { machine, calls, signals, child };
}

const windowsEnv = {
  Path: 'C:\\Windows\\System32;C:\\Program Files\\nodejs;relative;C:\\tools',
  ComSpec: 'C:\\Windows\\System32\\cmd.exe',
  SystemRoot: 'C:\\Windows',
};
const inProject = { cwd: 'C:\\work\\app', env: windowsEnv, stdio: 'ignore' } as const;

/** The one argument of cmd.exe, as cmd.exe reads it: between the quotes, carets taken away. */
function readByCmd(args: readonly string[] = []): string {
  expect(args.slice(0, -1)).toEqual(['/d', '/s', '/c']);
  const line = args.at(-1) ?? '';
  expect(line).toMatch(/^".*"$/);
  return line.slice(1, -1).replaceAll(/\^(.)/g, '$1');
}

describe('a program on Windows', () => {
  it('is looked for on PATH, by the endings of Windows, and never in the folder where it is started', () => {
    const { machine, calls } = machineWith('win32', 'C:\\work\\app\\git.exe', 'C:\\tools\\git.exe');
    startProcess('git', ['status'], inProject, machine);
    expect(calls).toMatchObject([{ file: 'C:\\tools\\git.exe', args: ['status'] }]);
    expect(() => startProcess('gone', [], inProject, machine)).toThrow('it is not on PATH');
  });

  it.each(['npm', 'npx', 'pnpm', 'NPM.CMD', 'C:\\Program Files\\nodejs\\npm.cmd'])(
    'that is a batch file is started by cmd.exe: %s',
    (program) => {
      const { machine, calls } = machineWith(
        'win32',
        ...['npm', 'npx', 'pnpm'].map((name) => `C:\\Program Files\\nodejs\\${name}.cmd`),
      );
      startProcess(program, ['run', 'a b', 'x&calc', '50%'], inProject, machine);
      const [call] = calls;
      expect(call).toMatchObject({
        file: 'C:\\Windows\\System32\\cmd.exe',
        options: { windowsVerbatimArguments: true, shell: false },
      });
      const name = /\w+(?=\.cmd$|$)/i.exec(program)?.[0].toLowerCase() ?? '';
      expect(readByCmd(call?.args).toLowerCase()).toBe(
        `c:\\program files\\nodejs\\${name}.cmd "run" "a b" "x&calc" "50%"`,
      );
      // Outside of a caret nothing is left that cmd.exe obeys.
      expect(call?.args.at(-1)?.slice(1, -1).replaceAll(/\^./g, '')).not.toMatch(/[&|<>"%()!]/);
    },
  );

  it('gets quotes and backslashes as they are', () => {
    const { machine, calls } = machineWith('win32', 'C:\\tools\\do.bat');
    startProcess('do', ['say "hi"', 'C:\\a b\\', 'c\\"d'], inProject, machine);
    expect(readByCmd(calls[0]?.args)).toBe(`C:\\tools\\do.bat "say \\"hi\\"" "C:\\a b\\\\" "c\\\\\\"d"`);
  });

  it('that npm installed has its arguments read twice', () => {
    const shim = 'C:\\work\\app\\node_modules\\.bin\\vitest.cmd';
    const { machine, calls } = machineWith('win32', shim);
    startProcess('.\\node_modules\\.bin\\vitest', ['a&b'], inProject, machine);
    expect(readByCmd(calls[0]?.args)).toBe(`${shim} ^"a^&b^"`);
  });

  it('that is a batch file gets no line breaks', () => {
    const { machine, calls } = machineWith('win32', 'C:\\tools\\do.bat');
    expect(() => startProcess('do', ['a\nb'], inProject, machine)).toThrow('no line breaks');
    expect(calls).toEqual([]);
  });

  it('ends with everything that it started', () => {
    const { machine, calls, signals, child } = machineWith('win32', 'C:\\tools\\node.exe');
    const { kill } = startProcess('node', [], inProject, machine);
    kill('SIGTERM');
    expect(calls.at(-1)).toMatchObject({
      file: 'C:\\Windows\\System32\\taskkill.exe',
      args: ['/pid', '4321', '/T', '/F'],
    });
    expect(signals).toEqual([]);
    // Its number may be another's as soon as it ended.
    child.exitCode = 0;
    kill('SIGKILL');
    expect(calls).toHaveLength(2);
  });

  it.each(['linux', 'darwin'] as const)('is ended by its group on %s', (platform) => {
    const { machine, calls, signals } = machineWith(platform);
    const options = { cwd: '/work/app', env: {}, stdio: 'ignore' } as const;
    startProcess('npm', ['run', 'x'], options, machine).kill('SIGTERM');
    expect(calls).toMatchObject([{ file: 'npm', args: ['run', 'x'], options: { detached: true } }]);
    expect(signals).toEqual([[-4321, 'SIGTERM']]);
  });
});

describe('the command of a task', () => {
  const prepared = async (platform: NodeJS.Platform, task: object) => {
    const { machine, calls, child } = machineWith(platform, 'C:\\Program Files\\nodejs\\npm.cmd');
    const runner = commandRunner(windowsEnv, undefined, machine);
    const command = readTaskCommand(JSON.stringify(task));
    if ('problem' in command) expect.fail(command.problem);
    const program = await runner.prepare(command, 'C:\\work\\run', 'C:\\work\\app', {});
    const outcome = runner.run(program, new AbortController().signal, () => {});
    child.emit('close', 3);
    return { call: calls[0], outcome: await outcome };
  };

  it('reaches cmd.exe as it is written, quotes and all, and its exit code comes back', async () => {
    const line = 'node -e "process.exit(3)"';
    const { call, outcome } = await prepared('win32', { shell: { command: line } });
    expect(call).toMatchObject({
      file: 'C:\\Windows\\System32\\cmd.exe',
      args: ['/d', '/s', '/c', `"${line}"`],
      options: { windowsVerbatimArguments: true },
    });
    expect(outcome.exitCode).toBe(3);
  });

  it('may be a batch file', async () => {
    const { call } = await prepared('win32', { shell: { command: 'npm', args: ['test'] } });
    expect(readByCmd(call?.args)).toBe('C:\\Program Files\\nodejs\\npm.cmd "test"');
  });

  it('is run by the shell elsewhere', async () => {
    const { call } = await prepared('darwin', { shell: { command: 'a && b' } });
    expect(call).toMatchObject({ file: '/bin/sh', args: ['-c', 'a && b'] });
  });
});

it('git is found on PATH of Windows, not in a workspace', async () => {
  const { machine, calls, child } = machineWith('win32', 'C:\\work\\app\\git.exe');
  const options = { ...inProject, signal: new AbortController().signal, timeLimit: 1000 };
  await expect(runProcess('git', ['status'], options, machine)).rejects.toThrow('it is not on PATH');
  expect(calls).toEqual([]);
  child.emit('close', 0);
});

describe('a program on PATH', () => {
  it.each([
    ['win32', { Path: 'C:\\a;C:\\b', PATHEXT: '.EXE;.CMD' }, 'C:\\b\\claude.cmd', 'C:\\b\\claude.cmd'],
    ['win32', { PATH: '"C:\\a";.;C:\\b' }, 'C:\\b\\claude.exe', 'C:\\b\\claude.exe'],
    ['win32', { PATH: '.' }, '.\\claude.exe', undefined],
    [
      'darwin',
      { PATH: '/usr/bin:/opt/homebrew/bin' },
      '/opt/homebrew/bin/claude',
      '/opt/homebrew/bin/claude',
    ],
    ['linux', { PATH: 'bin::/usr/bin' }, 'bin/claude', undefined],
  ] as const)('is found on %s with %o', (platform, env, file, found) => {
    const { machine } = machineWith(platform, file);
    expect(findOnPath('claude', env, machine)).toBe(found);
  });
});

describe('waiting for folders', () => {
  it.each([
    ['C:\\work\\app', 'C:/work/app', 'C:/work/app/.a5c/runs', 'C:/work/app/node_modules'],
    ['C:\\work\\app', 'c:/Work/App', 'c:/Work/App/.a5c', 'C:/work'],
    ['/work/app', '/work/app', '/work/app/.a5c/runs', '/work/app/.a5c/runs/one'],
    ['/work/app', '/work/app', '/work/app/.a5c', '/work/App'],
  ])('%s watches itself and its own, however it is asked', (dir, root, below, beside) => {
    let ignored: (path: string) => boolean = () => expect.fail('nothing is watched');
    const watch: WatchTree = (_path, options) => {
      ignored = options.ignored as typeof ignored;
      const watcher = new EventEmitter();
      return Object.assign(watcher, { close: async () => {} }) as unknown as ReturnType<WatchTree>;
    };
    const slash = dir.includes('\\') ? '\\' : '/';
    const folders = [dir, `${dir}${slash}.a5c`, `${dir}${slash}.a5c${slash}runs`] as const;
    const logger = { info() {}, warn() {}, error() {} };
    watchFolders(folders, logger, { added() {}, ready() {} }, watch).dispose();
    expect([root, below, beside].map((path) => ignored(path))).toEqual([false, false, true]);
  });
});

describe('paths', () => {
  it('are the same however Windows writes them', () => {
    expect(samePath('C:\\Work\\app', 'c:/work/APP/')).toBe(true);
    expect(samePath('C:\\Work\\app', 'C:\\Work')).toBe(false);
    expect(samePath('/work/app', '/work/App')).toBe(false);
  });

  it('know no case on macOS where people and programs wrote them', () => {
    expect(isInsideAsWritten('/Users/ann/App', '/users/ann/app/x', 'darwin')).toBe(true);
    expect(isInsideAsWritten('/Users/ann/App', '/users/ann/app/x', 'linux')).toBe(false);
    expect(isInsideAsWritten('C:\\App', 'c:/app/x', 'win32')).toBe(true);
  });
});

describe('a run’s folder', () => {
  const commands = ['revealFileInOS', 'revealInExplorer'];
  it.each([
    [undefined, true, 'system'],
    [undefined, false, 'system'],
    ['ssh-remote', true, 'explorer'],
    ['dev-container', true, 'explorer'],
    ['ssh-remote', false, 'clipboard'],
  ] as const)('with remote %s, in the workspace %s, is shown in %s', (remote, inWorkspace, where) => {
    const place = revealPlace({ commands, remote, inWorkspace });
    expect(place.where).toBe(where);
    expect(place.said !== undefined).toBe(remote !== undefined);
  });

  it('is copied where VS Code has neither', () => {
    expect(revealPlace({ commands: [], remote: undefined, inWorkspace: true }).where).toBe('clipboard');
  });
});

describe('a command of an agent in Git Bash', () => {
  it('is not made a path of Windows', () => {
    const words = ['claude', '/babysit resume --run-id 01X'] as const;
    const line = "claude '/babysit resume --run-id 01X'";
    expect(typedLine(words, 'posix', 'win32')).toBe(`MSYS2_ARG_CONV_EXCL=/babysit ${line}`);
    expect(typedLine(words, 'posix', 'linux')).toBe(line);
    expect(typedLine(['claude', '/babysitter:resume 01X', '/x'], 'posix', 'win32')).toBe(
      "MSYS2_ARG_CONV_EXCL='/babysitter:resume;/x' claude '/babysitter:resume 01X' /x",
    );
    expect(typedLine(['gemini', '--prompt=/babysit resume', '--file=/c/a.md'], 'posix', 'win32')).toBe(
      "MSYS2_ARG_CONV_EXCL='--prompt=/babysit' gemini '--prompt=/babysit resume' '--file=/c/a.md'",
    );
    expect(typedLine(['themis', '/c/a/b.yml'], 'posix', 'win32')).toBe('themis /c/a/b.yml');
  });
});

describe('an editor for `npm start`', () => {
  it.each([
    [{ platform: 'linux', env: { PATH: '/usr/bin' } }, '/usr/bin/code'],
    [{ platform: 'linux', env: { PATH: '/usr/bin' } }, '/usr/bin/codium'],
    [
      { platform: 'darwin', env: { PATH: '/usr/bin' } },
      '/Applications/Visual Studio Code.app/Contents/Resources/app/bin/code',
    ],
    [
      { platform: 'darwin', env: { HOME: '/Users/ann' } },
      '/Users/ann/Applications/Visual Studio Code - Insiders.app/Contents/Resources/app/bin/code',
    ],
    [{ platform: 'darwin', env: {} }, '/Applications/VSCodium.app/Contents/Resources/app/bin/codium'],
    [{ platform: 'darwin', env: {} }, '/Applications/Cursor.app/Contents/Resources/app/bin/cursor'],
    [
      { platform: 'win32', env: { LOCALAPPDATA: 'C:\\L' } },
      'C:\\L\\Programs\\Microsoft VS Code\\bin\\code.cmd',
    ],
    [
      { platform: 'win32', env: { PROGRAMFILES: 'C:\\P' } },
      'C:\\P\\Microsoft VS Code Insiders\\bin\\code-insiders.cmd',
    ],
    [
      { platform: 'win32', env: { LOCALAPPDATA: 'C:\\L' } },
      'C:\\L\\Programs\\cursor\\resources\\app\\bin\\cursor.cmd',
    ],
  ] as const)('is found with %o at %s', (machine, there) => {
    expect(editorPlaces(machine)).toContain(there);
  });

  it('is VS Code rather than another one', () => {
    const places = editorPlaces({ platform: 'darwin', env: { PATH: '/bin' } });
    expect(places.findIndex((path) => path.includes('Visual Studio Code.app'))).toBeLessThan(
      places.indexOf('/bin/cursor'),
    );
  });
});

it('a run is found by its folder, however Windows writes it', () => {
  const location = 'C:\\work\\app\\.a5c\\runs\\one';
  const key = asRunKey(location);
  const stored = { run: { ...aRun(), key, location, runId: 'one' } } as unknown as StoredRun;
  const store = { all: [stored], get: (asked: RunKey) => (asked === key ? stored : undefined) };
  for (const dir of [location, 'c:\\Work\\app\\.a5c\\runs\\one\\', 'c:/work/app/.a5c/runs/one']) {
    expect(referredRun(store, { dir }), dir).toBe(stored);
  }
  expect(referredRun(store, { runId: 'one' })).toBe(stored);
  // Of several runs of one id the one that lies there is meant.
  const other = { run: { ...stored.run, key: asRunKey('D:\\x\\one'), location: 'D:\\x\\one' } } as StoredRun;
  const both = { all: [other, stored], get: () => undefined };
  expect(referredRun(both, { dir: 'c:/work/app/.a5c/runs/one', runId: 'one' })).toBe(stored);
  expect(referredRun(both, { dir: 'c:/elsewhere', runId: 'one' })).toBe(other);
  expect(referredRun(store, { dir: 'C:\\work\\app\\.a5c\\runs' })).toBeUndefined();
});
