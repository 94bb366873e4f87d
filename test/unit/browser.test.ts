import { describe, expect, test } from 'vitest';
import { ensureBrowser, ensureHostedVsCode } from '../../scripts/lib/install.mjs';
import { Failure } from '../../scripts/lib/run.mjs';

const linux = { platform: 'linux', env: { PATH: '/usr/local/bin:/usr/bin' } } as const;
const macOs = { platform: 'darwin', env: { PATH: '/usr/bin', HOME: '/Users/ann' } } as const;
const windows = {
  platform: 'win32',
  env: {
    Path: 'C:\\tools',
    PROGRAMFILES: 'C:\\Program Files',
    LOCALAPPDATA: 'C:\\Users\\ann\\AppData\\Local',
  },
} as const;
const chrome = 'Google Chrome.app/Contents/MacOS/Google Chrome';

describe('a browser', () => {
  test.each([
    [linux, '/usr/bin/chromium'],
    [linux, '/usr/local/bin/google-chrome-stable'],
    [linux, '/usr/bin/microsoft-edge'],
    [macOs, `/Applications/${chrome}`],
    [macOs, `/Users/ann/Applications/${chrome}`],
    [macOs, '/Applications/Chromium.app/Contents/MacOS/Chromium'],
    [macOs, '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge'],
    [windows, 'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe'],
    [windows, 'C:\\Program Files\\Microsoft\\Edge\\Application\\msedge.exe'],
    [windows, 'C:\\Users\\ann\\AppData\\Local\\Chromium\\Application\\chrome.exe'],
    [windows, 'C:\\tools\\chromium.exe'],
  ])('is found on %o at %s', async (machine, there) => {
    const isThere = (path: string) => path === there;
    expect(await ensureBrowser({ machine, isThere, installers: [] })).toBe(there);
  });

  test('is Chromium rather than Chrome, and Chrome rather than Edge', async () => {
    const all = ['/usr/local/bin/microsoft-edge', '/usr/local/bin/google-chrome', '/usr/bin/chromium'];
    const found = (there: readonly string[]) =>
      ensureBrowser({ machine: linux, isThere: (path) => there.includes(path), installers: [] });
    expect(await found(all)).toBe('/usr/bin/chromium');
    expect(await found(all.slice(0, 2))).toBe('/usr/local/bin/google-chrome');
  });

  test('is Chromium without a window where there is one, unless it is to be seen', async () => {
    const there = new Set(['/usr/bin/chromium', '/usr/bin/chromium-headless-shell']);
    const machine = { ...linux, env: { ...linux.env, DISPLAY: ':0' } };
    const found = (headed: boolean) =>
      ensureBrowser({ headed, machine, isThere: (path) => there.has(path), installers: [] });
    expect(await found(false)).toBe('/usr/bin/chromium-headless-shell');
    expect(await found(true)).toBe('/usr/bin/chromium');
  });

  test('may be chosen, and then has to exist', async () => {
    const machine = { ...linux, env: { ...linux.env, BABYSITTER_TEST_BROWSER: '/opt/mine' } };
    expect(await ensureBrowser({ machine, isThere: () => true })).toBe('/opt/mine');
    await expect(
      ensureBrowser({ machine, isThere: (path) => path !== '/opt/mine', installers: [] }),
    ).rejects.toThrow('BABYSITTER_TEST_BROWSER names /opt/mine, which does not exist.');
  });

  test('is installed only where none is found, by the first way that works', async () => {
    const tried: string[] = [];
    const there = new Set<string>();
    const find = () =>
      ensureBrowser({
        machine: linux,
        isThere: (path) => there.has(path),
        installers: [
          async () => {
            tried.push('no network');
            throw new Failure('apt-get failed with exit code 100.');
          },
          async () => {
            tried.push('works');
            there.add('/usr/bin/chromium');
          },
          async () => {
            tried.push('not needed');
          },
        ],
      });
    expect(await find()).toBe('/usr/bin/chromium');
    expect(await find()).toBe('/usr/bin/chromium');
    expect(tried).toEqual(['no network', 'works']);
  });

  test('that cannot be had gets a sentence', async () => {
    const none = ensureBrowser({ machine: linux, isThere: () => false, installers: [async () => {}] });
    await expect(none).rejects.toThrow(Failure);
    await expect(none).rejects.toThrow('It needs Chromium, Chrome or Edge, and none was found');
  });

  test('cannot be shown without a display', async () => {
    const show = (env: NodeJS.ProcessEnv) =>
      ensureBrowser({
        headed: true,
        machine: { ...linux, env: { ...linux.env, ...env } },
        isThere: () => true,
      });
    await expect(show({})).rejects.toThrow('There is no display to show a browser on.');
    expect(await show({ WAYLAND_DISPLAY: 'wayland-0' })).toBe('/usr/local/bin/chromium');
  });
});

test('the hosted VS Code refuses Windows with a sentence', async () => {
  const onWindows = ensureHostedVsCode({ platform: 'win32', arch: 'x64' });
  await expect(onWindows).rejects.toThrow(Failure);
  await expect(onWindows).rejects.toThrow('runs on Linux and macOS only, not on win32-x64.');
});
