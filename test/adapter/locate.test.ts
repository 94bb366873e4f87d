import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { locateCli, npmScript, type LocateOptions } from '../../src/engines/babysitter/node/locateCli';
import { temporaryFolder, write } from '../support/runFolder';

const isWindows = process.platform === 'win32';
const isRoot = process.getuid?.() === 0;
const packageFolder = 'node_modules/@a5c-ai/babysitter-sdk';

/** The engine's package as npm installs it; returns its script. */
function install(
  folder: string,
  version = '0.0.187',
  bin: unknown = { babysitter: 'dist/cli/main.js' },
): string {
  write(folder, 'package.json', { name: '@a5c-ai/babysitter-sdk', version, bin });
  return write(folder, 'dist/cli/main.js', '#!/usr/bin/env node\n');
}

/** A workspace with a project in it, and a PATH of its own. */
function setUp() {
  const root = temporaryFolder();
  const workspace = join(root, 'workspace');
  const project = join(workspace, 'packages', 'app');
  const bin = join(root, 'bin');
  for (const dir of [project, bin]) mkdirSync(dir, { recursive: true });
  const locate = (options: Partial<LocateOptions> = {}) =>
    locateCli({
      setting: '',
      projectDir: project,
      workspaceFolders: [workspace],
      env: { PATH: bin },
      npxAllowed: false,
      ...options,
    });
  return { root, workspace, project, bin, locate };
}

describe('the setting', () => {
  it('may be the package, the folder it is installed in, its script, or a command that npm installed', () => {
    const { root, locate } = setUp();
    const script = install(join(root, 'engine', packageFolder), '6.0.1');
    const settings = [
      join(root, 'engine', packageFolder),
      join(root, 'engine'),
      script,
      write(root, `engine/node_modules/.bin/babysitter`, '#!/bin/sh\nexec node "$@"\n'),
    ];
    for (const setting of settings) {
      expect(locate({ setting }).found, setting).toEqual({
        script,
        before: [],
        version: '6.0.1',
        where: 'the setting',
      });
    }
  });

  it.skipIf(isWindows)('may be a link to the script', () => {
    const { root, locate } = setUp();
    const script = install(join(root, 'engine'));
    symlinkSync(script, join(root, 'babysitter'));
    expect(locate({ setting: join(root, 'babysitter') }).found).toMatchObject({ script, version: '0.0.187' });
  });

  it('may be relative to the workspace folder, never to the project that a run names, or below the home folder', () => {
    const { workspace, project, locate } = setUp();
    install(join(project, 'tools'));
    expect(locate({ setting: './tools' }).found).toBeUndefined();
    const script = install(join(workspace, 'tools'));
    expect(locate({ setting: './tools' }).found?.script).toBe(script);
    expect(locate({ setting: '~/no/such/folder' }).tried).toEqual([
      `the setting babysitterRuns.engine.path (${join(homedir(), 'no/such/folder')})`,
    ]);
  });

  it('may be a script without a package, whose version nobody knows', () => {
    const { root, locate } = setUp();
    const script = write(root, 'cli.mjs', '');
    expect(locate({ setting: script }).found).toMatchObject({ script, version: undefined });
  });

  it('that leads nowhere is said, and not passed over for another place', () => {
    const { workspace, root, locate } = setUp();
    install(join(workspace, packageFolder));
    const odd = [
      '/nowhere/at/all',
      write(root, 'notes.txt', 'hello'),
      join(root, 'notes.txt', 'below'),
      root,
      '/not\0there',
    ];
    for (const setting of odd) {
      expect(locate({ setting })).toEqual({
        found: undefined,
        tried: [`the setting babysitterRuns.engine.path (${setting})`],
      });
    }
  });
});

describe('node_modules', () => {
  it('are looked for from the project up to its workspace folder, and no further', () => {
    const { root, workspace, project, locate } = setUp();
    install(join(root, packageFolder), '1.0.0');
    expect(locate().found).toBeUndefined();
    const inWorkspace = install(join(workspace, packageFolder), '2.0.0');
    expect(locate().found).toEqual({
      script: inWorkspace,
      before: [],
      version: '2.0.0',
      where: `node_modules of ${workspace}`,
    });
    const between = install(join(workspace, 'packages', packageFolder), '3.0.0');
    expect(locate().found?.script).toBe(between);
    const own = install(join(project, packageFolder), '4.0.0');
    expect(locate().found?.script).toBe(own);
  });

  it('of the other workspace folders count, too, also for a run whose project lies elsewhere', () => {
    const { root, workspace, locate } = setUp();
    const other = join(root, 'other');
    const script = install(join(other, packageFolder));
    const folders = { workspaceFolders: [workspace, other] };
    expect(locate(folders).found?.script).toBe(script);
    expect(locate({ ...folders, projectDir: '/somewhere/else' }).found?.script).toBe(script);
    expect(locate({ ...folders, projectDir: '/some\0where' }).found?.script).toBe(script);
  });

  it.skipIf(isWindows)('may be links, as pnpm makes them: the script’s real place counts', () => {
    const { root, workspace, locate } = setUp();
    const script = install(join(root, 'store'));
    mkdirSync(join(workspace, dirname(packageFolder)), { recursive: true });
    symlinkSync(join(root, 'store'), join(workspace, packageFolder));
    expect(locate().found?.script).toBe(script);
  });

  it.each([
    ['a bin that is a text', 'dist/cli/main.js', true],
    ['a bin of another name', { other: 'dist/cli/main.js' }, false],
    ['a bin that is an absolute path', { babysitter: '/bin/sh' }, false],
    ['a bin that is not there', { babysitter: 'gone.js' }, false],
    ['no bin', null, false],
  ])('may have %s', (_what, bin, works) => {
    const { workspace, locate } = setUp();
    const script = install(join(workspace, packageFolder), '1.0.0', bin);
    expect(locate().found?.script).toBe(works ? script : undefined);
  });

  it('may be broken without hurting', () => {
    const { workspace, locate } = setUp();
    write(workspace, `${packageFolder}/package.json`, '{');
    expect(locate().found).toBeUndefined();
  });
});

describe('PATH', () => {
  it.skipIf(isWindows)('may hold a link to the script', () => {
    const { root, bin, locate } = setUp();
    const script = install(join(root, 'lib', packageFolder), '5.0.0');
    symlinkSync(relative(bin, script), join(bin, 'babysitter'));
    expect(locate().found).toEqual({ script, before: [], version: '5.0.0', where: 'PATH' });
  });

  it.skipIf(isWindows)('may hold a shell script beside its package, as npm lays it out on Windows', () => {
    const { bin, locate } = setUp();
    write(bin, 'babysitter', '#!/bin/sh\n');
    const script = install(join(bin, packageFolder));
    expect(locate().found).toMatchObject({ script, where: 'PATH' });
  });

  it.skipIf(isWindows)('may hold a shell script whose package is below lib', () => {
    const { root, bin, locate } = setUp();
    write(bin, 'babysitter', '#!/bin/sh\n');
    const script = install(join(root, 'lib', packageFolder));
    expect(locate().found?.script).toBe(script);
    expect(locate({ env: { PATH: `relative${delimiter}${bin}` } }).found?.script).toBe(script);
  });

  it.skipIf(isWindows)(
    'has relative entries, which mean nothing, and foreign ones, which do not hurt',
    () => {
      const { root, bin, locate } = setUp();
      const script = install(join(root, 'lib', packageFolder));
      symlinkSync(script, join(bin, 'babysitter'));
      const before = process.cwd();
      onTestFinished(() => process.chdir(before));
      process.chdir(root);
      expect(locate({ env: { PATH: ['bin', '.', './bin', ''].join(delimiter) } }).found).toBeUndefined();

      const file = write(root, 'a-file', '');
      const closed = join(root, 'closed');
      mkdirSync(closed);
      chmodSync(closed, 0);
      onTestFinished(() => chmodSync(closed, 0o700));
      const loop = join(root, 'loop');
      symlinkSync(loop, loop);
      expect(
        locate({ env: { Path: [file, closed, loop, '/nowhere', bin].join(delimiter) } }).found?.script,
      ).toBe(script);
    },
  );

  it('may be missing', () => {
    const { locate } = setUp();
    expect(locate({ env: {} }).found).toBeUndefined();
  });
});

describe('npx', () => {
  /** npm as it lies in a Node installation. */
  function installNpm(root: string, bin: string): { readonly npm: string; readonly npx: string } {
    const folder = join(root, 'lib', 'node_modules', 'npm', 'bin');
    const [npm, npx] = [write(folder, 'npm-cli.js', ''), write(folder, 'npx-cli.js', '')];
    for (const [name, script] of Object.entries({ npm, npx })) {
      if (isWindows) write(bin, `${name}.cmd`, '');
      else symlinkSync(script, join(bin, name));
    }
    return { npm, npx };
  }

  it.skipIf(isWindows)('is used only when a person allowed it', () => {
    const { root, bin, locate } = setUp();
    const { npm, npx } = installNpm(root, bin);
    expect(locate().found).toBeUndefined();
    expect(locate().tried).not.toContain('npx');
    expect(locate({ npxAllowed: true }).found).toEqual({
      script: npx,
      before: ['--yes', '--package', '@a5c-ai/babysitter-sdk', 'babysitter'],
      version: undefined,
      where: 'npx',
    });
    expect(npmScript('npm', { PATH: bin })).toBe(npm);
    expect(npmScript('npm', { PATH: root })).toBeUndefined();
  });

  it.skipIf(isWindows)('is found where its command is a script beside Node', () => {
    const { root, bin, locate } = setUp();
    write(bin, 'npx', '#!/bin/sh\n');
    expect(locate({ npxAllowed: true }).found).toBeUndefined();
    const script = write(root, 'lib/node_modules/npm/bin/npx-cli.js', '');
    expect(locate({ npxAllowed: true }).found?.script).toBe(script);
  });

  it('comes last', () => {
    const { workspace, bin, root, locate } = setUp();
    if (!isWindows) installNpm(root, bin);
    const script = install(join(workspace, packageFolder));
    expect(locate({ npxAllowed: true }).found?.script).toBe(script);
  });
});

describe('what was tried', () => {
  it('is told in order', () => {
    const { workspace, project, root, locate } = setUp();
    const other = join(root, 'other');
    expect(locate({ workspaceFolders: [workspace, other], npxAllowed: true }).tried).toEqual([
      `node_modules of ${[project, dirname(project), workspace, other].join(', ')}`,
      '"babysitter" on PATH',
      'npx',
    ]);
    // Nothing is above the topmost folder.
    expect(locate({ workspaceFolders: ['/'], projectDir: '/no/such' }).tried[0]).toBe(
      'node_modules of /no/such, /no, /',
    );
    expect(locate({ workspaceFolders: [] }).tried).toEqual(['"babysitter" on PATH']);
  });

  it.skipIf(isRoot)('does not depend on what may be read', () => {
    const { workspace, locate } = setUp();
    chmodSync(workspace, 0);
    onTestFinished(() => chmodSync(workspace, 0o700));
    expect(locate().found).toBeUndefined();
  });
});
