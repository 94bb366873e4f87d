import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandLine, shellOf, typedLine } from '../../src/core/shellLine';
import { HumanError } from '../../src/core/errors';
import { currentUser } from '../../src/node/gitUser';
import { runProcess, type ProcessOptions, type ProcessOutcome } from '../../src/node/spawn';
import { temporaryFolder } from '../support/runFolder';

const never = new AbortController().signal;

function node(code: string, options: Partial<ProcessOptions> = {}): Promise<ProcessOutcome> {
  return runProcess(process.execPath, ['-e', code], {
    cwd: temporaryFolder(),
    env: process.env,
    signal: never,
    timeLimit: 20_000,
    ...options,
  });
}

describe('runProcess', () => {
  it('gives the exit code and both outputs, and passes arguments on as they are', async () => {
    const args = ['a b', '$HOME', '"q"', "it's", '', '漢字', '*', 'line\nend'];
    const code =
      'process.stdout.write(JSON.stringify(process.argv.slice(1))); console.error("oh"); process.exitCode = 3';
    const outcome = await runProcess(process.execPath, ['-e', code, '--', ...args], {
      cwd: temporaryFolder(),
      env: process.env,
      signal: never,
      timeLimit: 20_000,
    });
    expect(JSON.parse(outcome.stdout)).toEqual(args);
    expect(outcome).toMatchObject({ ended: 'exit', exitCode: 3, stderr: 'oh\n' });
  });

  it('gives standard input, in UTF-8, and minds no program that does not read it', async () => {
    const text = 'Zoë — 漢字 🙂\n'.repeat(100_000);
    const echoed = await node('process.stdin.pipe(process.stdout)', { stdin: text });
    expect(echoed.stdout).toBe(text);
    expect(await node('process.exit(0)', { stdin: text })).toMatchObject({ ended: 'exit', exitCode: 0 });
  });

  it('keeps the end of what is printed without end', async () => {
    const { stdout } = await node(`
      const line = 'x'.repeat(1023) + '\\n';
      for (let i = 0; i < 17 * 1024; i += 1) require('node:fs').writeSync(1, line);
      console.log('{"status":"ok"}')`);
    expect(stdout.length).toBe(16 * 1024 * 1024);
    expect(stdout.endsWith('{"status":"ok"}\n')).toBe(true);
  });

  it('ends a program that takes too long', async () => {
    expect(await node('setInterval(() => {}, 1000)', { timeLimit: 300 })).toMatchObject({
      ended: 'timeout',
      exitCode: undefined,
    });
  });

  it('lets a cancelled program finish its step', async () => {
    const controller = new AbortController();
    const running = node('setTimeout(() => console.log("done"), 500)', { signal: controller.signal });
    controller.abort();
    expect(await running).toMatchObject({ ended: 'exit', exitCode: 0, stdout: 'done\n' });
  });

  it('says which program could not be started where', async () => {
    const cwd = temporaryFolder();
    const started = (file: string, args: readonly string[], dir = cwd) =>
      runProcess(file, args, { cwd: dir, env: {}, signal: never, timeLimit: 1000 });
    for (const attempt of [
      started('/no/such/program', []),
      started(process.execPath, [], '/no/such/folder'),
      started(process.execPath, ['x'.repeat(4_000_000)]),
    ]) {
      await expect(attempt).rejects.toThrow(HumanError);
      await expect(attempt).rejects.toThrow(/ could not be started in \/.*: spawn /);
    }
  });
});

describe.skipIf(process.platform === 'win32')('a copied command line', () => {
  const interactive: readonly (readonly [string, ...string[]])[] = [
    ['bash', '--norc', '--noprofile', '-i'],
    ['zsh', '-f', '-i'],
    // It wants a terminal to be interactive, and reads the same without.
    ['fish', '--no-config', '-c'],
  ];
  const installed = (program: string): boolean => spawnSync(program, ['--version']).status === 0;
  const echo = `printf '%s\\0' `;
  const throughShell = (words: readonly string[]): readonly string[] =>
    execFileSync('/bin/sh', ['-c', `${echo}${commandLine(words, 'posix')}`], { encoding: 'utf8' })
      .split('\0')
      .slice(0, -1);

  it('reaches the program through a real shell, word for word', () => {
    const nasty = [
      "'",
      '"',
      '\\',
      '$HOME',
      '$(id)',
      '`id`',
      '!',
      '~',
      '*',
      '?',
      '#',
      ';',
      '&',
      '|',
      '<',
      '>',
      '(',
      '{a,b}',
      ' ',
      '',
      '-n',
      '%s',
      '\u202e',
      '漢',
    ];
    const word = fc.oneof(
      fc.constantFrom(...nasty),
      fc.array(fc.constantFrom(...nasty)).map((parts) => parts.join('')),
      fc.string({ unit: 'grapheme' }),
    );
    // oxlint-disable-next-line no-control-regex -- they are refused, which another test shows
    const fit = word.filter((text) => !/[\u0000-\u001f\u007f-\u009f]/.test(text));
    fc.assert(
      fc.property(fc.array(fit, { minLength: 1, maxLength: 12 }), (words) => {
        expect(throughShell(words)).toEqual(words);
      }),
      { numRuns: 150 },
    );
    // As it is typed into the shell that a person works in, which also looks for history and the like.
    for (const [shell, ...args] of interactive.filter(([shell]) => installed(shell))) {
      for (const words of [
        nasty,
        nasty.map((part) => `=${part}${part}`),
        ['a=b', '=ls', '!!', '!x', '@x', '%1', 'x\\'],
      ]) {
        const kind = shellOf(shell) ?? expect.fail(shell);
        const line = typedLine(['/usr/bin/printf', '<%s>', ...words], kind, 'linux');
        const typed = execFileSync(shell, args.at(-1) === '-c' ? [...args, line] : args, {
          input: `${line}\n`,
          encoding: 'utf8',
          stdio: ['pipe', 'pipe', 'ignore'],
        });
        expect(typed, shell).toContain(words.map((word) => `<${word}>`).join(''));
      }
    }
  });
});

describe('currentUser', () => {
  const git = promisify(execFile);
  const env = (home: string) => ({ PATH: process.env['PATH'], HOME: home, GIT_CONFIG_NOSYSTEM: '1' });

  it('is git’s user.name for the project', async () => {
    const project = temporaryFolder();
    await git('git', ['init', '--quiet'], { cwd: project });
    await git('git', ['config', 'user.name', 'Zoë  Müller '], { cwd: project });
    expect(await currentUser(project, env(project))).toBe('Zoë  Müller');
  });

  it('is the system user where git has no name, is missing, or the folder is gone', async () => {
    const home = temporaryFolder();
    const { username } = userInfo();
    expect(await currentUser(home, env(home))).toBe(username);
    expect(await currentUser(home, { PATH: home, HOME: home })).toBe(username);
    expect(await currentUser('/no/such/folder', env(home))).toBe(username);
    mkdirSync(`${home}/.git`);
    expect(await currentUser(home, env(home))).toBe(username);
  });
});
