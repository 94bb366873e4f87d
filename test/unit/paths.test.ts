import { describe, expect, it } from 'vitest';
import { isInside } from '../../src/core/paths';

describe('isInside', () => {
  it.each([
    ['/a/b', '/a/b'],
    ['/a/b', '/a/b/'],
    ['/a/b/', '/a/b'],
    ['/a/b/', '/a/b/c'],
    ['/a/b', '/a/b/c/d'],
    ['/a/b', '/a/b//c'],
    ['/a//b', '/a/b/c'],
    ['/a/b', '/a/./b/c'],
    ['/a/b', '/a/x/../b/c'],
    ['/a/b', '/a/b/c/..'],
    ['/a/b', '/a/b/..c'],
    ['/a/b', '/a/b/c..'],
    ['/a/b', '/a/b/...'],
    ['/a/x/../b', '/a/b/c'],
    ['/', '/a'],
    ['/', '/'],
    ['/', '/../a'],
    // Only Windows takes it for a separator.
    ['/a/b', '/a/b/c\\..\\..\\d'],
    ['C:\\a\\b', 'C:\\a\\b'],
    ['C:\\a\\b', 'C:\\a\\b\\c'],
    ['C:\\a\\b\\', 'C:\\a\\b\\c'],
    ['C:\\a\\b', 'c:\\A\\B\\c'],
    ['C:\\a\\b', 'C:/a/b/c'],
    ['c:/a/b', 'C:\\a\\b\\c'],
    ['C:\\', 'c:\\a'],
    ['C:\\', 'C:'],
    ['C:\\a', 'C:\\..\\a\\b'],
    ['\\\\server\\share\\a', '\\\\Server\\share\\a\\b'],
    ['\\\\server\\share', '//server/share/a'],
    ['\\\\server\\share\\a', '\\\\server\\share\\..\\..\\a'],
  ])('%s holds %s', (folder, path) => {
    expect(isInside(folder, path)).toBe(true);
  });

  it.each([
    ['/a/b', '/a/bc'],
    ['/a/b', '/a/bc/d'],
    ['/a/b/', '/a/bc'],
    ['/a/b', '/a'],
    ['/a/b', '/'],
    ['/a/b', '/a/c'],
    ['/a/b', '/a/b/..'],
    ['/a/b', '/a/b/../c'],
    ['/a/b', '/a/b/c/../../d'],
    ['/a/b', '/a/b/./../bc'],
    ['/a/b', '/a/b//../c'],
    ['/a/b', '/A/B/c'],
    ['/a/b', '/a/b\\c'],
    ['/a/b', 'a/b/c'],
    ['/a/b', 'b/c'],
    ['/', 'a'],
    ['/a/b', ''],
    ['/a/b', 'C:\\a\\b\\c'],
    ['C:\\a\\b', 'C:\\a\\bc'],
    ['C:\\a\\b', 'C:\\a'],
    ['C:\\a\\b', 'C:\\a\\b\\..\\c'],
    ['C:\\a\\b', 'C:\\a\\b/../c'],
    ['C:\\a\\b', 'C:\\a\\b/c\\../..\\d'],
    ['C:\\a\\b', 'D:\\a\\b\\c'],
    ['C:\\a\\b', '\\a\\b\\c'],
    ['C:\\a\\b', '/a/b/c'],
    // Below the folder that drive C is in at the moment, wherever that is.
    ['C:\\', 'C:a'],
    ['C:\\a', '\\\\server\\share\\a\\b'],
    ['\\\\server\\share', '\\\\server\\shared\\a'],
    ['\\\\server\\share', '\\\\other\\share\\a'],
    ['\\\\server\\share\\a', '\\\\server\\share\\a\\..\\b'],
    ['C:\\a', ''],
  ])('%s does not hold %s', (folder, path) => {
    expect(isInside(folder, path)).toBe(false);
  });
});
