import { mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../scripts/lib/atExit.mjs';
import { ensureMade } from '../../scripts/lib/freshness.mjs';
import { vsixInputs } from '../../scripts/package.mjs';

let folder: ReturnType<typeof temporaryFolder>;

function write(path: string, content: string): void {
  mkdirSync(dirname(join(folder.path, path)), { recursive: true });
  writeFileSync(join(folder.path, path), content);
}

/** Whether the VSIX was packed, as if this folder were the project's. */
async function packs(whilePacking = () => {}): Promise<boolean> {
  let packed = false;
  await ensureMade(
    'packed.vsix',
    vsixInputs,
    async () => {
      packed = true;
      whilePacking();
      write('packed.vsix', 'the extension');
    },
    folder.path,
  );
  return packed;
}

beforeEach(async () => {
  folder = temporaryFolder('babysitter-runs-freshness');
  write('src/core/run.ts', 'export {};');
  write('README.md', 'Words');
  expect(await packs()).toBe(true);
  expect(await packs()).toBe(false);
});
afterEach(() => folder.remove());

describe('the VSIX is packed anew', () => {
  test.each([
    'src/core/run.ts',
    'src/webview/run/runPage.css',
    'media/icon.png',
    'scripts/lib/notices.mjs',
    'package.json',
    'package-lock.json',
    'tsconfig.base.json',
    'README.md',
    'CHANGELOG.md',
    'LICENSE',
    '.vscodeignore',
  ])('when %s changed', async (path) => {
    write(path, 'changed');
    expect(await packs()).toBe(true);
    expect(await packs()).toBe(false);
  });

  test('when a source was changed and dated back', async () => {
    write('src/core/run.ts', 'export { };');
    utimesSync(join(folder.path, 'src/core/run.ts'), 0, 0);
    expect(await packs()).toBe(true);
  });

  test('when a source was renamed or removed', async () => {
    const path = join(folder.path, 'src/core/run.ts');
    renameSync(path, join(folder.path, 'src/core/runs.ts'));
    expect(await packs()).toBe(true);
    rmSync(join(folder.path, 'src/core/runs.ts'));
    expect(await packs()).toBe(true);
  });

  test('when a source was changed while it was packed', async () => {
    write('README.md', 'Other words');
    expect(await packs(() => write('src/core/run.ts', 'changed'))).toBe(true);
    expect(await packs()).toBe(true);
    expect(await packs()).toBe(false);
  });

  test('when it is gone, or another file stands in its place', async () => {
    rmSync(join(folder.path, 'packed.vsix'));
    expect(await packs()).toBe(true);
    write('packed.vsix', 'another one');
    expect(await packs()).toBe(true);
  });

  test('when it could not be packed before', async () => {
    write('README.md', 'Other words');
    const fails = () => {
      throw new Error('no space left');
    };
    await expect(packs(fails)).rejects.toThrow('no space left');
    expect(await packs()).toBe(true);
  });
});

describe('the VSIX is packed no second time', () => {
  test('when files were only written again, as a change of branch does', async () => {
    write('src/core/run.ts', 'changed');
    write('src/core/run.ts', 'export {};');
    expect(await packs()).toBe(false);
  });

  test('when something else changed', async () => {
    write('test/unit/run.test.ts', 'changed');
    write('docs/testing.md', 'changed');
    expect(await packs()).toBe(false);
  });
});
