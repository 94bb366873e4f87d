// Where a Chromium, Chrome or Edge lies on each system.
import { posix, win32 } from 'node:path';

/** @type {import('./browserPlaces.mjs').browserPlaces} */
export function browserPlaces({ platform, env }, headed) {
  const { join, delimiter } = platform === 'win32' ? win32 : posix;
  const path = (env['PATH'] ?? env['Path'] ?? '').split(delimiter).filter(Boolean);
  const below = (/** @type {(string | undefined)[]} */ folders, /** @type {string[]} */ names) =>
    names.flatMap((name) => folders.flatMap((folder) => (folder ? [join(folder, name)] : [])));

  if (platform === 'win32') {
    const programs = [env['PROGRAMFILES'], env['PROGRAMFILES(X86)'], env['LOCALAPPDATA']];
    return [
      ...below(path, ['chromium.exe', 'chrome.exe', 'msedge.exe']),
      ...below(programs, [
        'Chromium\\Application\\chrome.exe',
        'Google\\Chrome\\Application\\chrome.exe',
        'Microsoft\\Edge\\Application\\msedge.exe',
      ]),
    ];
  }
  const onPath = below(path, [
    // Without a window it needs less of a processor than a browser that could show one.
    ...(headed ? [] : ['chromium-headless-shell']),
    ...['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    ...['microsoft-edge', 'microsoft-edge-stable'],
  ]);
  if (platform !== 'darwin') return onPath;
  const applications = ['/Applications', env['HOME'] && join(env['HOME'], 'Applications')];
  const names = ['Chromium', 'Google Chrome', 'Microsoft Edge'];
  return [
    ...onPath,
    ...below(
      applications,
      names.map((name) => `${name}.app/Contents/MacOS/${name}`),
    ),
  ];
}
