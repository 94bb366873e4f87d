import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../src/core/log';
import { atOnce } from '../../src/core/sliced';
import { CliEngine } from '../../src/engines/babysitter/node/cliEngine';
import { DigestIndex } from '../../src/engines/babysitter/node/digestIndex';
import { locateCli } from '../../src/engines/babysitter/node/locateCli';
import { projectFiles } from '../../src/engines/babysitter/node/projectFiles';
import { RunDirectory } from '../../src/engines/babysitter/node/runDirectory';
import { AttentionFiles } from '../../src/node/attentionFiles';
import { GitProgram } from '../../src/node/gitHistory';
import { currentUser } from '../../src/node/gitUser';
import { CopiesFolder } from '../../src/node/keptCopies';
import { openRegular, readTextAt, readTextIn, readTextInside } from '../../src/node/safeFile';
import { asRunKey } from '../../src/core/run/runKey';
import { findContextFile } from '../../src/vscode/contextFile';
import { FakeClock } from '../support/fakeClock';
import { aRun, lyingIn } from '../support/runBuilder';
import { temporaryFolder, write } from '../support/runFolder';

const isWindows = process.platform === 'win32';
const isRoot = process.getuid?.() === 0;

/** A named pipe, which to open in the usual way would block for ever. */
function pipe(folder: string, name: string): string {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  execFileSync('mkfifo', [join(folder, name)]);
  return join(folder, name);
}

describe.skipIf(isWindows)('a pipe or a device in place of a file', () => {
  const manifest = 'node_modules/@a5c-ai/babysitter-sdk/package.json';

  it('as a manifest of the engine is no manifest', () => {
    const [piped, endless] = [temporaryFolder(), temporaryFolder()];
    pipe(piped, manifest);
    mkdirSync(dirname(join(endless, manifest)), { recursive: true });
    symlinkSync('/dev/zero', join(endless, manifest));
    for (const workspace of [piped, endless]) {
      const options = { setting: '', projectDir: workspace, env: {}, npxAllowed: false };
      expect(locateCli({ ...options, workspaceFolders: [workspace] }).found).toBeUndefined();
    }
  });

  it('as a tracked file differs from its commit', async () => {
    const folder = temporaryFolder();
    const git = (...args: string[]): unknown => execFileSync('git', ['-C', folder, ...args]);
    git('init', '-q');
    write(folder, 'plan.md', 'a plan');
    git('add', '.');
    git('-c', 'user.name=x', '-c', 'user.email=x@example.com', 'commit', '-qm', 'x');
    const histories = async () =>
      new GitProgram(process.env).histories([join(folder, 'plan.md')], Date.now());
    expect([...(await histories()).values()][0]?.head).toMatchObject({ same: true });
    rmSync(join(folder, 'plan.md'));
    pipe(folder, 'plan.md');
    expect([...(await histories()).values()][0]?.head).toMatchObject({ same: false });
  });

  it('as a file of our own is passed over, and replaced', async () => {
    const folder = temporaryFolder();
    const index = new DigestIndex(pipe(folder, 'index.jsonl'));
    pipe(folder, `index.jsonl.${process.pid}.tmp`);
    atOnce(index.load());
    atOnce(index.save([], 0));
    expect(statSync(join(folder, 'index.jsonl')).isFile()).toBe(true);

    const copies = new CopiesFolder(folder, silentLogger);
    await copies.keep(asRunKey('x'), 'e', new Map([['a', 'text']]));
    expect([...(await copies.read(asRunKey('x'), 'e'))]).toEqual([['a', 'text']]);

    pipe(folder, 'attention/snoozes/x.json');
    symlinkSync('/dev/zero', join(folder, 'attention/snoozes/y.json'));
    const shared = new AttentionFiles(join(folder, 'attention'), new FakeClock(0), silentLogger);
    expect(shared.snooze(asRunKey('x'))).toBeUndefined();
    shared.dispose();
  });

  it('is told as what it is, links to it followed or not', () => {
    const root = temporaryFolder();
    const [piped, link] = [pipe(root, 'pipe'), join(root, 'link')];
    symlinkSync('/dev/zero', link);
    for (const path of [piped, link, '/dev/zero', root]) {
      expect(readTextAt(path, 1000)).toMatchObject({ problem: 'is no regular file' });
    }
    expect(readTextIn(root, piped, 1000)).toMatchObject({ problem: 'is no regular file' });
    expect(() => openRegular(link)).toThrow(expect.objectContaining({ code: 'ELOOP' }));
  });
});

describe('a path that leads elsewhere', () => {
  const outside = [
    '//host/share/x',
    '\\\\host\\share\\x',
    '../../../../../etc/passwd',
    '/etc/passwd',
    '%5C%5Chost\\x',
  ];

  it.each(outside)('%s is not looked at', (path) => {
    const looked: string[] = [];
    const realPath = (named: string): string | undefined => {
      looked.push(named);
      return named === '/w' ? '/w' : undefined;
    };
    const run = { ...aRun(), ...lyingIn('/w/.a5c/runs/r'), projectDir: '/w' };
    expect(() => findContextFile(run, path, ['/w'], realPath)).toThrow(/leads out|is not in/);
    for (const named of looked) expect(named === '/w' || named.startsWith('/w/')).toBe(true);
  });

  it('is not looked at for a report either, nor taken for a project', () => {
    const root = temporaryFolder();
    const find = projectFiles(root, join(root, 'run'));
    for (const path of outside) expect(find(path)).toBeUndefined();
    write(root, 'run/run.json', { runId: 'r', processId: 'p', cwd: '//host/share' });
    expect(atOnce(new RunDirectory(join(root, 'run'), root).read())?.projectDir).not.toContain('host');
  });
});

describe('between looking at a file and opening it', () => {
  it.skipIf(isWindows)('a link or a pipe that takes its place is noticed', () => {
    const root = temporaryFolder();
    const file = write(root, 'event.json', '{}\n');
    const secret = write(temporaryFolder(), 'secret', 'secret\n');
    for (let i = 0; i < 500; i += 1) {
      // What a look would have found is gone before the next reading.
      const spare = join(root, 'spare');
      if (i % 3 === 0) symlinkSync(secret, spare);
      else if (i % 3 === 1) writeFileSync(spare, '{}\n');
      renameSync(i % 3 === 2 ? pipeOnce(root) : spare, file);
      const read = readTextInside(root, 'event.json', 1000);
      if ('text' in read) expect(read.text).toBe('{}\n');
      else expect(read.problem).toMatch(/link out|no regular file/);
    }
  });

  function pipeOnce(root: string): string {
    return pipe(root, `pipe${Math.random()}`);
  }

  it.skipIf(isWindows || isRoot)('a file that nobody may read says so', () => {
    const file = write(temporaryFolder(), 'x', 'x');
    chmodSync(file, 0);
    expect(readTextAt(file, 10)).toMatchObject({ problem: 'cannot be opened: permission denied' });
  });
});

describe('programs', () => {
  it('are not looked for in a workspace that is not trusted', () => {
    const workspace = temporaryFolder();
    const sdk = 'node_modules/@a5c-ai/babysitter-sdk';
    write(workspace, `${sdk}/package.json`, {
      name: '@a5c-ai/babysitter-sdk',
      bin: { babysitter: 'main.js' },
    });
    write(workspace, `${sdk}/main.js`, '');
    let isTrusted = false;
    const options = { setting: () => '', workspaceFolders: () => [workspace], npxAllowed: () => false };
    const engine = new CliEngine({ ...options, env: {}, isTrusted: () => isTrusted }, silentLogger);
    expect(engine.locate(workspace)).toEqual({ found: undefined, tried: [] });
    isTrusted = true;
    expect(engine.locate(workspace).found).toBeDefined();
  });

  it.skipIf(isWindows)('are started in a folder of our own choice', async () => {
    const [bin, project] = [temporaryFolder(), temporaryFolder()];
    chmodSync(write(bin, 'git', '#!/bin/sh\npwd\n'), 0o755);
    expect(await currentUser(project, { PATH: `${bin}:/usr/bin:/bin` })).toBe(dirname(process.execPath));
  });
});
